"""Pending updates: changes that wait for their invoice to be paid (`payment_behavior=pending_if_incomplete`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.instants import HOUR, SECOND
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import dunning, invoices, subscriptions

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

LASTS = 23 * HOUR
"""How long a pending update waits (Stripe docs: pending updates)."""

_CHANGED = ("billing_cycle_anchor", "items", "status", "trial_end", "trial_start")


def hold(tx: Transaction, subscription: Json, before: Json, invoice: str) -> None:
    """Take a change back until its invoice is paid; `before` is the document as it was."""
    wanted = {name: subscription[name] for name in _CHANGED} | {"billed": subscription["_"]["billed"]}
    subscription |= {name: before[name] for name in _CHANGED}
    subscription["_"] = before["_"] | {"pending": {"invoice": invoice, "wanted": wanted}}


def show(tx: Transaction, subscription: Json, earlier: Json) -> None:
    """Let a change that is still waiting be seen, and expire in time; announce what happened since `earlier`."""
    pending = subscription["_"].get("pending")
    if pending is not None:
        due = tx.now + LASTS
        wanted = pending["wanted"]
        subscription["pending_update"] = {
            "billing_cycle_anchor": wanted["billing_cycle_anchor"],
            "discounts": None,
            "expires_at": due // SECOND,
            "metadata": None,
            "subscription_items": wanted["items"],
            "trial_end": wanted["trial_end"],
            "trial_from_plan": None,
        }
        id = subscription["id"]
        tx.schedule("subscription.pending_update", due, {"subscription": id}, key=f"pending_update:{id}")
    subscriptions.save(tx, subscription, earlier)


def paid(tx: Transaction, subscription: Json, invoice: Json) -> None:
    """Carry out the change that waited for an invoice."""
    pending = subscription["_"].get("pending")
    if pending is None or pending["invoice"] != invoice["id"]:
        return
    earlier = snapshot(tx, subscription)
    wanted = dict(pending["wanted"])
    shown = subscription["pending_update"] is not None
    subscription["_"] = {"billed": wanted.pop("billed")}
    subscription |= wanted | {"pending_update": None}
    tx.unschedule(f"pending_update:{subscription['id']}")
    subscriptions.plan_ahead(tx, subscription)
    if shown:
        subscriptions.announce(tx, "pending_update_applied", subscription)
        subscriptions.save(tx, subscription, earlier)


def expire(tx: Transaction, subscription: Json) -> None:
    """Give a pending update up: its invoice is voided, the subscription stays as it is."""
    pending = subscription["_"].get("pending")
    if pending is None:
        return
    earlier = snapshot(tx, subscription)
    subscription["_"] = {"billed": subscription["_"]["billed"]}
    subscription["pending_update"] = None
    subscriptions.announce(tx, "pending_update_expired", subscription)
    subscriptions.save(tx, subscription, earlier)
    invoice = tx.get(invoices.INVOICES, pending["invoice"])
    if invoice is not None and invoice["status"] == "open":
        invoices.close(tx, invoice, "void")


dunning.ON_PAID.append(paid)
