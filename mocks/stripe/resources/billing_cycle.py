"""The billing cycle: a subscription's first invoice, its renewals, the end of its trial, what is announced before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.instants import HOUR, SECOND
from mocks.stripe import errors
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    dunning,
    invoice_items,
    invoices,
    periods,
    prices,
    proration,
    setup_intents,
    subscription_invoices,
    subscriptions,
)
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit, gathered
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.proration import Share
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
    prorated: bool = True,
    waits: bool = False,
) -> None:
    """Store a new subscription, bill its first period and try to pay.

    `paid_by` is an intent that has paid the first invoice already, or debits a bank account for it; `prorated` says whether a first period that is shortened
    by an anchor is charged; with `waits` (schedules) a first invoice without anything to pay it with is a draft for an
    hour, and the subscription runs. Raises the 400 when there is nothing to pay with, and the 402 of `error_if_incomplete`.
    """
    tx.insert(SUBSCRIPTIONS, subscription)
    with gathered(tx) as events:
        _adopt_currency(tx, customer, subscription["currency"])
        method = subscriptions.payment_method_of(tx, subscription)
        invoice = first_invoice(tx, subscription, customer, prorated=prorated)
        later = subscription["collection_method"] == "send_invoice" or (waits and method is None)
        if invoice is None or later:
            if subscription["status"] == "incomplete":
                subscriptions.become(subscription, "active")
            if invoice is not None:
                _collect_later(tx, subscription, invoice)
        else:
            asked = behavior != "default_incomplete" and paid_by is None
            if method is None and asked and invoice["amount_due"]:
                raise nothing_to_pay_with()
            invoices.announce(tx, "invoice.created", invoice)
            invoices.finalize(
                tx, invoice, description="Subscription creation", method=method, saves=True, paid_by=paid_by
            )
            if paid_by is not None and paid_by["status"] == "processing":
                dunning.pending(tx, invoice)
            elif invoice["amount_due"] == 0 or paid_by is not None:
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


def first_invoice(tx: Transaction, subscription: Json, customer: Json, *, prorated: bool) -> Json | None:
    """Draft a subscription's first invoice: a trial's, a whole period's, or that of what is left until the anchor."""
    trial = subscription["status"] == "trialing"
    start, end = subscriptions.period_of(subscription)
    shortened = not trial and subscription["billing_cycle_anchor"] > start
    if not shortened:
        own = subscription_invoices.lines(tx, subscription, trial=trial)
        return subscription_invoices.bill(tx, subscription, customer, own, reason="subscription_create")
    if prorated:
        after = subscription_invoices.charged(tx, subscription)
        whole = Share(previous(tx, subscription, end), end, start)
        for item in proration.between(tx, subscription, customer, whole, before=[], after=after):
            invoice_items.keep(tx, item)
        subscription_invoices.note_charged(subscription, after)
    return subscription_invoices.bill(tx, subscription, customer, [], reason="subscription_create")


def _collect_later(tx: Transaction, subscription: Json, invoice: Json) -> None:
    """Leave a draft to its hour: it is finalized and collected, or sent, by itself."""
    if (
        subscription["status"] == "unpaid"
        or (subscription["pause_collection"] or {}).get("behavior") == "keep_as_draft"
    ):
        invoice["auto_advance"] = False
        tx.save(invoices.INVOICES, invoice)
    else:
        invoices.await_finalization(tx, invoice)
    invoices.announce(tx, "invoice.created", invoice)


def _first_payment(
    tx: Transaction, subscription: Json, invoice: Json, *, behavior: Behavior, off_session: bool
) -> None:
    method = dunning.default_method(tx, invoice)
    outcome = dunning.attempt(tx, invoice, method, off_session=off_session)
    if behavior == "error_if_incomplete" and subscription["status"] == "incomplete":
        raise cannot_begin(tx, invoice, outcome)


def _plan(tx: Transaction, subscription: Json) -> None:
    """Set the timers of a new subscription; one that has been paid has them from its payment."""
    id = subscription["id"]
    if subscription["status"] == "incomplete":
        due = tx.now + INCOMPLETE_FOR
        tx.schedule("subscription.expire", due, {"subscription": id}, key=f"incomplete:{id}")
    elif subscription["status"] == "trialing":
        plan_trial(tx, subscription)
    elif subscription["collection_method"] == "send_invoice" or subscription["latest_invoice"] is None:
        subscriptions.plan_ahead(tx, subscription)


def plan_trial(tx: Transaction, subscription: Json) -> None:
    """Set the timers of a trial: its end, and the warning of it."""
    subscriptions.plan_ahead(tx, subscription)
    warning = subscription["trial_end"] * SECOND - subscriptions.TRIAL_WARNING_BEFORE
    key = f"trial_will_end:{subscription['id']}"
    if warning <= tx.now:
        warn_of_trial_end(tx, subscription)
    else:
        tx.schedule("subscription.trial_will_end", warning, {"subscription": subscription["id"]}, key=key)


