"""What the operations of invoices and invoice items take."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mocks.stripe.operations.billing_parameters import (
    Amount,
    CollectionMethod,
    Discounts,
    OneTimePrice,
    Period,
    Quantity,
    TaxRates,
)
from mocks.stripe.parameters import (
    Boolean,
    CreatedListParams,
    Currency,
    Decimal,
    Group,
    Integer,
    Metadata,
    StripeParams,
    Timestamp,
    Unset,
)

Text = Annotated[str, Field(max_length=5000)]


class Pricing(Group):
    """The price of an invoice item."""

    price: str


class ItemFields(Group):
    """What is charged: an amount, or a price and how many of it."""

    unsupported: ClassVar[frozenset[str]] = frozenset(
        {"quantity_decimal", "tax_amounts", "tax_behavior", "tax_code"}
    )

    amount: Amount | None = None
    description: Text | None = None
    discountable: Boolean | None = None
    discounts: Discounts | None = None
    metadata: Metadata = None
    period: Period | None = None
    price_data: OneTimePrice | None = None
    pricing: Pricing | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None
    unit_amount_decimal: Decimal | None = None

    @property
    def price(self) -> str | None:
        """The price's id."""
        return None if self.pricing is None else self.pricing.price


class AddedLine(ItemFields):
    """A line that is added to a draft."""

    invoice_item: str | None = None


class ChangedLine(ItemFields):
    """A line that is changed."""

    id: str


class RemovedLine(Group):
    """A line that is taken off a draft."""

    behavior: Literal["delete", "unassign"]
    id: str


class CreateInvoiceItem(ItemFields, StripeParams):
    """POST /v1/invoiceitems."""

    unsupported = ItemFields.unsupported | {"customer_account"}

    currency: Currency | None = None
    customer: str | None = None
    invoice: str | None = None
    subscription: str | None = None


class UpdateInvoiceItem(ItemFields, StripeParams):
    """POST /v1/invoiceitems/{invoiceitem}."""


class UpdateLine(ItemFields, StripeParams):
    """POST /v1/invoices/{invoice}/lines/{line_item_id}."""


class ListInvoiceItems(CreatedListParams):
    """GET /v1/invoiceitems."""

    unsupported = frozenset({"customer_account"})

    customer: str | None = None
    invoice: str | None = None
    pending: Boolean | None = None


class CustomField(Group):
    """A line printed on the invoice."""

    name: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(max_length=140)]


class PaymentSettings(Group):
    """How the invoice is paid."""

    unsupported = frozenset({"default_mandate", "payment_method_options"})

    payment_method_types: list[Literal["card"]] | None = None


class ChangeInvoice(StripeParams):
    """What can be said of a draft at any time."""

    unsupported: ClassVar[frozenset[str]] = frozenset(
        {
            "account_tax_ids",
            "application_fee_amount",
            "automatic_tax",
            "automatically_finalizes_at",
            "default_source",
            "issuer",
            "on_behalf_of",
            "rendering",
            "shipping_cost",
            "shipping_details",
            "transfer_data",
        }
    )

    auto_advance: Boolean | None = None
    collection_method: CollectionMethod | None = None
    custom_fields: Unset[Annotated[list[CustomField], Field(max_length=4)]] = None
    days_until_due: Annotated[Integer, Field(ge=0, le=1000)] | None = None
    default_payment_method: str | None = None
    default_tax_rates: TaxRates | None = None
    description: Unset[Text] = None
    discounts: Discounts | None = None
    due_date: Timestamp | None = None
    effective_at: Unset[Timestamp] = None
    footer: Unset[Text] = None
    metadata: Metadata = None
    number: Unset[Annotated[str, Field(max_length=26)]] = None
    payment_settings: PaymentSettings | None = None
    statement_descriptor: Annotated[str, Field(max_length=22)] | None = None


class CreateInvoice(ChangeInvoice):
    """POST /v1/invoices."""

    unsupported = ChangeInvoice.unsupported | {"customer_account", "from_invoice"}

    currency: Currency | None = None
    customer: str | None = None
    pending_invoice_items_behavior: Literal["exclude", "include"] | None = None
    subscription: str | None = None


class UpdateInvoice(ChangeInvoice):
    """POST /v1/invoices/{invoice}."""


class AddLines(StripeParams):
    """POST /v1/invoices/{invoice}/add_lines."""

    invoice_metadata: Metadata = None
    lines: Annotated[list[AddedLine], Field(min_length=1, max_length=250)]


class UpdateLines(StripeParams):
    """POST /v1/invoices/{invoice}/update_lines."""

    invoice_metadata: Metadata = None
    lines: Annotated[list[ChangedLine], Field(min_length=1, max_length=250)]


class RemoveLines(StripeParams):
    """POST /v1/invoices/{invoice}/remove_lines."""

    invoice_metadata: Metadata = None
    lines: Annotated[list[RemovedLine], Field(min_length=1, max_length=250)]
