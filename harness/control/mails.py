"""The world's mail store: all mail that any provider sent."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from harness import instants, mail_content
from harness.control import shapes
from harness.control.context import Limit, Named, Running, reading
from harness.errors import NotFound
from harness.transaction import MAILS, bare_address

router = APIRouter(prefix="/worlds/{w}/emails", tags=["mail"])
Json = dict[str, Any]


@router.get("")
async def list_emails(
    runtime: Running,
    world: Named,
    to: Annotated[str | None, Query(description="Only mail to this address (to, cc or bcc).")] = None,
    limit: Limit = 100,
) -> shapes.Emails:
    """List mail, the newest first."""
    where = {"to": bare_address(to).lower() if to else None}
    page = reading(runtime, world).page(MAILS, where=where, limit=limit)
    return {"emails": [_line(mail) for mail in page.items]}


@router.get("/{id}")
async def show_email(runtime: Running, world: Named, id: str) -> shapes.Email:
    """Show a mail whole, with the links and codes in it."""
    mail = reading(runtime, world).get(MAILS, id)
    if mail is None:
        raise NotFound(f"world {world.name} has no mail {id!r}")
    html, text = mail.get("html"), mail.get("text")
    return {
        **_line(mail),
        "cc": mail.get("cc") or [],
        "bcc": mail.get("bcc") or [],
        "reply_to": mail.get("reply_to") or [],
        "headers": mail.get("headers") or {},
        "html": html,
        "text": text,
        "links": mail_content.links(html, text),
        "codes": mail_content.codes(html, text),
        "attachments": mail.get("attachments") or [],
    }


def _line(mail: Json) -> shapes.EmailLine:
    return {
        "id": mail["id"],
        "provider": mail["provider"],
        "from": mail["from"],
        "to": mail["to"],
        "subject": mail["subject"],
        "created": instants.iso(mail["created"]),
    }
