"""What Stripe's command line asks for: `stripe listen`, `stripe logs tail`, `stripe events resend`."""

from __future__ import annotations

from pydantic import ConfigDict

from harness import instants
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import Boolean, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.resources import cli_sessions, events
from mocks.stripe.resources.events import EVENTS, KEPT_SECONDS


class OpenSession(StripeParams):
    """POST /v1/stripecli/sessions: what the CLI tells of itself; only the features matter here."""

    model_config = ConfigDict(extra="ignore")

    websocket_features: tuple[str, ...] = ()


class RetryEvent(StripeParams):
    """POST /v1/events/{id}/retry."""

    unsupported = frozenset({"account"})

    for_stripecli: Boolean = False
    webhook_endpoint: str | None = None


@stripe.post("/v1/stripecli/sessions", id="PostStripecliSessions", tier="P1")
def open_session(tx: Transaction, params: OpenSession) -> Json:
    """Let a command line follow the account."""
    unknown = set(params.websocket_features) - set(cli_sessions.FEATURES)
    if unknown:
        raise errors.invalid(f"Invalid websocket feature: {min(unknown)}", param="websocket_features")
    return cli_sessions.create(tx, params.websocket_features)


@stripe.post("/v1/events/{id}/retry", id="PostEventsIdRetry", tier="P1")
def retry_event(tx: Transaction, params: RetryEvent, id: str) -> Json:
    """Send an event once more: to a webhook endpoint, or to the command lines that listen."""
    found = tx.get(EVENTS, id)
    if found is None or tx.now - found["created"] > KEPT_SECONDS * instants.SECOND:
        raise errors.not_found("event", id)
    if params.webhook_endpoint is not None:
        endpoint = next((each for each in tx.endpoints() if each["id"] == params.webhook_endpoint), None)
        if endpoint is None:
            raise errors.no_such("webhook_endpoint", params.webhook_endpoint, param="webhook_endpoint")
        tx.deliver(found, endpoint)
    else:
        tx.tell(found)
    return events.retrieved(tx, found)
