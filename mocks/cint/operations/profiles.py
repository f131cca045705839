"""Profiles of a target group, one by one: conditions and quotas, before and after its launch."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint.operations.target_group_parameters import RangeItem, ZipItem
from mocks.cint.operations.target_groups import ONE, located
from mocks.cint.parameters import INT32, Body, Query
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, profiling, target_groups

V2 = ONE.replace("/v1/demand/", "/v1/demand/v2/")
PATH = f"{V2}/profiles"
PROFILE = f"{PATH}/{{profile_id}}"
Goal = Annotated[int, Field(ge=1, le=10_000)]


class Ranges(Body):
    """Conditions on a number."""

    object: Literal["range_conditions"]
    data: list[RangeItem] = Field(max_length=200)


class Selections(Body):
    """Conditions on a choice: the options' ids."""

    object: Literal["selection_conditions"]
    data: list[Annotated[str, Field(max_length=200)]] = Field(max_length=200)


class Zips(Body):
    """Conditions on a postal code."""

    object: Literal["zip_conditions"]
    data: list[ZipItem] = Field(max_length=200)


Conditions = Annotated[Ranges | Selections | Zips, Field(discriminator="object")]


class NewProfile(Body):
    """Who may enter, by one question."""

    question_id: int = Field(ge=0, le=INT32)
    conditions: Conditions


class NewConditions(Body):
    """Conditions by themselves: of one kind, which `object` names."""

    object: Literal["range_conditions", "selection_conditions", "zip_conditions"]
    data: list[RangeItem | ZipItem | str] = Field(max_length=200)

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        kind = {"range_conditions": RangeItem, "zip_conditions": ZipItem}.get(self.object, str)
        if not all(isinstance(each, kind) for each in self.data):
            raise ValueError(f"data must be {self.object}")
        return self


class QuotaGoal(Body):
    """How many completes of a quota."""

    quota_id: str
    filling_goal: Goal


class ProfileGoals(Body):
    """How many completes of a profile's quotas."""

    profile_id: str
    quotas: list[QuotaGoal] = Field(max_length=200)


class Goals(Body):
    """How many completes of the target group, and of its quotas."""

    filling_goal: Goal | None = None
    profiles: list[ProfileGoals] = Field([], max_length=50)


class Distributed(Query):
    """For which goal."""

    target_group_filling_goal: int = Field(ge=1, le=10_000)


def _kept(conditions: Ranges | Selections | Zips | NewConditions) -> Json:
    """Return conditions in the form in which drafts have them."""
    data: list[Any] = [
        {"option": each} if isinstance(each, str) else each.model_dump() for each in conditions.data
    ]
    return {"object": f"{conditions.object}_details_template", "data": data}


@cint.get(PATH, id="get-profiles", tier="P1")
def get_profiles(tx: Transaction, account_id: str, project_id: str, target_group_id: str) -> Json:
    """List the profiles of a target group."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    return {"data": profiling.all_of(tx, group)}


@cint.get(f"{V2}/all-profiles", id="get-profiles-all", tier="P1")
def get_all_profiles(tx: Transaction, account_id: str, project_id: str, target_group_id: str) -> Json:
    """List the profiles of a target group, those without quotas included."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    return {"data": profiling.all_of(tx, group)}


@cint.post(PATH, id="create-profile", tier="P1", status=201)
def create_profile(
    tx: Transaction, params: NewProfile, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Add a profile."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    by = accounts.user_id(account)
    made = profiling.create(tx, group, params.question_id, _kept(params.conditions), by=by)
    return profiling.shown(tx, group, made)


@cint.put(f"{PATH}/filling-goal", id="bulk-update-quotas", tier="P1", status=201)
def update_goals(
    tx: Transaction, params: Goals, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Change the goals of the target group and of its quotas."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    wanted = params.model_dump()["profiles"]
    profiling.fill(tx, group, params.filling_goal, wanted, by=accounts.user_id(account))
    return {"data": profiling.all_of(tx, group)}


@cint.get(PROFILE, id="get-profile", tier="P1")
def get_profile(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, profile_id: str
) -> Json:
    """Retrieve a profile."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    return profiling.shown(tx, group, profiling.find(group, profile_id))


@cint.put(f"{PROFILE}/conditions", id="update-profile-conditions", tier="P1")
def update_conditions(
    tx: Transaction,
    params: NewConditions,
    account_id: str,
    project_id: str,
    target_group_id: str,
    profile_id: str,
) -> Json:
    """Change whom a profile admits."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    draft = profiling.find(group, profile_id)
    changed = profiling.condition(tx, group, draft, _kept(params), by=accounts.user_id(account))
    return profiling.shown(tx, group, changed)


@cint.post(f"{PROFILE}/enable-quotas", id="enable-quotas", tier="P1")
def enable_quotas(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, profile_id: str
) -> Json:
    """Turn a profile's quotas on."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    draft = profiling.find(group, profile_id)
    return profiling.shown(tx, group, profiling.enable(tx, group, draft, by=accounts.user_id(account)))


@cint.post(f"{PROFILE}/disable-quotas", id="disable-quotas-v2", tier="P1")
def disable_quotas(
    tx: Transaction, account_id: str, project_id: str, target_group_id: str, profile_id: str
) -> Json:
    """Turn a profile's quotas off."""
    account, _, group = located(tx, account_id, project_id, target_group_id)
    draft = profiling.find(group, profile_id)
    return profiling.shown(tx, group, profiling.disable(tx, group, draft, by=accounts.user_id(account)))


@cint.get(f"{ONE}/quota-distribution", id="get_target_group_quota_distribution", tier="P1")
def get_distribution(
    tx: Transaction, params: Distributed, account_id: str, project_id: str, target_group_id: str
) -> Json:
    """Tell what the quotas' goals would be if the target group's were another."""
    _, _, group = located(tx, account_id, project_id, target_group_id)
    target_groups.launched(group)
    return {
        "quota_updates_allowed": group["status"] not in profiling.OVER,
        "condition_quota_distribution": profiling.distribution(group, params.target_group_filling_goal),
    }
