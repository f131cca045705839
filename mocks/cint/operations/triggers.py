"""What only Cint, a respondent or the panel's keeper can cause, on demand: `greenroom trigger cint session-updated`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fixtures.panel.opinions import RATES
from harness.errors import InvalidInput, Refusal
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.cint.provider import cint
from mocks.cint.resources import accounts, fielding, outcomes, recruiting, sessions
from mocks.cint.resources.accounts import ACCOUNTS
from mocks.cint.resources.target_groups import TARGET_GROUPS

ENDS = {"complete": 10, "terminate": 20, "quality": 30, "overquota": 40}
Rate = Field(None, ge=0, le=1)


class OfTargetGroup(Params):
    """Which target group; the newest live one if none is named."""

    target_group_id: str | None = None


class Turn(OfTargetGroup):
    """What the marketplace does with a target group by itself."""

    status: Literal["live", "paused", "completed"] = "paused"


class End(Params):
    """How the survey ends for a respondent."""

    respondent_id: str
    status: Literal["complete", "terminate", "quality", "overquota"] = "complete"


class Come(OfTargetGroup):
    """How many respondents come now."""

    count: int = Field(1, ge=1, le=2000)


class Behave(OfTargetGroup):
    """How the panel behaves towards a target group from now on; what is not given stays.

    `control_rate` and `exposed_rate` are the shares of favourable answers about `kpi`. The others are rates of people
    sent away (`security`, `duplicate`), who leave (`drop_off`), are screened out (1 less `incidence`), are careless
    (`quality`), too many (`overquota`) or hours late (`late`), and the share that saw no advertisement. `study_id` names the study in answers.
    """

    kpi: str = "AD_RECALL"
    control_rate: float | None = Rate
    exposed_rate: float | None = Rate
    control_share: float | None = Rate
    security: float | None = Rate
    duplicate: float | None = Rate
    drop_off: float | None = Rate
    incidence: float | None = Rate
    quality: float | None = Rate
    overquota: float | None = Rate
    late: float | None = Rate
    study_id: str | None = None


class Account(Params):
    """A switch of the account: whether the overview carries a project's `statistics` besides its own fields."""

    compat_overview_statistics: bool


PANEL = ("control_share", "security", "duplicate", "drop_off", "incidence", "quality", "overquota", "late")


@cint.trigger("target-group-updated")
def turn(tx: Transaction, params: Turn) -> Json:
    """Let the marketplace pause, resume or complete a target group, as it does with an unhealthy one."""
    group = _group(tx, params)
    run = fielding.of_group(tx, group)
    resume = "relaunch" if group["status"] == "completed" else "resume"
    action = {"live": resume, "paused": "pause", "completed": "complete"}[params.status]
    if run is None:
        raise InvalidInput(f"target group {group['id']} was not launched yet")
    try:
        fielding.act(tx, group, run, action, by=None)
    except Refusal as refusal:
        raise InvalidInput(f"target group {group['id']} is {group['status']}: {refusal}") from None
    return {"target_group_id": group["id"], "status": group["status"]}


@cint.trigger("session-updated")
def end(tx: Transaction, params: End) -> Json:
    """Let the survey end for a respondent who is in it."""
    session = sessions.find(tx, params.respondent_id)
    if session is None or session["client"] != sessions.INSIDE:
        raise InvalidInput(f"respondent {params.respondent_id!r} is not in a survey of world {tx.world.name}")
    outcomes.conclude(tx, session, ENDS[params.status])
    return {"respondent_id": session["id"], "status": sessions.s2s_status(session)}


@cint.trigger("respondents.come")
def come(tx: Transaction, params: Come) -> Json:
    """Let respondents of the panel come to a live target group now, whatever the hour."""
    group = _group(tx, params)
    if group["status"] != "live":
        raise InvalidInput(
            f"target group {group['id']} is {group['status']}: launch it, then respondents come"
        )
    came = recruiting.come(tx, group, params.count, tx.now, 0)
    let_in = [each["id"] for each in came if each["client"] is not None]
    return {"target_group_id": group["id"], "entrants": len(came), "respondents": let_in}


@cint.trigger("panel.behave")
def behave(tx: Transaction, params: Behave) -> Json:
    """Change how the panel behaves towards a target group."""
    group = _group(tx, params)
    if params.kpi not in RATES:
        raise InvalidInput(f"{params.kpi!r} is no indicator; there are: {', '.join(RATES)}")
    told = group["conduct"]
    usual = told["rates"].get(params.kpi, RATES[params.kpi])
    wanted = (params.control_rate, params.exposed_rate)
    told["rates"][params.kpi] = [old if new is None else new for old, new in zip(usual, wanted, strict=True)]
    told["panel"] |= {name: value for name in PANEL if (value := getattr(params, name)) is not None}
    told["study"] = params.study_id or told["study"]
    tx.save(TARGET_GROUPS, group)
    return {"target_group_id": group["id"], "conduct": told}


@cint.trigger("account.configured")
def configure(tx: Transaction, params: Account) -> Json:
    """Turn a switch of the account."""
    account = accounts.own(tx)
    account["compat_overview_statistics"] = params.compat_overview_statistics
    tx.save(ACCOUNTS, account)
    return {"account_id": account["number"], **params.model_dump()}


def _group(tx: Transaction, params: OfTargetGroup) -> Json:
    if params.target_group_id is None:
        group = tx.first(TARGET_GROUPS, status="live")
    else:
        group = tx.get(TARGET_GROUPS, params.target_group_id)
    if group is None:
        wanted = params.target_group_id or "a live one"
        raise InvalidInput(f"there is no such target group ({wanted}) in world {tx.world.name}")
    return group
