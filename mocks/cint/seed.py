"""What a new world's account holds, and the studies that a scenario tells of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fixtures import chance
from fixtures.panel import people
from fixtures.panel.interviews import MINUTES, SINCE, came, interview, value
from harness import instants
from harness.errors import InvalidInput
from mocks.cint.operations.target_group_parameters import Draft
from mocks.cint.resources import (
    accounts,
    conduct,
    fielding,
    projects,
    recruiting,
    sessions,
    survey,
    target_groups,
)
from mocks.cint.resources.survey import FATES
from mocks.cint.resources.target_groups import TARGET_GROUPS

if TYPE_CHECKING:
    from fixtures.panel.interviews import Interview
    from fixtures.panel.people import Conduct
    from harness.transaction import Transaction

Json = dict[str, Any]

LIVE_SINCE, UNTIL = SINCE * instants.SECOND, 7 * instants.DAY
"""How long a study of a scenario has been live, and how long it goes on."""
INCIDENCE, FILLED = 0.8, 0.75
ANSWERS = ["yes", "perhaps", "no"]
PATIENCE = 20_000
"""Respondents who may come before one completes the survey."""
CURRENCY = {"GB": "GBP", "US": "USD", "DE": "EUR", "FR": "EUR"}
LOCALE = {"GB": "eng_gb", "US": "eng_us", "DE": "ger_de", "FR": "fre_fr"}
COLLECTING, OVER = frozenset({"COLLECTING"}), frozenset({"COMPLETED", "ARCHIVED"})
HOST = "https://survey.greenroom.test"


def open_account(tx: Transaction) -> dict[str, str]:
    """Open the account; return its number, a manager and a business unit, and the key of redirects."""
    account = accounts.open_account(tx)
    return {
        "CINT_ACCOUNT_ID": account["id"],
        "CINT_PROJECT_MANAGER_ID": account["users"][0]["id"],
        "CINT_BUSINESS_UNIT_ID": str(account["business_units"][0]["id"]),
        "CINT_REDIRECT_KEY": tx.token("redirect.key", 40),
    }


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Make the story's studies: a project and a target group each, to which respondents have answered already."""
    account, seed = accounts.own(tx), str(story.get("seed", ""))
    countries = {each["key"]: each.get("country") for each in story.get("organisations", [])}
    found: dict[str, str] = {}
    for study in story.get("studies", []):
        country = countries.get(study.get("organisation")) or "US"
        ids = _study(tx, account, seed, study, country)
        found |= {f"cint.{kind}.{study['key']}": id for kind, id in ids.items()}
    for each in story.get("arrivals") or ():
        ref = f"cint.study.{each['study']}"
        group = tx.get(TARGET_GROUPS, (story.get("refs") or {}).get(ref, ""))
        if group is not None:
            _respond(tx, group, seed, each["asked"], (each["from"], each["to"]))
            found[ref] = group["id"]
    return found


def _study(tx: Transaction, account: Json, seed: str, study: Json, country: str) -> dict[str, str]:
    """Make a study; return the ids of its project, its target group (`study`), and of what fielding brought."""
    status, completes = study.get("status", "COLLECTING"), int(study.get("completes", 0))
    goal = completes if status in OVER else max(completes + 1, round(completes / FILLED))
    name, manager = study.get("name") or study["key"], account["users"][0]["id"]
    with tx.earlier(LIVE_SINCE):
        wanted = {"name": f"Brand lift: {name}"[:128], "project_manager_id": manager}
        project = projects.create(tx, account, wanted)
        draft = _draft(account, study, country, tx.now, max(1, goal))
        group = target_groups.create(tx, account, project, draft)
    _conduct(group, study)
    tx.save(TARGET_GROUPS, group)
    ids = {"project": project["id"], "study": group["id"]}
    if status in COLLECTING | OVER:
        ids |= _launch(tx, account, group)
        arrived = int(study.get("arrived", completes))
        ids |= _respond(tx, group, seed, study, (0, arrived))
        _settle(tx, account, group, over=status in OVER)
    return ids


def _draft(account: Json, study: Json, country: str, now: int, goal: int) -> Draft:
    currency = CURRENCY.get(country, "USD")
    unit = next(each for each in account["business_units"] if each["currency_code"] == currency)
    address = f"{HOST}/{study['key']}?rid=[%RID%]&exposure=[%exposure%]"
    body = {
        "name": (study.get("name") or study["key"])[:128],
        "business_unit_id": str(unit["id"]),
        "locale": LOCALE.get(country, "eng_us"),
        "collects_pii": False,
        "project_manager_id": account["users"][0]["id"],
        "fielding_specification": {
            "start_at": instants.iso(now + instants.HOUR),
            "end_at": instants.iso(now + LIVE_SINCE + UNTIL),
        },
        "filling_goal": goal,
        "expected_length_of_interview_minutes": MINUTES,
        "expected_incidence_rate": INCIDENCE,
        "live_url": address,
        "test_url": address,
        "fielding_assistant_assignment": {},
        "profile": {"profile_adjustment_type": "percentage", "drafts": []},
    }
    return Draft.model_validate(body)


