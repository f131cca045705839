"""Bringing subscriptions into the phases of their schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    customers,
    discounts,
    payment_methods,
    periods,
    prices,
    subscribing,
    subscription_changes,
    subscription_shape,
    subscriptions,
)
from mocks.stripe.resources.subscription_changes import Terms

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def possible(tx: Transaction, schedule: Json, phase: Json) -> Json:
    """Return a phase as it can begin now: without the coupons and the payment method that have gone since it was planned."""
    customer, currency = schedule["customer"], phase["currency"]
    method = phase["default_payment_method"]
    items = [
        each | {"discounts": discounts.redeemable(tx, each["discounts"], customer, currency)}
        for each in phase["items"]
    ]
    return phase | {
        "default_payment_method": method if payment_methods.belongs(tx, method, customer) else None,
        "discounts": discounts.redeemable(tx, phase["discounts"], customer, currency),
        "items": items,
    }


def start(tx: Transaction, customer: Json, schedule: Json, phase: Json) -> Json:
    """Begin the subscription of a schedule's first phase."""
    default = schedule["default_settings"]
    method = phase["default_payment_method"] or default["default_payment_method"]
    items = [
        {
            "discounts": each["discounts"],
            "metadata": each["metadata"],
            "price": prices.charged(tx, each["price"], phase["currency"]),
            "quantity": each["quantity"],
            "tax_rates": each["tax_rates"],
        }
        for each in phase["items"]
    ]
    given = {
        "billing_mode": schedule["billing_mode"],
        "currency": phase["currency"],
        "default_payment_method": method if payment_methods.belongs(tx, method, customer["id"]) else None,
        "default_tax_rates": phase["default_tax_rates"],
        "description": phase["description"] or default["description"],
        "discounts": phase["discounts"],
        "metadata": phase["metadata"],
        "trial_end": phase["trial_end"],
    }
    sent = {name: value for name, value in given.items() if value}
    return subscribing.subscribe(tx, customer, items, sent, off_session=True, waits=True)


def enter(tx: Transaction, subscription: Json, phase: Json, *, behavior: Any) -> None:
    """Give a subscription the items and settings of a phase, prorated unless its period ends just now."""
    customer = tx.get(customers.CUSTOMERS, subscription["customer"])
    if customer is None or subscription["status"] in subscriptions.ENDED:
        return
    _, end = subscriptions.period_of(subscription)
    wanted = _items(tx, subscription, phase)
    same = [_essence(each) for each in wanted] == [_essence(each) for each in subscription["items"]]
    if same or end == tx.seconds or subscription["status"] == "incomplete":
        earlier, rhythm = snapshot(tx, subscription), _rhythm(tx, subscription)
        subscription["items"] = wanted
        if _rhythm(tx, subscription) != rhythm:
            subscription["billing_cycle_anchor"] = end
        _settings(tx, subscription, phase)
        subscriptions.save(tx, subscription, earlier)
        return
    before = subscription_changes.remember(tx, subscription)
    subscription["items"] = wanted
    _settings(tx, subscription, phase)
    anchored = phase["billing_cycle_anchor"] == "phase_start"
    subscription_changes.carry_out(
        tx, subscription, customer, before, Terms(behavior=behavior), anchor_now=anchored
    )


def _items(tx: Transaction, subscription: Json, phase: Json) -> list[Json]:
    """Return the phase's items, each in the place of the one it takes over from: of the same price, else in order."""
    left = list(subscription["items"])
    taken: dict[int, Json] = {}
    for number, each in enumerate(phase["items"]):
        same = next((item for item in left if item["price"] == each["price"]), None)
        if same is not None:
            left.remove(same)
            taken[number] = same
    found = []
    for number, each in enumerate(phase["items"]):
        item = taken.get(number) or (left.pop(0) if left else None)
        if item is None:
            period = subscriptions.period_of(subscription)
            described = each | {"price": prices.charged(tx, each["price"], subscription["currency"])}
            item = subscription_shape.new_item(tx, subscription["id"], described, period=period)
        own = {name: each[name] for name in ("metadata", "price", "quantity", "tax_rates")}
        found.append(item | own)
    return found


def _settings(tx: Transaction, subscription: Json, phase: Json) -> None:
    for name in ("collection_method", "default_payment_method", "description"):
        if phase[name] is not None:
            subscription[name] = phase[name]
    if phase["default_tax_rates"]:
        subscription["default_tax_rates"] = list(phase["default_tax_rates"])
    subscription["metadata"] = subscription["metadata"] | phase["metadata"]
    if phase["discounts"]:
        subscription["discounts"] = discounts.redeem(
            tx,
            phase["discounts"],
            customer=subscription["customer"],
            holder=("subscription", subscription["id"]),
            currency=subscription["currency"],
            held=subscription["discounts"],
        )


def _essence(item: Json) -> tuple[str, int]:
    return item["price"], item["quantity"]


def _rhythm(tx: Transaction, subscription: Json) -> tuple[periods.Interval, int]:
    recurring = prices.charged(tx, subscription["items"][0]["price"], subscription["currency"])["recurring"]
    return recurring["interval"], recurring["interval_count"]
