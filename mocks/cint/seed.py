"""What a new world's account holds, and the studies that a scenario tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures import chance
from fixtures.panel import people
from harness import instants
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
    from harness.transaction import Transaction

Json = dict[str, Any]

SINCE, UNTIL = 7 * instants.DAY, 7 * instants.DAY
"""How long a study of a scenario has been live, and how long it goes on."""
LATELY = 2 * instants.HOUR
"""Nobody of a scenario came within the last two hours: who came has ended."""
MINUTES, INCIDENCE, FILLED = 10, 0.8, 0.75
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
    account = accounts.own(tx)
    countries = {each["key"]: each.get("country") for each in story.get("organisations", [])}
    found: dict[str, str] = {}
    for study in story.get("studies", []):
        country = countries.get(study.get("organisation")) or "US"
        ids = _study(tx, account, study, country)
        found |= {f"cint.{kind}.{study['key']}": id for kind, id in ids.items()}
    for each in story.get("arrivals") or ():
        ref = f"cint.study.{each['study']}"
        group = tx.get(TARGET_GROUPS, (story.get("refs") or {}).get(ref, ""))
        if group is not None:
            _go_on(tx, group, each)
            found[ref] = group["id"]
    return found


def _go_on(tx: Transaction, group: Json, told: Json) -> None:
    """Let further respondents of a large study have come: its first ones came with an earlier part of the story."""
    run = tx.first(fielding.RUNS, target_group=group["id"])
    if run is not None:
        total = told["completes"]
        _respond(tx, group, run["start"], (told["from"], told["to"], total))


def _study(tx: Transaction, account: Json, study: Json, country: str) -> dict[str, str]:
    """Make a study; return the ids of its project, its target group (`study`), and of what fielding brought."""
    status, completes = study.get("status", "COLLECTING"), int(study.get("completes", 0))
    goal = completes if status in OVER else max(completes + 1, round(completes / FILLED))
    name, manager = study.get("name") or study["key"], account["users"][0]["id"]
    with tx.earlier(SINCE):
        wanted = {"name": f"Brand lift: {name}"[:128], "project_manager_id": manager}
        project = projects.create(tx, account, wanted)
        draft = _draft(account, study, country, tx.now, max(1, goal))
        group = target_groups.create(tx, account, project, draft)
    _conduct(group, study)
    tx.save(TARGET_GROUPS, group)
    ids = {"project": project["id"], "study": group["id"]}
    if status in COLLECTING | OVER:
        arrived = (0, int(study.get("arrived", completes)), max(1, completes))
        ids |= _field(tx, account, group, arrived, over=status in OVER)
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
            "end_at": instants.iso(now + SINCE + UNTIL),
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


def _field(
    tx: Transaction, account: Json, group: Json, came: tuple[int, int, int], *, over: bool
) -> dict[str, str]:
    """Let a study be live since then: its respondents have come, and it goes on or is over.

    Returns the ids of the launch's job, of the run, of one who is in the survey (`respondent`) and one who completed it.
    """
    user = accounts.user_id(account)
    with tx.earlier(SINCE):
        path = (group["project"], group["id"])
        job = fielding.start_job(tx, account, path, "launch-from-draft", start=None, end=group["end_at"])
        fielding.run_job(tx, job)
        # Its own reading: the run changed the target group as it is kept.
        group |= tx.get(TARGET_GROUPS, group["id"]) or {}
    run = fielding.find(tx, group, job["run"])
    ids = {"launch": job["id"], "run": run["id"], **_respond(tx, group, run["start"], came)}
    if over:
        fielding.act(tx, group, run, "complete", by=user)
    else:
        recruiting.go_on(tx, group, run)
    return ids


def _respond(tx: Transaction, group: Json, began: int, came: tuple[int, int, int]) -> dict[str, str]:
    """Let as many respondents have come as it took to reach the completes, spread over the time since.

    `came` are the completes from one number to another, and how many there are by now: each part has its part of the time.
    """
    first, last, total = came
    seed, manner = conduct.seed(tx, group), conduct.panel(tx, group)
    before = recruiting.so_far(tx, group)
    persons: list[people.Respondent] = []
    reached = first
    while reached < last:
        person = people.respondent(seed, before + len(persons), manner)
        persons.append(person)
        passes = people.turned_away(seed, person.number, manner) is None
        reached += passes and people.fate(seed, person, manner, MINUTES) == "complete"
    whole = tx.now - LATELY - began
    since, lasted = whole * first // total, whole * last // total - whole * first // total
    moments = sorted(
        since + int(lasted * chance.fraction(seed, "moment", person.number)) for person in persons
    )
    examples: dict[str, str] = {}
    for person, moment in zip(persons, moments, strict=True):
        with tx.earlier(tx.now - began - moment):
            session = recruiting.admit(tx, group, person, manner, at=tx.now)
            fate = people.fate(seed, person, manner, MINUTES)
            if session["client"] is not None and fate == "drop":
                examples["respondent"] = session["id"]
            elif session["client"] is not None:
                ended = tx.now + survey.takes(group, person)
                sessions.conclude(tx, session, FATES[fate], at=ended)
                if fate == "complete":
                    examples["complete"] = session["id"]
    recruiting.skip(tx, group, before + len(persons))
    return examples
