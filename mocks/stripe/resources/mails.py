"""Mails that Stripe sends for the merchant: invoices, receipts, failed payments.

They follow what is announced. A mail to pay an invoice that is sent goes always, a receipt where `receipt_email` is given;
all others go where the account's settings say so (Stripe's dashboard: customer emails).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from harness import chance, instants
from mocks.stripe.resources import addresses, charges, settings
from mocks.stripe.resources.amounts import written
from mocks.stripe.resources.charges import CHARGES
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import follow
from mocks.stripe.resources.invoices import INVOICES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MERCHANT = "Greenroom"
SENDER = f"{MERCHANT} <invoice+statements@mail.stripe.test>"


def invoice_sent(tx: Transaction, invoice: Json) -> None:
    """Ask a customer to pay an invoice."""
    due = invoice["due_date"]
    until = "" if due is None else f", due {instants.moment(due * instants.SECOND):%d %B %Y}"
    amount = written(invoice["amount_due"], invoice["currency"])
    subject = f"Invoice {invoice['number']} from {MERCHANT}"
    _about_invoice(tx, invoice, subject, f"Amount due: {amount}{until}.", "Pay this invoice")


def invoice_finalized(tx: Transaction, invoice: Json) -> None:
    """Show a customer the invoice that is about to be charged."""
    if invoice["collection_method"] == "charge_automatically" and settings.of(tx)["mail_finalized_invoices"]:
        amount = written(invoice["amount_due"], invoice["currency"])
        subject = f"Your invoice {invoice['number']} from {MERCHANT}"
        _about_invoice(tx, invoice, subject, f"{amount} will be charged.", "View this invoice")


def invoice_paid(tx: Transaction, invoice: Json) -> None:
    """Send a customer the receipt of an invoice that was paid."""
    if invoice["amount_paid"] and settings.of(tx)["mail_payments"]:
        amount = written(invoice["amount_paid"], invoice["currency"])
        subject = f"Your receipt from {MERCHANT}, invoice {invoice['number']}"
        _about_invoice(tx, invoice, subject, f"{amount} was paid. Thank you.", "View this invoice")


def payment_failed(tx: Transaction, invoice: Json) -> None:
    """Tell a customer that an invoice could not be charged."""
    if settings.of(tx)["mail_failed_payments"]:
        amount = written(invoice["amount_remaining"], invoice["currency"])
        subject = f"{amount} payment to {MERCHANT} was unsuccessful"
        text = (
            f"The payment of invoice {invoice['number']} has failed. Please pay by another card or account."
        )
        _about_invoice(tx, invoice, subject, text, "Pay this invoice")


def action_required(tx: Transaction, invoice: Json) -> None:
    """Ask a customer to confirm a payment with their bank."""
    if settings.of(tx)["mail_failed_payments"]:
        subject = f"Confirm your payment to {MERCHANT}"
        text = f"Your bank asks you to confirm the payment of invoice {invoice['number']}."
        _about_invoice(tx, invoice, subject, text, "Confirm the payment")


def receipt(tx: Transaction, charge: Json) -> None:
    """Send the receipt of a payment: to its `receipt_email`, else to the customer, if that is set; an invoice has its own."""
    if not charge["captured"]:
        return
    to = charge["receipt_email"]
    intent = charge["payment_intent"]
    if to is None and settings.of(tx)["mail_payments"]:
        customer = tx.get(CUSTOMERS, charge["customer"]) if charge["customer"] else None
        billed = intent is not None and tx.first(INVOICES, payment_intent=intent) is not None
        to = None if customer is None or billed else customer["email"]
    if to is None:
        return
    charge["receipt_number"] = "-".join(tx.token("charge.receipt_number", 4, chance.DIGITS) for _ in range(2))
    tx.save(CHARGES, charge)
    amount = written(charge["amount_captured"], charge["currency"])
    subject = f"Your receipt from {MERCHANT} #{charge['receipt_number']}"
    lines = [f"{amount} was paid.", *([charge["description"]] if charge["description"] else [])]
    _send(tx, to, subject, lines, ("View your receipt", addresses.receipt(charge["id"])))


def refunded(tx: Transaction, refund: Json) -> None:
    """Tell who has had a receipt that money is on its way back."""
    charge = charges.get(tx, refund["charge"])
    customer = tx.get(CUSTOMERS, charge["customer"]) if charge["customer"] else None
    to = charge["receipt_email"] or (customer or {}).get("email")
    if charge["receipt_number"] is None or to is None:
        return
    subject = f"Your refund from {MERCHANT} #{charge['receipt_number']}"
    line = f"{written(refund['amount'], refund['currency'])} is on its way back to you."
    _send(tx, to, subject, [line], ("View your receipt", addresses.receipt(charge["id"])))


def _about_invoice(tx: Transaction, invoice: Json, subject: str, text: str, link: str) -> None:
    if invoice["customer_email"] is not None:
        sold = [
            f"{each['description']}: {written(each['amount'], each['currency'])}" for each in invoice["lines"]
        ]
        page = addresses.invoice(tx, invoice["id"])
        _send(tx, invoice["customer_email"], subject, [text, *sold], (link, page))


def _send(tx: Transaction, to: str, subject: str, lines: list[str], link: tuple[str, str]) -> None:
    words, url = link[0], addresses.reachable(tx, link[1])
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    html = f"<!doctype html><html><body><h1>{escape(subject)}</h1>{paragraphs}"
    tx.send_mail(
        {
            "id": tx.token("mail.id", 24),
            "from": SENDER,
            "to": [to],
            "cc": [],
            "bcc": [],
            "reply_to": [],
            "subject": subject,
            "html": f'{html}<p><a href="{escape(url)}">{escape(words)}</a></p></body></html>',
            "text": "\n\n".join([subject, *lines, f"{words}: {url}"]),
            "headers": {},
            "attachments": [],
        }
    )


_MAILS = {
    "charge.captured": receipt,
    "charge.succeeded": receipt,
    "invoice.finalized": invoice_finalized,
    "invoice.paid": invoice_paid,
    "invoice.payment_action_required": action_required,
    "invoice.payment_failed": payment_failed,
    "invoice.sent": invoice_sent,
    "refund.created": refunded,
}


def attend() -> None:
    """Send mails from now on as events are announced."""
    for type, mail in _MAILS.items():
        follow(type, mail)
