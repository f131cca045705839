"""What scenarios let happen at Cint in plain words: respondents who come at once, and fielding that turns."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fixtures.panel import people
from harness.errors import InvalidInput
from harness.happenings import told
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.cint.operations.triggers import Behave, Turn, behave, turn
from mocks.cint.provider import cint
from mocks.cint.resources import conduct, outcomes, recruiting, statistics
from mocks.cint.resources.recruiting import PLANS
from mocks.cint.resources.survey import FATES
from mocks.cint.resources.target_groups import TARGET_GROUPS

MOST = 50_000
"""So many respondents at most come for one happening: a study that nobody completes would wait for ever."""


class OfStudy(Params):
    """Which study."""

    target_group: str = told("cint.study", by="study")


class Complete(OfStudy):
    """Until how many have completed: a share of the goal, or a number of them besides those that have already."""

    share: float | None = Field(None, gt=0, le=1)
    count: int | None = Field(None, ge=1, le=20_000)


class Fielding(OfStudy):
    """What becomes of the fielding."""

    status: Literal["live", "paused", "completed"]


class Opinion(OfStudy):
    """What respondents think of the brand, by indicator, in either group; and how many are careless."""

    kpi: str = "AD_RECALL"
    control_rate: float | None = Field(None, ge=0, le=1)
    exposed_rate: float | None = Field(None, ge=0, le=1)
    quality: float | None = Field(None, ge=0, le=1)
    drop_off: float | None = Field(None, ge=0, le=1)


@cint.happening("respondents complete")
def complete(tx: Transaction, params: Complete) -> None:
    """Respondents come and answer at once, until so many have completed; others leave or are sent away on the way."""
    if (params.share is None) is (params.count is None):
        raise InvalidInput("give share (of the goal) or count, and not both")
    group = _group(tx, params)
    done = _completes(tx, group)
    wanted = (
        done + params.count
        if params.count is not None
        else round(group["filling_goal"] * (params.share or 0))
    )
    for _ in range(MOST):
        if _completes(tx, group) >= wanted or group["status"] != "live":
            return
        _come(tx, group)
        group = _group(tx, params)
    raise InvalidInput(f"of {MOST} respondents of target group {group['id']} not enough have completed")


@cint.happening("fielding turns")
def field(tx: Transaction, params: Fielding) -> None:
    """The marketplace pauses, resumes or completes a study's fielding."""
    turn(tx, Turn(target_group_id=params.target_group, status=params.status))


@cint.happening("opinion changes")
def change_opinion(tx: Transaction, params: Opinion) -> None:
    """Those who answer from now on think otherwise."""
    given = params.model_dump(exclude={"target_group"}, exclude_none=True)
    behave(tx, Behave.model_validate({"target_group_id": params.target_group, **given}))


def _come(tx: Transaction, group: Json) -> None:
    """Let the panel's next respondent come, and answer or not, as this person does."""
    plan = tx.get(PLANS, group["id"])
    if plan is None:
        raise InvalidInput(f"target group {group['id']} was not launched yet")
    seed, manner = conduct.seed(tx, group), conduct.panel(tx, group)
    person = people.respondent(seed, plan["next"], manner)
    recruiting.skip(tx, group, plan["next"] + 1)
    session = recruiting.admit(tx, group, person, manner, at=tx.now)
    fate = people.fate(seed, person, manner, group["minutes"])
    if session["client"] is not None and fate != "drop":
        outcomes.conclude(tx, session, FATES[fate])


def _completes(tx: Transaction, group: Json) -> int:
    completes: int = statistics.tally(tx, group["id"]).get("completes", 0)
    return completes


def _group(tx: Transaction, params: OfStudy) -> Json:
    group = tx.get(TARGET_GROUPS, params.target_group)
    if group is None:
        raise InvalidInput(f"there is no target group {params.target_group!r} any more")
    return group
