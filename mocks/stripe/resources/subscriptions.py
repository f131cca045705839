"""Subscriptions: what they are, the states they pass through, and their end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from harness.collection import Collection
from harness.instants import DAY, SECOND
from mocks.stripe import errors
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import bank_accounts, customers, invoices, setup_intents, tax_rates, test_clocks
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import difference, emit
from mocks.stripe.resources.payment_methods import PAYMENT_METHODS
from mocks.stripe.resources.subscription_items import shown_item
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
EndReason = Literal["cancellation_requested", "payment_failed"]

TRANSITIONS: dict[str, frozenset[str]] = {
    "incomplete": frozenset({"active", "incomplete_expired", "canceled"}),
    "trialing": frozenset({"active", "past_due", "paused", "canceled"}),
    "active": frozenset({"trialing", "past_due", "unpaid", "paused", "canceled"}),
    "past_due": frozenset({"active", "trialing", "unpaid", "paused", "canceled"}),
    "unpaid": frozenset({"active", "trialing", "canceled"}),
    "paused": frozenset({"active", "canceled"}),
    "incomplete_expired": frozenset(),
    "canceled": frozenset(),
}
RUNNING = frozenset({"trialing", "active", "past_due", "unpaid"})
"""Statuses in which one period follows another."""

ENDED = frozenset({"canceled", "incomplete_expired"})

UPCOMING_BEFORE = 7 * DAY
"""How long before a renewal `invoice.upcoming` is announced (the dashboard's default)."""

TRIAL_WARNING_BEFORE = 3 * DAY
"""How long before a trial's end `customer.subscription.trial_will_end` is announced."""


def _states(subscription: Json) -> list[str]:
    """Return the values of the list filter `status` that find a subscription; `current` is its default."""
    status = subscription["status"]
    groups = ["ended"] if status in ENDED else []
    return [status, *groups] if status == "canceled" else [status, *groups, "current"]


SUBSCRIPTIONS = Collection(
    "stripe.subscription",
    "customer",
    "collection_method",
    "pending_setup_intent",
    "test_clock",
    status=_states,
    price=lambda each: [item["price"] for item in each["items"]],
    item=lambda each: [item["id"] for item in each["items"]],
)


def view(tx: Transaction, subscription: Json) -> Json:
    """Return the subscription as the API shows it: its items in a list, with their prices."""
    shown = {name: value for name, value in subscription.items() if name != "_"}
    items = [shown_item(tx, subscription, item) for item in subscription["items"]]
    if subscription["pending_update"] is not None:
        waiting = [
            shown_item(tx, subscription, item)
            for item in subscription["pending_update"]["subscription_items"]
        ]
        shown["pending_update"] = subscription["pending_update"] | {"subscription_items": waiting}
    shown["default_tax_rates"] = tax_rates.shown(tx, subscription["default_tax_rates"])
    shown["items"] = {
        "object": "list",
        "data": items,
        "has_more": False,
        "total_count": len(items),
        "url": f"/v1/subscription_items?subscription={subscription['id']}",
    }
    return shown


register(
    Resource(
        "subscription",
        SUBSCRIPTIONS,
        expands={
            "application": "application",
            "automatic_tax.liability.account": "account",
            "billing_schedules.applies_to.price": "price",
            "default_source": "source",
            "invoice_settings.account_tax_ids": "tax_id",
            "invoice_settings.issuer.account": "account",
            "on_behalf_of": "account",
            "pending_update.discounts": "discount",
            "pending_update.subscription_items.discounts": "discount",
            "transfer_data.destination": "account",
            "customer": "customer",
            "default_payment_method": "payment_method",
            "discounts": "discount",
            "items.data.discounts": "discount",
            "items.data.price": "price",
            "latest_invoice": "invoice",
            "pending_setup_intent": "setup_intent",
            "schedule": "subscription_schedule",
            "test_clock": "test_helpers.test_clock",
        },
        view=view,
    )
)
# Items live inside their subscription: the collection only completes the declaration.
register(
    Resource(
        "subscription_item",
        SUBSCRIPTIONS,
        expands={"discounts": "discount"},
        view=lambda _tx, item: dict(item),
    )
)


before("2025-06-30.basil", "subscription")(without("billing_mode"))
before("2025-09-30.clover", "subscription")(without("customer_account"))
before("2026-05-27.dahlia", "subscription")(without("billing_schedules"))


def find(tx: Transaction, id: str) -> Json:
    """Return a subscription named in the path; raise the 404."""
    found = tx.get(SUBSCRIPTIONS, id)
    if found is None:
        raise errors.not_found("subscription", id)
    test_clocks.enter(tx, found)
    return found


def get(tx: Transaction, id: str, *, param: str = "subscription") -> Json:
    """Return a subscription named in a parameter; raise the 400."""
    found = tx.get(SUBSCRIPTIONS, id)
    if found is None:
        raise errors.no_such("subscription", id, param=param)
    test_clocks.enter(tx, found)
    return found


def find_item(tx: Transaction, id: str) -> Json:
    """Return a subscription item named in the path, as it is shown; raise the 404."""
    subscription = tx.first(SUBSCRIPTIONS, item=id)
    if subscription is None:
        raise errors.not_found("subscription_item", id, param="item")
    return next(shown_item(tx, subscription, each) for each in subscription["items"] if each["id"] == id)


def period_of(subscription: Json) -> tuple[int, int]:
    """Return the present period; the items of a subscription share it."""
    item = subscription["items"][0]
    return item["current_period_start"], item["current_period_end"]


def move_period(subscription: Json, start: int, end: int) -> None:
    """Give all items another period."""
    for item in subscription["items"]:
        item |= {"current_period_start": start, "current_period_end": end}


def become(subscription: Json, status: str) -> None:
    """Move to another status; only the transitions of `TRANSITIONS` are possible."""
    if status not in TRANSITIONS[subscription["status"]]:
        raise AssertionError(f"{subscription['id']} cannot go from {subscription['status']} to {status}")
    subscription["status"] = status


def announce(tx: Transaction, type: str, subscription: Json) -> None:
    """Emit `customer.subscription.<type>`."""
    emit(tx, f"customer.subscription.{type}", SUBSCRIPTIONS, subscription)


def save(tx: Transaction, subscription: Json, earlier: Json) -> None:
    """Keep a changed subscription and announce what changed since the snapshot `earlier`.

    A subscription that this transaction created is not announced as updated.
    """
    tx.save(SUBSCRIPTIONS, subscription)
    changes = difference(earlier, snapshot(tx, subscription))
    if changes and tx.before(SUBSCRIPTIONS, subscription["id"]) is not None:
        emit(tx, "customer.subscription.updated", SUBSCRIPTIONS, subscription, previous=changes)


def payment_method_of(tx: Transaction, subscription: Json) -> str | None:
    """Return the payment method that the subscription's invoices are charged to by themselves.

    Its own default goes before the customer's (Stripe docs: subscriptions, payment method priority); one that has been
    detached from the customer is passed over, and a bank account whose currency is another.
    """
    return usable_method(tx, subscription, (subscription["default_payment_method"],))


def usable_method(tx: Transaction, billed: Json, first: tuple[str | None, ...]) -> str | None:
    """Return the first of these payment methods, and then the customer's default, that can pay.

    It is the customer's of the subscription or invoice that is `billed`, and takes its currency.
    """
    owner = billed["customer"]
    customer = tx.get(CUSTOMERS, owner)
    defaults: tuple[str | None, ...] = ()
    if customer is not None:
        defaults = (customer["invoice_settings"]["default_payment_method"], customer["default_source"])
    for id in (*first, *defaults):
        held = None if id is None else tx.get(PAYMENT_METHODS, id)
        if held is None or held["customer"] != owner:
            continue
        if bank_accounts.CURRENCIES.get(held["type"], billed["currency"]) == billed["currency"]:
            return str(id)
    return None


def setup_succeeded(tx: Transaction, intent: Json) -> None:
    """Take up the payment method that a subscription without one was waiting for."""
    subscription = tx.first(SUBSCRIPTIONS, pending_setup_intent=intent["id"])
    if subscription is None:
        return
    earlier = snapshot(tx, subscription)
    subscription["pending_setup_intent"] = None
    if subscription["payment_settings"]["save_default_payment_method"] == "on_subscription":
        subscription["default_payment_method"] = intent["payment_method"]
    save(tx, subscription, earlier)


def plan_ahead(tx: Transaction, subscription: Json) -> None:
    """Set the timers of the present period: its end, and what is announced before it."""
    id = subscription["id"]
    _, end = period_of(subscription)
    tx.schedule("subscription.renew", end * SECOND, {"subscription": id}, key=f"renew:{id}")
    upcoming = end * SECOND - UPCOMING_BEFORE
    if upcoming > tx.now and not subscription["cancel_at_period_end"]:
        tx.schedule("invoice.upcoming", upcoming, {"subscription": id}, key=f"upcoming:{id}")
    else:
        tx.unschedule(f"upcoming:{id}")


def forget_plans(tx: Transaction, subscription: Json) -> None:
    """Remove all timers of a subscription, and a change of it that waits for its payment; the caller saves it."""
    for purpose in (
        "renew",
        "upcoming",
        "trial_will_end",
        "incomplete",
        "cancel",
        "resume",
        "pending_update",
    ):
        tx.unschedule(f"{purpose}:{subscription['id']}")
    subscription["pending_update"] = None
    subscription["_"] = {name: value for name, value in subscription["_"].items() if name != "pending"}


def schedule_cancellation(tx: Transaction, subscription: Json, *, at_period_end: bool) -> None:
    """Let a subscription end with its present period, or take that back; the caller saves it."""
    if subscription["cancel_at_period_end"] != at_period_end:
        mark_ending(tx, subscription, at_period_end=at_period_end)
        tx.unschedule(f"cancel:{subscription['id']}")
        if subscription["status"] in RUNNING:
            plan_ahead(tx, subscription)


def schedule_cancellation_at(tx: Transaction, subscription: Json, at: int | None) -> None:
    """Let a subscription end at an instant (unix seconds), or take that back; the caller saves it.

    An instant that ends the present period is not the same as `cancel_at_period_end`: it stays where it is.
    """
    id = subscription["id"]
    subscription |= {
        "cancel_at": at,
        "cancel_at_period_end": False,
        "canceled_at": None if at is None else tx.seconds,
    }
    subscription["cancellation_details"] |= {"reason": None if at is None else "cancellation_requested"}
    if at is None:
        tx.unschedule(f"cancel:{id}")
    else:
        tx.schedule("subscription.cancel", at * SECOND, {"subscription": id}, key=f"cancel:{id}")
    if subscription["status"] in RUNNING:
        plan_ahead(tx, subscription)


def mark_ending(tx: Transaction, subscription: Json, *, at_period_end: bool) -> None:
    """Note on a subscription whether it ends with its present period."""
    _, end = period_of(subscription)
    subscription |= {
        "cancel_at_period_end": at_period_end,
        "cancel_at": end if at_period_end else None,
        "canceled_at": tx.seconds if at_period_end else None,
    }
    subscription["cancellation_details"] |= {"reason": "cancellation_requested" if at_period_end else None}


def cancel(tx: Transaction, subscription: Json, *, reason: EndReason) -> None:
    """End a subscription now: its timers are removed, its invoices are no longer collected by themselves."""
    become(subscription, "canceled")
    forget_plans(tx, subscription)
    if subscription["canceled_at"] is None:
        subscription["canceled_at"] = tx.seconds
    subscription["ended_at"] = tx.seconds
    subscription["cancellation_details"] |= {"reason": reason}
    tx.save(SUBSCRIPTIONS, subscription)
    invoices.stop_collecting(tx, subscription=subscription["id"])
    announce(tx, "deleted", subscription)
    for follow in ON_ENDED:
        follow(tx, subscription)


def expire(tx: Transaction, subscription: Json) -> None:
    """End a subscription whose first invoice was not paid (Stripe docs: 23 hours)."""
    earlier = snapshot(tx, subscription)
    become(subscription, "incomplete_expired")
    forget_plans(tx, subscription)
    subscription["ended_at"] = tx.seconds
    save(tx, subscription, earlier)


def migrate(tx: Transaction, subscription: Json, wanted: str) -> None:
    """Give a subscription the billing mode `flexible`; there is no way back."""
    if wanted != "flexible" or subscription["status"] in ENDED:
        raise errors.invalid(
            "Only a subscription that has not ended can be migrated, and only to `flexible`.",
            param="billing_mode[type]",
        )
    if subscription["billing_mode"]["type"] == "flexible":
        return
    earlier = snapshot(tx, subscription)
    flexible = {"proration_discounts": "included"}
    subscription["billing_mode"] = {"flexible": flexible, "type": "flexible", "updated_at": tx.seconds}
    save(tx, subscription, earlier)


def cancel_all_of(tx: Transaction, customer: str) -> None:
    """Cancel a customer's subscriptions, as deleting the customer does."""
    for subscription in list(tx.every(SUBSCRIPTIONS, customer=customer)):
        if subscription["status"] not in ENDED:
            cancel(tx, subscription, reason="cancellation_requested")


BEFORE_RENEWAL: list[Callable[[Transaction, Json], None]] = []
"""What comes before a new period: functions of the subscription (its schedule may change or end it)."""

ON_ENDED: list[Callable[[Transaction, Json], None]] = []
"""What follows a subscription's end: functions of the subscription (its schedule ends with it)."""

customers.ON_DELETE.append(lambda tx, customer: cancel_all_of(tx, customer["id"]))
customers.ON_DELETE.append(lambda tx, customer: invoices.stop_collecting(tx, customer=customer["id"]))
setup_intents.ON_SUCCEEDED.append(setup_succeeded)
