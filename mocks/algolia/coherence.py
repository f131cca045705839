"""What holds between Algolia's documents, and whom the platform's records name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.coherence import Coherence, Link
from mocks.algolia.resources.records import RECORDS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ORGANISATION = r"org_\w{27}"
"""Clerk's ids; who is not the platform keeps in a field of this name what they like."""


def _entries(tx: Transaction, index: Json) -> str | None:
    held = tx.count(RECORDS, uid=index["uid"])
    return (
        None if index["entries"] == held else f"entries says {index['entries']}, and there are {held} records"
    )


def _object_id(_: Transaction, document: Json) -> str | None:
    expected = f"{document['uid']}/{document['record']['objectID']}"
    return None if document["id"] == expected else f"it is kept as {document['id']}, and is {expected}"


COHERENCE = Coherence(
    links={
        "algolia.record": (Link("record.orgId", ("clerk.organization",), like=ORGANISATION),),
        "algolia.index": (Link("primary", ("algolia.index",)),),
    },
    orders={"algolia.index": (("created", "updated"),)},
    rules={
        "algolia.index": {"entries": _entries},
        "algolia.record": {"objectID": _object_id},
    },
)
