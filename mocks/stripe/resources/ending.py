"""Ending and pausing subscriptions with what they still owe or are owed, and beginning paused ones again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from mocks.stripe import errors
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    billing_cycle,
    customers,
    dunning,
    invoice_items,
    invoices,
    proration,
    subscription_changes,
    subscription_invoices,
    subscriptions,
)
from mocks.stripe.resources.proration import Share
from mocks.stripe.resources.subscription_changes import Terms

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def cancel(tx: Transaction, subscription: Json, *, prorate: bool = False, invoice_now: bool = False) -> None:
    """End a subscription now.

    `prorate` credits what is left of its period, `invoice_now` invoices what is pending: a credit goes to the customer's
    balance. Without it the credit waits for the customer's next invoice.
    """
    customer = tx.get(customers.CUSTOMERS, subscription["customer"])
    final = None
    if customer is not None and subscription["status"] in subscriptions.RUNNING:
        if prorate:
            subscription_changes.credit_rest(tx, subscription, customer)
        if invoice_now:
            start, _ = subscriptions.period_of(subscription)
            used = subscription_invoices.usage_lines(tx, subscription, (start, tx.seconds))
            final = subscription_invoices.bill(
                tx, subscription, customer, used, reason="subscription_update", only_own=True
            )
    subscriptions.cancel(tx, subscription, reason="cancellation_requested")
    if final is not None:
        _collect_final(tx, final)


def _collect_final(tx: Transaction, invoice: Json) -> None:
    invoices.announce(tx, "invoice.created", invoice)
    method = dunning.default_method(tx, invoice)
    invoices.finalize(tx, invoice, description="Subscription update", method=method)
    if invoice["amount_due"] == 0:
        dunning.paid(tx, invoice)
    elif invoice["collection_method"] == "charge_automatically":
        dunning.attempt(tx, invoice, method)


def cancel_at_its_time(tx: Transaction, subscription: Json) -> None:
    """End a subscription at its `cancel_at`: what is left of the period is credited and settled."""
    if subscription["status"] in subscriptions.ENDED or subscription["cancel_at"] is None:
        return
    _, end = subscriptions.period_of(subscription)
    before_its_end = end > tx.seconds
    cancel(tx, subscription, prorate=before_its_end, invoice_now=before_its_end)


def pause(tx: Transaction, subscription: Json, *, credit: bool, invoice_now: bool) -> None:
    """Pause a subscription: no period follows until it is resumed; what is left of this one is credited, if wanted.

    The credit waits for the next invoice, or (`invoice_now`) is settled by an invoice of its own. Raises the 400 for one
    that does not run, or is under a schedule.
    """
    if (
        subscription["status"] not in {"active", "past_due", "trialing"}
        or subscription["schedule"] is not None
    ):
        raise errors.invalid(
            f"Only active subscriptions without a schedule can be paused; this one is `{subscription['status']}`.",
            rule="subscription_state",
        )
    customer = customers.get(tx, subscription["customer"])
    earlier, final = snapshot(tx, subscription), None
    if credit and subscription["status"] != "trialing":
        subscription_changes.credit_rest(tx, subscription, customer)
    if invoice_now:
        final = subscription_invoices.bill(
            tx, subscription, customer, [], reason="subscription_update", only_own=True
        )
    subscriptions.become(subscription, "paused")
    subscriptions.forget_plans(tx, subscription)
    subscriptions.save(tx, subscription, earlier)
    subscriptions.announce(tx, "paused", subscription)
    if final is not None:
        _collect_final(tx, final)


def resume(
    tx: Transaction, subscription: Json, *, anchor: Literal["now", "unchanged"] = "now", terms: Terms
) -> None:
    """Go on with a paused subscription, once the invoice of its new period is paid; raise the 400 for another one."""
    if subscription["status"] != "paused":
        raise errors.invalid(
            f"You can only resume a paused subscription; this one is `{subscription['status']}`.",
            rule="subscription_state",
        )
    customer = customers.get(tx, subscription["customer"])
    earlier, now = snapshot(tx, subscription), tx.seconds
    own: list[Json] = []
    if anchor == "now":
        subscription["billing_cycle_anchor"] = now
        subscriptions.move_period(subscription, now, billing_cycle.next_end(tx, subscription, now))
        own = subscription_invoices.lines(tx, subscription)
    else:
        end = billing_cycle.next_end(tx, subscription, now)
        whole = Share(billing_cycle.previous(tx, subscription, end), end, now)
        subscriptions.move_period(subscription, whole.start, end)
        after = subscription_invoices.charged(tx, subscription)
        if terms.behavior != "none":
            for item in proration.between(tx, subscription, customer, whole, before=[], after=after):
                invoice_items.keep(tx, item)
        subscription_invoices.note_charged(subscription, after)
    invoice = subscription_invoices.bill(tx, subscription, customer, own, reason="subscription_update")
    subscriptions.save(tx, subscription, earlier)
    if invoice is not None and subscription["collection_method"] == "charge_automatically":
        subscription_changes.collect(tx, subscription, invoice, terms)
        return
    shown = snapshot(tx, subscription)
    subscriptions.become(subscription, "active")
    subscriptions.plan_ahead(tx, subscription)
    subscriptions.save(tx, subscription, shown)
    subscriptions.announce(tx, "resumed", subscription)
    if invoice is not None:
        subscription_changes.collect(tx, subscription, invoice, terms)