def _conduct(group: Json, study: Json) -> None:
    """Let the panel behave, and know the brand, as the story tells: the rates are those of the primary indicator."""
    told = group["conduct"]
    told["study"] = study.get("id") or study["key"]
    told["panel"] |= study.get("panel") or {}
    control, exposed = study.get("control_rate"), study.get("exposed_rate")
    if control is not None and exposed is not None:
        told["rates"][study.get("primary_kpi", "AD_RECALL")] = [float(control), float(exposed)]


def _launch(tx: Transaction, account: Json, group: Json) -> dict[str, str]:
    """Let a study have been launched; return the ids of the launch's job and of the run."""
    with tx.earlier(LIVE_SINCE):
        path = (group["project"], group["id"])
        job = fielding.start_job(tx, account, path, "launch-from-draft", start=None, end=group["end_at"])
        fielding.run_job(tx, job)
        # Its own reading: the run changed the target group as it is kept.
        group |= tx.get(TARGET_GROUPS, group["id"]) or {}
    return {"launch": job["id"], "run": job["run"]}


def _settle(tx: Transaction, account: Json, group: Json, *, over: bool) -> None:
    """Let a launched study go on from now on, or be over."""
    run = tx.first(fielding.RUNS, target_group=group["id"])
    if run is not None and over:
        fielding.act(tx, group, run, "complete", by=accounts.user_id(account))
    elif run is not None:
        recruiting.go_on(tx, group, run)


# --- who has come ------------------------------------------------------------------------------------------------


def _respond(tx: Transaction, group: Json, seed: str, study: Json, part: tuple[int, int]) -> dict[str, str]:
    """Let a part of those have come who completed a study, as its story tells, and between them others as the panel has them.

    Returns the ids of one who is in the survey (`respondent`) and of one who completed it (`complete`).
    """
    own, manner = conduct.seed(tx, group), conduct.panel(tx, group)
    come = recruiting.so_far(tx, group)
    examples: dict[str, str] = {}
    for number in range(*part):
        told = interview(seed, study, number)
        others = _before_a_complete(own, manner, come)
        since = came(study, number) - told.ago
        moments = sorted(int(since * chance.fraction(own, "moment", each.number)) for each in others)
        for other, moment in zip(others, moments, strict=True):
            with tx.earlier((told.ago + since - moment) * instants.SECOND):
                examples |= _other(tx, group, other, manner)
        come += len(others)
        with tx.earlier(told.ago * instants.SECOND):
            answers = _answers(seed, study, told)
            examples |= _complete(tx, group, told, manner, (come, answers))
        come += 1
    recruiting.skip(tx, group, come)
    return examples


def _before_a_complete(seed: str, manner: Conduct, number: int) -> list[people.Respondent]:
    """Return who comes from a number of the panel on, before the next one who completes."""
    found: list[people.Respondent] = []
    for each in range(number, number + PATIENCE):
        person = people.respondent(seed, each, manner)
        passes = people.turned_away(seed, each, manner) is None
        if passes and people.fate(seed, person, manner, MINUTES) == "complete":
            return found
        found.append(person)
    raise InvalidInput(f"of {PATIENCE} respondents nobody completes: the study's `panel` lets nobody through")


def _other(tx: Transaction, group: Json, person: people.Respondent, manner: Conduct) -> dict[str, str]:
    """Let somebody have come who did not complete the survey."""
    session = recruiting.admit(tx, group, person, manner, at=tx.now)
    if session["client"] is None:
        return {}
    fate = people.fate(conduct.seed(tx, group), person, manner, MINUTES)
    if fate == "drop":
        return {"respondent": session["id"]}
    sessions.conclude(tx, session, FATES[fate], at=tx.now + survey.takes(group, person))
    return {}


def _complete(
    tx: Transaction, group: Json, told: Interview, manner: Conduct, how: tuple[int, list[Json]]
) -> dict[str, str]:
    """Let one have come who completed the survey: as the panel's next number, with the answers that they gave."""
    number, answers = how
    # A story that is told twice in one world has other respondents the second time.
    rid = told.rid if sessions.find(tx, told.rid) is None else None
    person = replace(told.person, number=number)
    session = recruiting.admit(tx, group, person, manner, at=tx.now, rid=rid)
    session["answers"] = answers
    sessions.conclude(tx, session, FATES["complete"], at=tx.now + told.seconds * instants.SECOND)
    return {"complete": session["id"]}


def _answers(seed: str, study: Json, told: Interview) -> list[Json]:
    return [
        {"question_identifier": name, "answer_value": value(seed, study, told, name, ANSWERS)}
        for name in told.favourable
    ]
