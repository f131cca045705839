"""Invoice payments: retrieve, list; and their belated announcement."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import CreatedListParams, Group, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import invoice_payments
from mocks.stripe.resources.invoice_payments import INVOICE_PAYMENTS


class PaymentFilter(Group):
    """The payment that an invoice payment stands for."""

    unsupported = frozenset({"payment_record"})

    type: Literal["payment_intent"]
    payment_intent: str | None = None


class ListInvoicePayments(CreatedListParams):
    """GET /v1/invoice_payments."""

    invoice: str | None = None
    payment: PaymentFilter | None = None
    status: Literal["canceled", "open", "paid"] | None = None


@stripe.get("/v1/invoice_payments", id="GetInvoicePayments", tier="P1")
def list_invoice_payments(tx: Transaction, params: ListInvoicePayments) -> Json:
    """List invoice payments, newest first."""
    where = {
        "invoice": params.invoice,
        "payment_intent": params.payment.payment_intent if params.payment is not None else None,
        "status": params.status,
    }
    return listing(tx, INVOICE_PAYMENTS, params, url="/v1/invoice_payments", where=where)


@stripe.get("/v1/invoice_payments/{invoice_payment}", id="GetInvoicePaymentsInvoicePayment", tier="P1")
def retrieve_invoice_payment(tx: Transaction, params: StripeParams, invoice_payment: str) -> Json:
    """Retrieve an invoice payment."""
    return render(tx, invoice_payments.find(tx, invoice_payment), params.expand)


@stripe.timer("invoice_payment.paid")
def announce_paid(tx: Transaction, payload: Json) -> None:
    """An invoice's payment is announced, some seconds after it was made."""
    invoice_payments.announce_paid(tx, payload["payment"])
