"""Mails by HTTP."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from integrations.access import PROBLEMS, CallerOf, ServicesOf
from integrations.mail.messages import MESSAGES, Announcement, preview
from integrations.mail.schemas import Announced, MailList, MailView, NewAnnouncement, Preview, TemplateList
from integrations.schemas import EmailAddress

router = APIRouter(responses=PROBLEMS)
#: What recipients call, without credentials: the address of their mail is what they have.
leaving = APIRouter()
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Unsubscribe</title><h1>Unsubscribe</h1>{}</html>"
)


@router.get("/mails")
def list_mails(
    caller: CallerOf,
    services: ServicesOf,
    organisation_id: str | None = None,
    recipient: EmailAddress | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> MailList:
    """List mails with what became of them, newest first."""
    mails = services.mail.list(
        organisation_id=caller.scope(organisation_id), recipient=recipient, limit=limit
    )
    return MailList(mails=[MailView.model_validate(each) for each in mails])


@router.get("/mails/templates")
def list_templates() -> TemplateList:
    """List the templates that mails are made of."""
    return TemplateList(templates=sorted(MESSAGES))


@router.get("/mails/templates/{template}")
def preview_template(services: ServicesOf, template: str) -> Preview:
    """Show a template in the brand's frame, its fields' names in place of values."""
    return Preview.model_validate(preview(template, services.mail.brand), from_attributes=True)


@router.post("/mails/announcements", status_code=202)
def announce(caller: CallerOf, services: ServicesOf, body: NewAnnouncement) -> Announced:
    """Write a mail down for many recipients, once for each key; they go out at the pace that Resend allows."""
    message = Announcement(
        heading=body.heading, words=body.words, action=body.action, action_url=str(body.action_url)
    )
    written = services.mail.announce(
        organisation_id=caller.scope(body.organisation_id),
        recipients=body.recipients,
        message=message,
        key=body.key,
    )
    return Announced(mails=written)


@leaving.get("/mails/{mail_id}/unsubscribe", response_class=HTMLResponse)
def show_unsubscribing(mail_id: str) -> str:
    """Ask whether somebody means it: mail programs follow links by themselves."""
    action = escape(f"/mails/{mail_id}/unsubscribe")
    return _PAGE.format(
        f'<form method="post" action="{action}"><button>No more announcements</button></form>'
    )


@leaving.post("/mails/{mail_id}/unsubscribe", response_class=HTMLResponse)
def unsubscribe(mail_id: str, services: ServicesOf) -> str:
    """Send no more announcements to who got this one; mail programs do it with one click (RFC 8058)."""
    address = services.mail_tracking.leave(mail_id)
    return _PAGE.format(f"<p>{escape(address)} gets no more announcements.</p>")
