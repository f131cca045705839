"""Refunds: money given back for a charge, at once or, with some test cards, only after a while or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import balance, charges, disputes, money, unserved_links
from mocks.stripe.resources.charges import CHARGES, REFUNDS
from mocks.stripe.resources.events import emit
from mocks.stripe.versions import since

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PROGRESS_SECONDS = 300
"""After how long the bank is heard of: a pending refund succeeds, a doomed one fails, others get their reference."""

register(
    Resource(
        "refund",
        REFUNDS,
        expands={
            "balance_transaction": "balance_transaction",
            "charge": "charge",
            "failure_balance_transaction": "balance_transaction",
            "payment_intent": "payment_intent",
            **unserved_links.of("refund"),
        },
    )
)


@since("2026-07-29.dahlia", "refund")
def _whose(refund: Json) -> None:
    refund |= {"customer": None, "customer_account": None, "payment_method": None}


_TRANSFERS = {
    "bacs_debit": "gb_bank_transfer",
    "sepa_debit": "eu_bank_transfer",
    "us_bank_account": "us_bank_transfer",
}


def create(
    tx: Transaction,
    charge: Json,
    *,
    amount: int | None = None,
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Json:
    """Give back what is left of a charge, or part of it, and announce it; raises the 400 when it cannot be."""
    left = _refundable(charge)
    disputes.check_refundable(tx, charge)
    amount = left if amount is None else amount
    if amount > left:
        shown, unrefunded = money.shown(amount, charge["currency"]), money.shown(left, charge["currency"])
        raise errors.invalid(
            f"Refund amount ({shown}) is greater than unrefunded amount on charge ({unrefunded})",
            param="amount",
            rule="refund_too_large",
        )
    behind = charges.instrument_of(tx, charge)
    charges.settled(tx, charge)
    kind = charge["payment_method_details"]["type"]
    refund: Json = {
        "id": new_id(tx, "re" if kind == "card" else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": tx.seconds,
        "currency": charge["currency"],
        "destination_details": _destination(kind),
        "metadata": merged({}, metadata or {}),
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if behind.refund == "pending" else "succeeded",
        "transfer_reversal": None,
    }
    entry = _book(tx, refund, charge, -amount, "refund" if kind == "card" else "payment_refund")
    refund["balance_transaction"] = entry["id"]
    tx.insert(REFUNDS, refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charges.refundable(charge) == 0
    tx.save(CHARGES, charge)
    emit(tx, "refund.created", REFUNDS, refund)
    emit(tx, "charge.refunded", CHARGES, charge)
    disputes.refunded(tx, charge)
    tx.schedule("refund.progress", tx.now + PROGRESS_SECONDS * instants.SECOND, {"refund": refund["id"]})
    return refund


def change(tx: Transaction, refund: Json, metadata: dict[str, str] | None) -> Json:
    """Change a refund's metadata, and announce it when that changed anything."""
    refund["metadata"] = merged(refund["metadata"], metadata)
    if tx.before(REFUNDS, refund["id"]) != refund:
        tx.save(REFUNDS, refund)
        _announce(tx, refund)
    return refund


def cancel(tx: Transaction, refund: Json) -> Json:
    """Refuse to cancel a refund: only one that waits for its receiver can be, and refunds to cards never do."""
    raise errors.invalid(
        f"The refund {refund['id']} cannot be canceled because it has a status of {refund['status']}. "
        "Only a refund with the status requires_action can be canceled.",
        rule="refund_not_cancelable",
    )


def progress(tx: Transaction, refund: Json) -> None:
    """Let the bank be heard of (a timer): the refund gets its reference, succeeds, or fails."""
    charge = charges.get(tx, refund["charge"])
    behind = charges.instrument_of(tx, charge)
    if behind.refund == "fails":
        refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
        entry = _book(tx, refund, charge, refund["amount"], "refund_failure")
        refund["failure_balance_transaction"] = entry["id"]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        tx.save(CHARGES, charge)
        tx.save(REFUNDS, refund)
        emit(tx, "refund.failed", REFUNDS, refund)
    else:
        reference = tx.token("refund.reference", 23, "0123456789")
        kind = refund["destination_details"]["type"]
        to = refund["destination_details"][kind] | {"reference": reference, "reference_status": "available"}
        refund |= {"status": "succeeded", "destination_details": {kind: to, "type": kind}}
        tx.save(REFUNDS, refund)
    _announce(tx, refund)


def _announce(tx: Transaction, refund: Json) -> None:
    """Announce an update under both names that Stripe uses for it."""
    emit(tx, "refund.updated", REFUNDS, refund)
    emit(tx, "charge.refund.updated", REFUNDS, refund)


def _destination(kind: str) -> Json:
    """Return where a refund of a kind of payment method goes; its reference comes later."""
    if kind == "card":
        card = {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        }
        return {"card": card, "type": "card"}
    transfer = _TRANSFERS[kind]
    return {transfer: {"reference": None, "reference_status": "pending"}, "type": transfer}


def _book(tx: Transaction, refund: Json, charge: Json, amount: int, type: str) -> Json:
    """Move the balance: what a pending charge brought is given back from the pending balance."""
    original = tx.get(balance.BALANCE_TRANSACTIONS, charge["balance_transaction"]) or {}
    due = max(tx.seconds, original.get("available_on", 0))
    return balance.record(
        tx,
        type=type,
        source=refund,
        amount=amount,
        available_on=due,
        category="refund" if type == "payment_refund" else type,
        description="REFUND FOR CHARGE" if charge["id"].startswith("ch_") else "REFUND FOR PAYMENT",
    )


def _refundable(charge: Json) -> int:
    """Return what is left to refund; raise the 400 for a charge that has nothing."""
    id = charge["id"]
    if charge["refunded"]:
        raise errors.invalid(
            f"Charge {id} has already been refunded.",
            code="charge_already_refunded",
            rule="charge_already_refunded",
        )
    if charge["status"] != "succeeded":
        raise errors.invalid(
            f"Charge {id} has not been paid, so it cannot be refunded.",
            param="charge",
            rule="charge_not_refundable",
        )
    if not charge["captured"]:
        raise errors.invalid(
            f"Charge {id} cannot be refunded because it isn't captured; cancel its PaymentIntent instead.",
            param="charge",
            rule="charge_not_refundable",
        )
    return charges.refundable(charge)
