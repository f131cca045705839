"""Beginning and changing subscriptions: what Stripe checks before it bills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.instants import SECOND
from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    billable,
    billing_cycle,
    customers,
    invoice_items,
    payment_methods,
    periods,
    prices,
    subscription_changes,
    subscription_edit,
    subscription_shape,
    subscriptions,
    tax_rates,
)
from mocks.stripe.resources.amounts import cost
from mocks.stripe.resources.discounts import deleted, end, redeem
from mocks.stripe.resources.money import check_charge, currencies
from mocks.stripe.resources.subscription_changes import Terms

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.stripe.resources.subscription_edit import Asked

Json = dict[str, Any]
Behavior = Literal["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"]

DAY = 24 * 3600
LONGEST_TRIAL = 730 * DAY
ALWAYS_CHANGEABLE = frozenset({"cancellation_details", "metadata"})


def subscribe(
    tx: Transaction,
    customer: Json,
    items: list[Json],
    given: Json,
    *,
    behavior: Behavior = "allow_incomplete",
    off_session: bool = False,
    waits: bool = False,
) -> Json:
    """Begin a subscription and return it.

    `items` hold `price` (document), `quantity` and `metadata`, and may hold `tax_rates` (ids) and `discounts` (as sent);
    `given` are the sent parameters. Raises the 400s of what cannot be subscribed to, or not by this customer.
    """
    if behavior == "pending_if_incomplete":
        raise errors.invalid(
            "`pending_if_incomplete` is for changes of a subscription that exists; use `allow_incomplete`, "
            "`default_incomplete` or `error_if_incomplete`.",
            param="payment_behavior",
        )
    subscription = prepared(tx, customer, items, given)
    if given.get("cancel_at_period_end"):
        subscriptions.mark_ending(tx, subscription, at_period_end=True)
    prorated = given.get("proration_behavior") != "none"
    add_invoice_items(tx, customer, subscription, given.get("add_invoice_items"))
    billing_cycle.start(
        tx,
        subscription,
        customer,
        behavior=behavior,
        off_session=off_session,
        prorated=prorated,
        waits=waits,
    )
    if given.get("cancel_at") is not None:
        at = _cancel_at(tx, subscription, given["cancel_at"])
        subscriptions.schedule_cancellation_at(tx, subscription, at)
        tx.save(subscriptions.SUBSCRIPTIONS, subscription)
    return subscription


def prepared(tx: Transaction, customer: Json, items: list[Json], given: Json) -> Json:
    """Return the document of a new subscription, its discounts redeemed; it is not stored yet. Raises the 400s."""
    currency = given.get("currency") or items[0]["price"]["currency"]
    items = [
        each | {"price": prices.in_currency(each["price"], currency, param="currency")}
        if "currency" in given
        else each
        for each in items
    ]
    billable.check_together([each["price"] for each in items], customer=customer, at="items")
    _check_total(items)
    check_collection(given)
    if given.get("default_payment_method") is not None:
        check_method(tx, given["default_payment_method"], customer["id"])
    trial_end = end_of_trial(tx, given)
    chosen = given | {
        "currency": currency,
        "billing_cycle_anchor": _anchor(tx, given, items[0]["price"], trial_end),
        "default_tax_rates": tax_rates.chosen(tx, given.get("default_tax_rates"), at="default_tax_rates"),
        "trial_end": trial_end,
        "metadata": merged({}, given.get("metadata", {})),
    }
    subscription = subscription_shape.build(tx, customer, items, chosen)
    _discount(tx, subscription, items, given)
    return subscription


def _discount(tx: Transaction, subscription: Json, items: list[Json], given: Json) -> None:
    """Redeem the discounts of a new subscription and of its items."""
    owner, currency = subscription["customer"], subscription["currency"]
    total = sum(cost(each["price"], each["quantity"]) for each in items)
    subscription["discounts"] = redeem(
        tx,
        given.get("discounts"),
        customer=owner,
        holder=("subscription", subscription["id"]),
        currency=currency,
        total=total,
    )
    for place, (item, asked) in enumerate(zip(subscription["items"], items, strict=True)):
        item["discounts"] = redeem(
            tx,
            asked.get("discounts"),
            customer=owner,
            holder=("subscription_item", item["id"]),
            inside=subscription["id"],
            currency=currency,
            at=f"items[{place}][discounts]",
        )


def add_invoice_items(tx: Transaction, customer: Json, subscription: Json, asked: list[Json] | None) -> None:
    """Put one-time charges on the subscription's next invoice; each holds `price` (document) and what was sent."""
    for each in asked or []:
        price = prices.in_currency(each["price"], subscription["currency"], param="add_invoice_items")
        given = {
            name: value
            for name, value in each.items()
            if name in {"quantity", "tax_rates", "discounts", "metadata"}
        }
        given["subscription"] = subscription["id"]
        invoice_items.create(tx, customer, given, price, currency=subscription["currency"])


