"""The world's mail store: all mail that any provider sent."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from harness import instants, mail_content, mime
from harness.control import shapes
from harness.control.context import Limit, Named, Running, reading
from harness.errors import NotFound
from harness.runtime import Runtime
from harness.transaction import MAILS, Transaction, bare_address
from harness.world import World

router = APIRouter(prefix="/worlds/{w}/emails", tags=["mail"])
Json = dict[str, Any]

PAGE = 200
SEARCHED = 5000
"""Mails that a search looks at, the newest first."""
SEALED = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline';"
    " img-src data: http://127.0.0.1:* http://localhost:* http://*.localhost:*"
)
"""What a mail's HTML may do in a browser: show, load pictures of this machine, open a link that somebody clicks."""


@router.get("")
async def list_emails(
    runtime: Running,
    world: Named,
    to: Annotated[str | None, Query(description="Only mail to this address (to, cc or bcc).")] = None,
    search: Annotated[
        str | None, Query(description="Only mail with these words in addresses, subject or text.")
    ] = None,
    limit: Limit = 100,
) -> shapes.Emails:
    """List mail, the newest first."""
    tx = reading(runtime, world)
    where = {"to": bare_address(to).lower() if to else None}
    if not search:
        return {"emails": [_line(mail) for mail in tx.page(MAILS, where=where, limit=limit).items]}
    return {"emails": [_line(mail) for mail in _found(tx, where, search.casefold().split(), limit)]}


@router.get("/{id}")
async def show_email(runtime: Running, world: Named, id: str) -> shapes.Email:
    """Show a mail whole, with the links and codes in it."""
    mail = find(runtime, world, id)
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


@router.get("/{id}/html", response_class=Response)
async def show_html(runtime: Running, world: Named, id: str) -> Response:
    """Show a mail's HTML as a page that may run nothing; files that it shows inline come from the mail itself."""
    mail = find(runtime, world, id)
    base = f"/_greenroom/worlds/{world.id}/emails/{mail['id']}/"
    html = mail_content.page(mail.get("html") or "", base, mail.get("attachments") or ())
    headers = {"Content-Security-Policy": SEALED, "X-Content-Type-Options": "nosniff"}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/{id}/source", response_class=Response)
async def show_source(runtime: Running, world: Named, id: str) -> Response:
    """Show a mail as it goes over the wire (RFC 5322)."""
    source = mime.message(find(runtime, world, id)).as_bytes()
    return Response(source, media_type="text/plain; charset=utf-8")


@router.get("/{id}/attachments/{number}", response_class=Response)
async def show_attachment(runtime: Running, world: Named, id: str, number: int) -> Response:
    """Give the content of one of a mail's attachments, counted from 0; never as something that a browser would run."""
    attachments = find(runtime, world, id).get("attachments") or []
    if not 0 <= number < len(attachments):
        raise NotFound(f"mail {id!r} has no attachment {number}")
    held = attachments[number]
    kind = held.get("content_type") or ""
    shown = kind if kind.startswith("image/") and "svg" not in kind else "application/octet-stream"
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(mime.content(held), media_type=shown, headers=headers)


def find(runtime: Runtime, world: World, id: str) -> Json:
    """Return a mail of a world; raise NotFound."""
    mail = reading(runtime, world).get(MAILS, id)
    if mail is None:
        raise NotFound(f"world {world.name} has no mail {id!r}")
    return mail


def _found(tx: Transaction, where: Json, words: list[str], limit: int) -> list[Json]:
    """Return the newest mails that hold all words."""
    found: list[Json] = []
    beyond = None
    for _ in range(0, SEARCHED, PAGE):
        page = tx.page(MAILS, where=where, limit=PAGE, beyond=beyond)
        found += [mail for mail in page.items if _holds(mail, words)]
        if len(found) >= limit or not page.has_more:
            break
        beyond = page.end
    return found[:limit]


def _holds(mail: Json, words: list[str]) -> bool:
    parts = (mail["from"], *mail["addresses"], mail["subject"], mail.get("text") or mail.get("html"))
    told = "\n".join(part or "" for part in parts).casefold()
    return all(word in told for word in words)


def _line(mail: Json) -> shapes.EmailLine:
    return {
        "id": mail["id"],
        "provider": mail["provider"],
        "from": mail["from"],
        "to": mail["to"],
        "subject": mail["subject"],
        "created": instants.iso(mail["created"]),
        "status": mail.get("status") or "accepted",
    }
