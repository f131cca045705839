"""Invoices: create, retrieve, update, delete, list, their lines and their ends; and the timers that carry them on."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.invoice_parameters import (
    AddLines,
    CreateInvoice,
    RemoveLines,
    UpdateInvoice,
    UpdateLine,
    UpdateLines,
)
from mocks.stripe.parameters import Boolean, CreatedListParams, ListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import dunning, embedded, invoice_steps, invoices, invoicing
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


class AttachPayment(StripeParams):
    """POST /v1/invoices/{invoice}/attach_payment."""

    unsupported = frozenset({"payment_record"})

    payment_intent: str


@stripe.get("/v1/invoices", id="GetInvoices", tier="P1")
def list_invoices(tx: Transaction, params: ListInvoices) -> Json:
    """List invoices, newest first."""
    names = ("collection_method", "customer", "status", "subscription")
    where = {name: getattr(params, name) for name in names}
    return listing(tx, INVOICES, params, url="/v1/invoices", where=where)


@stripe.post("/v1/invoices", id="PostInvoices", tier="P1")
def create_invoice(tx: Transaction, params: CreateInvoice) -> Json:
    """Draft an invoice."""
    return render(tx, invoicing.create(tx, params.given()), params.expand)


@stripe.post(PATH, id="PostInvoicesInvoice", tier="P1")
def update_invoice(tx: Transaction, params: UpdateInvoice, invoice: str) -> Json:
    """Change an invoice; a finalized one only where that costs nothing."""
    found = invoices.find(tx, invoice)
    invoicing.change(tx, found, params.given())
    return render(tx, found, params.expand)


@stripe.delete(PATH, id="DeleteInvoicesInvoice", tier="P1")
def delete_invoice(tx: Transaction, params: StripeParams, invoice: str) -> Json:
    """Delete a draft."""
    return invoicing.delete(tx, invoices.find(tx, invoice))


@stripe.post(f"{PATH}/attach_payment", id="PostInvoicesInvoiceAttachPayment", tier="P1")
def attach_payment(tx: Transaction, params: AttachPayment, invoice: str) -> Json:
    """Let an open invoice be paid by a payment intent of one's own."""
    found = invoices.find(tx, invoice)
    invoice_steps.attach(tx, found, params.payment_intent)
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/add_lines", id="PostInvoicesInvoiceAddLines", tier="P1")
def add_lines(tx: Transaction, params: AddLines, invoice: str) -> Json:
    """Add lines to a draft."""
    found = invoices.find(tx, invoice)
    invoicing.add_lines(tx, found, list(params.lines), [each.given() for each in params.lines])
    return _with_metadata(tx, found, params)


@stripe.post(f"{PATH}/update_lines", id="PostInvoicesInvoiceUpdateLines", tier="P1")
def update_lines(tx: Transaction, params: UpdateLines, invoice: str) -> Json:
    """Change lines of a draft."""
    found = invoices.find(tx, invoice)
    invoicing.update_lines(tx, found, [(each.id, each, each.given()) for each in params.lines])
    return _with_metadata(tx, found, params)


@stripe.post(f"{PATH}/remove_lines", id="PostInvoicesInvoiceRemoveLines", tier="P1")
def remove_lines(tx: Transaction, params: RemoveLines, invoice: str) -> Json:
    """Take lines off a draft."""
    found = invoices.find(tx, invoice)
    invoicing.remove_lines(tx, found, [each.given() for each in params.lines])
    return _with_metadata(tx, found, params)


@stripe.post(f"{PATH}/lines/{{line_item_id}}", id="PostInvoicesInvoiceLinesLineItemId", tier="P1")
def update_line(tx: Transaction, params: UpdateLine, invoice: str, line_item_id: str) -> Json:
    """Change one line of a draft."""
    found = invoices.find(tx, invoice)
    invoicing.update_lines(tx, found, [(line_item_id, params, params.given())])
    return render(tx, invoicing.line_of(found, line_item_id, param="line_item_id"), params.expand)


@stripe.post(f"{PATH}/send", id="PostInvoicesInvoiceSend", tier="P1")
def send_invoice(tx: Transaction, params: StripeParams, invoice: str) -> Json:
    """Send an invoice to its customer."""
    found = invoices.find(tx, invoice)
    invoice_steps.send(tx, found)
    return render(tx, found, params.expand)


def _with_metadata(tx: Transaction, invoice: Json, params: AddLines | UpdateLines | RemoveLines) -> Json:
    if "invoice_metadata" in params.model_fields_set:
        invoicing.change(tx, invoice, {"metadata": params.invoice_metadata})
    return render(tx, invoice, params.expand)


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
    invoice_steps.pay(
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
    invoice_steps.finalize_now(tx, found, auto_advance=params.auto_advance)
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/void", id="PostInvoicesInvoiceVoid", tier="P1")
def void_invoice(tx: Transaction, params: StripeParams, invoice: str) -> Json:
    """Void an open or uncollectible invoice."""
    found = invoices.find(tx, invoice)
    invoice_steps.void(tx, found)
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/mark_uncollectible", id="PostInvoicesInvoiceMarkUncollectible", tier="P1")
def mark_uncollectible(tx: Transaction, params: StripeParams, invoice: str) -> Json:
    """Give up an open invoice."""
    found = invoices.find(tx, invoice)
    invoice_steps.give_up(tx, found)
    return render(tx, found, params.expand)


# --- what time brings ------------------------------------------------------------------------------------------------


@stripe.timer("invoice.finalize")
def finalize_draft(tx: Transaction, payload: Json) -> None:
    """A renewal's draft is finalized and charged."""
    invoice_steps.finalize(tx, invoices.find(tx, payload["invoice"]))


@stripe.timer("invoice.overdue")
def announce_overdue(tx: Transaction, payload: Json) -> None:
    """An invoice was to be paid by now."""
    invoice_steps.overdue(tx, invoices.find(tx, payload["invoice"]))


@stripe.timer("invoice.collect")
def collect_again(tx: Transaction, payload: Json) -> None:
    """A failed payment is tried again."""
    dunning.collect(tx, invoices.find(tx, payload["invoice"]))
