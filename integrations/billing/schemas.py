"""The JSON of customers, checkout, subscriptions and invoices."""

from datetime import datetime

from pydantic import BaseModel

from integrations.billing.plans import Plan
from integrations.models import Dunning
from integrations.schemas import Body, Id, View


class EnsureCustomer(Body):
    """Body of POST /customers."""

    organisation_id: Id


class CustomerView(View):
    """An organisation's Stripe customer."""

    stripe_id: str
    organisation_id: str
    email: str | None
    name: str | None
    default_payment_method: str | None
    delinquent: bool


class StartCheckout(Body):
    """Body of POST /checkout."""

    organisation_id: Id
    plan: Plan


class CheckoutView(View):
    """A hosted payment page of Stripe's."""

    id: str
    url: str


class SubscriptionView(View):
    """A subscription as mirrored; `status` is Stripe's word."""

    stripe_id: str
    status: str
    price_id: str | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    created_at: datetime
    mirrored_at: datetime


class InvoiceView(View):
    """An invoice as mirrored, with its dunning; amounts are integers of the currency's minor unit."""

    stripe_id: str
    subscription_id: str | None
    status: str | None
    currency: str
    amount_due: int
    amount_paid: int
    amount_remaining: int
    attempt_count: int
    next_payment_attempt: datetime | None
    hosted_invoice_url: str | None
    dunning: Dunning
    created_at: datetime


class BillingView(BaseModel):
    """What an organisation has subscribed to and owes; all newest first.

    `current` is the newest subscription that has not ended. `past_due` says that a payment failed and is still owed.
    """

    organisation_id: str
    current: SubscriptionView | None
    past_due: bool
    subscriptions: list[SubscriptionView]
    invoices: list[InvoiceView]
