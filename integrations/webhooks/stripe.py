"""What arrives from Stripe: its signature, its shape, and what each event type means for the platform."""

from collections.abc import Callable
from typing import Any

import stripe
from pydantic import BaseModel, Field, ValidationError

from integrations.billing.customers import Customers
from integrations.billing.invoices import Invoices
from integrations.billing.stripe_gateway import StripeGateway
from integrations.billing.subscriptions import Subscriptions
from integrations.errors import WebhookRejectedError
from integrations.settings import Settings
from integrations.webhooks.inbox import Inbox, IncomingEvent, Outcome, not_an_event

PROVIDER = "stripe"

#: What is told of a checkout that began a subscription: that it is complete, and how a bank debit ended days later.
CHECKED_OUT = frozenset(
    {
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
    }
)


class EventData(BaseModel):
    """The part of an event that holds the snapshot."""

    object: dict[str, Any]


class StripeEvent(BaseModel):
    """A snapshot event; fields that are not named here are let through."""

    id: str = Field(min_length=1)
    type: str = Field(min_length=1)
    data: EventData


class Snapshot(BaseModel):
    """What is read of the snapshot in an event that concerns us; the object itself is read again from the API."""

    id: str
    attempt_count: int = 0
    subscription: str | None = None
    #: What a schedule that let go had held.
    released_subscription: str | None = None


class StripeWebhooks:
    """Takes a delivery from Stripe from its raw bytes to its effect."""

    def __init__(
        self,
        settings: Settings,
        stripe_gateway: StripeGateway,
        inbox: Inbox,
        customers: Customers,
        subscriptions: Subscriptions,
        invoices: Invoices,
    ) -> None:
        self._secret = settings.stripe_webhook_secret.get_secret_value()
        self._stripe = stripe_gateway
        self._inbox = inbox
        self._customers = customers
        self._subscriptions = subscriptions
        self._invoices = invoices

    def receive(self, payload: bytes, signature: str | None) -> Outcome:
        """Verify, keep and process one delivery.

        Raises `WebhookRejectedError` for what is not authentic or not an event, `EventFailedError` for what should
        be delivered again.
        """
        self._verify(payload, signature)
        return self.take(payload.decode())

    def take(self, payload: str) -> Outcome:
        """Keep and process an event whose origin is beyond doubt; raises as `receive` does."""
        try:
            event = StripeEvent.model_validate_json(payload)
        except ValidationError as error:
            raise not_an_event(PROVIDER, error) from error
        kept = IncomingEvent(provider=PROVIDER, event_id=event.id, type=event.type, payload=payload)
        outcome = self._inbox.receive(kept, lambda: self._handle(event))
        if self._customers.is_forgotten(_customer_of(event)):
            self._inbox.erase(PROVIDER, event.id)
        return outcome

    def _verify(self, payload: bytes, signature: str | None) -> None:
        if signature is not None and not signature.isascii():
            # The SDK compares hexadecimal digits and breaks on anything else.
            raise WebhookRejectedError(400, "The Stripe-Signature is not valid: it is not ASCII.")
        try:
            self._stripe.construct_event(payload, signature, self._secret)
        except stripe.SignatureVerificationError as error:
            raise WebhookRejectedError(
                400, f"The Stripe-Signature is not valid: {error.user_message}"
            ) from error
        except UnicodeDecodeError as error:
            raise WebhookRejectedError(400, "The body is not UTF-8.") from error
        except (ValueError, AttributeError) as error:
            # Signed, but no JSON object (the SDK asks it for its keys), or a thin event.
            raise WebhookRejectedError(422, f"This is not a Stripe snapshot event: {error}") from error

    def _handle(self, event: StripeEvent) -> bool:
        """Bring the mirror up to date; say whether the event concerned us."""
        handler = self._handler_for(event.type)
        return handler is not None and handler(Snapshot.model_validate(event.data.object))

    def _handler_for(self, event_type: str) -> Callable[[Snapshot], bool] | None:
        if event_type in {"customer.created", "customer.updated", "customer.deleted"}:
            return lambda customer: self._customers.refresh(customer.id)
        if event_type.startswith("customer.subscription."):
            return lambda subscription: self._subscriptions.refresh(subscription.id)
        if event_type in CHECKED_OUT or event_type.startswith("subscription_schedule."):
            return self._subscription_concerned
        if event_type == "invoice.payment_failed":
            # The attempt that failed is history: only the event tells it, the invoice may have been paid since.
            return lambda invoice: self._invoice_changed(invoice, max(invoice.attempt_count, 1))
        if event_type.startswith("invoice.") and event_type != "invoice.upcoming":
            return lambda invoice: self._invoice_changed(invoice, 0)
        return None

    def _subscription_concerned(self, thing: Snapshot) -> bool:
        subscription = thing.subscription or thing.released_subscription
        return subscription is not None and self._subscriptions.refresh(subscription)

    def _invoice_changed(self, snapshot: Snapshot, failed_attempt: int) -> bool:
        invoice = self._invoices.refresh(snapshot.id, failed_attempt=failed_attempt)
        if invoice is None:
            return False
        if invoice.subscription_id is not None:
            self._subscriptions.refresh(invoice.subscription_id)
        return True


def _customer_of(event: StripeEvent) -> str | None:
    """Return the id of the customer an event is about."""
    thing = event.data.object
    found = thing.get("id") if thing.get("object") == "customer" else thing.get("customer")
    return found if isinstance(found, str) else None
