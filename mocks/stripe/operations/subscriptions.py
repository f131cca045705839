"""Subscriptions: create, retrieve, update, cancel, pause, resume, list; and the timers that carry them on."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors, versions
from mocks.stripe.operations.subscription_parameters import (
    AddedInvoiceItem,
    CancelSubscription,
    ChangeSubscription,
    CreateSubscription,
    ListSubscriptions,
    MigrateSubscription,
    NewItem,
    PauseSubscription,
    ResumeSubscription,
    UpdateSubscription,
)
from mocks.stripe.parameters import StripeParams, merged
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import (
    billable,
    billing_cycle,
    customers,
    dunning,
    ending,
    pending_updates,
    subscribing,
    subscriptions,
    tax_rates,
    usage,
)
from mocks.stripe.resources.subscription_changes import Terms
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

PAUSES_SINCE = "2026-09-30.endive"
"""The version since which any subscription can be paused."""

PATH = "/v1/subscriptions/{subscription_exposed_id}"


@stripe.post("/v1/subscriptions", id="PostSubscriptions", tier="P1")
def create_subscription(tx: Transaction, params: CreateSubscription) -> Json:
    """Start a subscription: bill its first period, or begin its trial."""
    customer = customers.get(tx, params.customer)
    items = [_new_item(tx, each, f"items[{place}]") for place, each in enumerate(params.items)]
    subscription = subscribing.subscribe(
        tx,
        customer,
        items,
        params.given() | _added(tx, params),
        behavior=params.payment_behavior,
        off_session=params.off_session,
    )
    return render(tx, subscription, params.expand)


@stripe.get(PATH, id="GetSubscriptionsSubscriptionExposedId", tier="P0")
def retrieve_subscription(tx: Transaction, params: StripeParams, subscription_exposed_id: str) -> Json:
    """Retrieve a subscription."""
    return render(tx, subscriptions.find(tx, subscription_exposed_id), params.expand)


@stripe.post(PATH, id="PostSubscriptionsSubscriptionExposedId", tier="P1")
def update_subscription(tx: Transaction, params: UpdateSubscription, subscription_exposed_id: str) -> Json:
    """Change a subscription; what changes its price is prorated."""
    subscription = subscriptions.find(tx, subscription_exposed_id)
    terms = Terms(
        behavior=params.proration_behavior or "create_prorations",
        at=params.proration_date,
        payment=params.payment_behavior,
        off_session=params.off_session,
    )
    given = params.given() | _added(tx, params)
    subscribing.update(tx, subscription, given, list(params.items) if params.items else None, terms)
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
    ending.cancel(tx, subscription, prorate=params.prorate, invoice_now=params.invoice_now)
    return render(tx, subscription, params.expand)


@stripe.post("/v1/subscriptions/{subscription}/pause", id="PostSubscriptionsSubscriptionPause", tier="P1")
def pause_subscription(tx: Transaction, params: PauseSubscription, subscription: str) -> Json:
    """Pause a subscription, since the API version that has it."""
    if tx.request is not None and versions.of(tx) < PAUSES_SINCE:
        raise tx.provider.dialect.unserved(tx.request)
    found = subscriptions.find(tx, subscription)
    ending.pause(tx, found, credit=params.credits_rest(), invoice_now=params.invoicing_behavior == "invoice")
    return render(tx, found, params.expand)


@stripe.post("/v1/subscriptions/{subscription}/resume", id="PostSubscriptionsSubscriptionResume", tier="P1")
def resume_subscription(tx: Transaction, params: ResumeSubscription, subscription: str) -> Json:
    """Resume a paused subscription."""
    found = subscriptions.find(tx, subscription)
    terms = Terms(behavior=params.proration_behavior, at=params.proration_date)
    ending.resume(tx, found, anchor=params.billing_cycle_anchor, terms=terms)
    return render(tx, found, params.expand)


@stripe.post("/v1/subscriptions/{subscription}/migrate", id="PostSubscriptionsSubscriptionMigrate", tier="P1")
def migrate_subscription(tx: Transaction, params: MigrateSubscription, subscription: str) -> Json:
    """Give a subscription the flexible billing mode, for good."""
    found = subscriptions.find(tx, subscription)
    subscriptions.migrate(tx, found, params.billing_mode.type)
    return render(tx, found, params.expand)


@stripe.delete(f"{PATH}/discount", id="DeleteSubscriptionsSubscriptionExposedIdDiscount", tier="P1")
def delete_subscription_discount(tx: Transaction, params: StripeParams, subscription_exposed_id: str) -> Json:
    """Take the discounts of a subscription away."""
    found = subscriptions.find(tx, subscription_exposed_id)
    return subscribing.take_discounts(tx, found)


@stripe.get("/v1/subscriptions", id="GetSubscriptions", tier="P1")
def list_subscriptions(tx: Transaction, params: ListSubscriptions) -> Json:
    """List subscriptions, newest first; canceled ones only when asked for."""
    where = {
        "collection_method": params.collection_method,
        "customer": params.customer,
        "price": params.price,
        "status": None if params.status == "all" else params.status or "current",
        "test_clock": params.test_clock,
    }
    return listing(tx, SUBSCRIPTIONS, params, url="/v1/subscriptions", where=where)


def _new_item(tx: Transaction, item: NewItem, at: str) -> Json:
    given = item.given()
    price = billable.recurring_price_of(tx, item, at=at)
    if "quantity" in given:
        usage.check_quantity(price, param=f"{at}[quantity]")
    return {
        "price": price,
        "quantity": item.quantity,
        "metadata": merged({}, item.metadata),
        "tax_rates": tax_rates.chosen(tx, item.tax_rates, at=f"{at}[tax_rates]"),
        "discounts": given.get("discounts"),
    }


def _added(tx: Transaction, params: ChangeSubscription) -> Json:
    """Return the one-time charges of a request, with their prices."""
    asked: list[AddedInvoiceItem] = params.add_invoice_items or []
    items = [
        each.given() | {"price": billable.price_of(tx, each, at=f"add_invoice_items[{place}]")}
        for place, each in enumerate(asked)
    ]
    return {"add_invoice_items": items} if items else {}


# --- what time brings, and the dashboard -----------------------------------------------------------------------------


@stripe.timer("subscription.renew")
def renew(tx: Transaction, payload: Json) -> None:
    """A period ends."""
    billing_cycle.renew(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("subscription.cancel")
def cancel_at_its_time(tx: Transaction, payload: Json) -> None:
    """The instant `cancel_at` has come."""
    ending.cancel_at_its_time(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("subscription.expire")
def expire(tx: Transaction, payload: Json) -> None:
    """The first invoice can no longer be paid."""
    dunning.expire(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("subscription.pending_update")
def expire_update(tx: Transaction, payload: Json) -> None:
    """The invoice of a pending update can no longer be paid."""
    pending_updates.expire(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("subscription.resume_collection")
def resume_collection(tx: Transaction, payload: Json) -> None:
    """Collection goes on."""
    subscribing.resume_collection(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("subscription.trial_will_end")
def trial_will_end(tx: Transaction, payload: Json) -> None:
    """A trial ends soon."""
    billing_cycle.warn_of_trial_end(tx, subscriptions.find(tx, payload["subscription"]))


@stripe.timer("invoice.upcoming")
def upcoming(tx: Transaction, payload: Json) -> None:
    """A renewal comes soon."""
    billing_cycle.announce_upcoming(tx, subscriptions.find(tx, payload["subscription"]))
