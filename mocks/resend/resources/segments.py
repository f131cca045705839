"""Segments of contacts, which were called audiences: both names lead to the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.resend.dialect import timestamp

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SEGMENTS = Collection("resend.segment")


def create(tx: Transaction, name: str, filter: Json | None = None) -> Json:
    """Add a segment; a filter is kept and not heeded: contacts are put into segments by hand."""
    segment = {"id": tx.uuid("segment.id"), "name": name, "filter": filter, "created": tx.now}
    return tx.insert(SEGMENTS, segment)


def remove(tx: Transaction, segment_id: str) -> None:
    """Delete a segment; its contacts stay, and are in it no more."""
    from mocks.resend.resources.contacts import CONTACTS

    for contact in list(tx.every(CONTACTS, segments=segment_id)):
        contact["segments"].remove(segment_id)
        tx.save(CONTACTS, contact)
    tx.delete(SEGMENTS, segment_id)


def brief(segment: Json) -> Json:
    """Show a segment as an audience, or as one of a contact's."""
    return {"id": segment["id"], "name": segment["name"], "created_at": timestamp(segment["created"])}


def shown(segment: Json) -> Json:
    """Show a segment; it is its own audience."""
    return brief(segment) | {"audience_id": segment["id"]}


def full(segment: Json) -> Json:
    """Show a segment by itself."""
    return {"object": "segment", **shown(segment), "filter": segment["filter"] or {}}
