"""The inbox of a world: its mail, one shown as a mail program would, with what tests look for in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from harness.control.context import Named, Running
from harness.control.mails import list_emails, show_email
from harness.dashboard import showing

router = APIRouter(prefix="/{w}")
SHOWN = 100


@router.get("/inbox")
async def show(
    request: Request,
    runtime: Running,
    world: Named,
    search: Annotated[str, Query(max_length=200)] = "",
    id: Annotated[str | None, Query(alias="mail")] = None,
) -> HTMLResponse:
    """Show the newest mails, found by words where there are any, and the one that is opened: that loads its pictures, as a mail program does."""
    return showing.page(
        request,
        runtime,
        world,
        "inbox.html",
        section="/inbox",
        mails=(await list_emails(runtime, world, search=search, limit=SHOWN))["emails"],
        mail=None if id is None else await show_email(runtime, world, id),
        search=search,
    )
