"""What arrives from InsightIQ: its signature, its shape, and what each event means for creators and accounts."""

from pydantic import BaseModel, Field, ValidationError

from integrations.creators.connections import Connections
from integrations.creators.creators import Creators
from integrations.settings import Settings
from integrations.webhooks.inbox import Inbox, IncomingEvent, Outcome, not_an_event
from integrations.webhooks.signatures import verify_digests

PROVIDER = "insightiq"

#: Events, up to their dot, that tell of an account or of what is known through it. The spelling is InsightIQ's.
_ACCOUNTS = frozenset({"ACCOUNTS", "SESSION", "PROFILES"})
#: Events that tell of the end of a job.
_JOBS = frozenset({"PROFILE_ANALYTICS", "SAFETY_FETCH"})


class EventData(BaseModel):
    """What is read of an event's data: it names things, which are read again from the API."""

    account_id: str | None = None
    job_id: str | None = None


class InsightiqEvent(BaseModel):
    """An event; `id` is the same on every retry."""

    id: str = Field(min_length=1)
    event: str = Field(min_length=1)
    data: EventData


class InsightiqWebhooks:
    """Takes a delivery from InsightIQ from its raw bytes to its effect."""

    def __init__(
        self, settings: Settings, inbox: Inbox, creators: Creators, connections: Connections
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._creators = creators
        self._connections = connections

    def receive(self, payload: bytes, signature: str | None) -> Outcome:
        """Verify, keep and process one delivery.

        Raises `WebhookRejectedError` for what is not authentic or not an event, `EventFailedError` for what should
        be delivered again, `NotConfiguredError` without INSIGHTIQ_WEBHOOK_SECRET and INSIGHTIQ_SECRET.
        """
        own = self._settings.insightiq_webhook_secret
        (secret,) = self._settings.required(
            PROVIDER, "insightiq_secret" if own is None else "insightiq_webhook_secret"
        )
        verify_digests(signature, "Webhook-Signatures", payload, secret)
        try:
            event = InsightiqEvent.model_validate_json(payload)
        except ValidationError as error:
            raise not_an_event(PROVIDER, error) from error
        kept = IncomingEvent(provider=PROVIDER, event_id=event.id, type=event.event, payload=payload.decode())
        return self._inbox.receive(kept, lambda: self._handle(event))

    def _handle(self, event: InsightiqEvent) -> bool:
        """Bring the creator or the account up to date; say whether the event concerned us."""
        group = event.event.partition(".")[0]
        if group in _ACCOUNTS and event.data.account_id is not None:
            return self._connections.refresh(event.data.account_id)
        if group in _JOBS and event.data.job_id is not None:
            return self._creators.refresh_job(event.data.job_id)
        return False
