"""The only door to Stripe's API: the official SDK, guarded, and reduced to what the platform relies on.

The SDK pins the API version. Only shapes that hold since 2025-03-31.basil are read: a subscription's period lies on
its items, an invoice names its subscription under `parent`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import stripe
from stripe.params import CustomerCreateParams, CustomerModifyParams
from stripe.params.checkout import SessionCreateParams

from integrations.clock import Clock
from integrations.errors import (
    PaymentDeclinedError,
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RateLimitedError,
    Refusal,
)
from integrations.identifiers import new_id
from integrations.resilience import ProviderGuard, parse_retry_after
from integrations.settings import Settings

T = TypeVar("T")

#: Where the platform's own id travels in Stripe's metadata.
ORGANISATION_KEY = "organisation_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerState:
    """What Stripe says about a customer; a deleted one has nothing but its id."""

    id: str
    email: str | None = None
    name: str | None = None
    default_payment_method: str | None = None
    delinquent: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionState:
    """What Stripe says about a subscription. `price_id` and the period are those of its first item."""

    id: str
    customer_id: str
    status: str
    price_id: str | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    default_payment_method: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceState:
    """What Stripe says about an invoice; amounts are integers of the currency's minor unit."""

    id: str
    customer_id: str
    subscription_id: str | None
    status: str | None
    currency: str
    amount_due: int
    amount_paid: int
    amount_remaining: int
    attempt_count: int
    next_payment_attempt: datetime | None
    hosted_invoice_url: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSession:
    """A page of Stripe's on which a customer pays: its id and address."""

    id: str
    url: str


