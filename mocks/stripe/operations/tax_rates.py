"""Tax rates: create, retrieve, update, list."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.operations.billing_parameters import Percentage
from mocks.stripe.parameters import Boolean, CreatedListParams, Metadata, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import tax_rates
from mocks.stripe.resources.tax_rates import TAX_RATES

PATH = "/v1/tax_rates/{tax_rate}"
Text = Annotated[str, Field(max_length=500)]
TaxType = Literal[
    "amusement_tax",
    "communications_tax",
    "gst",
    "hst",
    "igst",
    "jct",
    "lease_tax",
    "pst",
    "qst",
    "retail_delivery_fee",
    "rst",
    "sales_tax",
    "service_tax",
    "vat",
]


class ChangeTaxRate(StripeParams):
    """What can be said of a tax rate at any time."""

    unsupported: ClassVar[frozenset[str]] = frozenset()

    active: Boolean = True
    country: Annotated[str, Field(max_length=2)] | None = None
    description: Text | None = None
    jurisdiction: Annotated[str, Field(max_length=200)] | None = None
    metadata: Metadata = None
    state: Annotated[str, Field(max_length=20)] | None = None
    tax_type: TaxType | None = None


class CreateTaxRate(ChangeTaxRate):
    """POST /v1/tax_rates."""

    display_name: Annotated[str, Field(max_length=50)]
    inclusive: Boolean
    percentage: Percentage


class UpdateTaxRate(ChangeTaxRate):
    """POST /v1/tax_rates/{tax_rate}."""

    display_name: Annotated[str, Field(max_length=50)] | None = None


class ListTaxRates(CreatedListParams):
    """GET /v1/tax_rates."""

    active: Boolean | None = None
    inclusive: Boolean | None = None


@stripe.post("/v1/tax_rates", id="PostTaxRates", tier="P1")
def create_tax_rate(tx: Transaction, params: CreateTaxRate) -> Json:
    """Create a tax rate."""
    return render(tx, tax_rates.create(tx, params.given()), params.expand)


@stripe.get(PATH, id="GetTaxRatesTaxRate", tier="P1")
def retrieve_tax_rate(tx: Transaction, params: StripeParams, tax_rate: str) -> Json:
    """Retrieve a tax rate."""
    return render(tx, tax_rates.find(tx, tax_rate), params.expand)


@stripe.post(PATH, id="PostTaxRatesTaxRate", tier="P1")
def update_tax_rate(tx: Transaction, params: UpdateTaxRate, tax_rate: str) -> Json:
    """Change a tax rate's texts, or archive it."""
    found = tax_rates.find(tx, tax_rate)
    tax_rates.change(tx, found, params.given())
    return render(tx, found, params.expand)


@stripe.get("/v1/tax_rates", id="GetTaxRates", tier="P1")
def list_tax_rates(tx: Transaction, params: ListTaxRates) -> Json:
    """List tax rates, newest first."""
    where = {"active": params.active, "inclusive": params.inclusive}
    return listing(tx, TAX_RATES, params, url="/v1/tax_rates", where=where)
