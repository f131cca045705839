"""The billing cycle: a subscription's first invoice, its renewals, the end of its trial, what is announced before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.instants import HOUR, SECOND
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    dunning,
    invoice_lines,
    invoice_shape,
    invoices,
    periods,
    setup_intents,
    subscriptions,
)
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit, gathered
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.prices import PRICES
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS
from mocks.stripe.versions import before

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction
    from mocks.stripe.resources.payment_intents import Outcome

Json = dict[str, Any]
Behavior = Literal["allow_incomplete", "default_incomplete", "error_if_incomplete"]

INCOMPLETE_FOR = 23 * HOUR
"""How long the first invoice of an incomplete subscription can be paid (spec: subscription.status)."""

PAID_ORDER = (
    "charge.succeeded",
    "customer.updated",
    "customer.subscription.created",
    "setup_intent.created",
    "payment_intent.succeeded",
    "payment_intent.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_succeeded",
)
"""How the events of a subscription that begins with a payment were seen to arrive (published `stripe listen` logs)."""

UNPAID_ORDER = (
    "customer.updated",
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "payment_intent.created",
)


def start(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    *,
    behavior: Behavior,
    off_session: bool = False,
    paid_by: Json | None = None,
) -> None:
    """Store a new subscription, bill its first period and try to pay.

    `paid_by` is an intent that has paid the first invoice already. Raises the 400 when there is nothing to pay with,
    and the 402 of `error_if_incomplete`.
    """
    tx.insert(SUBSCRIPTIONS, subscription)
    with gathered(tx) as events:
        _adopt_currency(tx, customer, subscription["currency"])
        invoice = _bill(tx, subscription, customer, reason="subscription_create")
        method = subscriptions.payment_method_of(tx, subscription)
        if method is None and paid_by is None and invoice["amount_due"] and behavior != "default_incomplete":
            raise _nothing_to_pay_with()
        invoices.announce(tx, "invoice.created", invoice)
        invoices.finalize(
            tx, invoice, description="Subscription creation", method=method, saves=True, paid_by=paid_by
        )
        if invoice["amount_due"] == 0 or paid_by is not None:
            dunning.paid(tx, invoice)
        elif behavior != "default_incomplete":
            _first_payment(tx, subscription, invoice, behavior=behavior, off_session=off_session)
        if subscription["status"] == "trialing" and method is None:
            intent = setup_intents.create(tx, customer=customer["id"], usage="off_session")
            subscription["pending_setup_intent"] = intent["id"]
        tx.save(SUBSCRIPTIONS, subscription)
        subscriptions.announce(tx, "created", subscription)
        paying = subscription["status"] != "incomplete"
        events.order = PAID_ORDER if paying else UNPAID_ORDER
    _plan(tx, subscription)


def _first_payment(
    tx: Transaction, subscription: Json, invoice: Json, *, behavior: Behavior, off_session: bool
) -> None:
    method = dunning.default_method(tx, invoice)
    outcome = dunning.attempt(tx, invoice, method, off_session=off_session)
    if behavior == "error_if_incomplete" and subscription["status"] == "incomplete":
        raise _cannot_begin(tx, invoice, outcome)


def _plan(tx: Transaction, subscription: Json) -> None:
    """Set the timers of a new subscription; an active one has them from its payment."""
    id = subscription["id"]
    if subscription["status"] == "incomplete":
        due = tx.now + INCOMPLETE_FOR
        tx.schedule("subscription.expire", due, {"subscription": id}, key=f"incomplete:{id}")
    elif subscription["status"] == "trialing":
        subscriptions.plan_ahead(tx, subscription)
        warning = subscription["trial_end"] * SECOND - subscriptions.TRIAL_WARNING_BEFORE
        if warning <= tx.now:
            warn_of_trial_end(tx, subscription)
        else:
            key = f"trial_will_end:{id}"
            tx.schedule("subscription.trial_will_end", warning, {"subscription": id}, key=key)


def renew(tx: Transaction, subscription: Json) -> None:
    """End a period: the subscription ends with it, or the next period begins with a draft of its invoice."""
    if subscription["status"] not in {"trialing", "active", "past_due"}:
        return
    if subscription["cancel_at_period_end"]:
        subscriptions.cancel(tx, subscription, reason="cancellation_requested")
        return
    customer = tx.get(CUSTOMERS, subscription["customer"])
    if customer is None or (subscription["status"] == "trialing" and _ends_with_trial(tx, subscription)):
        subscriptions.cancel(tx, subscription, reason="cancellation_requested")
        return
    earlier = snapshot(tx, subscription)
    ended = subscriptions.period_of(subscription)
    if subscription["status"] == "trialing":
        subscriptions.become(subscription, "active")
    _begin_period(tx, subscription, ended[1])
    invoice = _bill(tx, subscription, customer, reason="subscription_cycle", period=ended)
    subscriptions.save(tx, subscription, earlier)
    invoices.await_finalization(tx, invoice)
    invoices.announce(tx, "invoice.created", invoice)
    subscriptions.plan_ahead(tx, subscription)


def warn_of_trial_end(tx: Transaction, subscription: Json) -> None:
    """Announce that a trial ends soon."""
    if subscription["status"] == "trialing":
        subscriptions.announce(tx, "trial_will_end", subscription)


def announce_upcoming(tx: Transaction, subscription: Json) -> None:
    """Announce `invoice.upcoming`: what the next invoice will be, kept nowhere."""
    customer = tx.get(CUSTOMERS, subscription["customer"])
    if customer is None or subscription["status"] not in {"trialing", "active", "past_due"}:
        return
    ending = subscriptions.period_of(subscription)
    coming = {**subscription, "items": [dict(item) for item in subscription["items"]]}
    subscriptions.move_period(coming, ending[1], _next_end(tx, subscription, ending[1]))
    lines = _lines(tx, coming, preview=True)
    preview = invoice_shape.shape(
        tx, coming, customer, lines, id=new_id(tx, "upcoming_in"), reason="upcoming", period=ending
    )
    preview["next_payment_attempt"] = ending[1] + invoices.FINALIZES_AFTER // SECOND
    emit(tx, "invoice.upcoming", INVOICES, preview)


@before("2025-09-30.clover", "invoice")
def _previews_without_id(invoice: Json) -> None:
    if invoice["id"].startswith("upcoming_in_"):
        del invoice["id"]


def _ends_with_trial(tx: Transaction, subscription: Json) -> bool:
    """Tell whether a trial's end is the subscription's, for want of a payment method."""
    behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    return behavior == "cancel" and subscriptions.payment_method_of(tx, subscription) is None


def _begin_period(tx: Transaction, subscription: Json, start: int) -> None:
    subscriptions.move_period(subscription, start, _next_end(tx, subscription, start))


def _next_end(tx: Transaction, subscription: Json, start: int) -> int:
    """Return the end of the period that begins at an instant (unix seconds)."""
    recurring = _price(tx, subscription["items"][0])["recurring"]
    anchor = subscription["billing_cycle_anchor"]
    return periods.following(anchor, recurring["interval"], recurring["interval_count"], start)


def _bill(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    *,
    reason: invoice_shape.Reason,
    period: tuple[int, int] | None = None,
) -> Json:
    """Draft the invoice of the subscription's present period and make it the latest one."""
    lines = _lines(tx, subscription)
    gathered_in = period or (tx.seconds, tx.seconds)
    invoice = invoices.draft(tx, subscription, customer, lines, reason=reason, period=gathered_in)
    subscription["latest_invoice"] = invoice["id"]
    tx.save(SUBSCRIPTIONS, subscription)
    return invoice