def check_collection(given: Json) -> None:
    """Raise the 400 for a due date where nothing is sent, or for none where something is."""
    sends = given.get("collection_method") == "send_invoice"
    if sends and given.get("days_until_due") is None and given.get("due_date") is None:
        raise errors.missing_parameter("days_until_due")
    if not sends and given.get("collection_method") is not None and given.get("days_until_due") is not None:
        raise errors.invalid(
            "`days_until_due` can only be used with `collection_method=send_invoice`.", param="days_until_due"
        )


def _anchor(tx: Transaction, given: Json, price: Json, trial_end: int | None) -> int | None:
    """Return the anchor that was asked for; raise the 400 for one that lies in the past, or beyond the first period."""
    anchor = given.get("billing_cycle_anchor")
    if anchor is None or trial_end is not None:
        return None
    recurring = price["recurring"]
    latest = periods.boundary(tx.seconds, recurring["interval"], recurring["interval_count"], 1)
    if not tx.seconds <= anchor <= latest:
        raise errors.invalid(
            "billing_cycle_anchor must be in the future, and no later than the next natural billing date "
            f"({latest}) for the plan.",
            param="billing_cycle_anchor",
            rule="billing_cycle_anchor",
        )
    return int(anchor)


def end_of_trial(tx: Transaction, given: Json) -> int | None:
    """Return when the trial that was asked for ends (unix seconds), None without one; raise the 400s."""
    end, days = given.get("trial_end"), given.get("trial_period_days")
    if end is not None and days is not None:
        raise errors.exclusive("trial_end", "trial_period_days")
    if days is not None:
        return int(tx.seconds + days * DAY)
    if end is None or end == "now":
        return None
    check_trial_end(tx, end)
    return int(end)


def check_trial_end(tx: Transaction, end: int) -> None:
    """Raise the 400 for a trial that ends in the past, or too far away."""
    if end <= tx.seconds:
        raise errors.invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    if end > tx.seconds + LONGEST_TRIAL:
        raise errors.invalid(
            "Invalid timestamp: can be no more than two years in the future.", param="trial_end"
        )


def update(
    tx: Transaction,
    subscription: Json,
    given: Json,
    items: list[Asked] | None = None,
    terms: Terms | None = None,
) -> None:
    """Change a subscription, charge what the change costs, and announce it.

    `items` are the parameters of items. An ended subscription keeps all but its metadata and why it ended.
    """
    if subscription["status"] in subscriptions.ENDED and not given.keys() <= ALWAYS_CHANGEABLE:
        raise errors.invalid(
            "A canceled subscription can only update its cancellation_details and metadata.",
            rule="subscription_state",
        )
    if given.get("cancel_at_period_end") and given.get("cancel_at") is not None:
        raise errors.exclusive("cancel_at", "cancel_at_period_end")
    terms = terms or Terms()
    charges = (
        items is not None or given.get("billing_cycle_anchor") == "now" or given.get("trial_end") is not None
    )
    customer = tx.get(customers.CUSTOMERS, subscription["customer"])
    if (not charges and not given.get("add_invoice_items")) or customer is None:
        earlier = snapshot(tx, subscription)
        _settings(tx, subscription, given)
        subscriptions.save(tx, subscription, earlier)
        return
    before = subscription_changes.remember(tx, subscription)
    _settings(tx, subscription, given)
    if items is not None:
        subscription_edit.items(tx, subscription, items)
    trial_end = given.get("trial_end")
    if isinstance(trial_end, int):
        check_trial_end(tx, trial_end)
    if trial_end == "now" and subscription["status"] != "trialing":
        trial_end = None
    if trial_end == "now" and billing_cycle.ends_with_trial(tx, subscription, before.shown):
        return
    add_invoice_items(tx, customer, subscription, given.get("add_invoice_items"))
    subscription_changes.carry_out(
        tx,
        subscription,
        customer,
        before,
        terms,
        anchor_now=given.get("billing_cycle_anchor") == "now",
        trial_end=trial_end,
    )


