"""Billing credits: grants, the transactions of their balance, and its summary."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe.parameters import (
    Currency,
    Group,
    Integer,
    ListParams,
    Metadata,
    StripeParams,
    Timestamp,
    Unset,
)
from mocks.stripe.provider import stripe
from mocks.stripe.rendering import listing, render, requested
from mocks.stripe.resources import credit_balance, credit_grants, customers
from mocks.stripe.resources.credit_grants import GRANTS, TRANSACTIONS

GRANT = "/v1/billing/credit_grants/{id}"


class Monetary(Group):
    """An amount in the minor unit."""

    currency: Currency
    value: Annotated[Integer, Field(ge=1)]


class Amount(Group):
    """What is granted."""

    monetary: Monetary | None = None
    type: Literal["monetary"]


class PriceOfScope(Group):
    """A price that credits are for."""

    id: str


class Scope(Group):
    """What credits may be used for: all metered prices, or some."""

    price_type: Literal["metered"] | None = None
    prices: Annotated[list[PriceOfScope], Field(min_length=1)] | None = None


class Applicability(Group):
    """What a grant may be used for."""

    scope: Scope


class CreateGrant(StripeParams):
    """POST /v1/billing/credit_grants."""

    unsupported = frozenset({"customer_account"})

    amount: Amount
    applicability_config: Applicability
    category: Literal["paid", "promotional"] | None = None
    customer: str
    effective_at: Timestamp | None = None
    expires_at: Timestamp | None = None
    metadata: Metadata = None
    name: Annotated[str, Field(max_length=100)] | None = None
    priority: Annotated[Integer, Field(ge=0, le=100)] | None = None


class UpdateGrant(StripeParams):
    """POST /v1/billing/credit_grants/{id}."""

    expires_at: Unset[Timestamp] = None
    metadata: Metadata = None


class ListGrants(ListParams):
    """GET /v1/billing/credit_grants."""

    unsupported = frozenset({"customer_account"})

    customer: str | None = None


class ListTransactions(ListParams):
    """GET /v1/billing/credit_balance_transactions."""

    unsupported = frozenset({"customer_account"})

    credit_grant: str | None = None
    customer: str


class BalanceFilter(Group):
    """Which grants are summed up: one, or those that may be used for something."""

    applicability_scope: Scope | None = None
    credit_grant: str | None = None
    type: Literal["applicability_scope", "credit_grant"]


class RetrieveSummary(StripeParams):
    """GET /v1/billing/credit_balance_summary."""

    unsupported = frozenset({"customer_account"})

    customer: str
    filter: BalanceFilter


@stripe.post("/v1/billing/credit_grants", id="PostBillingCreditGrants", tier="P2")
def create_credit_grant(tx: Transaction, params: CreateGrant) -> Json:
    """Grant a customer billing credits."""
    customer = customers.get(tx, params.customer)
    return render(tx, credit_grants.create(tx, customer, params.given()), params.expand)


@stripe.get(GRANT, id="GetBillingCreditGrantsId", tier="P2")
def retrieve_credit_grant(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve a grant."""
    return render(tx, credit_grants.find(tx, id), params.expand)


@stripe.post(GRANT, id="PostBillingCreditGrantsId", tier="P2")
def update_credit_grant(tx: Transaction, params: UpdateGrant, id: str) -> Json:
    """Change when a grant expires, or its metadata."""
    found = credit_grants.find(tx, id)
    credit_grants.change(tx, found, params.given())
    return render(tx, found, params.expand)


@stripe.post(f"{GRANT}/expire", id="PostBillingCreditGrantsIdExpire", tier="P2")
def expire_credit_grant(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Let what is left of a grant expire."""
    found = credit_grants.find(tx, id)
    credit_grants.expire(tx, found)
    return render(tx, found, params.expand)


@stripe.post(f"{GRANT}/void", id="PostBillingCreditGrantsIdVoid", tier="P2")
def void_credit_grant(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Take a grant back of which nothing was used."""
    found = credit_grants.find(tx, id)
    credit_grants.void(tx, found)
    return render(tx, found, params.expand)


@stripe.get("/v1/billing/credit_grants", id="GetBillingCreditGrants", tier="P2")
def list_credit_grants(tx: Transaction, params: ListGrants) -> Json:
    """List grants, newest first."""
    where = {"customer": params.customer}
    return listing(tx, GRANTS, params, url="/v1/billing/credit_grants", where=where)


TRANSACTION = "/v1/billing/credit_balance_transactions/{id}"


@stripe.get(TRANSACTION, id="GetBillingCreditBalanceTransactionsId", tier="P2")
def retrieve_credit_balance_transaction(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve a transaction of the credits' balance."""
    return render(tx, requested(tx, "billing.credit_balance_transaction", id), params.expand)


@stripe.get("/v1/billing/credit_balance_transactions", id="GetBillingCreditBalanceTransactions", tier="P2")
def list_credit_balance_transactions(tx: Transaction, params: ListTransactions) -> Json:
    """List the transactions of a customer's credits, newest first."""
    customers.get(tx, params.customer)
    where = {"customer": params.customer, "credit_grant": params.credit_grant}
    published = "/v1/billing/credit_grants"  # the document's; the real one is unconfirmed
    url = "/v1/billing/credit_balance_transactions" if tx.live else published
    return listing(tx, TRANSACTIONS, params, url=url, where=where)


@stripe.get("/v1/billing/credit_balance_summary", id="GetBillingCreditBalanceSummary", tier="P2")
def retrieve_credit_balance_summary(tx: Transaction, params: RetrieveSummary) -> Json:
    """Sum up a customer's credits."""
    given = params.given()
    return render(tx, credit_balance.summary(tx, params.customer, given["filter"]), params.expand)


@stripe.timer("credit_grant.expire")
def expire_in_time(tx: Transaction, payload: Json) -> None:
    """The time of a grant has come."""
    credit_grants.run_out(tx, credit_grants.find(tx, payload["grant"]))
