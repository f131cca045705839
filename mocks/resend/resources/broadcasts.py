"""Broadcasts: one mail to everybody in a segment who wants it, each with their own name in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.resend import errors
from mocks.resend.dialect import timestamp
from mocks.resend.resources import (
    addresses,
    contacts,
    domains,
    emails,
    lifecycle,
    message,
    templates,
    tracking,
)
from mocks.resend.resources.message import Message
from mocks.resend.resources.segments import SEGMENTS
from mocks.resend.resources.topics import TOPICS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

BROADCASTS = Collection("resend.broadcast")
FIELDS = ("name", "segment_id", "from", "subject", "reply_to", "preview_text", "html", "text", "topic_id")
SENT_AFTER = 1 * instants.SECOND
OPEN = frozenset({"draft", "scheduled"})
REACHED = {
    "delivered": frozenset({"delivered", "opened", "clicked", "complained"}),
    "opened": frozenset({"opened", "clicked"}),
    "clicked": frozenset({"clicked"}),
    "bounced": frozenset({"bounced"}),
    "complained": frozenset({"complained"}),
}


def create(tx: Transaction, wanted: Json) -> Json:
    """Add a broadcast, a draft."""
    _check(tx, wanted)
    broadcast = {
        "id": tx.uuid("broadcast.id"),
        **dict.fromkeys(FIELDS),
        **wanted,
        "status": "draft",
        "origin": tracking.origin(tx),
        "created": tx.now,
        "scheduled_at": None,
        "sent_at": None,
    }
    return tx.insert(BROADCASTS, broadcast)


def duplicate(tx: Transaction, broadcast: Json) -> Json:
    """Add a draft of the same content, whose segment or topic may be gone meanwhile."""
    copied = {name: broadcast[name] for name in FIELDS}
    fresh = {
        "id": tx.uuid("broadcast.id"),
        "status": "draft",
        "origin": tracking.origin(tx),
        "created": tx.now,
    }
    return tx.insert(BROADCASTS, fresh | copied | {"scheduled_at": None, "sent_at": None})


def update(tx: Transaction, broadcast: Json, changes: Json) -> None:
    """Change a draft."""
    if broadcast["status"] != "draft":
        text = f"Only draft broadcasts can be updated: this one is {broadcast['status']}."
        raise errors.invalid(text, field="id", rule="not_a_draft")
    _check(tx, changes)
    tx.save(BROADCASTS, broadcast | {name: value for name, value in changes.items() if value is not None})


def send(tx: Transaction, broadcast: Json, scheduled_at: str | None) -> None:
    """Queue a draft, or schedule it."""
    if broadcast["status"] != "draft":
        text = f"Only draft broadcasts can be sent: this one is {broadcast['status']}."
        raise errors.invalid(text, field="id", rule="not_a_draft")
    if not broadcast["html"] and not broadcast["text"]:
        raise errors.missing_content()
    at = tx.now + SENT_AFTER
    broadcast["status"] = "queued"
    if scheduled_at is not None:
        at = message.due(tx, scheduled_at)
        broadcast |= {"status": "scheduled", "scheduled_at": at}
    broadcast["origin"] = tracking.origin(tx) or broadcast["origin"]
    tx.save(BROADCASTS, broadcast)
    tx.schedule("broadcast.due", at, {"broadcast": broadcast["id"]}, key=_key(broadcast))


def cancel(tx: Transaction, broadcast: Json) -> None:
    """Make a scheduled broadcast a draft again."""
    if broadcast["status"] != "scheduled":
        text = f"Only scheduled broadcasts can be canceled: this one is {broadcast['status']}."
        raise errors.invalid(text, field="id", rule="not_scheduled")
    tx.unschedule(_key(broadcast))
    tx.save(BROADCASTS, broadcast | {"status": "draft", "scheduled_at": None})


def remove(tx: Transaction, broadcast: Json) -> None:
    """Delete a broadcast that nobody has got yet."""
    if broadcast["status"] not in OPEN:
        text = "Only draft and scheduled broadcasts can be deleted."
        raise errors.invalid(text, field="id", rule="broadcast_sent")
    tx.unschedule(_key(broadcast))
    tx.delete(BROADCASTS, broadcast["id"])


def fall_due(tx: Transaction, broadcast: Json) -> None:
    """Mail a broadcast to every contact of its segment who wants it."""
    for contact in list(tx.every(contacts.CONTACTS, segments=broadcast["segment_id"])):
        if contacts.subscribed(tx, contact, broadcast["topic_id"]):
            _mail(tx, broadcast, contact)
    tx.save(BROADCASTS, broadcast | {"status": "sent", "sent_at": tx.now})


def _mail(tx: Transaction, broadcast: Json, contact: Json) -> None:
    id = tx.uuid("email.id")
    leave = f"{broadcast['origin']}/_t/u/{id}" if broadcast["origin"] else ""
    values = {
        **contact["properties"],
        "FIRST_NAME": contact["first_name"],
        "LAST_NAME": contact["last_name"],
        "EMAIL": contact["email"],
        "RESEND_UNSUBSCRIBE_URL": leave,
    }
    body: Json = {"from": broadcast["from"], "to": contact["email"], "reply_to": broadcast["reply_to"]}
    for name in ("subject", "html", "text"):
        if broadcast[name] is not None:
            body[name] = templates.filled(broadcast[name], values)
    if leave:
        body["headers"] = {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    kept = {"broadcast_id": broadcast["id"], "contact_id": contact["id"], "origin": broadcast["origin"]}
    lifecycle.accept(tx, Message.model_validate(body), id=id, **kept)


def _check(tx: Transaction, wanted: Json) -> None:
    segment, topic, sender = wanted.get("segment_id"), wanted.get("topic_id"), wanted.get("from")
    if segment is not None and tx.get(SEGMENTS, segment) is None:
        raise errors.not_found("Segment")
    if topic is not None and tx.get(TOPICS, topic) is None:
        raise errors.not_found("Topic")
    if sender is None:
        return
    if not addresses.valid(sender):
        raise errors.invalid_address("from")
    name = addresses.domain(sender)
    if not domains.may_send(tx, name):
        text = f"The {name} domain is not verified. Please, add and verify your domain on https://resend.com/domains"
        tx.deviation(errors.forbidden(text, field="from", rule="unverified_domain"))


def _key(broadcast: Json) -> str:
    return f"broadcast:{broadcast['id']}"


# --- how broadcasts are shown ------------------------------------------------------------------------------------


def summary(broadcast: Json) -> Json:
    """Show a broadcast in a list; instants and a topic only where there are any."""
    shown = {
        "id": broadcast["id"],
        "name": broadcast["name"] or "",
        "audience_id": broadcast["segment_id"],
        "segment_id": broadcast["segment_id"],
        "status": broadcast["status"],
        "created_at": timestamp(broadcast["created"]),
    }
    for name in ("scheduled_at", "sent_at"):
        if broadcast[name] is not None:
            shown[name] = timestamp(broadcast[name])
    return shown if broadcast["topic_id"] is None else shown | {"topic_id": broadcast["topic_id"]}


def full(broadcast: Json) -> Json:
    """Show a broadcast by itself."""
    return {
        "object": "broadcast",
        **summary(broadcast),
        "from": broadcast["from"],
        "subject": broadcast["subject"],
        "reply_to": _list(broadcast["reply_to"]),
        "preview_text": broadcast["preview_text"] or "",
        "html": broadcast["html"],
        "text": broadcast["text"],
        "topic_id": broadcast["topic_id"],
    }


def recipients(tx: Transaction, broadcast: Json, kind: str | None, email: str | None) -> list[Json]:
    """Return who got a broadcast and what they did, by one kind of event where one is asked for."""
    found = []
    for each in tx.every(emails.EMAILS, broadcast_id=broadcast["id"]):
        if email is not None and email.lower() not in each["to"]:
            continue
        if kind is not None and each["last_event"] not in REACHED.get(kind, frozenset({kind})):
            continue
        clicks = each.get("clicks") or {}
        shown = {"id": each["id"], "contact_id": each["contact_id"], "email": each["to"][0]}
        shown |= {"count": max(1, sum(clicks.values()))}
        shown["clicked_links"] = [{"url": url, "clicks": count} for url, count in clicks.items()]
        found.append(shown)
    return found


def clicked_links(tx: Transaction, broadcast: Json) -> list[Json]:
    """Return the links of a broadcast that were followed, and how often."""
    totals: dict[str, list[int]] = {}
    for each in tx.every(emails.EMAILS, broadcast_id=broadcast["id"]):
        for url, count in (each.get("clicks") or {}).items():
            total = totals.setdefault(url, [0, 0])
            total[0], total[1] = total[0] + count, total[1] + 1
    return [
        {"id": url, "url": url, "clicks": count, "unique_clicks": unique}
        for url, (count, unique) in totals.items()
    ]


def _list(value: str | list[str] | None) -> list[str]:
    return addresses.as_list(value)
