"""Tax ids of customers: create, retrieve, delete, list."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import ListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import tax_ids
from mocks.stripe.resources.tax_ids import TAX_IDS

PATH = "/v1/customers/{customer}/tax_ids"


class CreateTaxId(StripeParams):
    """POST /v1/customers/{customer}/tax_ids."""

    type: str
    value: Annotated[str, Field(max_length=100)]


@stripe.post(PATH, id="PostCustomersCustomerTaxIds", tier="P1")
def create_tax_id(tx: Transaction, params: CreateTaxId, customer: str) -> Json:
    """Give a customer a tax id."""
    found = requested(tx, "customer", customer, param="customer")
    return render(tx, tax_ids.create(tx, found, params.type, params.value), params.expand)


@stripe.get(f"{PATH}/{{id}}", id="GetCustomersCustomerTaxIdsId", tier="P1")
def retrieve_tax_id(tx: Transaction, params: StripeParams, customer: str, id: str) -> Json:
    """Retrieve a tax id of a customer."""
    return render(tx, tax_ids.find(tx, customer, id), params.expand)


@stripe.delete(f"{PATH}/{{id}}", id="DeleteCustomersCustomerTaxIdsId", tier="P1")
def delete_tax_id(tx: Transaction, params: StripeParams, customer: str, id: str) -> Json:
    """Take a tax id away from a customer."""
    return tax_ids.delete(tx, tax_ids.find(tx, customer, id))


@stripe.get(PATH, id="GetCustomersCustomerTaxIds", tier="P1")
def list_tax_ids(tx: Transaction, params: ListParams, customer: str) -> Json:
    """List the tax ids of a customer, newest first."""
    found = requested(tx, "customer", customer, param="customer")
    where = {"customer": found["id"]}
    return listing(tx, TAX_IDS, params, url=f"/v1/customers/{customer}/tax_ids", where=where)


@stripe.timer("tax_id.verify")
def verify(tx: Transaction, payload: Json) -> None:
    """A government's register answers."""
    tax_ids.verify(tx, requested(tx, "tax_id", payload["tax_id"]))
