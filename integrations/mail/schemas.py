"""The JSON of mails."""

from datetime import datetime

from pydantic import BaseModel

from integrations.models import MailStatus
from integrations.schemas import View


class MailEventView(View):
    """Something that happened to a mail, in Resend's words without their `email.`."""

    type: str
    occurred_at: datetime
    detail: dict[str, object]


class MailView(View):
    """A mail and what became of it, oldest event first."""

    id: str
    organisation_id: str | None
    template: str
    recipient: str
    subject: str
    status: MailStatus
    resend_id: str | None
    attempts: int
    error: str | None
    created_at: datetime
    events: list[MailEventView]


class MailList(BaseModel):
    """Mails, newest first."""

    mails: list[MailView]
