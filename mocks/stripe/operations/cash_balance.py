"""Cash balances of customers: retrieve, update; transactions retrieve, list; a transfer comes in (test helper)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import Currency, Group, Integer, ListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import cash_balance
from mocks.stripe.resources.cash_balance import TRANSACTIONS

PATH = "/v1/customers/{customer}/cash_balance"


class Settings(Group):
    """How transfers are matched with payments."""

    reconciliation_mode: Literal["automatic", "manual", "merchant_default"] | None = None


class ChangeBalance(StripeParams):
    """POST /v1/customers/{customer}/cash_balance."""

    settings: Settings | None = None


class Fund(StripeParams):
    """POST /v1/test_helpers/customers/{customer}/fund_cash_balance."""

    amount: Annotated[Integer, Field(ge=1, le=99_999_999)]
    currency: Currency
    reference: Annotated[str, Field(max_length=5000)] | None = None


@stripe.get(PATH, id="GetCustomersCustomerCashBalance", tier="P2")
def retrieve_cash_balance(tx: Transaction, params: StripeParams, customer: str) -> Json:
    """Retrieve what a customer has sent and not spent."""
    found = requested(tx, "customer", customer, param="customer")
    return render(tx, cash_balance.of(tx, found["id"]), params.expand)


@stripe.post(PATH, id="PostCustomersCustomerCashBalance", tier="P2")
def update_cash_balance(tx: Transaction, params: ChangeBalance, customer: str) -> Json:
    """Set whether a customer's transfers are matched by themselves."""
    found = requested(tx, "customer", customer, param="customer")
    mode = None if params.settings is None else params.settings.reconciliation_mode
    return render(tx, cash_balance.change(tx, found["id"], mode), params.expand)


@stripe.get(f"{PATH}_transactions", id="GetCustomersCustomerCashBalanceTransactions", tier="P2")
def list_cash_balance_transactions(tx: Transaction, params: ListParams, customer: str) -> Json:
    """List what has come in, newest first."""
    found = requested(tx, "customer", customer, param="customer")
    url = f"/v1/customers/{found['id']}/cash_balance_transactions"
    return listing(tx, TRANSACTIONS, params, url=url, where={"customer": found["id"]})


@stripe.get(
    f"{PATH}_transactions/{{transaction}}",
    id="GetCustomersCustomerCashBalanceTransactionsTransaction",
    tier="P2",
)
def retrieve_cash_balance_transaction(
    tx: Transaction, params: StripeParams, customer: str, transaction: str
) -> Json:
    """Retrieve one thing that has come in."""
    return render(tx, cash_balance.find(tx, customer, transaction), params.expand)


@stripe.post(
    "/v1/test_helpers/customers/{customer}/fund_cash_balance",
    id="PostTestHelpersCustomersCustomerFundCashBalance",
    tier="P2",
)
def fund_cash_balance(tx: Transaction, params: Fund, customer: str) -> Json:
    """Let a customer's transfer come in."""
    found = requested(tx, "customer", customer, param="customer")
    made = cash_balance.fund(tx, found["id"], params.amount, params.currency, params.reference)
    return render(tx, made, params.expand)
