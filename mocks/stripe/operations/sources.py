"""Sources of customers: create, retrieve, update, delete, list; cards only, by their tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Integer, ListParams, Metadata, StripeParams, Unset
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import render, requested
from mocks.stripe.resources import card_sources, embedded, payment_methods
from mocks.stripe.resources.card_sources import shown

PATH = "/v1/customers/{customer}/sources"


class AddSource(StripeParams):
    """POST /v1/customers/{customer}/sources."""

    unsupported = frozenset({"validate"})

    metadata: Metadata = None
    source: Annotated[str, Field(pattern=r"^tok_\w+$")]


class ChangeSource(StripeParams):
    """POST /v1/customers/{customer}/sources/{id}."""

    unsupported = frozenset({"account_holder_name", "account_holder_type", "owner"})

    address_city: Unset[str] = None
    address_country: Unset[str] = None
    address_line1: Unset[str] = None
    address_line2: Unset[str] = None
    address_state: Unset[str] = None
    address_zip: Unset[str] = None
    exp_month: Integer | None = None
    exp_year: Integer | None = None
    metadata: Metadata = None
    name: Unset[str] = None


class ListSources(ListParams):
    """GET /v1/customers/{customer}/sources."""

    object: Literal["card"] | None = None


@stripe.post(PATH, id="PostCustomersCustomerSources", tier="P2")
def add_source(tx: Transaction, params: AddSource, customer: str) -> Json:
    """Save a card with a customer."""
    made = card_sources.add(tx, requested(tx, "customer", customer), params.source)
    if params.metadata:
        made = card_sources.change(tx, made, {"metadata": params.metadata})
    return render(tx, shown(made), params.expand)


@stripe.get(f"{PATH}/{{id}}", id="GetCustomersCustomerSourcesId", tier="P2")
def retrieve_source(tx: Transaction, params: StripeParams, customer: str, id: str) -> Json:
    """Retrieve a source of a customer."""
    return render(tx, shown(card_sources.find(tx, customer, id)), params.expand)


@stripe.post(f"{PATH}/{{id}}", id="PostCustomersCustomerSourcesId", tier="P2")
def update_source(tx: Transaction, params: ChangeSource, customer: str, id: str) -> Json:
    """Change what is known of a saved card."""
    found = card_sources.find(tx, customer, id)
    given = {
        name: value for name, value in params.given().items() if not (name[:3] == "exp" and value is None)
    }
    month, year = (
        given.get("exp_month", found["card"]["exp_month"]),
        given.get("exp_year", found["card"]["exp_year"]),
    )
    payment_methods.read_number(payment_methods.card_of(found).number, month, year, None, now=tx.now)
    return render(tx, shown(card_sources.change(tx, found, given)), params.expand)


@stripe.delete(f"{PATH}/{{id}}", id="DeleteCustomersCustomerSourcesId", tier="P2")
def delete_source(tx: Transaction, params: StripeParams, customer: str, id: str) -> Json:
    """Forget a saved card."""
    return card_sources.remove(tx, requested(tx, "customer", customer), card_sources.find(tx, customer, id))


@stripe.get(PATH, id="GetCustomersCustomerSources", tier="P2")
def list_sources(tx: Transaction, params: ListSources, customer: str) -> Json:
    """List the saved cards of a customer."""
    requested(tx, "customer", customer)
    found = [shown(each) for each in card_sources.of(tx, customer)]
    return embedded.listing(tx, found, params, url=f"/v1/customers/{customer}/sources")
