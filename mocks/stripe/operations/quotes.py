"""Quotes: create, retrieve, update, list, finalize, accept, cancel, their line items, their PDF; and their end."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.operations.billing_parameters import (
    CollectionMethod,
    Discounts,
    Quantity,
    Recurring,
    TaxRates,
)
from mocks.stripe.operations.checkout_parameters import Switch
from mocks.stripe.operations.subscription_parameters import BillingMode
from mocks.stripe.parameters import (
    Currency,
    Decimal,
    Group,
    Integer,
    ListParams,
    Metadata,
    StripeParams,
    Timestamp,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render
from mocks.stripe.resources import billable, checkout_items, embedded, invoice_pdf, quotes, tax_rates
from mocks.stripe.resources.quotes import QUOTES

PATH = "/v1/quotes/{quote}"
Text = Unset[Annotated[str, Field(max_length=500)]]


class QuotePrice(Group):
    """A price described in place."""

    currency: Currency
    product: str
    recurring: Recurring | None = None
    tax_behavior: Literal["exclusive", "inclusive", "unspecified"] | None = None
    unit_amount: Annotated[Integer, Field(ge=0)] | None = None
    unit_amount_decimal: Decimal | None = None


class QuoteLine(Group):
    """A price, and how many of it are offered."""

    unsupported: ClassVar[frozenset[str]] = frozenset({"discounts"})

    price: str | None = None
    price_data: QuotePrice | None = None
    quantity: Quantity | None = None
    tax_rates: TaxRates | None = None


class ChangedLine(QuoteLine):
    """A line item of a changed quote: the lines that are sent take the place of all that there were."""

    unsupported = QuoteLine.unsupported | {"id"}


class InvoiceSettings(Group):
    """When what is invoiced is due."""

    unsupported = frozenset({"issuer"})

    days_until_due: Annotated[Integer, Field(ge=0, le=365)] | None = None


class SubscriptionChange(Group):
    """What the subscription of an accepted quote is given."""

    unsupported = frozenset({"effective_date"})

    description: Text = None
    metadata: Metadata = None
    trial_period_days: Unset[Annotated[Integer, Field(ge=1, le=730)]] = None


class SubscriptionData(SubscriptionChange):
    """What the subscription of an accepted quote is given, from the beginning."""

    billing_mode: BillingMode | None = None


class ChangeQuote(StripeParams):
    """What can be said of a draft."""

    unsupported: ClassVar[frozenset[str]] = frozenset(
        {
            "application_fee_amount",
            "application_fee_percent",
            "customer_account",
            "on_behalf_of",
            "transfer_data",
        }
    )

    automatic_tax: Switch | None = None
    collection_method: CollectionMethod | None = None
    customer: str | None = None
    default_tax_rates: TaxRates | None = None
    description: Text = None
    discounts: Discounts | None = None
    expires_at: Timestamp | None = None
    footer: Text = None
    header: Annotated[str, Field(max_length=50)] | None = None
    invoice_settings: InvoiceSettings | None = None
    metadata: Metadata = None


class CreateQuote(ChangeQuote):
    """POST /v1/quotes."""

    unsupported = ChangeQuote.unsupported | {"from_quote", "test_clock"}

    line_items: Annotated[list[QuoteLine], Field(max_length=100)] | None = None
    subscription_data: SubscriptionData | None = None


class UpdateQuote(ChangeQuote):
    """POST /v1/quotes/{quote}."""

    line_items: Annotated[list[ChangedLine], Field(max_length=100)] | None = None
    subscription_data: SubscriptionChange | None = None


class FinalizeQuote(StripeParams):
    """POST /v1/quotes/{quote}/finalize."""

    expires_at: Timestamp | None = None


class ListQuotes(ListParams):
    """GET /v1/quotes."""

    unsupported = frozenset({"customer_account"})

    customer: str | None = None
    status: Literal["accepted", "canceled", "draft", "open"] | None = None
    test_clock: str | None = None


@stripe.post("/v1/quotes", id="PostQuotes", tier="P1")
def create_quote(tx: Transaction, params: CreateQuote) -> Json:
    """Draft a quote."""
    return render(tx, quotes.create(tx, params.given(), _items(tx, params)), params.expand)


@stripe.get(PATH, id="GetQuotesQuote", tier="P1")
def retrieve_quote(tx: Transaction, params: StripeParams, quote: str) -> Json:
    """Retrieve a quote."""
    return render(tx, quotes.find(tx, quote), params.expand)


@stripe.post(PATH, id="PostQuotesQuote", tier="P1")
def update_quote(tx: Transaction, params: UpdateQuote, quote: str) -> Json:
    """Change a draft."""
    found = quotes.find(tx, quote)
    given = {name: value for name, value in params.given().items() if name != "line_items"}
    return render(tx, quotes.change(tx, found, given, _items(tx, params)), params.expand)


@stripe.get("/v1/quotes", id="GetQuotes", tier="P1")
def list_quotes(tx: Transaction, params: ListQuotes) -> Json:
    """List quotes, newest first."""
    where = {name: getattr(params, name) for name in ("customer", "status", "test_clock")}
    return listing(tx, QUOTES, params, url="/v1/quotes", where=where)


@stripe.post(f"{PATH}/finalize", id="PostQuotesQuoteFinalize", tier="P1")
def finalize_quote(tx: Transaction, params: FinalizeQuote, quote: str) -> Json:
    """Make an offer of a draft."""
    return render(tx, quotes.finalize(tx, quotes.find(tx, quote), params.expires_at), params.expand)


@stripe.post(f"{PATH}/accept", id="PostQuotesQuoteAccept", tier="P1")
def accept_quote(tx: Transaction, params: StripeParams, quote: str) -> Json:
    """Accept an offer: its subscription begins, or its invoice is drafted."""
    return render(tx, quotes.accept(tx, quotes.find(tx, quote)), params.expand)


@stripe.post(f"{PATH}/cancel", id="PostQuotesQuoteCancel", tier="P1")
def cancel_quote(tx: Transaction, params: StripeParams, quote: str) -> Json:
    """Withdraw a quote."""
    return render(tx, quotes.cancel(tx, quotes.find(tx, quote)), params.expand)


@stripe.get(f"{PATH}/line_items", id="GetQuotesQuoteLineItems", tier="P1")
def list_quote_lines(tx: Transaction, params: ListParams, quote: str) -> Json:
    """List the line items of a quote."""
    items = checkout_items.shown(tx, quotes.find(tx, quote))
    return embedded.listing(tx, items, params, url=f"/v1/quotes/{quote}/line_items")


@stripe.get(f"{PATH}/computed_upfront_line_items", id="GetQuotesQuoteComputedUpfrontLineItems", tier="P1")
def list_upfront_lines(tx: Transaction, params: ListParams, quote: str) -> Json:
    """List what is paid at once."""
    items = checkout_items.shown(tx, quotes.find(tx, quote))
    return embedded.listing(tx, items, params, url=f"/v1/quotes/{quote}/computed_upfront_line_items")


@stripe.get(f"{PATH}/pdf", id="GetQuotesQuotePdf", tier="P1")
def get_quote_pdf(tx: Transaction, params: StripeParams, quote: str) -> Reply:
    """A finalized quote as PDF."""
    found = quotes.find(tx, quote)
    if found["number"] is None:
        raise errors.invalid("Only finalized quotes have a PDF.", rule="quote_state")
    return Reply(invoice_pdf.of_quote(found), content_type="application/pdf")


@stripe.timer("quote.expire")
def expire(tx: Transaction, payload: Json) -> None:
    """An offer has stood for as long as it does."""
    found = quotes.find(tx, payload["quote"])
    if found["status"] in {"draft", "open"}:
        quotes.cancel(tx, found)


def _items(tx: Transaction, params: CreateQuote | UpdateQuote) -> list[Json] | None:
    if params.line_items is None:
        return None
    return [
        {
            "price": billable.price_of(tx, each, at=f"line_items[{place}]"),
            "quantity": 1 if each.quantity is None else each.quantity,
            "tax_rates": tax_rates.chosen(tx, each.tax_rates, at=f"line_items[{place}][tax_rates]"),
        }
        for place, each in enumerate(params.line_items)
    ]