def _lines(tx: Transaction, subscription: Json, *, preview: bool = False) -> list[Json]:
    trial = subscription["status"] == "trialing" and not preview
    return [
        invoice_lines.recurring(tx, subscription, item, _price(tx, item), trial=trial, preview=preview)
        for item in subscription["items"]
    ]


def _price(tx: Transaction, item: Json) -> Json:
    price = tx.get(PRICES, item["price"])
    if price is None:
        raise LookupError(f"the price {item['price']} of {item['id']} is gone: prices cannot be deleted")
    return price


def _adopt_currency(tx: Transaction, customer: Json, currency: str) -> None:
    """Give a customer the currency of its first invoice; Stripe never changes it afterwards."""
    if customer["currency"] is None:
        customer["currency"] = currency
        tx.save(CUSTOMERS, customer)
        emit(tx, "customer.updated", CUSTOMERS, customer, previous={"currency": None})


def _nothing_to_pay_with() -> Refusal:
    return errors.invalid(
        "This customer has no attached payment source or default payment method. Please consider adding a default "
        "payment method. For more information, visit "
        "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
        code="resource_missing",
        rule="no_payment_method",
    )


def _cannot_begin(tx: Transaction, invoice: Json, outcome: Outcome | None) -> Refusal:
    """Return the 402 of `error_if_incomplete`: nothing is kept."""
    if outcome is None:
        return _nothing_to_pay_with()
    if outcome.status == "requires_action":
        return errors.card_error(
            "Payment for this subscription requires additional user action before it can be completed successfully.",
            code="subscription_payment_intent_requires_action",
            keep=False,
        )
    refusal = dunning.refused(tx, invoice, outcome)
    refusal.keep = False
    return refusal
