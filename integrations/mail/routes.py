"""Mails by HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from integrations.access import PROBLEMS, CallerOf, ServicesOf
from integrations.mail.schemas import MailList, MailView
from integrations.schemas import EmailAddress

router = APIRouter(responses=PROBLEMS)


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