class StripeGateway:
    """Calls Stripe. Every method raises `ProviderError`; every write carries one idempotency key over its retries."""

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        base = settings.stripe_api_base
        redirected = base != stripe.DEFAULT_API_BASE
        self._guard = guard
        self._clock = clock
        self._client = stripe.StripeClient(
            settings.stripe_secret_key.get_secret_value(),
            # Away from Stripe, no service of the SDK may still reach the real hosts.
            base_addresses=(
                {"api": base, "files": base, "connect": base, "meter_events": base} if redirected else None
            ),
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=settings.provider_timeout_seconds),
        )

    # Customers and their payment methods

    def create_customer(
        self, *, organisation_id: str, name: str, email: str, idempotency_key: str
    ) -> CustomerState:
        """Create a customer that names its organisation in its metadata."""
        params: CustomerCreateParams = {
            "name": name,
            "email": email,
            "metadata": {ORGANISATION_KEY: organisation_id},
        }
        return _customer(
            self._call(
                "create customer",
                lambda: self._client.v1.customers.create(params, {"idempotency_key": idempotency_key}),
            )
        )

    def retrieve_customer(self, customer_id: str) -> CustomerState:
        """Read a customer; a deleted one is an answer, not an error."""
        return _customer(
            self._call("retrieve customer", lambda: self._client.v1.customers.retrieve(customer_id))
        )

    def update_customer(self, customer_id: str, *, name: str, email: str) -> CustomerState:
        """Change a customer's name and e-mail address."""
        return self._modify_customer(customer_id, {"name": name, "email": email})

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer for good; Stripe cancels its subscriptions at once."""
        self._call("delete customer", lambda: self._client.v1.customers.delete(customer_id))

    def attach_payment_method(self, payment_method_id: str, customer_id: str) -> str:
        """Attach a payment method and return its id, which differs when a test template such as `pm_card_visa` was given."""
        key = new_id()
        method = self._call(
            "attach payment method",
            lambda: self._client.v1.payment_methods.attach(
                payment_method_id, {"customer": customer_id}, {"idempotency_key": key}
            ),
        )
        return method.id

    def set_default_payment_method(self, customer_id: str, payment_method_id: str) -> CustomerState:
        """Make an attached payment method the one that pays the customer's invoices."""
        return self._modify_customer(
            customer_id, {"invoice_settings": {"default_payment_method": payment_method_id}}
        )

    def _modify_customer(self, customer_id: str, params: CustomerModifyParams) -> CustomerState:
        key = new_id()
        return _customer(
            self._call(
                "update customer",
                lambda: self._client.v1.customers.update(customer_id, params, {"idempotency_key": key}),
            )
        )

    # Checkout, subscriptions and invoices

    def create_checkout_session(
        self, *, organisation_id: str, customer_id: str, price_id: str, success_url: str, cancel_url: str
    ) -> CheckoutSession:
        """Open a hosted page on which the customer subscribes to one unit of a price."""
        key = new_id()
        params: SessionCreateParams = {
            "mode": "subscription",
            "customer": customer_id,
            "client_reference_id": organisation_id,
            "line_items": [{"price": price_id, "quantity": 1}],
            "subscription_data": {"metadata": {ORGANISATION_KEY: organisation_id}},
            "metadata": {ORGANISATION_KEY: organisation_id},
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        session = self._call(
            "create checkout session",
            lambda: self._client.v1.checkout.sessions.create(params, {"idempotency_key": key}),
        )
        if session.url is None:
            raise ProviderRefusedError(
                Refusal(
                    provider=self._guard.provider,
                    operation="create checkout session",
                    message=f"{session.id} has no hosted page",
                )
            )
        return CheckoutSession(id=session.id, url=session.url)

    def retrieve_subscription(self, subscription_id: str) -> SubscriptionState:
        """Read a subscription, also a canceled one."""
        return _subscription(
            self._call(
                "retrieve subscription", lambda: self._client.v1.subscriptions.retrieve(subscription_id)
            )
        )

    def set_subscription_payment_method(self, subscription_id: str, payment_method_id: str) -> None:
        """Replace the payment method that a subscription keeps for itself."""
        key = new_id()
        self._call(
            "update subscription",
            lambda: self._client.v1.subscriptions.update(
                subscription_id, {"default_payment_method": payment_method_id}, {"idempotency_key": key}
            ),
        )

    def retrieve_invoice(self, invoice_id: str) -> InvoiceState:
        """Read an invoice."""
        return _invoice(self._call("retrieve invoice", lambda: self._client.v1.invoices.retrieve(invoice_id)))

    def pay_invoice(self, invoice_id: str) -> InvoiceState:
        """Charge an open invoice now; raises `PaymentDeclinedError` when the bank says no."""
        key = new_id()
        return _invoice(
            self._call(
                "pay invoice",
                lambda: self._client.v1.invoices.pay(invoice_id, None, {"idempotency_key": key}),
            )
        )

    def construct_event(self, payload: bytes, signature: str | None, secret: str) -> stripe.Event:
        """Verify a webhook with the SDK (tolerance 300 s) and return its event; no call is made."""
        return self._client.construct_event(payload, signature, secret)

    def _call(self, operation: str, call: Callable[[], T]) -> T:
        def attempt() -> T:
            try:
                return call()
            except stripe.StripeError as error:
                raise self._translate(operation, error) from error

        return self._guard.call(operation, attempt)

    def _translate(self, operation: str, error: stripe.StripeError) -> ProviderError:
        headers = error.headers or {}
        refusal = Refusal(
            provider=self._guard.provider,
            operation=operation,
            message=error.user_message or type(error).__name__,
            status=error.http_status,
            code=error.code,
            request_id=error.request_id,
            retry_after_seconds=parse_retry_after(headers.get("retry-after"), self._clock),
        )
        if isinstance(error, stripe.CardError):
            return PaymentDeclinedError(refusal)
        if isinstance(error, stripe.APIConnectionError):
            return ProviderUnavailableError(refusal) if error.should_retry else ProviderRefusedError(refusal)
        # Stripe says itself whether the same request may succeed later; both its SDKs obey that first.
        advice = headers.get("stripe-should-retry")
        if error.http_status == 429:
            return ProviderRefusedError(refusal) if advice == "false" else RateLimitedError(refusal)
        in_trouble = error.http_status == 409 or (error.http_status or 500) >= 500
        if advice == "true" or (in_trouble and advice != "false"):
            return ProviderUnavailableError(refusal)
        return ProviderRefusedError(refusal)


def is_missing(error: ProviderError) -> bool:
    """Say whether Stripe answered that the object does not exist."""
    return error.status == 404 or error.code == "resource_missing"


def _customer(customer: stripe.Customer) -> CustomerState:
    if getattr(customer, "deleted", False):
        return CustomerState(id=customer.id, deleted=True)
    settings = customer.invoice_settings
    return CustomerState(
        id=customer.id,
        email=customer.email,
        name=customer.name,
        default_payment_method=_id(settings.default_payment_method) if settings else None,
        delinquent=bool(customer.delinquent),
    )


def _subscription(subscription: stripe.Subscription) -> SubscriptionState:
    items = subscription.items.data
    first = items[0] if items else None
    return SubscriptionState(
        id=subscription.id,
        customer_id=_id(subscription.customer) or "",
        status=subscription.status,
        price_id=first.price.id if first else None,
        current_period_start=_instant(first.current_period_start) if first else None,
        current_period_end=_instant(first.current_period_end) if first else None,
        cancel_at_period_end=subscription.cancel_at_period_end,
        cancel_at=_instant(subscription.cancel_at),
        canceled_at=_instant(subscription.canceled_at),
        default_payment_method=_id(subscription.default_payment_method),
        created_at=datetime.fromtimestamp(subscription.created, UTC),
    )


def _invoice(invoice: stripe.Invoice) -> InvoiceState:
    details = invoice.parent.subscription_details if invoice.parent else None
    return InvoiceState(
        id=invoice.id,
        customer_id=_id(invoice.customer) or "",
        subscription_id=_id(details.subscription) if details else None,
        status=invoice.status,
        currency=invoice.currency,
        amount_due=invoice.amount_due,
        amount_paid=invoice.amount_paid,
        amount_remaining=invoice.amount_remaining,
        attempt_count=invoice.attempt_count,
        next_payment_attempt=_instant(invoice.next_payment_attempt),
        hosted_invoice_url=invoice.hosted_invoice_url,
        created_at=datetime.fromtimestamp(invoice.created, UTC),
    )


def _id(reference: str | stripe.StripeObject | None) -> str | None:
    """Return the id behind a field that is either an id or, when expanded, the object itself."""
    if reference is None or isinstance(reference, str):
        return reference
    identifier: str = reference["id"]
    return identifier


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
