"""Annotations: what somebody noted of a date, to be seen in charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.mux.resources import views

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.data_parameters import AnnotationInput, Annotations

Json = dict[str, Any]

ANNOTATIONS = Collection("mux.annotation")
"""{id, note, date (unix seconds), sub_property_id}, in the order of their dates."""


def create(tx: Transaction, wanted: AnnotationInput) -> Json:
    """Keep a note."""
    document = {"id": tx.uuid("annotation.id"), **wanted.model_dump()}
    return tx.insert(ANNOTATIONS, document, at=wanted.date * instants.SECOND, fresh=True)


def update(tx: Transaction, annotation: Json, wanted: AnnotationInput) -> None:
    """Replace what a note says, and of when."""
    annotation |= wanted.model_dump()
    tx.save(ANNOTATIONS, annotation, at=wanted.date * instants.SECOND)


def within(tx: Transaction, span: tuple[int, int], params: Annotations) -> tuple[list[Json], int]:
    """Return a page of the notes of a timeframe, and how many there are."""
    every = [each for each in tx.every(ANNOTATIONS) if span[0] <= each["date"] <= span[1]]
    every.sort(key=lambda each: each["date"], reverse=params.order_direction == "desc")
    start = params.limit * (params.page - 1)
    return every[start : start + params.limit], len(every)


def shown(annotation: Json) -> Json:
    """Show a note; its date is text here."""
    return {
        "id": annotation["id"],
        "note": annotation["note"],
        "date": views.moment(annotation["date"] * 1000),
        "sub_property_id": annotation["sub_property_id"],
    }
