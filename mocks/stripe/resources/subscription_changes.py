"""Changing what a subscription charges: items, prices, quantities, anchor and trial, with prorations and their invoices.

A change of the interval, of the anchor or of the trial, and one between free and paid, begins a new period and is invoiced
at once; any other change is prorated within the present period. (Stripe docs: prorations; change subscriptions.)
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mocks.stripe import errors
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    billing_cycle,
    dunning,
    invoice_items,
    invoices,
    pending_updates,
    prices,
    proration,
    subscription_invoices,
    subscriptions,
    usage,
)
from mocks.stripe.resources.amounts import cost
from mocks.stripe.resources.proration import Share

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.stripe.resources.proration import Charged

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a change is charged: whether it is prorated and invoiced, from which instant, and what a failed payment does."""

    behavior: Literal["always_invoice", "create_prorations", "none"] = "create_prorations"
    at: int | None = None
    payment: Literal[
        "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"
    ] = "allow_incomplete"
    off_session: bool = True


@dataclass(frozen=True, slots=True)
class Before:
    """A subscription as it was before a change: its document, how it was shown, and what its items were charged."""

    document: Json
    shown: Json
    charged: list[Charged]
    period: tuple[int, int]
    rhythm: tuple[str, int]
    free: bool


def remember(tx: Transaction, subscription: Json) -> Before:
    """Take down what a change is compared with; raise the 400 for a subscription that cannot be changed."""
    if subscription["status"] == "incomplete":
        raise errors.invalid(
            "The status of the subscription is `incomplete`: its items, trial and anchor cannot be changed until its first "
            "invoice is paid.",
            rule="subscription_state",
        )
    billed = subscription["status"] in subscriptions.RUNNING and subscription["status"] != "trialing"
    return Before(
        document=deepcopy(subscription),
        shown=snapshot(tx, subscription),
        charged=subscription_invoices.already_charged(tx, subscription) if billed else [],
        period=subscriptions.period_of(subscription),
        rhythm=_rhythm(tx, subscription),
        free=_is_free(tx, subscription),
    )


def carry_out(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    before: Before,
    terms: Terms,
    *,
    anchor_now: bool = False,
    trial_end: int | Literal["now"] | None = None,
) -> None:
    """Charge a change that was made to a subscription's document, and announce it.

    Raises the 400s of impossible instants, and the 402 of `error_if_incomplete`.
    """
    invoice, restarts = charge(
        tx, subscription, customer, before, terms, anchor_now=anchor_now, trial_end=trial_end
    )
    if invoice is not None and terms.payment == "pending_if_incomplete" and invoice["amount_due"]:
        pending_updates.hold(tx, subscription, before.document, invoice["id"])
        tx.save(subscriptions.SUBSCRIPTIONS, subscription)
        collect(tx, subscription, invoice, terms)
        pending_updates.show(tx, subscription, before.shown)
        return
    subscriptions.save(tx, subscription, before.shown)
    if restarts:
        _plan(tx, subscription)
    if invoice is not None:
        collect(tx, subscription, invoice, terms)


def charge(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    before: Before,
    terms: Terms,
    *,
    anchor_now: bool = False,
    trial_end: int | Literal["now"] | None = None,
) -> tuple[Json | None, bool]:
    """Prorate a change, or begin a new period with it; return the draft that is due at once, and whether one began."""
    share = _share(tx, before, terms)
    running = subscription["status"] in {"active", "past_due", "unpaid"}
    restarts = anchor_now or trial_end is not None
    if running:
        restarts = (
            restarts
            or before.rhythm != _rhythm(tx, subscription)
            or before.free != _is_free(tx, subscription)
        )
    if restarts:
        _credit(tx, subscription, customer, before, terms, share)
        _restart(tx, subscription, trial_end)
        trial = subscription["status"] == "trialing"
        longer = trial and before.document["status"] == "trialing"
        own = subscription_invoices.lines(tx, subscription, trial=trial)
        invoice = None
        if not longer:
            invoice = subscription_invoices.bill(
                tx, subscription, customer, own, reason="subscription_update"
            )
    elif running:
        _prorate(tx, subscription, customer, before, terms, share)
        invoice = None
        if terms.behavior == "always_invoice":
            invoice = subscription_invoices.bill(
                tx, subscription, customer, [], reason="subscription_update", only_own=True
            )
    else:
        invoice = None
    return invoice, restarts


