"""Paying invoices, and what comes of it for the subscription and the customer.

A failed automatic payment is tried again after `RETRY_AFTER`; when the last retry fails, the subscription is canceled, or
becomes what the account has set.
Stripe's own default picks the instants itself (Smart Retries: 8 tries in two weeks) and is not published.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.instants import DAY, SECOND
from mocks.stripe import errors
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    invoice_payments,
    invoices,
    payment_attempts,
    payment_intents,
    payment_methods,
    settings,
    subscriptions,
)
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit
from mocks.stripe.resources.intents import asks_authentication
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction
    from mocks.stripe.resources.payment_intents import Outcome

Json = dict[str, Any]

UNDER_WAY = frozenset({"succeeded", "processing"})
"""How attempts to pay end that are no failure: the bank lets a debit through, or is still to answer."""

ON_PAID: list[Callable[[Transaction, Json, Json], None]] = []
"""What follows when a subscription's invoice is paid: functions of subscription and invoice."""

RETRY_AFTER = (3 * DAY, 5 * DAY, 7 * DAY)
"""The gaps between a failed automatic attempt and the next one: our choice, in world time."""


def collect(tx: Transaction, invoice: Json) -> None:
    """Charge an open invoice by itself: the first attempt after finalization, or a retry."""
    if invoice["status"] != "open" or not invoice["auto_advance"]:
        return
    if invoice["amount_due"] == 0:
        paid(tx, invoice)
        return
    intent = invoices.intent_of(tx, invoice)
    if intent is None or intent["status"] != "processing":
        attempt(tx, invoice, default_method(tx, invoice), scheduled=True)


def default_method(tx: Transaction, invoice: Json) -> str | None:
    """Return the payment method an invoice is charged to when none is named; None when there is none.

    The invoice's own goes before the subscription's, and that before the customer's.
    """
    subscription = subscription_of(tx, invoice)
    own = None if subscription is None else subscription["default_payment_method"]
    return subscriptions.usable_method(tx, invoice, (invoice["default_payment_method"], own))


def attempt(
    tx: Transaction, invoice: Json, method: str | None, *, off_session: bool = True, scheduled: bool = False
) -> Outcome | None:
    """Try to pay an open invoice, and carry out what follows; return None when there is nothing to pay with."""
    outcome = None
    if method is not None:
        intent = invoices.payable_intent(tx, invoice)
        held = payment_methods.get(tx, method)
        # Where an intent of one's own is declined off-session, an invoice's waits for the card's holder.
        away = off_session and not asks_authentication(intent, held, off_session=True)
        outcome = payment_intents.attempt(tx, intent, payment_method=method, off_session=away, strict=False)
    if outcome is not None and outcome.status == "succeeded":
        paid(tx, invoice, scheduled=scheduled)
    elif outcome is not None and outcome.status == "processing":
        pending(tx, invoice, scheduled=scheduled)
    else:
        _failed(tx, invoice, outcome, scheduled=scheduled)
    return outcome


def paid(tx: Transaction, invoice: Json, *, scheduled: bool = False) -> None:
    """Close an invoice that has been paid, announce it, and bring subscription and customer up to date.

    The first attempt to pay counts, and then those of the retry schedule (spec: invoice.attempt_count).
    """
    existed = tx.before(INVOICES, invoice["id"])
    earlier = snapshot(tx, invoice)
    invoices.become(tx, invoice, "paid")
    invoice |= {"amount_paid": invoice["amount_due"], "amount_remaining": 0, "attempted": True}
    tx.unschedule(f"overdue:{invoice['id']}")
    if scheduled or (invoice["attempt_count"] == 0 and invoice["amount_due"]):
        invoice["attempt_count"] += 1
    tx.save(INVOICES, invoice)
    invoice_payments.settle(tx, invoice["id"], "paid")
    if existed is not None and existed["status"] != "draft":
        invoices.announce_update(tx, invoice, earlier)
    invoices.announce(tx, "invoice.paid", invoice)
    invoices.announce(tx, "invoice.payment_succeeded", invoice)
    subscription = subscription_of(tx, invoice)
    if subscription is not None:
        _subscription_paid(tx, subscription, invoice)
        for follow in ON_PAID:
            follow(tx, subscription, invoice)
    set_delinquent(tx, invoice["customer"], delinquent=False)


