"""What arrives from Cint: its signature, its shape (CloudEvents), and which study it is about."""

from typing import Any

from pydantic import BaseModel, Field, ValidationError

from integrations.clock import Clock
from integrations.settings import Settings
from integrations.studies.fielding import Fielding
from integrations.webhooks.inbox import Inbox, IncomingEvent, Outcome, not_an_event
from integrations.webhooks.signatures import verify_stamped

PROVIDER = "cint"
#: Its end stands in the type, whatever spelling the rest has.
_CHANGED = "target-group.updated"


class CloudEvent(BaseModel):
    """What is read of an event."""

    id: str = Field(min_length=1)
    type: str = Field(min_length=1)
    data: dict[str, Any]


class CintWebhooks:
    """Takes a notification from Cint from its raw bytes to its effect."""

    def __init__(self, settings: Settings, inbox: Inbox, fielding: Fielding, clock: Clock) -> None:
        self._settings = settings
        self._inbox = inbox
        self._fielding = fielding
        self._clock = clock

    def receive(self, payload: bytes, signature: str | None) -> tuple[Outcome, str]:
        """Verify, keep and process one delivery; return what became of it, and the event's id, which Cint wants back.

        Raises `WebhookRejectedError` for what is not authentic or not an event, `EventFailedError` for what should
        be delivered again, `NotConfiguredError` without CINT_WEBHOOK_SECRET.
        """
        (secret,) = self._settings.required(PROVIDER, "cint_webhook_secret")
        verify_stamped(signature, "Cint-Signature", payload, secret, self._clock.now())
        try:
            event = CloudEvent.model_validate_json(payload)
        except ValidationError as error:
            raise not_an_event(PROVIDER, error) from error
        kept = IncomingEvent(provider=PROVIDER, event_id=event.id, type=event.type, payload=payload.decode())
        return self._inbox.receive(kept, lambda: self._handle(event)), event.id

    def _handle(self, event: CloudEvent) -> bool:
        """Read the study again whose target group has changed; sessions and quotas are counted on our own side."""
        group_id = event.data.get("target_group_id")
        if not event.type.endswith(_CHANGED) or not isinstance(group_id, str):
            return False
        study_id = self._fielding.of_target_group(group_id)
        if study_id is None:
            return False
        self._fielding.refresh(study_id)
        return True
