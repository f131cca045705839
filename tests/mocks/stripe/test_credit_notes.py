"""Credit notes through stripe-python: of open and of paid invoices."""

from typing import Any

import pytest
import stripe

from tests.mocks.stripe.billing import Journal, price, subscribe, subscriber
from tests.mocks.stripe.conformance import refused


def invoice(
    client: stripe.StripeClient, customer: Any, *amounts: int, paid: bool = False, **given: Any
) -> Any:
    """Finalize an invoice with a line for each amount."""
    draft = client.v1.invoices.create({"customer": customer.id, **given})  # type: ignore[typeddict-item]
    lines: Any = [{"amount": each, "description": f"Work {each}"} for each in amounts]
    client.v1.invoices.add_lines(draft.id, {"lines": lines})
    opened = client.v1.invoices.finalize_invoice(draft.id)
    return client.v1.invoices.pay(opened.id) if paid else opened


def test_a_note_lessens_what_is_due_and_can_be_taken_back(checked: stripe.StripeClient) -> None:
    bill = invoice(checked, subscriber(checked), 1000, 600)
    journal = Journal(checked)
    line = bill.lines.data[1].id
    given: Any = {
        "invoice": bill.id,
        "lines": [{"type": "invoice_line_item", "invoice_line_item": line, "quantity": 1}],
        "memo": "Sorry",
        "reason": "product_unsatisfactory",
    }
    preview = checked.v1.credit_notes.preview(given)
    assert (preview.total, journal.types()) == (600, [])
    assert checked.v1.credit_notes.preview_lines.list(given).data[0].amount == 600
    note = checked.v1.credit_notes.create(given)
    assert (note.type, note.pre_payment_amount, note.status) == ("pre_payment", 600, "issued")
    assert note.number == f"{bill.number}-CN-01"
    assert journal.types() == ["credit_note.created", "invoice.updated"]
    now = checked.v1.invoices.retrieve(bill.id, {"expand": ["payments.data.payment.payment_intent"]})
    assert (now.amount_due, now.amount_remaining, now.pre_payment_credit_notes_amount) == (1000, 1000, 600)
    assert now.payments.data[0].payment.payment_intent.amount == 1000
    voided = checked.v1.credit_notes.void_credit_note(note.id)
    assert (voided.status, checked.v1.invoices.retrieve(bill.id).amount_due) == ("void", 1600)
    with refused(400):
        checked.v1.credit_notes.void_credit_note(note.id)
    whole = checked.v1.credit_notes.create({"invoice": bill.id, "amount": 1600})
    settled = checked.v1.invoices.retrieve(bill.id, {"expand": ["payments.data.payment.payment_intent"]})
    assert (settled.status, settled.amount_paid, settled.amount_remaining) == ("paid", 0, 0)
    [asked] = settled.payments.data
    assert (asked.status, asked.amount_paid, asked.payment.payment_intent.status) == (
        "canceled",
        None,
        "canceled",
    )
    changed = checked.v1.credit_notes.update(whole.id, {"memo": "All of it", "metadata": {"a": "1"}})
    assert (changed.memo, changed.metadata.to_dict()) == ("All of it", {"a": "1"})
    assert [each.id for each in checked.v1.credit_notes.list({"invoice": bill.id}).data] == [
        whole.id,
        note.id,
    ]
    assert checked.v1.credit_notes.retrieve(whole.id, {"expand": ["invoice"]}).invoice.id == bill.id
    assert len(checked.v1.credit_notes.line_items.list(whole.id).data) == 1


def test_what_was_paid_is_refunded_credited_or_settled_elsewhere(checked: stripe.StripeClient) -> None:
    customer = subscriber(checked)
    bill = invoice(checked, customer, 1000, 600, paid=True)
    given: Any = {
        "invoice": bill.id,
        "amount": 900,
        "refund_amount": 500,
        "credit_amount": 300,
        "out_of_band_amount": 100,
    }
    note = checked.v1.credit_notes.create(
        given | {"expand": ["refunds.refund", "customer_balance_transaction"]}
    )
    assert (note.type, note.post_payment_amount, note.out_of_band_amount) == ("post_payment", 900, 100)
    assert (note.refunds[0].amount_refunded, note.refunds[0].refund.amount) == (500, 500)
    moved = note.customer_balance_transaction
    assert (moved.type, moved.amount, moved.credit_note) == ("credit_note", -300, note.id)
    assert checked.v1.customers.retrieve(customer.id).balance == -300
    assert checked.v1.invoices.retrieve(bill.id).post_payment_credit_notes_amount == 900
    with refused(400, None, "refund_amount"):
        checked.v1.credit_notes.create({"invoice": bill.id, "amount": 100, "refund_amount": 50})
    with refused(400, None, "amount"):
        checked.v1.credit_notes.create({"invoice": bill.id, "amount": 701, "refund_amount": 701})


def test_lines_take_their_taxes_with_them(checked: stripe.StripeClient) -> None:
    vat = checked.v1.tax_rates.create({"display_name": "VAT", "inclusive": False, "percentage": 20}).id
    bill = invoice(checked, subscriber(checked), 1000, default_tax_rates=[vat])
    assert bill.total == 1200
    lines: Any = [{"type": "invoice_line_item", "invoice_line_item": bill.lines.data[0].id, "amount": 500}]
    note = checked.v1.credit_notes.create({"invoice": bill.id, "lines": lines})
    assert (note.subtotal, note.total, note.total_taxes[0].amount) == (500, 600, 100)
    custom: Any = [{"type": "custom_line_item", "description": "Patience", "unit_amount": 40, "quantity": 2}]
    other = checked.v1.credit_notes.create({"invoice": bill.id, "lines": custom})
    assert (other.total, other.lines.data[0].unit_amount) == (80, 40)


@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({}, "parameter_missing", "amount"),
        ({"amount": 0}, None, "amount"),
        ({"amount": 99999}, None, "amount"),
        ({"invoice": "in_no", "amount": 5}, "resource_missing", "invoice"),
        ({"lines": [{"type": "invoice_line_item"}]}, "parameter_missing", "lines[0][invoice_line_item]"),
        ({"lines": [{"type": "custom_line_item"}]}, "parameter_missing", "lines[0][unit_amount]"),
    ],
    ids=str,
)
def test_what_is_no_credit_note_is_refused(
    checked: stripe.StripeClient, wrong: Any, code: str | None, param: str
) -> None:
    made = subscribe(checked, subscriber(checked), price(checked))
    with refused(400, code, param):
        checked.v1.credit_notes.create({"invoice": made.latest_invoice, **wrong})
