"""Subscriptions: create, retrieve, update, cancel, list; and the timers that carry them on."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import (
    Boolean,
    CreatedListParams,
    Currency,
    Decimal,
    Group,
    Integer,
    Metadata,
    StripeParams,
    Unset,
    merged,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import billable, billing_cycle, customers, dunning, subscribing, subscriptions
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

PATH = "/v1/subscriptions/{subscription_exposed_id}"
LONGEST_TRIAL_DAYS = 730


def _now_or_timestamp(value: object) -> object:
    if isinstance(value, str) and value != "now":
        if not value.isascii() or not value.isdigit():
            raise PydanticCustomError("invalid_integer", "Invalid integer: {value}", {"value": value})
        return int(value[:12])
    return value


TrialEnd = Annotated[int | str, BeforeValidator(_now_or_timestamp)]
"""Unix seconds, or `now`."""

Quantity = Annotated[Integer, Field(ge=0, le=999_999)]


class Recurring(Group):
    """How often a price described in place is charged."""

    interval: Literal["day", "week", "month", "year"]
    interval_count: Annotated[Integer, Field(ge=1)] = 1


class PriceData(Group):
    """A recurring price described in place."""

    currency: Currency
    product: str
    recurring: Recurring
    tax_behavior: Literal["exclusive", "inclusive", "unspecified"] | None = None
    unit_amount: Annotated[Integer, Field(ge=0)] | None = None
    unit_amount_decimal: Decimal | None = None


class Item(Group):
    """A price and how many of it."""

    unsupported = frozenset({"billing_thresholds", "discounts", "tax_rates"})

    price: str | None = None
    price_data: PriceData | None = None
    quantity: Quantity = 1
    metadata: Metadata = None


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


class CancellationDetails(Group):
    """Why a customer leaves."""

    comment: Unset[str] = None
    feedback: Unset[
        Literal[
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ]
    ] = None


class ChangeSubscription(StripeParams):
    """What can be said of a subscription at any time."""

    unsupported: ClassVar[frozenset[str]] = frozenset(
        {
            "add_invoice_items",
            "application_fee_percent",
            "automatic_tax",
            "billing_cycle_anchor",
            "billing_schedules",
            "billing_thresholds",
            "cancel_at",
            "customer_account",
            "days_until_due",
            "default_source",
            "default_tax_rates",
            "discounts",
            "invoice_settings",
            "on_behalf_of",
            "pending_invoice_item_interval",
            "transfer_data",
            "trial_from_plan",
        }
    )

    cancel_at_period_end: Boolean | None = None
    default_payment_method: str | None = None
    metadata: Metadata = None
    off_session: Boolean = False
    payment_settings: PaymentSettings | None = None
    proration_behavior: Literal["always_invoice", "create_prorations", "none"] | None = None


class CreateSubscription(ChangeSubscription):
    """POST /v1/subscriptions."""

    unsupported = ChangeSubscription.unsupported | {"backdate_start_date", "billing_cycle_anchor_config"}

    customer: str
    items: Annotated[list[Item], Field(min_length=1, max_length=20)]
    billing_mode: BillingMode | None = None
    collection_method: Literal["charge_automatically", "send_invoice"] = "charge_automatically"
    currency: Currency | None = None
    description: Annotated[str, Field(max_length=500)] | None = None
    payment_behavior: Literal[
        "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"
    ] = "allow_incomplete"
    trial_end: TrialEnd | None = None
    trial_period_days: Annotated[Integer, Field(ge=1, le=LONGEST_TRIAL_DAYS)] | None = None
    trial_settings: TrialSettings | None = None


class UpdateSubscription(ChangeSubscription):
    """POST /v1/subscriptions/{id}: whatever would charge or credit the customer is refused for now."""

    unsupported = ChangeSubscription.unsupported | {
        "collection_method",
        "items",
        "pause_collection",
        "payment_behavior",
        "proration_date",
        "trial_end",
        "trial_settings",
    }

    cancellation_details: CancellationDetails | None = None
    description: Unset[str] = None


class CancelSubscription(StripeParams):
    """DELETE /v1/subscriptions/{id}; without prorations there is nothing to invoice or to prorate yet."""

    unsupported = frozenset({"invoice_now", "prorate"})

    cancellation_details: CancellationDetails | None = None


class ListSubscriptions(CreatedListParams):
    """GET /v1/subscriptions."""

    unsupported = frozenset(
        {"automatic_tax", "current_period_end", "current_period_start", "customer_account", "test_clock"}
    )

    collection_method: Literal["charge_automatically", "send_invoice"] | None = None
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


@stripe.post("/v1/subscriptions", id="PostSubscriptions", tier="P1")
def create_subscription(tx: Transaction, params: CreateSubscription) -> Json:
    """Start a subscription: bill its first period, or begin its trial."""
    customer = customers.get(tx, params.customer)
    if params.collection_method == "send_invoice":
        raise errors.unsupported("collection_method")
    items = [
        {
            "price": billable.recurring_price_of(tx, each, at=f"items[{index}]"),
            "quantity": each.quantity,
            "metadata": merged({}, each.metadata),
        }
        for index, each in enumerate(params.items)
    ]
    subscription = subscribing.subscribe(
        tx, customer, items, params.given(), behavior=params.payment_behavior, off_session=params.off_session
    )
    return render(tx, subscription, params.expand)


@stripe.get(PATH, id="GetSubscriptionsSubscriptionExposedId", tier="P0")
def retrieve_subscription(tx: Transaction, params: StripeParams, subscription_exposed_id: str) -> Json:
    """Retrieve a subscription."""
    return render(tx, subscriptions.find(tx, subscription_exposed_id), params.expand)


@stripe.post(PATH, id="PostSubscriptionsSubscriptionExposedId", tier="P1")
def update_subscription(tx: Transaction, params: UpdateSubscription, subscription_exposed_id: str) -> Json:
    """Change what does not change the price: metadata, payment method, whether it ends with its period."""
    subscription = subscriptions.find(tx, subscription_exposed_id)
    subscribing.update(tx, subscription, params.given())
    return render(tx, subscription, params.expand)


@stripe.delete(PATH, id="DeleteSubscriptionsSubscriptionExposedId", tier="P1")
def cancel_subscription(tx: Transaction, params: CancelSubscription, subscription_exposed_id: str) -> Json:
    """Cancel a subscription at once."""
    subscription = subscriptions.find(tx, subscription_exposed_id)
    if subscription["status"] in subscriptions.ENDED:
        # Stripe no longer finds an ended subscription when it is to be canceled again.
        raise errors.not_found("subscription", subscription_exposed_id)
    if params.cancellation_details is not None:
        subscription["cancellation_details"] |= params.cancellation_details.given()
    subscriptions.cancel(tx, subscription, reason="cancellation_requested")
    return render(tx, subscription, params.expand)


@stripe.get("/v1/subscriptions", id="GetSubscriptions", tier="P1")
def list_subscriptions(tx: Transaction, params: ListSubscriptions) -> Json:
    """List subscriptions, newest first; canceled ones only when asked for."""
    where = {
        "collection_method": params.collection_method,
        "customer": params.customer,
        "price": params.price,
        "status": None if params.status == "all" else params.status or "current",
    }
    return listing(tx, SUBSCRIPTIONS, params, url="/v1/subscriptions", where=where)


# --- what time brings ------------------------------------------------------------------------------------------------


@stripe.timer("subscription.renew")
def renew(tx: Transaction, payload: Json) -> None:
    """A period ends."""
    billing_cycle.renew(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("subscription.expire")
def expire(tx: Transaction, payload: Json) -> None:
    """The first invoice can no longer be paid."""
    dunning.expire(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("subscription.trial_will_end")
def trial_will_end(tx: Transaction, payload: Json) -> None:
    """A trial ends soon."""
    billing_cycle.warn_of_trial_end(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("invoice.upcoming")
def upcoming(tx: Transaction, payload: Json) -> None:
    """A renewal comes soon."""
    billing_cycle.announce_upcoming(tx, subscriptions.find(tx, payload["subscription"]))
