"""Disputes: a cardholder's bank takes the money of a charge back, and hears the merchant before it decides.

Test cards bring them about (`disputes` in cards.toml) as soon as their money was taken, so that a program that has just
been paid finds them. An inquiry asks only, and withdraws nothing unless it is escalated. What a merchant writes into
`uncategorized_text` decides how a dispute ends (Stripe docs: testing, evidence). Who disputes the debit of a bank account
always wins, and nobody is heard (Stripe support: disputes of SEPA and ACH debits).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, fetch, register
from mocks.stripe.resources import balance, charges, fraud_warnings, mandates
from mocks.stripe.resources.charges import CHARGES
from mocks.stripe.resources.events import emit
from mocks.stripe.versions import before

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DISPUTES = Collection("stripe.dispute", "charge", "payment_intent")

FEE = 1500
"""Stripe's fee for a dispute, in the currency's minor unit; it is not given back."""

DUE_DAYS = 9
"""Until when the merchant may answer: the end of that day (UTC)."""

INQUIRY_DAYS = 120
"""After how long an inquiry that nobody escalated closes by itself (Stripe docs: inquiries)."""

DECISION_SECONDS = 60
"""How long the bank thinks about evidence that decides."""

OPEN = ("needs_response", "warning_needs_response")
UNDER_REVIEW = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
ENDED = ("won", "lost", "warning_closed")
VERDICTS = {
    "winning_evidence": "won",
    "losing_evidence": "lost",
    "escalate_inquiry_evidence": "needs_response",
}
"""What evidence that consists of these words comes to."""

FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
"""Evidence that is a file."""

TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)

_REASONS = {"inquiry": "fraudulent"}
_NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
_NO_EVIDENCE: Json = dict.fromkeys(sorted((*FILES, *TEXTS))) | {"enhanced_evidence": {}}


def _view(tx: Transaction, dispute: Json) -> Json:
    ids = dispute["balance_transactions"]
    entries = [tx.get(balance.BALANCE_TRANSACTIONS, each) or {} for each in ids]
    open = dispute["status"] in OPEN
    late = open and tx.seconds > (dispute["evidence_details"]["due_by"] or tx.seconds)
    return dispute | {
        "balance_transactions": [balance.shown(tx, each) for each in entries],
        "evidence_details": dispute["evidence_details"] | {"past_due": late},
    }


register(
    Resource(
        "dispute",
        DISPUTES,
        expands={"charge": "charge", "payment_intent": "payment_intent"}
        | {f"evidence.{name}": "file" for name in FILES}
        | {"balance_transactions.source": "dispute"},
        view=_view,
    )
)


@before("2025-05-28.basil", "dispute")
def _of_one_balance(dispute: Json) -> None:
    for entry in dispute["balance_transactions"]:
        entry.pop("balance_type", None)


def follow(tx: Transaction, charge: Json) -> None:
    """Let a captured charge meet what its test card brings: disputes, an early fraud warning."""
    card = charges.instrument_of(tx, charge)
    if card.warns:
        fraud_warnings.create(tx, charge)
    left = charge["amount_captured"]
    for number, kind in enumerate(card.disputes):
        share = left // (len(card.disputes) - number)
        left -= share
        if share:
            begin(tx, charge, kind, share)


def begin(tx: Transaction, charge: Json, kind: str, amount: int) -> Json:
    """Open a dispute over an amount of a charge and announce it; all but inquiries withdraw the money at once.

    That of a debit is lost as soon as it is there.
    """
    inquiry = kind == "inquiry"
    final = charge["payment_method_details"]["type"] != "card"
    dispute: Json = {
        "id": new_id(tx, "du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": tx.seconds,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": _NO_EVIDENCE,
        "evidence_details": {
            "due_by": None if final else _due(tx),
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": _REASONS.get(kind, kind),
        "status": "lost" if final else "warning_needs_response" if inquiry else "needs_response",
    }
    if not final:
        dispute["payment_method_details"] = _of_card(charge, dispute["reason"], inquiry=inquiry)
    charges.settled(tx, charge)
    tx.insert(DISPUTES, dispute)
    emit(tx, "charge.dispute.created", DISPUTES, dispute)
    if not inquiry:
        _withdraw(tx, dispute)
    if not charge["disputed"]:
        charge["disputed"] = True
        tx.save(CHARGES, charge)
        emit(tx, "charge.updated", CHARGES, charge, previous={"disputed": False})
    if final:
        emit(tx, "charge.dispute.closed", DISPUTES, dispute)
        mandates.revoke(tx, charge)
    else:
        _deadline(tx, dispute)
    return dispute


def _of_card(charge: Json, reason: str, *, inquiry: bool) -> Json:
    card = {
        "brand": charge["payment_method_details"]["card"]["brand"],
        "case_type": "inquiry" if inquiry else "chargeback",
        "network_reason_code": _NETWORK_CODES[reason],
    }
    return {"card": card, "type": "card"}


def _due(tx: Transaction) -> int:
    """Return until when the merchant may answer: the end of a day (UTC)."""
    return (tx.seconds // 86_400 + DUE_DAYS + 1) * 86_400 - 1


def change(tx: Transaction, dispute: Json, given: Json) -> Json:
    """Take evidence and metadata; unless `submit` is false, evidence goes to the bank, which can be done once."""
    evidence = given.get("evidence")
    submit = given.get("submit", bool(evidence))
    if (evidence or given.get("submit")) and dispute["status"] not in OPEN:
        raise _no_longer(dispute, "take evidence")
    if "metadata" in given:
        dispute["metadata"] = merged(dispute["metadata"], given["metadata"])
    if evidence:
        for name in FILES:
            if evidence.get(name) is not None and fetch(tx, "file", evidence[name]) is None:
                raise errors.no_such("file upload", evidence[name], param=f"evidence[{name}]")
        dispute["evidence"] = dispute["evidence"] | evidence
        told = any(dispute["evidence"][name] is not None for name in (*FILES, *TEXTS))
        dispute["evidence_details"] = dispute["evidence_details"] | {"has_evidence": told}
    if submit:
        _submit(tx, dispute)
    if tx.before(DISPUTES, dispute["id"]) != dispute:
        tx.save(DISPUTES, dispute)
        emit(tx, "charge.dispute.updated", DISPUTES, dispute)
    return dispute


def _submit(tx: Transaction, dispute: Json) -> None:
    details = dispute["evidence_details"]
    dispute |= {
        "evidence_details": details | {"submission_count": details["submission_count"] + 1},
        "status": UNDER_REVIEW[dispute["status"]],
    }
    tx.unschedule(f"dispute:{dispute['id']}")
    if dispute["evidence"]["uncategorized_text"] in VERDICTS:
        at = tx.now + DECISION_SECONDS * instants.SECOND
        tx.schedule("dispute.decide", at, {"dispute": dispute["id"]}, key=f"dispute:{dispute['id']}")


def decide(tx: Transaction, dispute: Json) -> None:
    """Let the bank decide (a timer): on evidence that says how, or because nobody answered in time."""
    status = dispute["status"]
    inquiry = status.startswith("warning")
    verdict = VERDICTS.get(dispute["evidence"]["uncategorized_text"] or "", "")
    if status in OPEN:
        _end(tx, dispute, "warning_closed" if inquiry else "lost")
    elif not inquiry:
        _end(tx, dispute, "won" if verdict == "won" else "lost")
    elif verdict == "needs_response":
        _escalate(tx, dispute)
    else:
        _end(tx, dispute, "warning_closed")


def close(tx: Transaction, dispute: Json) -> Json:
    """Give a dispute up: it is lost; an inquiry is closed. Raises the 400 for one that has ended."""
    if dispute["status"] in ENDED:
        raise _no_longer(dispute, "be closed")
    return _end(tx, dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost")


def check_refundable(tx: Transaction, charge: Json) -> None:
    """Raise the 400 for a charge whose money a dispute has taken, or holds."""
    if any(
        each["status"] != "won" and not _asks_only(each) for each in tx.every(DISPUTES, charge=charge["id"])
    ):
        raise errors.invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            rule="charge_disputed",
        )


def refunded(tx: Transaction, charge: Json) -> None:
    """Follow a refund: what asks about a charge that was given back wholly is closed."""
    if not charge["refunded"]:
        return
    for dispute in list(tx.every(DISPUTES, charge=charge["id"])):
        if dispute["status"] not in ENDED:
            _end(tx, dispute, "warning_closed")
    fraud_warnings.answered(tx, charge)


def _asks_only(dispute: Json) -> bool:
    return bool(dispute["status"].startswith("warning"))


def _end(tx: Transaction, dispute: Json, status: str) -> Json:
    tx.unschedule(f"dispute:{dispute['id']}")
    dispute |= {"status": status, "is_charge_refundable": status != "lost"}
    if status == "won":
        _move(tx, dispute, dispute["amount"], 0, "Chargeback reversal", "dispute_reversal")
    tx.save(DISPUTES, dispute)
    emit(tx, "charge.dispute.closed", DISPUTES, dispute)
    if status == "won":
        emit(tx, "charge.dispute.funds_reinstated", DISPUTES, dispute)
    return dispute


def _escalate(tx: Transaction, dispute: Json) -> None:
    """Make a chargeback of an inquiry, over what has not been given back meanwhile."""
    charge = charges.get(tx, dispute["charge"])
    details = dispute["payment_method_details"]
    card = details["card"] | {"case_type": "chargeback"}
    dispute |= {
        "amount": min(dispute["amount"], charges.refundable(charge)),
        "evidence": dispute["evidence"] | {"uncategorized_text": None},
        "evidence_details": dispute["evidence_details"] | {"due_by": _due(tx)},
        "is_charge_refundable": False,
        "payment_method_details": details | {"card": card},
        "status": "needs_response",
    }
    tx.save(DISPUTES, dispute)
    _deadline(tx, dispute)
    emit(tx, "charge.dispute.updated", DISPUTES, dispute)
    _withdraw(tx, dispute)


def _withdraw(tx: Transaction, dispute: Json) -> None:
    _move(tx, dispute, -dispute["amount"], FEE, "Chargeback withdrawal", "dispute")
    tx.save(DISPUTES, dispute)
    emit(tx, "charge.dispute.funds_withdrawn", DISPUTES, dispute)


def _move(tx: Transaction, dispute: Json, amount: int, fee: int, what: str, category: str) -> None:
    entry = balance.record(
        tx,
        type="adjustment",
        source=dispute,
        amount=amount,
        fee=fee,
        fee_name="Dispute fee",
        available_on=tx.seconds,
        category=category,
        description=f"{what} for {dispute['charge']}",
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], entry["id"]]


def _deadline(tx: Transaction, dispute: Json) -> None:
    """Have the bank decide when nobody answers: at the end of the time for it, or of an inquiry's."""
    inquiry = _asks_only(dispute)
    due = dispute["created"] + INQUIRY_DAYS * 86_400 if inquiry else dispute["evidence_details"]["due_by"] + 1
    at = due * instants.SECOND
    tx.schedule("dispute.decide", at, {"dispute": dispute["id"]}, key=f"dispute:{dispute['id']}")


def _no_longer(dispute: Json, what: str) -> Exception:
    return errors.invalid(
        f"The dispute {dispute['id']} can no longer {what} because it has a status of {dispute['status']}.",
        rule="dispute_state",
    )
