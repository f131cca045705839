"""Customer balance transactions: create, retrieve, update, list; and customers' discounts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.operations import triggers
from mocks.stripe.operations.billing_parameters import Amount
from mocks.stripe.parameters import CreatedListParams, Currency, Metadata, StripeParams, Unset
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import coupons, customer_balance, customer_discount, customers
from mocks.stripe.resources.customer_balance import TRANSACTIONS

PATH = "/v1/customers/{customer}/balance_transactions"
Text = Annotated[str, Field(max_length=350)]


class CreateTransaction(StripeParams):
    """POST /v1/customers/{customer}/balance_transactions."""

    amount: Amount
    currency: Currency
    description: Text | None = None
    metadata: Metadata = None


class UpdateTransaction(StripeParams):
    """POST /v1/customers/{customer}/balance_transactions/{transaction}."""

    description: Unset[Text] = None
    metadata: Metadata = None


class ListTransactions(CreatedListParams):
    """GET /v1/customers/{customer}/balance_transactions."""

    invoice: str | None = None


class GivenDiscount(Params):
    """`greenroom trigger stripe customer.discount.created`: a coupon for a customer, new ones unless both are named."""

    customer: str | None = None
    coupon: str | None = None


@stripe.post(PATH, id="PostCustomersCustomerBalanceTransactions", tier="P1")
def create_balance_transaction(tx: Transaction, params: CreateTransaction, customer: str) -> Json:
    """Adjust a customer's balance: below zero is credit."""
    found = requested(tx, "customer", customer, param="customer")
    return render(tx, customer_balance.adjust(tx, found, params.given()), params.expand)


@stripe.get(f"{PATH}/{{transaction}}", id="GetCustomersCustomerBalanceTransactionsTransaction", tier="P1")
def retrieve_balance_transaction(
    tx: Transaction, params: StripeParams, customer: str, transaction: str
) -> Json:
    """Retrieve a transaction of a customer's balance."""
    return render(tx, customer_balance.find(tx, customer, transaction), params.expand)


@stripe.post(f"{PATH}/{{transaction}}", id="PostCustomersCustomerBalanceTransactionsTransaction", tier="P1")
def update_balance_transaction(
    tx: Transaction, params: UpdateTransaction, customer: str, transaction: str
) -> Json:
    """Change a transaction's description or metadata."""
    found = customer_balance.find(tx, customer, transaction)
    customer_balance.change(tx, found, params.given())
    return render(tx, found, params.expand)


@stripe.get(PATH, id="GetCustomersCustomerBalanceTransactions", tier="P1")
def list_balance_transactions(tx: Transaction, params: ListTransactions, customer: str) -> Json:
    """List the transactions of a customer's balance, newest first."""
    requested(tx, "customer", customer, param="customer")
    where = {"customer": customer, "invoice": params.invoice}
    url = f"/v1/customers/{customer}/balance_transactions"
    return listing(tx, TRANSACTIONS, params, url=url, where=where)


@stripe.get("/v1/customers/{customer}/discount", id="GetCustomersCustomerDiscount", tier="P1")
def retrieve_discount(tx: Transaction, params: StripeParams, customer: str) -> Json:
    """Retrieve a customer's discount."""
    found = requested(tx, "customer", customer, param="customer")
    return render(tx, customer_discount.of(found), params.expand)


@stripe.delete("/v1/customers/{customer}/discount", id="DeleteCustomersCustomerDiscount", tier="P1")
def delete_discount(tx: Transaction, params: StripeParams, customer: str) -> Json:
    """Take a customer's discount away."""
    errors.check_nothing_expanded(params.expand)
    return customer_discount.take(tx, requested(tx, "customer", customer, param="customer"))


@stripe.trigger("customer.discount.created")
def give_discount(tx: Transaction, params: GivenDiscount) -> None:
    """Give a customer a discount, as the dashboard does."""
    customer, coupon = params.customer, params.coupon
    if customer is None or coupon is None:
        made = triggers.run(tx, triggers.steps_of("_discountable"))
        customer, coupon = customer or made["customer"]["id"], coupon or made["coupon"]["id"]
    customer_discount.give(tx, customers.get(tx, customer), coupons.get(tx, coupon, param="coupon"))
