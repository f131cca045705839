"""Target groups: who is asked, how many, when, and where the survey is. Draft first, then launched, never back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from harness import instants
from harness.collection import Collection
from harness.delivery_client import allowed
from mocks.cint import errors, ids, money
from mocks.cint.resources import accounts, allocations, conduct, events, history, pricing, profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.transaction import Transaction
    from mocks.cint.operations.target_group_parameters import Assistant, Details, Draft
    from mocks.cint.parameters import Money

Json = dict[str, Any]

TARGET_GROUPS = Collection("cint.target_group", "project", "survey_sid", "status")
LEAD = instants.HOUR
GRACE = 90 * instants.SECOND
"""Fielding begins an hour ahead at the earliest; consumers who send exactly that lose a moment on the way."""
LONGEST_NAME = 128
RID = "[%RID%]"
UNCHANGED = (
    "locale",
    "collects_pii",
    "study_type_code",
    "industry_code",
    "client_id",
    "industry_lockout_code",
)


def create(tx: Transaction, account: Json, project: Json, wanted: Draft) -> Json:
    """Add a draft."""
    group = {
        "id": ids.ulid(tx, "target_group.id"),
        "human_readable_id": ids.readable(tx, "target_group.readable", 7),
        "survey_id": int(tx.token("target_group.survey", 8, "0123456789")) + 10_000_000,
        "survey_sid": tx.uuid("target_group.sid"),
        "account": account["id"],
        "project": project["id"],
        "status": "draft",
        "filling_strategy": "automated",
        "assistant_version": 1,
        "created": tx.now,
        "conduct": conduct.initial(),
    } | _drafted(tx, account, wanted)
    group["updated"] = tx.now
    tx.insert(TARGET_GROUPS, group, fresh=True)
    conduct.pair(tx, group)
    return group


def redraft(tx: Transaction, account: Json, group: Json, wanted: Draft) -> None:
    """Make a draft anew; what was launched is no draft."""
    if group["status"] != "draft":
        raise errors.bad_request("The target group is not a draft.", rule="not_a_draft")
    group |= _drafted(tx, account, wanted)
    _touch(tx, group)
    conduct.pair(tx, group)


def _drafted(tx: Transaction, account: Json, wanted: Draft) -> Json:
    unit = accounts.business_unit(account, wanted.business_unit_id)
    currency = unit["currency_code"]
    _check_name(tx, wanted.name, wanted.project_manager_id)
    start, end = _period(tx, wanted)
    for name in ("live_url", "test_url"):
        check_url(tx, getattr(wanted, name), name)
    _check_rate(wanted.expected_incidence_rate)
    if wanted.fielding_assistant_assignment is None:
        tx.deviation(errors.missing("fielding_assistant_assignment"))
    assistant = _assistant(wanted.fielding_assistant_assignment, currency)
    sent = wanted.model_dump(by_alias=True, exclude_none=True)
    return {
        "name": wanted.name,
        "business_unit_id": wanted.business_unit_id,
        "currency": currency,
        "pricing_model": "dynamic" if "dynamic" in unit["pricing_models"] else "ratecard",
        **{name: getattr(wanted, name) for name in UNCHANGED},
        "project_manager_id": wanted.project_manager_id,
        "start_at": start,
        "end_at": end,
        "filling_goal": wanted.filling_goal,
        "minutes": wanted.expected_length_of_interview_minutes,
        "incidence": wanted.expected_incidence_rate,
        "price": _amount(wanted.cost_per_interview, currency, "cost_per_interview"),
        "client_cpi": _amount(
            wanted.client_cost_per_interview_note, currency, "client_cost_per_interview_note"
        ),
        "exclusion": sent["exclusion"],
        "live_url": wanted.live_url,
        "test_url": wanted.test_url,
        "assistant": assistant,
        "profile": profiles.check(tx, sent["profile"], wanted.filling_goal, wanted.locale),
        "supply_allocations": allocations.checked(sent.get("supply_allocations", [])),
    }


def _period(tx: Transaction, wanted: Draft) -> tuple[int, int]:
    start = instants.parse(wanted.fielding_specification.start_at)
    end = instants.parse(wanted.fielding_specification.end_at)
    if start < tx.now + LEAD - GRACE:
        text = "start_at must be at least one hour in the future."
        tx.deviation(errors.bad_request(text, "fielding_specification.start_at", rule="start_too_early"))
    if end <= start:
        text = "end_at must be after start_at."
        raise errors.bad_request(text, "fielding_specification.end_at", rule="end_before_start")
    return start, end


def _amount(given: Money | None, currency: str, name: str) -> int | None:
    return None if given is None else money.read(given, currency, name)


def _assistant(wanted: Assistant | None, currency: str) -> Json:
    """Return what the assistant was told, amounts completed; refuse amounts in another currency."""
    if wanted is None:
        return {}
    for name in ("total_budget", "maximum_cpi", "minimum_cpi", "boost_cpi"):
        amount = getattr(wanted.pricing, name, None)
        if amount is not None:
            money.read(amount, currency, f"fielding_assistant_assignment.pricing.{name}")
    told: Json = money.completed(wanted.model_dump(exclude_none=True), currency)
    return told


def _check_name(tx: Transaction, name: str, manager: str) -> None:
    if len(name) > LONGEST_NAME:
        text = f"name must have at most {LONGEST_NAME} characters."
        tx.deviation(errors.bad_request(text, "name", rule="target_group_name_length"))
    if not ids.is_uuid(manager):
        text = "project_manager_id must be a UUID."
        tx.deviation(errors.bad_request(text, "project_manager_id", rule="project_manager_not_uuid"))


def _check_rate(rate: float) -> None:
    if abs(rate * 100 - round(rate * 100)) > 1e-6:
        text = "expected_incidence_rate must be a multiple of 0.01."
        raise errors.bad_request(text, "expected_incidence_rate", rule="incidence_rate_steps")


def check_url(tx: Transaction, url: str, name: str) -> None:
    """Refuse an address that is not HTTPS, but for one on this machine; note one that has no `[%RID%]`."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable, parts = False, urlsplit("")
    if not usable or any(character.isspace() or not character.isprintable() for character in url):
        raise errors.bad_request(f"{name} must be a URL.", name, rule="invalid_url")
    if parts.scheme == "http" and not allowed(url, frozenset()):
        tx.deviation(errors.bad_request(f"{name} must be HTTPS.", name, rule="url_not_https"))
    if RID not in url:
        text = f"{name} has no {RID}: respondents arrive without their id."
        tx.violations.append(errors.bad_request(text, name, rule="url_without_rid"))


