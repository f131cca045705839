"""A mail of the world's store as the message that goes over the wire: headers, alternatives, inline files, attachments."""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import UTC
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from harness import instants

Json = dict[str, Any]
_STANDING = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version"}
)
_registry = HeaderRegistry()


def content(attachment: Json) -> bytes:
    """Return what is in an attachment (base64); nothing where it is only named by an address."""
    try:
        return b64decode(attachment.get("content") or "")
    except (binascii.Error, ValueError):
        return b""


def message(mail: Json) -> EmailMessage:
    """Return a mail as a message; blind copies are not told in it."""
    made = EmailMessage(policy=SMTP)
    headers = mail.get("headers") or {}
    named = {"From": mail["from"], "To": ", ".join(mail["to"]), "Cc": ", ".join(mail.get("cc") or ())}
    named |= {"Reply-To": ", ".join(mail.get("reply_to") or ()), "Subject": mail["subject"] or ""}
    named["Message-ID"] = headers.get("Message-ID") or f"<{mail['id']}@greenroom.test>"
    named["Date"] = format_datetime(instants.moment(mail["created"]).astimezone(UTC))
    named |= {name: value for name, value in headers.items() if name.lower() not in _STANDING}
    for name, value in named.items():
        if value:
            _add(made, name, value)
    _fill(made, mail)
    return made


def _fill(made: EmailMessage, mail: Json) -> None:
    html, text = mail.get("html"), mail.get("text")
    if text or not html:
        made.set_content(text or "")
    if html and text:
        made.add_alternative(html, subtype="html")
    elif html:
        made.set_content(html, subtype="html")
    for each in mail.get("attachments") or ():
        kind, _, subtype = (each.get("content_type") or "application/octet-stream").partition("/")
        inline = each.get("content_id")
        made.add_attachment(
            content(each),
            maintype=kind or "application",
            subtype=subtype or "octet-stream",
            filename=each.get("filename"),
            disposition="inline" if inline else "attachment",
            cid=f"<{inline}>" if inline else None,
        )


def _add(made: EmailMessage, name: str, value: str) -> None:
    """Add a header; one that no parser takes is left out rather than breaking the whole mail."""
    flat = " ".join(str(value).split())
    try:
        made[name] = flat
    except (ValueError, IndexError, LookupError):
        return
