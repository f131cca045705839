"""Credit notes: what is taken back of finalized invoices (Stripe docs: credit notes).

Of an open invoice a note lessens what remains to be paid; of a paid one the sum is refunded, put on the customer's balance, or
was given back elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import (
    addresses,
    credit_note_lines,
    customer_balance,
    dunning,
    invoice_payments,
    invoices,
    payment_intents,
    refunds,
)
from mocks.stripe.resources.charges import CHARGES
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit, updated
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CREDIT_NOTES = Collection("stripe.credit_note", "customer", "invoice")

SHOWN_LINES = 10


def view(tx: Transaction, note: Json) -> Json:
    """Return the note as the API shows it: its first lines in a list."""
    shown = {name: value for name, value in note.items() if name != "_"}
    lines = [credit_note_lines.view(tx, line) for line in note["lines"]]
    shown["lines"] = {
        "object": "list",
        "data": lines[:SHOWN_LINES],
        "has_more": len(lines) > SHOWN_LINES,
        "total_count": len(lines),
        "url": f"/v1/credit_notes/{note['id']}/lines",
    }
    shown["pdf"] = f"{addresses.invoice(tx, note['invoice'])}/pdf"
    return shown


def _link(tx: Transaction, shown: Json) -> None:
    shown["pdf"] = addresses.reachable(tx, shown["pdf"])


register(
    Resource(
        "credit_note",
        CREDIT_NOTES,
        expands={
            "lines.data.discount_amounts.discount": "discount",
            "lines.data.pretax_credit_amounts.credit_balance_transaction": "billing.credit_balance_transaction",
            "lines.data.pretax_credit_amounts.discount": "discount",
            "lines.data.taxes.tax_rate_details.tax_rate": "tax_rate",
            "pretax_credit_amounts.credit_balance_transaction": "billing.credit_balance_transaction",
            "pretax_credit_amounts.discount": "discount",
            "shipping_cost.shipping_rate": "shipping_rate",
            "customer": "customer",
            "customer_balance_transaction": "customer_balance_transaction",
            "discount_amounts.discount": "discount",
            "invoice": "invoice",
            "refunds.refund": "refund",
            "total_taxes.tax_rate_details.tax_rate": "tax_rate",
        },
        view=view,
        link=_link,
    )
)
register(
    Resource(
        "credit_note_line_item",
        CREDIT_NOTES,
        expands={
            "discount_amounts.discount": "discount",
            "pretax_credit_amounts.credit_balance_transaction": "billing.credit_balance_transaction",
            "pretax_credit_amounts.discount": "discount",
            "taxes.tax_rate_details.tax_rate": "tax_rate",
        },
    )
)
before("2025-09-30.clover", "credit_note")(without("customer_account"))


def find(tx: Transaction, id: str) -> Json:
    """Return a credit note named in the path; raise the 404."""
    found = tx.get(CREDIT_NOTES, id)
    if found is None:
        raise errors.not_found("credit_note", id)
    return found


def build(tx: Transaction, given: Json) -> Json:
    """Return the note that was asked for, kept nowhere and with nothing done; raise the 400s."""
    invoice = invoices.get(tx, given["invoice"])
    if invoice["status"] not in {"open", "paid"}:
        raise errors.invalid(
            f"Credit notes can only be issued for open and paid invoices; this one is `{invoice['status']}`.",
            param="invoice",
            rule="invoice_state",
        )
    lines, sums = credit_note_lines.build(tx, invoice, given)
    total = sums["total"]
    paid = invoice["status"] == "paid"
    _check_total(tx, invoice, total)
    split = _split(given, total) if paid else {"refund": 0, "credit": 0, "outside": 0}
    return {
        "id": new_id(tx, "cn"),
        "object": "credit_note",
        "amount": total,
        "amount_shipping": 0,
        "created": tx.seconds,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "customer_account": None,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": given.get("effective_at") or tx.seconds,
        "invoice": invoice["id"],
        "lines": lines,
        "livemode": False,
        "memo": given.get("memo"),
        "metadata": merged({}, given.get("metadata") or {}),
        "number": _number(tx, invoice),
        "out_of_band_amount": split["outside"] or None,
        "pdf": "",
        "post_payment_amount": total if paid else 0,
        "pre_payment_amount": 0 if paid else total,
        "pretax_credit_amounts": [],
        "reason": given.get("reason"),
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        "type": "post_payment" if paid else "pre_payment",
        "voided_at": None,
        **sums,
        "_": split,
    }


def issue(tx: Transaction, given: Json) -> Json:
    """Issue a credit note: give the money back, or lessen what is due, and announce it."""
    note = build(tx, given)
    invoice = invoices.find(tx, note["invoice"])
    earlier = snapshot(tx, invoice)
    tx.insert(CREDIT_NOTES, note)
    emit(tx, "credit_note.created", CREDIT_NOTES, note)
    if note["type"] == "pre_payment":
        invoice["pre_payment_credit_notes_amount"] += note["amount"]
        _lessen(tx, invoice, note["amount"], earlier)
        return note
    invoice["post_payment_credit_notes_amount"] += note["amount"]
    tx.save(INVOICES, invoice)
    invoices.announce_update(tx, invoice, earlier)
    _give_back(tx, note, invoice)
    tx.save(CREDIT_NOTES, note)
    return note


def change(tx: Transaction, note: Json, given: Json) -> None:
    """Change a note's texts and announce it."""
    if "metadata" in given:
        note["metadata"] = merged(note["metadata"], given["metadata"])
    if "memo" in given:
        note["memo"] = given["memo"]
    updated(tx, "credit_note.updated", CREDIT_NOTES, note)


