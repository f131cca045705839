"""Feasibility: what a target group would cost and how many completes there would be, before it is made."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness import instants
from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors, money
from mocks.cint.operations.target_groups import ONE, PATH, located
from mocks.cint.parameters import INT32, Body, Instant, Locale, Money
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, pricing, profiles, projects

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
    locale: Locale
    collects_pii: bool = False
    incidence_rate: float = Field(ge=0, le=1)
    length_of_interview: int = Field(ge=1, le=45)
    filling_goal: int = Field(ge=1, le=10_000)
    start_date: Instant
    end_date: Instant
    price: Money | None = None
    profiles: list[ProfileWanted] = []
    interlocked_profiles: list[Any] = []


class Changed(Body):
    """What of a target group would be otherwise; what is not given is as it is."""

    locale: Locale | None = None
    collects_pii: bool | None = None
    incidence_rate: float | None = Field(None, ge=0, le=1)
    length_of_interview: int | None = Field(None, ge=1, le=45)
    filling_goal: int | None = Field(None, ge=1, le=10_000)
    start_date: Instant | None = None
    end_date: Instant | None = None
    price: Money | None = None
    profiles: list[ProfileWanted] | None = None
    interlocked_profiles: list[Any] = []


@cint.post(f"{PATH}/calculate-feasibility", id="calculate_target_group_feasibility", tier="P1")
def calculate_feasibility(tx: Transaction, params: Wanted, account_id: str, project_id: str) -> Json:
    """Suggest a price and a range of goals."""
    account = accounts.find(tx, account_id)
    projects.find(tx, account, project_id)
    unit = accounts.business_unit(account, str(params.business_unit_id))
    return _feasible(params, unit)


@cint.post(f"{ONE}/calculate-feasibility", id="calculate_target_group_feasibility_by_id", tier="P1")
def calculate_feasibility_by_id(
    tx: Transaction, params: Changed, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Suggest a price and a range of goals for a target group that was launched, perhaps with changes."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    if group["status"] == "draft":
        raise errors.invalid_state(subject="status")
    present = {
        "locale": group["locale"],
        "collects_pii": group["collects_pii"],
        "incidence_rate": group["incidence"],
        "length_of_interview": group["minutes"],
        "filling_goal": group["filling_goal"],
        "start_date": instants.iso(group["start_at"]),
        "end_date": instants.iso(group["end_at"]),
        "profiles": [_asked(draft) for draft in group["profile"]["drafts"]],
    }
    given = {name: getattr(params, name) for name in params.model_fields_set}
    given = {name: value for name, value in given.items() if value is not None}
    unit = accounts.business_unit(account, group["business_unit_id"])
    return _feasible(Wanted.model_construct(business_unit_id=unit["id"], **{**present, **given}), unit)


def _asked(draft: Json) -> ProfileWanted:
    """Return a target group's profile as a question about feasibility has it."""
    quotas = draft["quotas"] if draft["quotas_enabled"] else {"ungrouped": [], "grouped": []}
    shares = {
        kind: [Share.model_construct(quota_percentage=each["quota_percentage"]) for each in quotas[kind]]
        for kind in ("ungrouped", "grouped")
    }
    return ProfileWanted.model_construct(
        question_id=draft["question_id"],
        conditions=draft["conditions"],
        quotas=ProfileQuotas.model_construct(ungrouped=shares["ungrouped"], grouped=shares["grouped"]),
    )


def _feasible(params: Wanted, unit: Json) -> Json:
    seconds = (instants.parse(params.end_date) - instants.parse(params.start_date)) / instants.SECOND
    if seconds <= 0:
        raise errors.bad_request("end_date must be after start_date.", "end_date", rule="end_before_start")
    if params.interlocked_profiles:
        raise profiles.interlocked("interlocked_profiles")
    if params.price is not None:
        money.read(params.price, unit["currency_code"], "price")
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
