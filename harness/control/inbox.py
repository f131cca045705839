"""The inbox page of a world: its mail, one shown as a mail program would, with what tests look for in it."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, Template

from harness.control.context import Named, Running
from harness.control.mails import list_emails, show_email

router = APIRouter(prefix="/worlds/{w}/inbox")
SHOWN = 100
Json = dict[str, Any]


@router.get("", include_in_schema=False)
async def show_inbox(
    runtime: Running,
    world: Named,
    search: Annotated[str, Query()] = "",
    id: Annotated[str | None, Query(alias="mail")] = None,
) -> HTMLResponse:
    """Show the newest mails, found by words where there are any, and the one that is opened: that loads its pictures, as a mail program does."""
    mails = (await list_emails(runtime, world, search=search, limit=SHOWN))["emails"]
    mail = None if id is None else await show_email(runtime, world, id)
    page = _template().render(world=world, mails=mails, mail=mail, search=search)
    return HTMLResponse(page)


@cache
def _template() -> Template:
    loader = PackageLoader("harness.control", "pages")
    return Environment(loader=loader, autoescape=True).get_template("inbox.html")