def renew(tx: Transaction, subscription: Json) -> None:
    """End a period: the subscription ends with it, or the next period begins with a draft of its invoice."""
    for prepare in subscriptions.BEFORE_RENEWAL:
        prepare(tx, subscription)
    if (
        subscription["status"] not in subscriptions.RUNNING
        or subscriptions.period_of(subscription)[1] > tx.seconds
    ):
        return
    customer = tx.get(CUSTOMERS, subscription["customer"])
    if customer is None or subscription["cancel_at_period_end"] or _has_reached_its_end(tx, subscription):
        subscriptions.cancel(tx, subscription, reason="cancellation_requested")
        return
    earlier = snapshot(tx, subscription)
    ended = subscriptions.period_of(subscription)
    if subscription["status"] == "trialing":
        if ends_with_trial(tx, subscription, earlier):
            return
        subscriptions.become(subscription, "active")
    subscriptions.move_period(subscription, ended[1], next_end(tx, subscription, ended[1]))
    own = subscription_invoices.lines(tx, subscription)
    own += subscription_invoices.usage_lines(tx, subscription, ended)
    invoice = subscription_invoices.bill(
        tx, subscription, customer, own, reason="subscription_cycle", period=ended
    )
    subscriptions.save(tx, subscription, earlier)
    if invoice is not None:
        _collect_later(tx, subscription, invoice)
    subscriptions.plan_ahead(tx, subscription)


def _has_reached_its_end(tx: Transaction, subscription: Json) -> bool:
    return subscription["cancel_at"] is not None and subscription["cancel_at"] <= tx.seconds


def ends_with_trial(tx: Transaction, subscription: Json, earlier: Json) -> bool:
    """Cancel or pause a subscription whose trial ends without a payment method, if its settings say so; tell whether."""
    if subscriptions.payment_method_of(tx, subscription) is not None:
        return False
    wanted = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if wanted == "cancel":
        subscriptions.cancel(tx, subscription, reason="cancellation_requested")
    if wanted == "pause":
        _pause(tx, subscription, earlier)
    return bool(wanted in {"cancel", "pause"})


def _pause(tx: Transaction, subscription: Json, earlier: Json) -> None:
    """Pause a subscription whose trial ends without a payment method: nothing is billed until it is resumed."""
    subscriptions.become(subscription, "paused")
    subscriptions.forget_plans(tx, subscription)
    subscriptions.save(tx, subscription, earlier)
    subscriptions.announce(tx, "paused", subscription)


def warn_of_trial_end(tx: Transaction, subscription: Json) -> None:
    """Announce that a trial ends soon."""
    if subscription["status"] == "trialing":
        subscriptions.announce(tx, "trial_will_end", subscription)


def announce_upcoming(tx: Transaction, subscription: Json) -> None:
    """Announce `invoice.upcoming`: what the next invoice will be, kept nowhere."""
    if subscription["status"] in subscriptions.RUNNING:
        preview = upcoming(tx, subscription)
        if preview is not None:
            emit(tx, "invoice.upcoming", INVOICES, preview)


def upcoming(tx: Transaction, subscription: Json) -> Json | None:
    """Return what the invoice of the next period will be, kept nowhere; None when there will be none."""
    customer = tx.get(CUSTOMERS, subscription["customer"])
    ending = subscriptions.period_of(subscription)
    if customer is None or subscription["status"] in subscriptions.ENDED:
        return None
    coming = {**subscription, "items": [dict(item) for item in subscription["items"]]}
    own: list[Json] = []
    if (
        not subscription["cancel_at_period_end"]
        and not (subscription["cancel_at"] or ending[1] + 1) <= ending[1]
    ):
        subscriptions.move_period(coming, ending[1], next_end(tx, subscription, ending[1]))
        own = subscription_invoices.lines(tx, coming, preview=True)
    own += subscription_invoices.usage_lines(tx, coming, ending, preview=True)
    attempt = ending[1] + invoices.FINALIZES_AFTER // SECOND
    preview = subscription_invoices.preview(
        tx, coming, customer, own, period=ending, created=ending[1], next_payment_attempt=attempt
    )
    return preview if preview["lines"] else None


@before("2025-09-30.clover", "invoice")
def _previews_without_id(invoice: Json) -> None:
    if invoice["id"].startswith("upcoming_in_"):
        del invoice["id"]


def next_end(tx: Transaction, subscription: Json, start: int) -> int:
    """Return the end of the period that begins at an instant (unix seconds)."""
    recurring = _recurring(tx, subscription)
    anchor = subscription["billing_cycle_anchor"]
    return periods.following(anchor, recurring["interval"], recurring["interval_count"], start)


def previous(tx: Transaction, subscription: Json, end: int) -> int:
    """Return where a whole period that ends at an instant would have begun."""
    recurring = _recurring(tx, subscription)
    return periods.boundary(end, recurring["interval"], recurring["interval_count"], -1)


def _recurring(tx: Transaction, subscription: Json) -> Json:
    price = prices.charged(tx, subscription["items"][0]["price"], subscription["currency"])
    recurring: Json = price["recurring"]
    return recurring


def _adopt_currency(tx: Transaction, customer: Json, currency: str) -> None:
    """Give a customer the currency of its first invoice; Stripe never changes it afterwards."""
    if customer["currency"] is None:
        customer["currency"] = currency
        tx.save(CUSTOMERS, customer)
        emit(tx, "customer.updated", CUSTOMERS, customer, previous={"currency": None})


def nothing_to_pay_with() -> Refusal:
    """Return the 400 for a charge to a customer without payment method."""
    return errors.invalid(
        "This customer has no attached payment source or default payment method. Please consider adding a default "
        "payment method. For more information, visit "
        "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
        code="resource_missing",
        rule="no_payment_method",
    )


def cannot_begin(tx: Transaction, invoice: Json, outcome: Outcome | None) -> Refusal:
    """Return the 402 of `error_if_incomplete`: nothing is kept."""
    if outcome is None:
        return nothing_to_pay_with()
    if outcome.status == "requires_action":
        return errors.card_error(
            "Payment for this subscription requires additional user action before it can be completed successfully.",
            code="subscription_payment_intent_requires_action",
            keep=False,
        )
    refusal = dunning.refused(tx, invoice, outcome)
    refusal.keep = False
    return refusal
