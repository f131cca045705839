"""A delivery that came through Svix: verified by Svix's own library, read, and ready for the inbox."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError
from svix.webhooks import Webhook, WebhookVerificationError

from integrations.errors import WebhookRejectedError
from integrations.webhooks.inbox import IncomingEvent, not_an_event


class SvixEnvelope(BaseModel):
    """What all events have in common; an event's id is the `svix-id` of its delivery."""

    type: str = Field(min_length=1)
    data: dict[str, Any]


Envelope = TypeVar("Envelope", bound=SvixEnvelope)


def read_delivery(
    provider: str, webhook: Webhook, payload: bytes, headers: dict[str, str], envelope: type[Envelope]
) -> tuple[Envelope, IncomingEvent]:
    """Verify a delivery and return its event, also as the inbox keeps it.

    Raises `WebhookRejectedError` for what is not authentic or not an event.
    """
    try:
        webhook.verify(payload, headers)
    except (WebhookVerificationError, ValueError) as error:
        # The library lets a ValueError through when a header or the body cannot even be decoded.
        raise WebhookRejectedError(400, f"The svix signature is not valid: {error}") from error
    try:
        event = envelope.model_validate_json(payload)
    except ValidationError as error:
        raise not_an_event(provider, error) from error
    kept = IncomingEvent(
        provider=provider,
        event_id=headers.get("svix-id") or headers["webhook-id"],
        type=event.type,
        payload=payload.decode(),
    )
    return event, kept
