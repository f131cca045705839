"""Search: customers, charges, payment intents, prices, products, invoices and subscriptions, by Stripe's query language."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import StripeParams, as_limit
from mocks.stripe.provider import stripe
from mocks.stripe.resources import searching


class SearchParams(StripeParams):
    """What every search takes."""

    limit: Annotated[int, BeforeValidator(as_limit)] = 10
    page: Annotated[str, Field(max_length=5000)] | None = None
    query: Annotated[str, Field(max_length=5000)]


def _search(tx: Transaction, object: str, params: SearchParams) -> Json:
    return searching.result(
        tx,
        object,
        f"/v1/{object}s/search",
        params.query,
        page=params.page,
        limit=params.limit,
        expand=params.expand,
    )


@stripe.get("/v1/charges/search", id="GetChargesSearch", tier="P1")
def search_charges(tx: Transaction, params: SearchParams) -> Json:
    """Search charges."""
    return _search(tx, "charge", params)


@stripe.get("/v1/customers/search", id="GetCustomersSearch", tier="P1")
def search_customers(tx: Transaction, params: SearchParams) -> Json:
    """Search customers."""
    return _search(tx, "customer", params)


@stripe.get("/v1/invoices/search", id="GetInvoicesSearch", tier="P1")
def search_invoices(tx: Transaction, params: SearchParams) -> Json:
    """Search invoices."""
    return _search(tx, "invoice", params)


@stripe.get("/v1/payment_intents/search", id="GetPaymentIntentsSearch", tier="P1")
def search_payment_intents(tx: Transaction, params: SearchParams) -> Json:
    """Search payment intents."""
    return _search(tx, "payment_intent", params)


@stripe.get("/v1/prices/search", id="GetPricesSearch", tier="P1")
def search_prices(tx: Transaction, params: SearchParams) -> Json:
    """Search prices."""
    return _search(tx, "price", params)


@stripe.get("/v1/products/search", id="GetProductsSearch", tier="P1")
def search_products(tx: Transaction, params: SearchParams) -> Json:
    """Search products."""
    return _search(tx, "product", params)


@stripe.get("/v1/subscriptions/search", id="GetSubscriptionsSearch", tier="P1")
def search_subscriptions(tx: Transaction, params: SearchParams) -> Json:
    """Search subscriptions."""
    return _search(tx, "subscription", params)
