"""Credit notes: create, preview, retrieve, update, void, list, their lines."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.billing_parameters import Quantity, TaxRates
from mocks.stripe.parameters import (
    Count,
    CreatedListParams,
    Decimal,
    Group,
    Integer,
    ListParams,
    Metadata,
    StripeParams,
    Timestamp,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import credit_note_lines, credit_notes, embedded
from mocks.stripe.resources.credit_notes import CREDIT_NOTES

PATH = "/v1/credit_notes/{id}"
Most = Annotated[Integer, Field(ge=0, le=99_999_999)]


class Line(Group):
    """What is taken back: a line of the invoice, or something described here."""

    unsupported = frozenset({"metadata", "tax_amounts"})

    amount: Most | None = None
    description: str | None = None
    invoice_line_item: str | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None
    type: Literal["custom_line_item", "invoice_line_item"]
    unit_amount: Count | None = None
    unit_amount_decimal: Decimal | None = None


class Note(StripeParams):
    """What is credited, and how it is given back."""

    unsupported: ClassVar[frozenset[str]] = frozenset({"refunds", "shipping_cost"})

    amount: Most | None = None
    credit_amount: Most | None = None
    effective_at: Timestamp | None = None
    email_type: Literal["credit_note", "none"] | None = None
    invoice: str
    lines: Annotated[list[Line], Field(max_length=250)] | None = None
    memo: Annotated[str, Field(max_length=5000)] | None = None
    metadata: Metadata = None
    out_of_band_amount: Most | None = None
    reason: Literal["duplicate", "fraudulent", "order_change", "product_unsatisfactory"] | None = None
    refund_amount: Most | None = None


class PreviewLines(Note, ListParams):
    """GET /v1/credit_notes/preview/lines."""


class UpdateNote(StripeParams):
    """POST /v1/credit_notes/{id}."""

    memo: Annotated[str, Field(max_length=5000)] | None = None
    metadata: Metadata = None


class ListNotes(CreatedListParams):
    """GET /v1/credit_notes."""

    unsupported = frozenset({"customer_account"})

    customer: str | None = None
    invoice: str | None = None


@stripe.post("/v1/credit_notes", id="PostCreditNotes", tier="P1")
def create_credit_note(tx: Transaction, params: Note) -> Json:
    """Issue a credit note."""
    return render(tx, credit_notes.issue(tx, params.given()), params.expand)


@stripe.get("/v1/credit_notes/preview", id="GetCreditNotesPreview", tier="P1")
def preview_credit_note(tx: Transaction, params: Note) -> Json:
    """Show a credit note that would be; nothing of it is kept."""
    shown = render(tx, credit_notes.build(tx, params.given()), params.expand)
    tx.undo()
    return shown


@stripe.get("/v1/credit_notes/preview/lines", id="GetCreditNotesPreviewLines", tier="P1")
def preview_lines(tx: Transaction, params: PreviewLines) -> Json:
    """List the lines of a credit note that would be."""
    note = credit_notes.build(tx, params.given())
    lines = [credit_note_lines.view(tx, line) for line in note["lines"]]
    shown = embedded.listing(tx, lines, params, url="/v1/credit_notes/preview/lines")
    tx.undo()
    return shown


@stripe.get("/v1/credit_notes/{credit_note}/lines", id="GetCreditNotesCreditNoteLines", tier="P1")
def list_credit_note_lines(tx: Transaction, params: ListParams, credit_note: str) -> Json:
    """List all lines of a credit note."""
    lines = [credit_note_lines.view(tx, line) for line in credit_notes.find(tx, credit_note)["lines"]]
    return embedded.listing(tx, lines, params, url=f"/v1/credit_notes/{credit_note}/lines")


@stripe.get(PATH, id="GetCreditNotesId", tier="P1")
def retrieve_credit_note(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve a credit note."""
    return render(tx, credit_notes.find(tx, id), params.expand)


@stripe.post(PATH, id="PostCreditNotesId", tier="P1")
def update_credit_note(tx: Transaction, params: UpdateNote, id: str) -> Json:
    """Change a credit note's memo or metadata."""
    found = credit_notes.find(tx, id)
    credit_notes.change(tx, found, params.given())
    return render(tx, found, params.expand)


@stripe.post(f"{PATH}/void", id="PostCreditNotesIdVoid", tier="P1")
def void_credit_note(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Take a credit note of an open invoice back."""
    found = credit_notes.find(tx, id)
    credit_notes.void(tx, found)
    return render(tx, found, params.expand)


@stripe.get("/v1/credit_notes", id="GetCreditNotes", tier="P1")
def list_credit_notes(tx: Transaction, params: ListNotes) -> Json:
    """List credit notes, newest first."""
    where = {"customer": params.customer, "invoice": params.invoice}
    return listing(tx, CREDIT_NOTES, params, url="/v1/credit_notes", where=where)
