"""What the operations of subscriptions take."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from mocks.stripe.operations.billing_parameters import (
    Behavior,
    CancellationDetails,
    CollectionMethod,
    Discounts,
    NowOrTimestamp,
    OneTimePrice,
    PaymentBehavior,
    Quantity,
    RecurringPrice,
    TaxRates,
)
from mocks.stripe.parameters import (
    Boolean,
    CreatedListParams,
    Currency,
    Group,
    Integer,
    Metadata,
    StripeParams,
    Timestamp,
    Unset,
)

LONGEST_TRIAL_DAYS = 730
CANCEL_HELPERS = ("max_billed_until", "max_period_end", "min_period_end")


def _cancel_at(value: object) -> object:
    if value == "":
        return None
    if isinstance(value, str) and value not in CANCEL_HELPERS:
        if not value.isascii() or not value.isdigit():
            raise PydanticCustomError("invalid_integer", "Invalid integer: {value}", {"value": value})
        return int(value[:12])
    return value


CancelAt = Annotated[int | str | None, BeforeValidator(_cancel_at)]
"""Unix seconds, or the end of the period by one of three names; an empty string takes the cancellation back."""

Days = Annotated[Integer, Field(ge=0, le=1000)]


class NewItem(Group):
    """A price and how many of it."""

    unsupported = frozenset({"billing_thresholds"})

    discounts: Discounts | None = None
    metadata: Metadata = None
    price: str | None = None
    price_data: RecurringPrice | None = None
    quantity: Quantity = 1
    tax_rates: TaxRates | None = None


class ChangedItem(NewItem):
    """An item that is added, changed (`id`) or taken away (`deleted`)."""

    clear_usage: Boolean = False
    deleted: Boolean = False
    id: str | None = None


class AddedInvoiceItem(Group):
    """A one-time charge on the subscription's next invoice."""

    unsupported = frozenset({"discountable", "period"})

    discounts: Discounts | None = None
    metadata: Metadata = None
    price: str | None = None
    price_data: OneTimePrice | None = None
    quantity: Quantity = 1
    tax_rates: TaxRates | None = None


class PaymentSettings(Group):
    """How the subscription's invoices are paid."""

    unsupported = frozenset({"payment_method_options"})

    payment_method_types: list[Literal["card"]] | None = None
    save_default_payment_method: Literal["off", "on_subscription"] = "off"


class EndBehavior(Group):
    """What happens at the end of a trial."""

    missing_payment_method: Literal["cancel", "create_invoice", "pause"]


class TrialSettings(Group):
    """How a trial ends."""

    end_behavior: EndBehavior


class BillingMode(Group):
    """How prorations and credits are computed."""

    unsupported = frozenset({"flexible"})

    type: Literal["classic", "flexible"]


class PauseCollection(Group):
    """What becomes of invoices while their collection is paused, and until when it is."""

    behavior: Literal["keep_as_draft", "mark_uncollectible", "void"]
    resumes_at: Timestamp | None = None


class ChangeSubscription(StripeParams):
    """What can be said of a subscription at any time."""

    unsupported: ClassVar[frozenset[str]] = frozenset(
        {
            "application_fee_percent",
            "automatic_tax",
            "billing_schedules",
            "billing_thresholds",
            "customer_account",
            "default_source",
            "invoice_settings",
            "on_behalf_of",
            "pending_invoice_item_interval",
            "transfer_data",
            "trial_from_plan",
        }
    )

    add_invoice_items: Annotated[list[AddedInvoiceItem], Field(max_length=20)] | None = None
    cancel_at: CancelAt = None
    cancel_at_period_end: Boolean | None = None
    collection_method: CollectionMethod | None = None
    days_until_due: Days | None = None
    default_payment_method: str | None = None
    default_tax_rates: TaxRates | None = None
    discounts: Discounts | None = None
    metadata: Metadata = None
    off_session: Boolean = False
    payment_behavior: PaymentBehavior = "allow_incomplete"
    payment_settings: PaymentSettings | None = None
    proration_behavior: Behavior | None = None
    trial_end: NowOrTimestamp | None = None
    trial_settings: TrialSettings | None = None


class BeginSubscription(ChangeSubscription):
    """POST /v1/customers/{customer}/subscriptions."""

    unsupported = ChangeSubscription.unsupported | {"backdate_start_date", "billing_cycle_anchor_config"}

    billing_cycle_anchor: Timestamp | None = None
    billing_mode: BillingMode | None = None
    currency: Currency | None = None
    description: Annotated[str, Field(max_length=500)] | None = None
    items: Annotated[list[NewItem], Field(min_length=1, max_length=20)]
    trial_period_days: Annotated[Integer, Field(ge=1, le=LONGEST_TRIAL_DAYS)] | None = None


class CreateSubscription(BeginSubscription):
    """POST /v1/subscriptions."""

    customer: str


class UpdateSubscription(ChangeSubscription):
    """POST /v1/subscriptions/{id}."""

    billing_cycle_anchor: Literal["now", "unchanged"] | None = None
    cancellation_details: CancellationDetails | None = None
    description: Unset[str] = None
    items: Annotated[list[ChangedItem], Field(max_length=20)] | None = None
    pause_collection: Unset[PauseCollection] = None
    proration_date: Timestamp | None = None


class CancelSubscription(StripeParams):
    """DELETE /v1/subscriptions/{id}."""

    cancellation_details: CancellationDetails | None = None
    invoice_now: Boolean = False
    prorate: Boolean = False


class Unused(Group):
    """From when on what was paid and not used is credited."""

    type: Literal["none", "now"]


class PausedBill(Group):
    """What is credited when a subscription pauses."""

    unsupported = frozenset({"outstanding_usage_through"})

    unused_time_from: Unused | None = None


class PauseSubscription(StripeParams):
    """POST /v1/subscriptions/{subscription}/pause."""

    bill_for: PausedBill | None = None
    invoicing_behavior: Literal["invoice", "pending_invoice_item"] = "pending_invoice_item"
    type: Literal["subscription"] = "subscription"

    def credits_rest(self) -> bool:
        """Tell whether what is left of the period is credited."""
        asked = None if self.bill_for is None else self.bill_for.unused_time_from
        return asked is None or asked.type == "now"


class ResumeSubscription(StripeParams):
    """POST /v1/subscriptions/{subscription}/resume."""

    billing_cycle_anchor: Literal["now", "unchanged"] = "now"
    proration_behavior: Behavior = "create_prorations"
    proration_date: Timestamp | None = None


class MigrateSubscription(StripeParams):
    """POST /v1/subscriptions/{subscription}/migrate."""

    billing_mode: BillingMode


class ListSubscriptions(CreatedListParams):
    """GET /v1/subscriptions."""

    unsupported = frozenset(
        {"automatic_tax", "current_period_end", "current_period_start", "customer_account"}
    )

    collection_method: CollectionMethod | None = None
    customer: str | None = None
    price: str | None = None
    status: (
        Literal[
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "paused",
            "trialing",
            "unpaid",
        ]
        | None
    ) = None
    test_clock: str | None = None
