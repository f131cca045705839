"""Beginning and changing subscriptions: what Stripe checks before it bills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import billable, billing_cycle, payment_methods, subscriptions
from mocks.stripe.resources.amounts import cost
from mocks.stripe.resources.money import check_charge, currencies

if TYPE_CHECKING:
    from harness.transaction import Transaction

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
) -> Json:
    """Begin a subscription and return it; `items` hold `price` (document), `quantity` and `metadata`.

    `given` are the sent parameters. Raises the 400s of what cannot be subscribed to, or not by this customer.
    """
    if behavior == "pending_if_incomplete":
        raise errors.invalid(
            "`pending_if_incomplete` is for changes of a subscription that exists; use `allow_incomplete`, "
            "`default_incomplete` or `error_if_incomplete`.",
            param="payment_behavior",
        )
    prices = [each["price"] for each in items]
    billable.check_together(prices, customer=customer, at="items")
    _check_total(items)
    currency = prices[0]["currency"]
    if given.get("currency", currency) != currency:
        raise errors.invalid(
            f"The price specified only supports `{currency}`. This doesn't match the expected currency: "
            f"`{given['currency']}`.",
            param="currency",
            rule="mixed_currencies",
        )
    method = given.get("default_payment_method")
    if method is not None:
        check_method(tx, method, customer["id"])
    trial_end = end_of_trial(tx, given)
    chosen = given | {"trial_end": trial_end, "metadata": merged({}, given.get("metadata", {}))}
    subscription = subscriptions.build(tx, customer, items, chosen)
    if given.get("cancel_at_period_end"):
        subscriptions.mark_ending(tx, subscription, at_period_end=True)
    billing_cycle.start(tx, subscription, customer, behavior=behavior, off_session=off_session)
    return subscription


def end_of_trial(tx: Transaction, given: Json) -> int | None:
    """Return when the trial that was asked for ends (unix seconds), None without one; raise the 400s."""
    settings = given.get("trial_settings") or {}
    if settings.get("end_behavior", {}).get("missing_payment_method") == "pause":
        raise errors.unsupported("trial_settings[end_behavior][missing_payment_method]")
    end, days = given.get("trial_end"), given.get("trial_period_days")
    if end is not None and days is not None:
        raise errors.exclusive("trial_end", "trial_period_days")
    if days is not None:
        return int(tx.seconds + days * DAY)
    if end is None or end == "now":
        return None
    if end <= tx.seconds:
        raise errors.invalid(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    if end > tx.seconds + LONGEST_TRIAL:
        raise errors.invalid(
            "Invalid timestamp: can be no more than two years in the future.", param="trial_end"
        )
    return int(end)


def update(tx: Transaction, subscription: Json, given: Json) -> None:
    """Change a subscription and announce it; an ended one keeps all but its metadata and why it ended."""
    if subscription["status"] in subscriptions.ENDED and not given.keys() <= ALWAYS_CHANGEABLE:
        raise errors.invalid(
            "A canceled subscription can only update its cancellation_details and metadata.",
            rule="subscription_state",
        )
    earlier = snapshot(tx, subscription)
    method = given.get("default_payment_method")
    if method is not None:
        check_method(tx, method, subscription["customer"])
        subscription["default_payment_method"] = method
    if "metadata" in given:
        subscription["metadata"] = merged(subscription["metadata"], given["metadata"])
    if "description" in given:
        subscription["description"] = given["description"]
    for name in ("cancellation_details", "payment_settings"):
        subscription[name] = subscription[name] | (given.get(name) or {})
    if given.get("cancel_at_period_end") is not None:
        subscriptions.schedule_cancellation(tx, subscription, at_period_end=given["cancel_at_period_end"])
    subscriptions.save(tx, subscription, earlier)


def check_method(tx: Transaction, id: str, customer: str) -> None:
    """Raise the 400 for a default payment method that is not the customer's."""
    held = tx.get(payment_methods.PAYMENT_METHODS, id)
    if held is None or held["customer"] != customer:
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
