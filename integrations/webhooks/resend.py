"""What arrives from Resend: its signature (Svix), its shape, and what each event type means for a mail."""

from typing import Any

from pydantic import AwareDatetime, BaseModel, Field
from svix.webhooks import Webhook

from integrations.mail.service import MAIL_TAG
from integrations.mail.tracking import MailReport, MailTracking
from integrations.models import MailStatus
from integrations.settings import Settings
from integrations.webhooks.inbox import Inbox, Outcome
from integrations.webhooks.svix_delivery import SvixEnvelope, read_delivery

PROVIDER = "resend"

#: Event types that say something about a mail we sent. Others (email.received, domain.*) are kept only.
MAIL_EVENTS = {
    f"email.{status.value}": status
    for status in (
        MailStatus.SCHEDULED,
        MailStatus.SENT,
        MailStatus.DELIVERY_DELAYED,
        MailStatus.DELIVERED,
        MailStatus.OPENED,
        MailStatus.CLICKED,
        MailStatus.FAILED,
        MailStatus.SUPPRESSED,
        MailStatus.BOUNCED,
        MailStatus.COMPLAINED,
    )
}


#: Event types that may say that somebody has unsubscribed at Resend (its own page, the dashboard).
CONTACT_EVENTS = frozenset({"contact.created", "contact.updated"})


class Envelope(SvixEnvelope):
    """What all of Resend's events have in common."""

    created_at: AwareDatetime


class Bounce(BaseModel):
    """Why a mail came back; `type` is Permanent, Transient or Undetermined."""

    type: str
    subType: str | None = None
    message: str | None = None


class MailData(BaseModel):
    """What is read of an `email.*` event. The addresses are in `to`: there is no `email` field."""

    email_id: str = Field(min_length=1)
    to: list[str]
    tags: dict[str, str] = {}
    bounce: Bounce | None = None
    click: dict[str, Any] | None = None
    failed: dict[str, Any] | None = None
    suppressed: dict[str, Any] | None = None

    def detail(self) -> dict[str, object]:
        """Return what belongs to this event type alone."""
        if self.bounce is not None:
            return self.bounce.model_dump()
        return dict(self.click or self.failed or self.suppressed or {})


class ContactData(BaseModel):
    """What is read of a `contact.*` event."""

    email: str = ""
    unsubscribed: bool = False


class ResendWebhooks:
    """Takes a delivery from Resend from its raw bytes to its effect."""

    def __init__(self, settings: Settings, inbox: Inbox, tracking: MailTracking) -> None:
        self._webhook = Webhook(settings.resend_webhook_secret.get_secret_value())
        self._inbox = inbox
        self._tracking = tracking

    def receive(self, payload: bytes, headers: dict[str, str]) -> Outcome:
        """Verify, keep and process one delivery.

        Raises `WebhookRejectedError` for what is not authentic or not an event, `EventFailedError` for what should
        be delivered again.
        """
        event, kept = read_delivery(PROVIDER, self._webhook, payload, headers, Envelope)
        return self._inbox.receive(kept, lambda: self._handle(kept.event_id, event))

    def _handle(self, event_id: str, event: Envelope) -> bool:
        """Take note of what happened to a mail; say whether the event concerned us."""
        if event.type in CONTACT_EVENTS:
            return self._follow_contact(event)
        status = MAIL_EVENTS.get(event.type)
        if status is None:
            return False
        data = MailData.model_validate(event.data)
        return self._tracking.record(
            MailReport(
                event_id=event_id,
                status=status,
                resend_id=data.email_id,
                mail_id=data.tags.get(MAIL_TAG),
                recipients=data.to,
                occurred_at=event.created_at,
                detail=data.detail(),
                bounce_type=data.bounce.type if data.bounce else None,
            )
        )

    def _follow_contact(self, event: Envelope) -> bool:
        """Take note of who has unsubscribed at Resend, or came back there: a new contact says nothing of the latter."""
        contact = ContactData.model_validate(event.data)
        if not contact.email or not (contact.unsubscribed or event.type == "contact.updated"):
            return False
        self._tracking.follow_contact(contact.email, unsubscribed=contact.unsubscribed, at=event.created_at)
        return True
