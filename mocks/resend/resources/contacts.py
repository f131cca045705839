"""Contacts: people with properties of their own, in segments, subscribed to topics or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.resend import errors
from mocks.resend.dialect import timestamp
from mocks.resend.resources import addresses, events
from mocks.resend.resources.segments import SEGMENTS
from mocks.resend.resources.topics import TOPICS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CONTACTS = Collection("resend.contact", "email", "segments")
PROPERTIES = Collection("resend.contact_property", "key")


def create(tx: Transaction, wanted: Json) -> Json:
    """Add a contact; one of the same address is changed instead (recorded: the same id comes back)."""
    if not addresses.valid(wanted["email"]):
        raise errors.invalid_address("email")
    email = addresses.bare(wanted["email"])
    _check(tx, wanted)
    known = tx.first(CONTACTS, email=email)
    if known is not None:
        known["segments"] = list(dict.fromkeys([*known["segments"], *wanted["segments"]]))
        update(
            tx, known, {name: value for name, value in wanted.items() if name not in ("email", "segments")}
        )
        return known
    contact = {
        "id": tx.uuid("contact.id"),
        "email": email,
        "first_name": wanted.get("first_name") or "",
        "last_name": wanted.get("last_name") or "",
        "unsubscribed": bool(wanted.get("unsubscribed")),
        "properties": wanted.get("properties") or {},
        "segments": wanted["segments"],
        "topics": wanted.get("topics") or {},
        "created": tx.now,
        "updated": tx.now,
    }
    tx.insert(CONTACTS, contact)
    _announce(tx, "contact.created", contact)
    return contact


def update(tx: Transaction, contact: Json, changes: Json) -> None:
    """Change a contact; properties that are not named stay."""
    _check(tx, changes)
    given = {name: value for name, value in changes.items() if value is not None}
    if "email" in given:
        if not addresses.valid(given["email"]):
            raise errors.invalid_address("email")
        given["email"] = addresses.bare(given["email"])
    for name in ("properties", "topics"):
        if name in given:
            given[name] = contact[name] | given[name]
    contact |= given | {"updated": tx.now}
    tx.save(CONTACTS, contact)
    _announce(tx, "contact.updated", contact)


def remove(tx: Transaction, contact: Json) -> None:
    """Delete a contact."""
    tx.delete(CONTACTS, contact["id"])
    _announce(tx, "contact.deleted", contact)


def _check(tx: Transaction, wanted: Json) -> None:
    """Refuse properties, segments and topics that there are not."""
    for key, value in (wanted.get("properties") or {}).items():
        held = tx.first(PROPERTIES, key=key)
        if held is None:
            text = f"Invalid `properties` field. The property `{key[:80]}` does not exist."
            raise errors.invalid(text, field="properties", rule="unknown_property")
        right = isinstance(value, str) if held["type"] == "string" else _number(value)
        if value is not None and not right:
            text = f"Invalid `properties` field. The property `{key[:80]}` must be a {held['type']}."
            raise errors.invalid(text, field="properties", rule="property_type")
    for id in wanted.get("segments") or ():
        if tx.get(SEGMENTS, id) is None:
            raise errors.not_found("Segment")
    for id in wanted.get("topics") or {}:
        if tx.get(TOPICS, id) is None:
            raise errors.not_found("Topic")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def found(tx: Transaction, id_or_email: str) -> Json | None:
    """Return a contact by its id or its address."""
    return tx.get(CONTACTS, id_or_email) or tx.first(CONTACTS, email=id_or_email.lower())


def subscribed(tx: Transaction, contact: Json, topic_id: str | None) -> bool:
    """Tell whether a contact gets broadcasts (about a topic)."""
    if contact["unsubscribed"]:
        return False
    topic = None if topic_id is None else tx.get(TOPICS, topic_id)
    return topic is None or subscription(contact, topic) == "opt_in"


def wanting(tx: Transaction, address: str, topic_id: str | None) -> bool:
    """Tell whether an address gets a mail about a topic; who is no contact has the topic's default."""
    topic = None if topic_id is None else tx.get(TOPICS, topic_id)
    if topic is None:
        return True
    contact = tx.first(CONTACTS, email=addresses.bare(address))
    if contact is None:
        return bool(topic["default_subscription"] == "opt_in")
    return subscribed(tx, contact, topic["id"])


def subscription(contact: Json, topic: Json) -> str:
    """Return a contact's subscription to a topic: its own, else the topic's default."""
    return str(contact["topics"].get(topic["id"], topic["default_subscription"]))


# --- how contacts are shown --------------------------------------------------------------------------------------


def summary(contact: Json) -> Json:
    """Show a contact in a list."""
    return {
        "id": contact["id"],
        "email": contact["email"],
        "first_name": contact["first_name"],
        "last_name": contact["last_name"],
        "created_at": timestamp(contact["created"]),
        "unsubscribed": contact["unsubscribed"],
    }


def full(tx: Transaction, contact: Json) -> Json:
    """Show a contact by itself; properties that it has no value of show their fallback."""
    held = {each["key"]: each["fallback_value"] for each in tx.every(PROPERTIES)}
    told = {key: value for key, value in (held | contact["properties"]).items() if value is not None}
    return {"object": "contact", **summary(contact), "properties": told}


def shown_property(held: Json) -> Json:
    """Show a property that contacts may have."""
    fallback = held["fallback_value"]
    if fallback is None:
        fallback = "" if held["type"] == "string" else 0
    return {
        "id": held["id"],
        "key": held["key"],
        "type": held["type"],
        "fallback_value": fallback,
        "created_at": timestamp(held["created"]),
    }


def _announce(tx: Transaction, type: str, contact: Json) -> None:
    segments = contact["segments"]
    data = {
        "id": contact["id"],
        "audience_id": segments[0] if segments else None,
        "segment_ids": segments,
        "created_at": instants.iso(contact["created"]),
        "updated_at": instants.iso(contact["updated"]),
        "email": contact["email"],
        "first_name": contact["first_name"],
        "last_name": contact["last_name"],
        "unsubscribed": contact["unsubscribed"],
    }
    events.emit(tx, type, {name: value for name, value in data.items() if value is not None})
