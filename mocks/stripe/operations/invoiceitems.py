"""Invoice items: create, retrieve, update, delete, list."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.operations.invoice_parameters import CreateInvoiceItem, ListInvoiceItems, UpdateInvoiceItem
from mocks.stripe.parameters import StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import customers, invoice_items, invoices, invoicing
from mocks.stripe.resources.invoice_items import INVOICE_ITEMS

PATH = "/v1/invoiceitems/{invoiceitem}"


@stripe.post("/v1/invoiceitems", id="PostInvoiceitems", tier="P1")
def create_invoice_item(tx: Transaction, params: CreateInvoiceItem) -> Json:
    """Create an invoice item: pending, or on a draft."""
    return render(tx, invoicing.new_item(tx, params, params.given()), params.expand)


@stripe.get(PATH, id="GetInvoiceitemsInvoiceitem", tier="P1")
def retrieve_invoice_item(tx: Transaction, params: StripeParams, invoiceitem: str) -> Json:
    """Retrieve an invoice item."""
    return render(tx, invoice_items.find(tx, invoiceitem), params.expand)


@stripe.post(PATH, id="PostInvoiceitemsInvoiceitem", tier="P1")
def update_invoice_item(tx: Transaction, params: UpdateInvoiceItem, invoiceitem: str) -> Json:
    """Change an invoice item that is not invoiced yet."""
    item = invoice_items.find(tx, invoiceitem)
    invoicing.check_changeable(tx, item)
    given = params.given()
    invoice_items.change(tx, item, given, invoicing.priced(tx, params, given, item["currency"], ""))
    invoicing.item_changed(tx, item)
    return render(tx, item, params.expand)


@stripe.delete(PATH, id="DeleteInvoiceitemsInvoiceitem", tier="P1")
def delete_invoice_item(tx: Transaction, params: StripeParams, invoiceitem: str) -> Json:
    """Delete an invoice item that is not invoiced yet."""
    errors.check_nothing_expanded(params.expand)
    item = invoice_items.find(tx, invoiceitem)
    invoicing.check_changeable(tx, item)
    deleted = invoice_items.delete(tx, item)
    invoicing.item_changed(tx, item, deleted=True)
    return deleted


@stripe.get("/v1/invoiceitems", id="GetInvoiceitems", tier="P1")
def list_invoice_items(tx: Transaction, params: ListInvoiceItems) -> Json:
    """List invoice items, newest first."""
    if params.customer is not None:
        customers.get(tx, params.customer)
    if params.invoice is not None:
        invoices.get(tx, params.invoice)
    where = {"customer": params.customer, "invoice": params.invoice, "pending": params.pending}
    return listing(tx, INVOICE_ITEMS, params, url="/v1/invoiceitems", where=where)