def _settings(tx: Transaction, subscription: Json, given: Json) -> None:
    """Apply what costs nothing to a subscription's document."""
    method = given.get("default_payment_method")
    if method is not None:
        check_method(tx, method, subscription["customer"])
        subscription["default_payment_method"] = method
    if "metadata" in given:
        subscription["metadata"] = merged(subscription["metadata"], given["metadata"])
    if "description" in given:
        subscription["description"] = given["description"]
    for name in ("cancellation_details", "payment_settings", "trial_settings"):
        subscription[name] = subscription[name] | (given.get(name) or {})
    if "default_tax_rates" in given:
        subscription["default_tax_rates"] = tax_rates.chosen(
            tx, given["default_tax_rates"], at="default_tax_rates"
        )
    if "discounts" in given:
        subscription["discounts"] = redeem(
            tx,
            given["discounts"],
            customer=subscription["customer"],
            holder=("subscription", subscription["id"]),
            currency=subscription["currency"],
            held=subscription["discounts"],
        )
    _collection(subscription, given)
    if "pause_collection" in given:
        _pause_collection(tx, subscription, given["pause_collection"])
    if given.get("cancel_at_period_end") is not None:
        subscriptions.schedule_cancellation(tx, subscription, at_period_end=given["cancel_at_period_end"])
    if "cancel_at" in given:
        subscriptions.schedule_cancellation_at(
            tx, subscription, _cancel_at(tx, subscription, given["cancel_at"])
        )


def _collection(subscription: Json, given: Json) -> None:
    if given.get("collection_method") is not None:
        check_collection({"days_until_due": subscription["days_until_due"]} | given)
        subscription["collection_method"] = given["collection_method"]
        if given["collection_method"] == "charge_automatically":
            subscription["days_until_due"] = None
    if given.get("days_until_due") is not None:
        subscription["days_until_due"] = given["days_until_due"]


def _pause_collection(tx: Transaction, subscription: Json, wanted: Json | None) -> None:
    """Pause the collection of a subscription's invoices, or go on with it; periods follow each other all the same."""
    key = f"resume:{subscription['id']}"
    tx.unschedule(key)
    subscription["pause_collection"] = None
    if wanted is not None:
        resumes = wanted.get("resumes_at")
        subscription["pause_collection"] = {"behavior": wanted["behavior"], "resumes_at": resumes}
        if resumes is not None:
            payload = {"subscription": subscription["id"]}
            tx.schedule("subscription.resume_collection", resumes * SECOND, payload, key=key)


def resume_collection(tx: Transaction, subscription: Json) -> None:
    """Go on collecting a subscription's invoices, when its pause is over."""
    earlier = snapshot(tx, subscription)
    _pause_collection(tx, subscription, None)
    subscriptions.save(tx, subscription, earlier)


def take_discounts(tx: Transaction, subscription: Json) -> Json:
    """Take a subscription's discounts away; raise the 404 when it has none. Returns what Stripe answers."""
    if not subscription["discounts"]:
        raise errors.refusal(
            404, "No active discount for this subscription.", code="resource_missing", param="subscription"
        )
    earlier, last = snapshot(tx, subscription), subscription["discounts"][-1]
    for id in subscription["discounts"]:
        end(tx, id)
    subscription["discounts"] = []
    subscriptions.save(tx, subscription, earlier)
    return deleted(tx, last)


def _cancel_at(tx: Transaction, subscription: Json, wanted: int | str | None) -> int | None:
    """Return the instant of a cancellation that was asked for; raise the 400 for one in the past."""
    if isinstance(wanted, str):
        return subscriptions.period_of(subscription)[1]
    if wanted is not None and wanted <= tx.seconds:
        raise errors.invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="cancel_at"
        )
    return wanted


def check_method(tx: Transaction, id: str, customer: str) -> None:
    """Raise the 400 for a default payment method that is not the customer's."""
    if not payment_methods.belongs(tx, id, customer):
        raise errors.invalid(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to "
            "the customer.",
            param="default_payment_method",
            code="resource_missing",
            rule="payment_method_of_customer",
        )


def _check_total(items: list[Json]) -> None:
    """Raise the 400 for more than one charge can be; too little for a charge is carried over, and so allowed."""
    total = sum(cost(each["price"], each["quantity"]) for each in items)
    if total > currencies().maximum:
        check_charge(total, items[0]["price"]["currency"], param="items")
