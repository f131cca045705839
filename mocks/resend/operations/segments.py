"""Segments, and audiences: the older name of the same things."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.resend.dialect import find, listed
from mocks.resend.parameters import Body, Listing
from mocks.resend.provider import resend
from mocks.resend.resources import segments
from mocks.resend.resources.segments import SEGMENTS

THING = "Audience"
"""What Resend calls an unknown segment, too (recorded)."""


class NewSegment(Body):
    """The body of `POST /segments` and `POST /audiences`."""

    name: str
    audience_id: str | None = None
    filter: dict[str, Json] | None = None


class SegmentChanges(Body):
    """The body of `PATCH /segments/{id}`."""

    name: str


@resend.post("/segments", id="segments/create", tier="P1", status=201)
def create_segment(tx: Transaction, params: NewSegment) -> Json:
    """Add a segment."""
    segment = segments.create(tx, params.name, params.filter)
    return {"object": "segment", "id": segment["id"], "name": segment["name"]}


@resend.get("/segments", id="segments/list", tier="P1")
def list_segments(tx: Transaction, params: Listing) -> Json:
    """List segments, newest first."""
    return listed(tx, SEGMENTS, params, segments.shown)


@resend.get("/segments/{id}", id="segments/get", tier="P1")
def retrieve_segment(tx: Transaction, id: str) -> Json:
    """Retrieve a segment."""
    return segments.full(find(tx, SEGMENTS, id, THING))


@resend.patch("/segments/{id}", id="segments/update", tier="P1")
def update_segment(tx: Transaction, params: SegmentChanges, id: str) -> Json:
    """Give a segment another name."""
    segment = find(tx, SEGMENTS, id, THING)
    tx.save(SEGMENTS, segment | {"name": params.name})
    return {"object": "segment", "id": segment["id"]}


@resend.delete("/segments/{id}", id="segments/remove", tier="P1")
def remove_segment(tx: Transaction, id: str) -> Json:
    """Delete a segment; one that never was is said to be deleted, too (recorded)."""
    segments.remove(tx, id)
    return {"object": "segment", "id": id, "deleted": True}


@resend.post("/audiences", id="audiences/create", tier="P1", status=201)
def create_audience(tx: Transaction, params: NewSegment) -> Json:
    """Add an audience."""
    segment = segments.create(tx, params.name)
    return {"object": "audience", "id": segment["id"], "name": segment["name"]}


@resend.get("/audiences", id="audiences/list", tier="P1")
def list_audiences(tx: Transaction, params: Listing) -> Json:
    """List audiences, newest first."""
    return listed(tx, SEGMENTS, params, segments.brief)


@resend.get("/audiences/{id}", id="audiences/get", tier="P1")
def retrieve_audience(tx: Transaction, id: str) -> Json:
    """Retrieve an audience."""
    return {"object": "audience", **segments.brief(find(tx, SEGMENTS, id, THING))}


@resend.delete("/audiences/{id}", id="audiences/remove", tier="P1")
def remove_audience(tx: Transaction, id: str) -> Json:
    """Delete an audience; one that never was is said to be deleted, too (recorded)."""
    segments.remove(tx, id)
    return {"object": "audience", "id": id, "deleted": True}