def settled(tx: Transaction, intent: Json, outcome: Outcome) -> None:
    """Follow up a payment intent that its customer has confirmed, when it is an invoice's."""
    invoice = tx.first(INVOICES, payment_intent=intent["id"])
    if invoice is None or invoice["status"] not in {"open", "uncollectible"}:
        return
    if outcome.status == "succeeded":
        paid(tx, invoice)
    elif outcome.status == "processing":
        pending(tx, invoice)
    else:
        late = outcome.charge is not None and outcome.charge["id"].startswith("py_")
        _failed(tx, invoice, outcome, scheduled=late, counted=late)


def pending(tx: Transaction, invoice: Json, *, scheduled: bool = False) -> None:
    """Note that an invoice's debit is under way: it stays open until the bank answers, and its subscription runs."""
    earlier = snapshot(tx, invoice)
    existed = tx.before(INVOICES, invoice["id"])
    invoice |= {"attempted": True, "next_payment_attempt": None}
    if scheduled or invoice["attempt_count"] == 0:
        invoice["attempt_count"] += 1
    tx.save(INVOICES, invoice)
    if existed is not None and existed["status"] != "draft":
        invoices.announce_update(tx, invoice, earlier)
    subscription = subscription_of(tx, invoice)
    if subscription is not None and subscription["status"] == "incomplete":
        _subscription_paid(tx, subscription, invoice)


def expire(tx: Transaction, subscription: Json) -> None:
    """End an incomplete subscription, its first invoice unpaid for too long."""
    if subscription["status"] != "incomplete":
        return
    subscriptions.expire(tx, subscription)
    invoice = tx.get(INVOICES, subscription["latest_invoice"])
    if invoice is not None and invoice["status"] == "open":
        invoices.close(tx, invoice, "void")


def subscription_of(tx: Transaction, invoice: Json) -> Json | None:
    """Return the subscription that an invoice bills."""
    id = invoices.subscription_id(invoice)
    return None if id is None else tx.get(SUBSCRIPTIONS, id)


def refused(tx: Transaction, invoice: Json, outcome: Outcome | None) -> Refusal:
    """Return the refusal of a request whose payment of an invoice failed; what was written is kept."""
    intent = invoices.intent_of(tx, invoice)
    if outcome is None or intent is None:
        return _no_method()
    if outcome.status == "requires_action":
        return errors.card_error(
            "This payment requires additional user action before it can be completed successfully. Payment can be "
            f"completed using the PaymentIntent associated with invoice {invoice['id']}.",
            code="invoice_payment_intent_requires_action",
        )
    return payment_intents.declined(tx, intent, outcome)


def _no_method() -> Refusal:
    return errors.invalid(
        "There is no `default_payment_method` set on this Customer or Invoice. Please provide a payment method.",
        param="payment_method",
        rule="no_payment_method",
    )


def _failed(
    tx: Transaction, invoice: Json, outcome: Outcome | None, *, scheduled: bool, counted: bool = False
) -> None:
    """Write what a failed attempt brings; one that is `counted` was so when it began."""
    earlier = snapshot(tx, invoice)
    existed = tx.before(INVOICES, invoice["id"]) is not None
    invoice["attempted"] = True
    if not counted and (scheduled or invoice["attempt_count"] == 0):
        invoice["attempt_count"] += 1
    subscription = subscription_of(tx, invoice)
    retried = scheduled and subscription is not None and subscription["status"] not in subscriptions.ENDED
    exhausted = retried and not _retry(tx, invoice)
    tx.save(INVOICES, invoice)
    if existed:
        invoices.announce_update(tx, invoice, earlier)
    if outcome is not None and outcome.status == "requires_action":
        invoices.announce(tx, "invoice.payment_action_required", invoice)
    if scheduled or outcome is None or outcome.status != "requires_action":
        invoices.announce(tx, "invoice.payment_failed", invoice)
    if subscription is None or not retried:
        return
    if exhausted:
        _exhausted(tx, subscription, invoice)
    elif subscription["status"] == "active":
        shown = snapshot(tx, subscription)
        subscriptions.become(subscription, "past_due")
        subscriptions.save(tx, subscription, shown)
    set_delinquent(tx, invoice["customer"], delinquent=True)


