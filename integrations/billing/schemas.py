"""The JSON of customers, checkout, subscriptions and invoices."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from integrations.billing.plan_changes import ChangePreview, When
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


class NewPlan(Body):
    """Body of POST /subscriptions/{organisation_id}/preview."""

    plan: Plan


class ChangePlan(NewPlan):
    """Body of POST /subscriptions/{organisation_id}/change; `proration_date` as the preview gave it."""

    proration_date: AwareDatetime | None = None


class CancelSubscription(Body):
    """Body of POST /subscriptions/{organisation_id}/cancel."""

    when: When = When.PERIOD_END


class PreviewLineView(View):
    """A line of an invoice that does not exist yet; a credit is negative."""

    description: str
    amount: int
    proration: bool


class PreviewView(BaseModel):
    """What another plan would cost: charged at once (`now`), or with the next period (`period_end`)."""

    plan: Plan
    when: When
    effective_at: datetime | None
    currency: str
    amount_due: int
    total: int
    proration_amount: int
    proration_date: datetime | None
    lines: list[PreviewLineView]

    @classmethod
    def of(cls, preview: ChangePreview) -> Self:
        """Show a preview; `proration_amount` is the sum of its prorations."""
        invoice = preview.invoice
        return cls(
            plan=preview.plan,
            when=preview.when,
            effective_at=preview.effective_at,
            currency=invoice.currency,
            amount_due=invoice.amount_due,
            total=invoice.total,
            proration_amount=sum(line.amount for line in invoice.lines if line.proration),
            proration_date=invoice.proration_date if preview.when is When.NOW else None,
            lines=[PreviewLineView.model_validate(line) for line in invoice.lines],
        )


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
    cancellation_reason: str | None
    scheduled_price_id: str | None
    scheduled_at: datetime | None
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
    last_failed_attempt: int
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


class CaughtUpView(View):
    """What catching up did: events seen, made good, failed; and whether none is left to look at."""

    seen: int
    made_good: int
    failed: int
    complete: bool


class NewUsage(Body):
    """Body of POST /usage; `key` says what was used, and a second report of it counts nothing."""

    organisation_id: Id
    meter: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    quantity: Annotated[int, Field(ge=1)]
    key: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class UsageView(View):
    """Something that was used, and whether Stripe knows."""

    id: str
    organisation_id: str
    meter: str
    quantity: int
    used_at: datetime
    reported_at: datetime | None
    refused: bool
    error: str | None
