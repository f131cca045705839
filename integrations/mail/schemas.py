"""The JSON of mails."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from integrations.models import MailStatus
from integrations.schemas import EmailAddress, View


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


class TemplateList(BaseModel):
    """The names of the templates."""

    templates: list[str]


class Preview(BaseModel):
    """A template as it would be sent."""

    model_config = ConfigDict(from_attributes=True)

    subject: str
    html: str
    text: str


class NewAnnouncement(BaseModel):
    """What many are to be told; the same `key` never writes to an address twice."""

    organisation_id: str | None = None
    recipients: list[EmailAddress] = Field(min_length=1, max_length=1000)
    heading: str = Field(min_length=1, max_length=200)
    words: str = Field(min_length=1, max_length=5000)
    action: str = Field(min_length=1, max_length=100)
    action_url: HttpUrl
    key: str = Field(min_length=1, max_length=100)


class Announced(BaseModel):
    """The ids of the mails that were written down."""

    mails: list[str]
