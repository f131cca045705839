"""Topics: what contacts may subscribe to or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.resend import errors
from mocks.resend.dialect import timestamp

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

TOPICS = Collection("resend.topic")


def create(tx: Transaction, wanted: Json) -> Json:
    """Add a topic; its default subscription stays as it is (Resend docs: topics)."""
    _check(wanted)
    return tx.insert(TOPICS, {"id": tx.uuid("topic.id"), "created": tx.now, **wanted})


def update(tx: Transaction, topic: Json, changes: Json) -> None:
    """Change a topic."""
    _check(changes)
    tx.save(TOPICS, topic | changes)


def _check(wanted: Json) -> None:
    if "name" in wanted and not 1 <= len(wanted["name"]) <= 50:
        raise errors.invalid(
            "Invalid `name` field. It takes 1 to 50 characters.", field="name", rule="name_length"
        )
    if len(wanted.get("description") or "") > 200:
        text = "Invalid `description` field. It takes at most 200 characters."
        raise errors.invalid(text, field="description", rule="description_length")


def shown(topic: Json) -> Json:
    """Show a topic."""
    return {
        "id": topic["id"],
        "name": topic["name"],
        "description": topic["description"] or "",
        "default_subscription": topic["default_subscription"],
        "visibility": topic["visibility"],
        "created_at": timestamp(topic["created"]),
    }