def _exhausted(tx: Transaction, subscription: Json, invoice: Json) -> None:
    """Do what the account has set for a subscription whose last retry has failed."""
    wanted = settings.of(tx)
    if wanted["subscription_status"] == "canceled":
        subscriptions.cancel(tx, subscription, reason="payment_failed")
    elif wanted["subscription_status"] == "unpaid" and subscription["status"] in {"active", "past_due"}:
        shown = snapshot(tx, subscription)
        subscriptions.become(subscription, "unpaid")
        subscriptions.save(tx, subscription, shown)
    if wanted["invoice_status"] == "uncollectible":
        invoices.close(tx, invoice, "uncollectible")


def _retry(tx: Transaction, invoice: Json) -> bool:
    """Plan the next automatic attempt; return False when there is none left."""
    failures = invoice["attempt_count"]
    if failures > len(RETRY_AFTER):
        invoice |= {"next_payment_attempt": None, "auto_advance": False}
        return False
    due = tx.now + RETRY_AFTER[failures - 1]
    invoice["next_payment_attempt"] = due // SECOND
    tx.schedule("invoice.collect", due, {"invoice": invoice["id"]}, key=f"collect:{invoice['id']}")
    return True


def _subscription_paid(tx: Transaction, subscription: Json, invoice: Json) -> None:
    """Make a subscription active again, or for the first time, after its invoice was paid."""
    status = subscription["status"]
    if status not in {"incomplete", "past_due", "unpaid", "paused"} or not _latest_finalized(
        tx, subscription, invoice
    ):
        return
    earlier = snapshot(tx, subscription)
    subscriptions.become(subscription, "active")
    if status in {"incomplete", "paused"}:
        tx.unschedule(f"incomplete:{subscription['id']}")
        subscriptions.plan_ahead(tx, subscription)
        _save_method(tx, subscription, invoice)
    subscriptions.save(tx, subscription, earlier)
    if status == "paused":
        subscriptions.announce(tx, "resumed", subscription)


def _latest_finalized(tx: Transaction, subscription: Json, invoice: Json) -> bool:
    """Tell whether no later invoice of the subscription has been finalized."""
    latest = tx.page(INVOICES, where={"subscription": subscription["id"]}, limit=5).items
    return next((each["id"] == invoice["id"] for each in latest if each["status"] != "draft"), False)


def _save_method(tx: Transaction, subscription: Json, invoice: Json) -> None:
    """Keep the payment method of the first payment, where the subscription asks for it."""
    if subscription["payment_settings"]["save_default_payment_method"] != "on_subscription":
        return
    intent = invoices.intent_of(tx, invoice)
    if intent is not None and intent["payment_method"] is not None:
        subscription["default_payment_method"] = intent["payment_method"]


def set_delinquent(tx: Transaction, id: str, *, delinquent: bool) -> None:
    """Note on the customer how the latest change of any of its invoices went (spec: customer.delinquent)."""
    customer = tx.get(CUSTOMERS, id)
    if customer is None or customer["delinquent"] == delinquent:
        return
    customer["delinquent"] = delinquent
    tx.save(CUSTOMERS, customer)
    emit(tx, "customer.updated", CUSTOMERS, customer, previous={"delinquent": not delinquent})


payment_attempts.ON_SETTLED.append(settled)
