"""Mails: what is kept of them and how they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.resend.dialect import timestamp
from mocks.resend.resources import addresses, message, tracking

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.resend.resources.message import Message

Json = dict[str, Any]

EMAILS = Collection("resend.email", "broadcast_id")
"""{id, from, to, cc, bcc, reply_to, subject, html, text, headers, tags, last_event, scheduled_at (µs), created (µs)};
`text` None means: derived from the HTML, an empty one means: none (Resend docs: send email)."""

ATTACHMENTS = Collection("resend.attachments")
"""{id (the mail's), attachments}: apart from the mail, so that lists and events do not carry the files about."""


def create(
    tx: Transaction, wanted: Message, *, last_event: str, scheduled_at: int | None = None, **more: Any
) -> Json:
    """Keep a mail whose rules were checked; `more` are further fields of it."""
    email: Json = {
        "id": more.pop("id", None) or tx.uuid("email.id"),
        "from": wanted.from_,
        "to": addresses.as_list(wanted.to),
        "cc": addresses.as_list(wanted.cc),
        "bcc": addresses.as_list(wanted.bcc),
        "reply_to": addresses.as_list(wanted.reply_to),
        "subject": wanted.subject,
        "html": wanted.html,
        "text": wanted.text,
        "headers": wanted.headers or {},
        "topic_id": wanted.topic_id,
        "tags": [{"name": tag.name, "value": tag.value} for tag in wanted.tags or ()],
        "last_event": last_event,
        "scheduled_at": scheduled_at,
        "created": tx.now,
        "origin": tracking.origin(tx),
        **more,
    }
    if wanted.attachments:
        attached = [{"id": tx.uuid("attachment.id"), **each} for each in message.attached(wanted.attachments)]
        tx.insert(ATTACHMENTS, {"id": email["id"], "attachments": attached})
    return tx.insert(EMAILS, email)


def text_of(email: Json) -> str:
    """Return the plain text part: as sent, or derived from the HTML when none was."""
    if email["text"] is not None:
        return str(email["text"])
    from mocks.resend.resources import plaintext

    return plaintext.of_html(email["html"])


def message_id(email: Json) -> str:
    """Return the Message-ID header."""
    return f"<{email['id']}@email.{addresses.domain(email['from'])}>"


def summary(email: Json) -> Json:
    """Show a mail in a list: everything but its body."""
    return {
        "id": email["id"],
        "message_id": message_id(email),
        "to": email["to"],
        "from": email["from"],
        "created_at": timestamp(email["created"]),
        "subject": email["subject"],
        "bcc": email["bcc"],
        "cc": email["cc"],
        "reply_to": email["reply_to"],
        "last_event": email["last_event"],
        "scheduled_at": None if email["scheduled_at"] is None else timestamp(email["scheduled_at"]),
    }


def full(email: Json) -> Json:
    """Show a mail by itself."""
    shown = {"object": "email", **summary(email), "html": email["html"] or "", "text": text_of(email)}
    if email["tags"]:
        shown["tags"] = email["tags"]
    return shown
