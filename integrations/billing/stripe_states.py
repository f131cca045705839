"""What the platform reads of Stripe's objects.

Only shapes that hold since 2025-03-31.basil are read: a subscription's period lies on its items, an invoice names its
subscription under `parent`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import stripe

from integrations.models import ENDED

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
    #: Which organisation of ours the metadata names.
    organisation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionState:
    """What Stripe says about a subscription. `item_id`, `price_id` and the period are those of its first item.

    `scheduled_price_id` is the price to which a schedule will change it at `scheduled_at`.
    """

    id: str
    customer_id: str
    status: str
    item_id: str | None
    price_id: str | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    cancellation_reason: str | None
    schedule_id: str | None
    scheduled_price_id: str | None
    scheduled_at: datetime | None
    default_payment_method: str | None
    created_at: datetime

    @property
    def ended(self) -> bool:
        """Whether it is over for good."""
        return self.status in ENDED


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


def customer_state(customer: stripe.Customer) -> CustomerState:
    """Read a customer; a deleted one has its id alone."""
    if getattr(customer, "deleted", False):
        return CustomerState(id=customer.id, deleted=True)
    settings = customer.invoice_settings
    return CustomerState(
        id=customer.id,
        email=customer.email,
        name=customer.name,
        default_payment_method=id_of(settings.default_payment_method) if settings else None,
        delinquent=bool(customer.delinquent),
        organisation_id=customer.metadata.to_dict().get(ORGANISATION_KEY) if customer.metadata else None,
    )


def subscription_state(subscription: stripe.Subscription) -> SubscriptionState:
    """Read a subscription, whose schedule should be expanded."""
    items = subscription.items.data
    first = items[0] if items else None
    details = subscription.cancellation_details
    coming = _coming(subscription, first.price.id if first else None)
    return SubscriptionState(
        id=subscription.id,
        customer_id=id_of(subscription.customer) or "",
        status=subscription.status,
        item_id=first.id if first else None,
        price_id=first.price.id if first else None,
        current_period_start=instant(first.current_period_start) if first else None,
        current_period_end=instant(first.current_period_end) if first else None,
        cancel_at_period_end=subscription.cancel_at_period_end,
        cancel_at=instant(subscription.cancel_at),
        canceled_at=instant(subscription.canceled_at),
        cancellation_reason=details.reason if details else None,
        schedule_id=id_of(subscription.schedule),
        scheduled_price_id=coming[0] if coming else None,
        scheduled_at=coming[1] if coming else None,
        default_payment_method=id_of(subscription.default_payment_method),
        created_at=datetime.fromtimestamp(subscription.created, UTC),
    )


def _coming(subscription: stripe.Subscription, price_id: str | None) -> tuple[str, datetime] | None:
    """Return the price that an expanded schedule will change to, and when."""
    schedule = subscription.schedule
    if schedule is None or isinstance(schedule, str) or schedule.status not in {"active", "not_started"}:
        return None
    now = schedule.current_phase.start_date if schedule.current_phase else 0
    for phase in schedule.phases:
        price = id_of(phase.items[0].price)
        if phase.start_date > now and price not in {None, price_id}:
            return price, datetime.fromtimestamp(phase.start_date, UTC)
    return None


def invoice_state(invoice: stripe.Invoice) -> InvoiceState:
    """Read a invoice."""
    details = invoice.parent.subscription_details if invoice.parent else None
    return InvoiceState(
        id=invoice.id,
        customer_id=id_of(invoice.customer) or "",
        subscription_id=id_of(details.subscription) if details else None,
        status=invoice.status,
        currency=invoice.currency,
        amount_due=invoice.amount_due,
        amount_paid=invoice.amount_paid,
        amount_remaining=invoice.amount_remaining,
        attempt_count=invoice.attempt_count,
        next_payment_attempt=instant(invoice.next_payment_attempt),
        hosted_invoice_url=invoice.hosted_invoice_url,
        created_at=datetime.fromtimestamp(invoice.created, UTC),
    )


def id_of(reference: str | stripe.StripeObject | None) -> str | None:
    """Return the id behind a field that is either an id or, when expanded, the object itself."""
    if reference is None or isinstance(reference, str):
        return reference
    identifier: str = reference["id"]
    return identifier


def instant(seconds: int | None) -> datetime | None:
    """Return the instant of Stripe's seconds, or None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
