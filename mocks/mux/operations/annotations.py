"""Mux Data: annotations, notes at a date of the account's charts."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.data_parameters import AnnotationInput, Annotations
from mocks.mux.dialect import data, find, gone
from mocks.mux.provider import mux
from mocks.mux.resources import notes, selection
from mocks.mux.resources.notes import ANNOTATIONS

PATH = "/data/v1/annotations/{annotation_id}"


@mux.post("/data/v1/annotations", id="create-annotation", tier="P1", status=201)
def create_annotation(tx: Transaction, params: AnnotationInput) -> Json:
    """Write a note."""
    return data(notes.shown(notes.create(tx, params)))


@mux.get("/data/v1/annotations", id="list-annotations", tier="P1")
def list_annotations(tx: Transaction, params: Annotations) -> Json:
    """List notes by their date."""
    span = selection.timeframe(tx, params.timeframe)
    rows, count = notes.within(tx, span, params)
    return data([notes.shown(each) for each in rows], total_row_count=count, timeframe=list(span))


@mux.get(PATH, id="get-annotation", tier="P1")
def retrieve_annotation(tx: Transaction, annotation_id: str) -> Json:
    """Retrieve a note."""
    return data(notes.shown(find(tx, ANNOTATIONS, annotation_id)))


@mux.patch(PATH, id="update-annotation", tier="P1")
def update_annotation(tx: Transaction, params: AnnotationInput, annotation_id: str) -> Json:
    """Change a note."""
    annotation = find(tx, ANNOTATIONS, annotation_id)
    notes.update(tx, annotation, params)
    return data(notes.shown(annotation))


@mux.delete(PATH, id="delete-annotation", tier="P1", status=204)
def delete_annotation(tx: Transaction, annotation_id: str) -> Reply:
    """Remove a note."""
    tx.delete(ANNOTATIONS, find(tx, ANNOTATIONS, annotation_id)["id"])
    return gone()
