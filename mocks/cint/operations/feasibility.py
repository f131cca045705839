"""Feasibility: what a target group would cost and how many completes there would be, before it is made."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness import instants
from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors, money
from mocks.cint.operations.target_groups import PATH
from mocks.cint.parameters import INT32, Body, Instant, Money
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, pricing, projects

PANEL = {"us": 400_000, "gb": 90_000, "de": 70_000, "br": 60_000, "in": 120_000, "jp": 50_000}
"""How many people of a country may be reached in a day; 20,000 elsewhere."""


class Share(Body):
    """One quota."""

    quota_percentage: int = Field(ge=0, le=100)


class ProfileQuotas(Body):
    """The quotas of a profile, of which only how many there are and their shares matter here."""

    ungrouped: list[Share] = []
    grouped: list[Share] = []


class ProfileWanted(Body):
    """Who may enter, by one question."""

    question_id: int = Field(ge=0, le=INT32)
    conditions: dict[str, Any]
    quotas: ProfileQuotas | None = None


class Wanted(Body):
    """What a target group would be."""

    business_unit_id: int = Field(ge=0, le=INT32)
    locale: str = Field(pattern=r"^[a-z]{3}_[a-z]{2}$")
    collects_pii: bool = False
    incidence_rate: float = Field(ge=0, le=1)
    length_of_interview: int = Field(ge=1, le=45)
    filling_goal: int = Field(ge=1, le=10_000)
    start_date: Instant
    end_date: Instant
    price: Money | None = None
    profiles: list[ProfileWanted] = []
    interlocked_profiles: list[Any] = []


@cint.post(f"{PATH}/calculate-feasibility", id="calculate_target_group_feasibility", tier="P1")
def calculate_feasibility(tx: Transaction, params: Wanted, account_id: str, project_id: str) -> Json:
    """Suggest a price and a range of goals."""
    account = accounts.find(tx, account_id)
    projects.find(tx, account, project_id)
    unit = accounts.business_unit(account, str(params.business_unit_id))
    seconds = (instants.parse(params.end_date) - instants.parse(params.start_date)) / instants.SECOND
    if seconds <= 0:
        raise errors.bad_request("end_date must be after start_date.", "end_date", rule="end_before_start")
    if params.interlocked_profiles:
        refusal = errors.bad_request("Interlocked profiles are not supported.", "interlocked_profiles")
        refusal.headers = (("Greenroom-Unserved", "interlocked_profiles"),)
        raise refusal
    price = pricing.suggested(
        minutes=params.length_of_interview,
        incidence=params.incidence_rate,
        locale=params.locale,
        collects_pii=params.collects_pii,
        currency=unit["currency_code"],
    )
    daily = PANEL.get(params.locale.partition("_")[2], 20_000) * max(params.incidence_rate, 0.01)
    goal = int(min(params.filling_goal, daily * seconds / 86_400 / 2 ** len(params.profiles)))
    ends = {"min": price * (1 - pricing.RANGE), "max": price * (1 + pricing.RANGE)}
    return {
        "suggested_price": money.shown(price, unit["currency_code"]),
        "suggested_price_range": {
            name: money.shown(round(end / 100) * 100, unit["currency_code"]) for name, end in ends.items()
        },
        "suggested_filling_goal_range": {"min": min(1, goal), "max": goal},
        "profiles": [_profile(each, goal) for each in params.profiles],
        "interlocked_profiles": [],
    }


def _profile(wanted: ProfileWanted, goal: int) -> Json:
    quotas = wanted.quotas or ProfileQuotas()
    return {
        "question_id": wanted.question_id,
        "quotas": {
            "ungrouped": [_completes(each.quota_percentage, goal) for each in quotas.ungrouped],
            "grouped": [_completes(each.quota_percentage, goal) for each in quotas.grouped],
        },
    }


def _completes(percentage: int, goal: int) -> Json:
    most = {"nominal": goal * percentage // 100, "percentage": percentage}
    return {"min_completes": {"nominal": 0, "percentage": 0}, "max_completes": most}
