"""A mail of the world's store as the message that goes over the wire: headers, alternatives, inline files, attachments."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from datetime import UTC
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from harness import instants

Json = dict[str, Any]
_STANDING = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version"}
)
_name = re.compile(r"[!-9;-~]+").fullmatch
_type = re.compile(r"([\w!#$&^.+-]+)/([\w!#$&^.+-]+)", re.ASCII).match
_CONTAINERS = frozenset({"multipart", "message"})
"""Types of parts that hold further parts: what is attached under one goes as plain bytes."""


def content(attachment: Json) -> bytes:
    """Return what is in an attachment (base64); nothing where it is only named by an address."""
    try:
        return b64decode(attachment.get("content") or "")
    except (binascii.Error, ValueError):
        return b""


def message(mail: Json) -> EmailMessage:
    """Return a mail as a message, the same one every time; blind copies are not told in it."""
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
    for number, part in enumerate(each for each in made.walk() if each.is_multipart()):
        part.set_boundary(f"=_{mail['id']}_{number}")
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
        kind, subtype = _kind(each.get("content_type") or "")
        inline = _flat(each.get("content_id") or "").strip("<>")
        made.add_attachment(
            content(each),
            maintype=kind,
            subtype=subtype,
            filename=_flat(each.get("filename") or "attachment"),
            disposition="inline" if inline else "attachment",
            cid=f"<{inline}>" if inline else None,
        )


def _kind(content_type: str) -> tuple[str, str]:
    """Return the two parts of a content type; bytes of no kind for what is none."""
    found = _type(content_type.strip())
    if found is None or found[1].lower() in _CONTAINERS:
        return "application", "octet-stream"
    return found[1], found[2]


def _flat(text: str) -> str:
    """Return a text as one line without control characters: headers hold no others."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _add(made: EmailMessage, name: str, value: str) -> None:
    """Add a header; one that no parser takes is left out rather than breaking the whole mail."""
    if not _name(name):
        return
    try:
        made[name] = _flat(str(value))
    except (ValueError, IndexError, LookupError):
        return
