"""The account and its balance."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import CreatedListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import accounts, balance
from mocks.stripe.resources.balance import BALANCE_TRANSACTIONS


class ListTransactions(CreatedListParams):
    """GET /v1/balance_transactions."""

    unsupported = frozenset({"payout"})

    currency: str | None = None
    source: str | None = None
    type: str | None = None


@stripe.get("/v1/account", id="GetAccount", tier="P1")
def retrieve_account(tx: Transaction, params: StripeParams) -> Json:
    """Retrieve the account whose key is used."""
    errors.check_nothing_expanded(params.expand)
    return accounts.account(tx)


@stripe.get("/v1/balance", id="GetBalance", tier="P1")
def retrieve_balance(tx: Transaction, params: StripeParams) -> Json:
    """Retrieve the balance."""
    errors.check_nothing_expanded(params.expand)
    return balance.balance(tx)


@stripe.get("/v1/balance_transactions/{id}", id="GetBalanceTransactionsId", tier="P1")
def retrieve_balance_transaction(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve a balance transaction."""
    return render(tx, requested(tx, "balance_transaction", id), params.expand)


@stripe.get("/v1/balance_transactions", id="GetBalanceTransactions", tier="P1")
def list_balance_transactions(tx: Transaction, params: ListTransactions) -> Json:
    """List balance transactions, newest first."""
    where = {"source": params.source, "type": params.type, "currency": params.currency}
    return listing(tx, BALANCE_TRANSACTIONS, params, url="/v1/balance_transactions", where=where)
