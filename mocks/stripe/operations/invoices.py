"""Invoices: retrieve, list, lines, pay, finalize, void, mark uncollectible; and the timers that carry them on."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Boolean, CreatedListParams, ListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import dunning, embedded, invoices
from mocks.stripe.resources.invoices import INVOICES

PATH = "/v1/invoices/{invoice}"


class ListInvoices(CreatedListParams):
    """GET /v1/invoices."""

    unsupported = frozenset({"customer_account", "due_date"})

    collection_method: Literal["charge_automatically", "send_invoice"] | None = None
    customer: str | None = None
    status: Literal["draft", "open", "paid", "uncollectible", "void"] | None = None
    subscription: str | None = None


class PayInvoice(StripeParams):
    """POST /v1/invoices/{invoice}/pay."""

    unsupported = frozenset({"forgive", "mandate", "source"})

    off_session: Boolean = True
    paid_out_of_band: Boolean = False
    payment_method: str | None = None


class FinalizeInvoice(StripeParams):
    """POST /v1/invoices/{invoice}/finalize."""

    auto_advance: Boolean | None = None


@stripe.get("/v1/invoices", id="GetInvoices", tier="P1")
def list_invoices(tx: Transaction, params: ListInvoices) -> Json:
    """List invoices, newest first."""
    names = ("collection_method", "customer", "status", "subscription")
    where = {name: getattr(params, name) for name in names}
    return listing(tx, INVOICES, params, url="/v1/invoices", where=where)


@stripe.get(PATH, id="GetInvoicesInvoice", tier="P1")
def retrieve_invoice(tx: Transaction, params: StripeParams, invoice: str) -> Json:
    """Retrieve an invoice."""
    return render(tx, invoices.find(tx, invoice), params.expand)


@stripe.get(f"{PATH}/lines", id="GetInvoicesInvoiceLines", tier="P1")
def list_invoice_lines(tx: Transaction, params: ListParams, invoice: str) -> Json:
    """List all lines of an invoice."""
    lines = invoices.find(tx, invoice)["lines"]
    return embedded.listing(tx, lines, params, url=f"/v1/invoices/{invoice}/lines")


@stripe.post(f"{PATH}/pay", id="PostInvoicesInvoicePay", tier="P1")
def pay_invoice(tx: Transaction, params: PayInvoice, invoice: str) -> Json:
    """Pay an invoice now, with its default payment method or another one."""
    found = invoices.find(tx, invoice)
    dunning.pay(
        tx,
        found,
        method=params.payment_method,
        off_session=params.off_session,
        out_of_band=params.paid_out_of_band,
    )
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/finalize", id="PostInvoicesInvoiceFinalize", tier="P1")
def finalize_invoice(tx: Transaction, params: FinalizeInvoice, invoice: str) -> Json:
    """Finalize a draft; an automatically advancing one is charged within the hour."""
    found = invoices.find(tx, invoice)
    dunning.finalize_now(tx, found, auto_advance=params.auto_advance)
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/void", id="PostInvoicesInvoiceVoid", tier="P1")
def void_invoice(tx: Transaction, params: StripeParams, invoice: str) -> Json:
    """Void an open or uncollectible invoice."""
    found = invoices.find(tx, invoice)
    dunning.void(tx, found)
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/mark_uncollectible", id="PostInvoicesInvoiceMarkUncollectible", tier="P1")
def mark_uncollectible(tx: Transaction, params: StripeParams, invoice: str) -> Json:
    """Give up an open invoice."""
    found = invoices.find(tx, invoice)
    dunning.give_up(tx, found)
    return render(tx, found, params.expand)


# --- what time brings ------------------------------------------------------------------------------------------------


@stripe.timer("invoice.finalize")
def finalize_draft(tx: Transaction, payload: Json) -> None:
    """A renewal's draft is finalized and charged."""
    dunning.finalize(tx, invoices.find(tx, payload["invoice"]))


@stripe.timer("invoice.collect")
def collect_again(tx: Transaction, payload: Json) -> None:
    """A failed payment is tried again."""
    dunning.collect(tx, invoices.find(tx, payload["invoice"]))
