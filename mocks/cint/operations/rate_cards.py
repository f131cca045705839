"""Rate cards: what an interview costs by its length and the incidence, in a country or for a target group."""

from __future__ import annotations

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import ids
from mocks.cint.operations.target_groups import ONE, located
from mocks.cint.parameters import Query
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, pricing


class InCountry(Query):
    """In which country."""

    country_code: str = Field(pattern=r"^[A-Za-z]{2}$")


@cint.get(
    "/v1/demand/accounts/{account_id}/business-units/{business_unit_id}/rate-card",
    id="get_rate_card",
    tier="P1",
)
def get_rate_card(tx: Transaction, params: InCountry, account_id: str, business_unit_id: str) -> Json:
    """Retrieve the rate card of a business unit in a country."""
    unit = accounts.business_unit(accounts.find(tx, account_id), business_unit_id)
    code = params.country_code.lower()
    return {
        "country_code": code,
        "token": ids.derived("rate card", unit["id"], code),
        "rate_card_data": pricing.card(f"_{code}", unit["currency_code"]),
    }


@cint.get(f"{ONE}/rate-card", id="get_target_group_rate_card", tier="P1")
def get_target_group_rate_card(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Retrieve a target group's rate card: predicted for a draft, bound once it was launched."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    kind = "predicted" if group["status"] == "draft" else "bound"
    code = group["locale"].partition("_")[2]
    return {
        "country_code": code,
        f"{kind}_rate_card_token": ids.derived("rate card", group["business_unit_id"], code),
        f"{kind}_rate_card": pricing.card(f"_{code}", group["currency"]),
    }
