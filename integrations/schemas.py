"""The JSON that the app's routes take and give."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from integrations.models import Dunning, MailStatus
from integrations.plans import Plan
from integrations.resilience import CircuitState
from integrations.webhooks.inbox import Outcome

#: Deliberately loose: whether an address exists, only its mail server knows.
EmailAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=320, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class NewOrganisation(_Request):
    """Body of POST /organisations; invoices and mail go to `billing_email`."""

    name: Name
    billing_email: EmailAddress


class OrganisationView(_View):
    """An organisation."""

    id: str
    name: str
    billing_email: str
    created_at: datetime


class NewUser(_Request):
    """Body of POST /users; with `invited_by`, the id of a user of the organisation, an invitation is sent."""

    organisation_id: Id
    email: EmailAddress
    name: Name
    invited_by: Id | None = None


class UserView(_View):
    """A user."""

    id: str
    organisation_id: str
    email: str
    name: str
    created_at: datetime


class EnsureCustomer(_Request):
    """Body of POST /customers."""

    organisation_id: Id


class CustomerView(_View):
    """An organisation's Stripe customer."""

    stripe_id: str
    organisation_id: str
    email: str | None
    name: str | None
    default_payment_method: str | None
    delinquent: bool


class StartCheckout(_Request):
    """Body of POST /checkout."""

    organisation_id: Id
    plan: Plan


class CheckoutView(_View):
    """A hosted payment page of Stripe's."""

    id: str
    url: str


class SubscriptionView(_View):
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


class InvoiceView(_View):
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


class MailEventView(_View):
    """Something that happened to a mail, in Resend's words without their `email.`."""

    type: str
    occurred_at: datetime
    detail: dict[str, object]


class MailView(_View):
    """A mail and what became of it, oldest event first."""

    id: str
    organisation_id: str
    template: str
    recipient: str
    subject: str
    status: MailStatus
    resend_id: str | None
    attempts: int
    error: str | None
    created_at: datetime
    events: list[MailEventView]


class MailList(BaseModel):
    """Mails, newest first."""

    mails: list[MailView]


class Receipt(BaseModel):
    """What became of a webhook delivery."""

    status: Outcome


class Health(BaseModel):
    """Whether the app can work."""

    status: Literal["ok"]
    circuits: dict[str, CircuitState]


class Problem(BaseModel):
    """An error as RFC 9457 has it; `provider`, `operation`, `code` and `request_id` when a provider caused it."""

    type: str
    title: str
    status: int
    detail: str
    provider: str | None = None
    operation: str | None = None
    code: str | None = None
    request_id: str | None = None
    errors: list[str] | None = None