def collect(tx: Transaction, subscription: Json, invoice: Json, terms: Terms) -> None:
    """Announce and finalize the invoice of a change, and charge it at once."""
    if subscription["collection_method"] == "send_invoice":
        invoices.await_finalization(tx, invoice)
        invoices.announce(tx, "invoice.created", invoice)
        return
    method = subscriptions.payment_method_of(tx, subscription)
    waits = terms.payment == "default_incomplete"
    if method is None and invoice["amount_due"] and not waits:
        raise billing_cycle.nothing_to_pay_with()
    invoices.announce(tx, "invoice.created", invoice)
    invoices.finalize(tx, invoice, description="Subscription update", method=method)
    if invoice["amount_due"] == 0:
        dunning.paid(tx, invoice)
    elif waits:
        shown = snapshot(tx, subscription)
        if subscription["status"] == "active":
            subscriptions.become(subscription, "past_due")
            subscriptions.save(tx, subscription, shown)
    else:
        scheduled = terms.payment == "allow_incomplete"
        outcome = dunning.attempt(tx, invoice, method, off_session=terms.off_session, scheduled=scheduled)
        paid = outcome is not None and outcome.status in dunning.UNDER_WAY
        if terms.payment == "error_if_incomplete" and not paid:
            raise billing_cycle.cannot_begin(tx, invoice, outcome)


def credit_rest(tx: Transaction, subscription: Json, customer: Json, at: int | None = None) -> None:
    """Credit what is left of the present period, as a cancellation with `prorate` does."""
    if subscription["status"] not in {"active", "past_due", "unpaid"}:
        return
    start, end = subscriptions.period_of(subscription)
    share = Share(start, end, min(max(start, at or tx.seconds), end))
    charged = subscription_invoices.already_charged(tx, subscription)
    for item in proration.between(tx, subscription, customer, share, before=charged, after=[]):
        invoice_items.keep(tx, item)


def _share(tx: Transaction, before: Before, terms: Terms) -> Share:
    start, end = before.period
    at = tx.seconds if terms.at is None else terms.at
    if not start <= at <= end:
        if terms.at is None:
            return Share(start, end, min(max(start, at), end))
        raise errors.invalid(
            "The `proration_date` must lie within the subscription's current period.",
            param="proration_date",
            rule="proration_date",
        )
    return Share(start, end, at)


def _credit(
    tx: Transaction, subscription: Json, customer: Json, before: Before, terms: Terms, share: Share
) -> None:
    if terms.behavior != "none":
        for item in proration.between(tx, subscription, customer, share, before=before.charged, after=[]):
            invoice_items.keep(tx, item)


def _prorate(
    tx: Transaction, subscription: Json, customer: Json, before: Before, terms: Terms, share: Share
) -> None:
    after = subscription_invoices.charged(tx, subscription)
    same = {each.item["id"]: each for each in before.charged}
    if terms.behavior != "none":
        for item in proration.between(tx, subscription, customer, share, before=before.charged, after=after):
            invoice_items.keep(tx, item)
    changed = [each for each in after if not _is_same(same.get(each.item["id"]), each)]
    kept = [same[each.item["id"]] for each in after if _is_same(same.get(each.item["id"]), each)]
    subscription_invoices.note_charged(subscription, kept + changed)


def _is_same(old: Charged | None, new: Charged) -> bool:
    return old is not None and (old.item["price"], old.item["quantity"]) == (
        new.item["price"],
        new.item["quantity"],
    )


def _restart(tx: Transaction, subscription: Json, trial_end: int | Literal["now"] | None) -> None:
    """Begin a new period now: a trial's, or one that the anchor is moved to."""
    now = tx.seconds
    if isinstance(trial_end, int):
        if subscription["status"] != "trialing":
            subscription["trial_start"] = now
            if subscription["status"] != "paused":
                subscriptions.become(subscription, "trialing")
        subscription |= {"billing_cycle_anchor": trial_end, "trial_end": trial_end}
        start = subscriptions.period_of(subscription)[0] if subscription["trial_start"] < now else now
        subscriptions.move_period(subscription, start, trial_end)
        return
    if subscription["status"] == "trialing":
        subscriptions.become(subscription, "active")
        subscription["trial_end"] = now
    subscription["billing_cycle_anchor"] = now
    subscriptions.move_period(subscription, now, billing_cycle.next_end(tx, subscription, now))


def _plan(tx: Transaction, subscription: Json) -> None:
    if subscription["cancel_at_period_end"]:
        subscriptions.mark_ending(tx, subscription, at_period_end=True)
    if subscription["status"] == "trialing":
        billing_cycle.plan_trial(tx, subscription)
    elif subscription["status"] in subscriptions.RUNNING:
        tx.unschedule(f"trial_will_end:{subscription['id']}")
        subscriptions.plan_ahead(tx, subscription)


def _rhythm(tx: Transaction, subscription: Json) -> tuple[str, int]:
    price = prices.charged(tx, subscription["items"][0]["price"], subscription["currency"])
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def _is_free(tx: Transaction, subscription: Json) -> bool:
    currency = subscription["currency"]
    charged = [
        (prices.charged(tx, each["price"], currency), each["quantity"]) for each in subscription["items"]
    ]
    return not any(usage.is_metered(price) or cost(price, quantity) for price, quantity in charged)
