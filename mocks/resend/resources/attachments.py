"""Attachments of sent and received mails: how they are shown, and what their download addresses give."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.resend import errors
from mocks.resend.resources.emails import ATTACHMENTS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

LASTS = 1 * instants.HOUR
"""How long a download address is said to hold."""


def of(tx: Transaction, mail: str) -> list[Json]:
    """Return a mail's attachments as they are kept."""
    kept = tx.get(ATTACHMENTS, mail)
    return [] if kept is None else list(kept["attachments"])


def found(tx: Transaction, mail: str, id: str) -> Json:
    """Return one of a mail's attachments; refuse any other."""
    for each in of(tx, mail):
        if each["id"] == id:
            return each
    raise errors.not_found("Attachment")


def content(attachment: Json) -> bytes:
    """Return what is in an attachment; one that was given by an address has nothing."""
    try:
        return b64decode(attachment["content"] or "", validate=False)
    except Error:
        return b""


def brief(attachment: Json) -> Json:
    """Show an attachment within a mail."""
    inline = attachment["content_id"] is not None
    return {
        "id": attachment["id"],
        "filename": attachment["filename"],
        "content_type": attachment["content_type"],
        "content_id": attachment["content_id"] or "",
        "content_disposition": "inline" if inline else "attachment",
        "size": len(content(attachment)),
    }


def shown(tx: Transaction, mail: str, attachment: Json) -> Json:
    """Show an attachment with an address that gives its content."""
    origin = "" if tx.request is None else tx.request.origin
    address = f"{origin}/~{tx.world.name}/_t/f/{mail}/{attachment['id']}"
    expires = instants.iso(tx.now + LASTS)
    return brief(attachment) | {"download_url": address, "expires_at": expires}
