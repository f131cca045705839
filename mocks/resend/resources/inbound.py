"""Received mails: what comes to a domain that receives, by a trigger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from harness.errors import InvalidInput
from mocks.resend.resources import addresses, attachments, domains, emails, events, message

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.resend.resources.message import Attachment

Json = dict[str, Any]

RECEIVED = Collection("resend.received")


def receive(tx: Transaction, wanted: Json, files: list[Attachment]) -> Json:
    """Take a mail that somebody sent to one of the account's domains, and announce it."""
    for address in wanted["to"]:
        domain = tx.first(domains.DOMAINS, name=addresses.domain(address))
        if domain is None or domain["capabilities"]["receiving"] != "enabled":
            raise InvalidInput(
                f"{addresses.domain(address)!r} receives no mail: add it as a domain, with the capability `receiving`"
            )
    mail = {
        "id": tx.uuid("received.id"),
        **wanted,
        "message_id": f"<{tx.token('received.message', 24)}@{addresses.domain(wanted['from'])}>",
        "created": tx.now,
    }
    if files:
        kept = [{"id": tx.uuid("attachment.id"), **each} for each in message.attached(files)]
        tx.insert(emails.ATTACHMENTS, {"id": mail["id"], "attachments": kept})
    tx.insert(RECEIVED, mail)
    held = [attachments.brief(each) for each in attachments.of(tx, mail["id"])]
    data = {name: mail[name] for name in ("from", "to", "cc", "bcc", "subject", "message_id")}
    data |= {"email_id": mail["id"], "created_at": instants.iso(tx.now), "attachments": held}
    for each in held:
        each.pop("size")
    events.emit(tx, "email.received", data)
    return mail


def summary(tx: Transaction, mail: Json) -> Json:
    """Show a received mail in a list."""
    names = ("id", "to", "from", "subject", "message_id", "bcc", "cc", "reply_to")
    shown = {name: mail[name] for name in names}
    held = [attachments.brief(each) for each in attachments.of(tx, mail["id"])]
    return shown | {"created_at": instants.iso(mail["created"]), "attachments": held}


def full(tx: Transaction, mail: Json) -> Json:
    """Show a received mail by itself."""
    content = {name: mail[name] for name in ("html", "text", "headers")}
    return {"object": "email", **summary(tx, mail), **content}
