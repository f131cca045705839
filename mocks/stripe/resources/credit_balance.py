"""The balance of a customer's billing credits: what is granted and not used yet, by currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import credit_grants, customers
from mocks.stripe.resources.credit_grants import GRANTS
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SUMMARY = "billing.credit_balance_summary"
# A summary is kept nowhere: the collection only completes the declaration.
register(Resource(SUMMARY, GRANTS, expands={"customer": "customer"}))
before("2025-09-30.clover", SUMMARY)(without("customer_account"))


def summary(tx: Transaction, customer: str, filter: Json) -> Json:
    """Return the balance of the grants that a filter names; raises the 400s of a filter that names nothing."""
    customers.get(tx, customer)
    grants = [each for each in tx.every(GRANTS, customer=customer) if _asked(each, filter)]
    if filter["type"] == "credit_grant" and not grants:
        raise errors.no_such("billing.credit_grant", filter["credit_grant"], param="filter[credit_grant]")
    sums: dict[str, list[int]] = {}
    for grant in grants:
        ledger, available = sums.setdefault(grant["amount"]["monetary"]["currency"], [0, 0])
        left = grant["_"]["left"] if grant["effective_at"] <= tx.seconds else 0
        usable = 0 if credit_grants.over(grant, tx.seconds) else left
        sums[grant["amount"]["monetary"]["currency"]] = [ledger + left, available + usable]
    return {
        "object": SUMMARY,
        "balances": [
            {
                "available_balance": _money(available, currency),
                "ledger_balance": _money(ledger, currency),
            }
            for currency, (ledger, available) in sums.items()
        ],
        "customer": customer,
        "customer_account": None,
        "livemode": False,
    }


def _asked(grant: Json, filter: Json) -> bool:
    """Tell whether a filter asks for a grant: by its id, or by what it may be used for."""
    if filter["type"] == "credit_grant":
        if filter.get("credit_grant") is None:
            raise errors.missing_parameter("filter[credit_grant]")
        return bool(grant["id"] == filter["credit_grant"])
    scope = filter.get("applicability_scope")
    if not scope:
        raise errors.missing_parameter("filter[applicability_scope]")
    if scope.get("prices") is None:
        return "price_type" in grant["applicability_config"]["scope"]
    return any(credit_grants.concerns(grant, each["id"]) for each in scope["prices"])


def _money(value: int, currency: str) -> Json:
    return {"monetary": {"currency": currency, "value": value}, "type": "monetary"}