def void(tx: Transaction, note: Json) -> None:
    """Take a note back, as long as its invoice is open, and announce it."""
    invoice = invoices.find(tx, note["invoice"])
    if note["status"] == "void" or note["type"] != "pre_payment" or invoice["status"] != "open":
        raise errors.invalid(
            "You can only void credit notes of open invoices, and only once.", rule="credit_note_state"
        )
    earlier = snapshot(tx, invoice)
    note |= {"status": "void", "voided_at": tx.seconds}
    tx.save(CREDIT_NOTES, note)
    emit(tx, "credit_note.voided", CREDIT_NOTES, note)
    invoice["pre_payment_credit_notes_amount"] -= note["amount"]
    _lessen(tx, invoice, -note["amount"], earlier)


def _lessen(tx: Transaction, invoice: Json, amount: int, earlier: Json) -> None:
    """Lessen what is due of an open invoice; one of which nothing is left is paid."""
    invoice["amount_due"] -= amount
    invoice["amount_remaining"] -= amount
    tx.save(INVOICES, invoice)
    invoices.announce_update(tx, invoice, earlier)
    intent = invoices.intent_of(tx, invoice)
    if invoice["amount_due"] == 0:
        invoices.withdraw(tx, invoice)  # nobody has paid
        dunning.paid(tx, invoice)
    elif intent is not None and intent["status"] in payment_intents.CANCELABLE:
        payment_intents.change(tx, intent, {"amount": invoice["amount_due"]})
        invoice_payments.ask(tx, invoice)


def _give_back(tx: Transaction, note: Json, invoice: Json) -> None:
    split = note["_"]
    if split["refund"]:
        intent = invoices.intent_of(tx, invoice)
        latest = None if intent is None else intent["latest_charge"]
        charge = None if latest is None else tx.get(CHARGES, latest)
        if charge is None:
            raise errors.invalid(
                "Nothing was charged for this invoice that could be refunded.", param="refund_amount"
            )
        refund = refunds.create(tx, charge, amount=split["refund"])
        note["refunds"] = [{"amount_refunded": split["refund"], "refund": refund["id"], "type": "refund"}]
    customer = tx.get(CUSTOMERS, note["customer"])
    if split["credit"] and customer is not None:
        moved = customer_balance.move(
            tx,
            customer,
            -split["credit"],
            "credit_note",
            currency=note["currency"],
            credit_note=note["id"],
            invoice=invoice["id"],
        )
        note["customer_balance_transaction"] = moved["id"]


def _split(given: Json, total: int) -> dict[str, int]:
    """Return how a paid sum is given back; raise the 400 unless the parts are the whole."""
    names = {"refund": "refund_amount", "credit": "credit_amount", "outside": "out_of_band_amount"}
    parts = {name: given.get(sent) or 0 for name, sent in names.items()}
    if sum(parts.values()) != total:
        raise errors.invalid(
            f"The sum of `refund_amount`, `credit_amount` and `out_of_band_amount` must be the credit note's total, {total}.",
            param="refund_amount",
            rule="credit_note_split",
        )
    return parts


def _check_total(tx: Transaction, invoice: Json, total: int) -> None:
    if invoice["status"] == "open":
        most = invoice["amount_remaining"]
    else:
        most = invoice["total"] - invoice["post_payment_credit_notes_amount"]
        most -= invoice["pre_payment_credit_notes_amount"]
    if not 0 < total <= most:
        raise errors.invalid(
            f"The credit note's total must be more than 0 and at most {most}, what is left of the invoice.",
            param="amount",
            rule="credit_note_amount",
        )


def _number(tx: Transaction, invoice: Json) -> str:
    count = sum(1 for _ in tx.every(CREDIT_NOTES, invoice=invoice["id"]))
    return f"{invoice['number']}-CN-{count + 1:02d}"