def test_link(tx: Transaction, group: Json) -> str:
    """Return where a person tries the survey: Cint's test entry, which leads on to `test_url`."""
    path = f"/fulcrum/SurveyTestLink.aspx?SurveySID={group['survey_sid']}&passthrough=1"
    origin = tx.request.origin if tx.request is not None else ""
    host = urlsplit(origin).hostname or "api.cint.com"
    start = "https://www.samplicio.us" if host.endswith((".com", ".us")) else origin
    return f"{start}/~{quote(tx.world.name)}{path}"


# --- after the launch --------------------------------------------------------------------------------------------


def update_details(tx: Transaction, account: Json, group: Json, wanted: Details) -> None:
    """Change what a launched target group allows to change."""
    launched(group)
    _check_name(tx, wanted.name, wanted.project_manager_id)
    _check_rate(wanted.expected_incidence_rate)
    for name in ("live_url", "test_url"):
        check_url(tx, getattr(wanted, name), name)
    changes = {
        "name": wanted.name,
        "live_url": wanted.live_url,
        "test_url": wanted.test_url,
        "minutes": wanted.expected_length_of_interview_minutes,
        "incidence": wanted.expected_incidence_rate,
        "industry_lockout_code": wanted.industry_lockout_code or group["industry_lockout_code"],
    }
    group["project_manager_id"] = wanted.project_manager_id
    if wanted.client_cpi is not None:
        group["client_cpi"] = money.read(wanted.client_cpi, group["currency"], "client_cpi")
    change(tx, group, changes, by=accounts.user_id(account))


NAMES = {
    "minutes": "expected_length_of_interview_minutes",
    "incidence": "expected_incidence_rate",
    "price": "cpi",
}
"""How changes name fields that are kept under another name here."""
UNTOLD = frozenset({"supply_allocations"})
"""What the document has no change for."""


def change(tx: Transaction, group: Json, changes: Json, *, by: str | None) -> None:
    """Change fields of a target group and announce what differs; `by` is a user, None the marketplace itself."""
    before = {name: _told(group, name) for name, value in changes.items() if group[name] != value}
    group |= {name: changes[name] for name in before}
    _touch(tx, group)
    told = [
        {
            "object": f"{NAMES.get(name, name)}_change",
            "new_value": _told(group, name),
            "old_value": old,
        }
        for name, old in before.items()
        if name not in UNTOLD
    ]
    if told:
        history.keep(tx, group, told, by=by)
        events.target_group_updated(tx, group, told, by=by)


def _told(group: Json, name: str) -> Any:
    """Return a field as changes tell it; the price is what an interview costs, set or suggested."""
    return money.shown(pricing.current(group), group["currency"]) if name == "price" else group[name]


def assign(tx: Transaction, group: Json, wanted: Assistant) -> None:
    """Tell the fielding assistant anew what to do."""
    group["assistant"] = _assistant(wanted, group["currency"])
    group["assistant_version"] += 1
    _touch(tx, group)
    conduct.pair(tx, group)


def _touch(tx: Transaction, group: Json) -> None:
    group["updated"] = tx.now
    tx.save(TARGET_GROUPS, group)


# --- finding -----------------------------------------------------------------------------------------------------


def find(tx: Transaction, project: Json, id: str) -> Json:
    """Return a target group of the project by the id in a path."""
    group = tx.get(TARGET_GROUPS, id)
    if group is None or group["project"] != project["id"]:
        raise errors.not_found()
    return group


def launched(group: Json) -> Json:
    """Return a target group that was launched; a draft is not found by what is there for launched ones only."""
    if group["status"] == "draft":
        raise errors.not_found()
    return group


def of_project(tx: Transaction, project: str) -> Iterator[Json]:
    """Return the target groups of a project, the oldest first."""
    return tx.every(TARGET_GROUPS, project=project)


def matches(group: Json, *, text: str | None, status: Any, country: Any, language: Any) -> bool:
    """Tell whether a target group is among those that a list asks for."""
    spoken, _, land = group["locale"].partition("_")
    named = f"{group['name']} {group['human_readable_id']}".lower()
    return (
        (not text or text.lower() in named)
        and (not status or group["status"] in status)
        and (not country or land in country)
        and (not language or spoken in language)
    )
