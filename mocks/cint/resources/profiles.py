"""Profiles: who may enter a target group, and how many of each kind. Here are their rules, and whom they admit.

A cell is one quota of one profile: a condition by itself, or several under a name. Cells have ids, made of the question
and the conditions, that stay the same when others change; the sessions count against them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fixtures.panel.people import INCOMES
from mocks.cint import errors, ids
from mocks.cint.resources import questions
from mocks.cint.resources.questions import AGE, GENDER, INCOME, ZIP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fixtures.panel.people import Respondent
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

GENDER_OPTIONS = {"1": "male", "2": "female"}
INCOME_OPTIONS = {str(number): income for number, income in enumerate(INCOMES, 1)}
ANSWERED = (AGE, GENDER, ZIP, INCOME)
"""Questions of Cint's library whose answers the panel knows."""
OTHERS_PASS = 0.7
"""The share of people whom a condition on any other question admits."""
REASONS = {
    1: "profile_condition_min_greater_than_max",
    3: "profile_condition_not_unique",
    4: "quota_indexes_out_of_bounds",
    5: "group_quota_not_unique",
    6: "profile_not_unique",
    7: "ungroup_quota_not_unique",
    8: "quota_percentage_not_in_sync_with_nominal",
    9: "incorrect_sum_of_percentage",
    10: "incorrect_sum_of_nominal",
    12: "profile_with_invalid_condition",
    14: "profile_condition_ranges_should_not_overlap",
    15: "invalid_question_id",
    17: "duplicate_zip_code",
    18: "invalid_zip_code",
    19: "quota_value_cannot_be_zero",
    20: "not_supported_question_option",
}
WARNINGS = frozenset({8})
"""Problems that do not keep a profile from being used."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule of profiling that is broken, and by the profile of which question."""

    number: int
    question: int

    @property
    def name(self) -> str:
        """The validator's name of the rule."""
        return f"profile_validation_error_{self.number:03d}"

    @property
    def reason(self) -> str:
        """The validator's word for what is wrong."""
        return f"{REASONS[self.number]}_{self.number:03d}"


def check(tx: Transaction, profile: Json, goal: int, locale: str) -> Json:
    """Return a draft's profile, complete; refuse one that breaks the rules of profiling."""
    if profile.get("profile_adjustment_type") is None:
        tx.deviation(errors.missing("profile.profile_adjustment_type"))
    if profile.get("interlocked_profiles"):
        raise interlocked("profile.interlocked_profiles")
    drafts = profile.get("drafts")
    if drafts is None:
        tx.deviation(errors.missing("profile.drafts"))
    drafts = drafts or []
    refuse(drafts, goal, locale)
    return {"profile_adjustment_type": "percentage", "drafts": [described(draft, locale) for draft in drafts]}


def interlocked(field: str) -> Refusal:
    """Return the loud refusal of interlocked profiles, which are not served."""
    refusal = errors.bad_request("Interlocked profiles are not supported.", field)
    refusal.headers = (("Greenroom-Unserved", "interlocked_profiles"),)
    return refusal


def refuse(drafts: list[Json], goal: int, locale: str) -> None:
    """Refuse profiles that break a rule."""
    for problem in problems(drafts, goal, locale):
        if problem.number not in WARNINGS:
            raise errors.bad_request(
                f"The profile is not valid: {problem.reason}.",
                problem.name,
                rule="profile_validation",
                reason=problem.reason,
            )


# --- the rules ---------------------------------------------------------------------------------------------------


def problems(drafts: list[Json], goal: int, locale: str) -> list[Problem]:
    """Return every rule that profiles break."""
    found: list[Problem] = []
    seen: set[int] = set()
    for draft in drafts:
        id = draft["question_id"]
        if id in seen:
            found.append(Problem(6, id))
        seen.add(id)
        found += [
            Problem(number, id)
            for number in (*_of_conditions(id, draft["conditions"], locale), *_of_quotas(draft, goal))
        ]
    return found


def _of_conditions(id: int, conditions: Json, locale: str) -> Iterator[int]:
    items, kind = conditions["data"], conditions["object"].partition("_")[0]
    question = questions.known(id)
    if question is None or question not in questions.in_locale(locale):
        yield 15
    elif kind != ("range" if id == AGE else "zip" if id == ZIP else "selection"):
        yield 12
    elif kind == "selection" and any(each["option"] not in question["options"] for each in items):
        yield 20
    if any(items.count(each) > 1 for each in items):
        yield 3
    if kind == "range":
        ranges = sorted((each["min"], each["max"]) for each in items)
        if any(lowest > highest for lowest, highest in ranges):
            yield 1
        elif any(first[1] >= second[0] for first, second in pairwise(ranges)):
            yield 14
    if kind == "zip":
        codes = [code for each in items for code in each["zip_codes"]]
        if len(set(codes)) < len(codes):
            yield 17
        if any(not code or not code.replace(" ", "").replace("-", "").isalnum() for code in codes):
            yield 18


def _of_quotas(draft: Json, goal: int) -> Iterator[int]:
    quotas, size = draft["quotas"], len(draft["conditions"]["data"])
    single = [each["index"] for each in quotas["ungrouped"]]
    grouped = [index for each in quotas["grouped"] for index in each["indexes"]]
    if any(index >= size for index in (*single, *grouped)):
        yield 4
    if len(set(single)) < len(single):
        yield 7
    if len(set(grouped)) < len(grouped) or set(grouped) & set(single):
        yield 5
    every = [*quotas["ungrouped"], *quotas["grouped"]]
    if not draft["quotas_enabled"] or not every:
        return
    shares = [each["quota_percentage"] for each in every]
    if sum(shares) != 100:
        yield 9
    if 0 in shares:
        yield 19
    nominals = [each["quota_nominal"] for each in every if each.get("quota_nominal") is not None]
    if len(nominals) == len(every) and goal and sum(nominals) != goal:
        yield 10
    for each in every:
        if abs(each.get("quota_nominal", 0) * 100 - each["quota_percentage"] * goal) > 100 and each.get(
            "quota_nominal"
        ):
            yield 8


def told(problem: Problem) -> Json:
    """Show a problem as the validator does."""
    level = "warning" if problem.number in WARNINGS else "error"
    words = REASONS[problem.number].replace("_", " ")
    return {
        "name": problem.name,
        "reason": problem.reason,
        "detail": f"{words[0].upper()}{words[1:]}.",
        "metadata": {"question_id": [problem.question], "error_level": level},
    }


def described(draft: Json, locale: str) -> Json:
    """Return a draft with the texts that Cint adds to its conditions."""
    conditions = draft["conditions"]
    data = [{"text": text(draft["question_id"], each, locale), **each} for each in conditions["data"]]
    return {**draft, "conditions": {"object": conditions["object"], "data": data}}


def text(question: int, condition: Json, locale: str) -> str:
    """Return what a condition says."""
    if "min" in condition:
        return f"{condition['min']}-{condition['max']}"
    if "option" in condition:
        return questions.option(question, condition["option"], locale)
    return "all" if condition["allow_all_zip"] else ", ".join(condition["zip_codes"])


# --- quotas ------------------------------------------------------------------------------------------------------


def goal_of(quota: Json, goal: int) -> int:
    """Return how many completes a quota allows: as told, else its share of the goal, rounded up."""
    nominal = quota.get("quota_nominal")
    return int(nominal) if nominal else -(-goal * quota["quota_percentage"] // 100)


def cell_id(group: Json, draft: Json, quota: Json) -> str:
    """Return the id of a quota: the same as long as its conditions are."""
    indexes = quota["indexes"] if "indexes" in quota else [quota["index"]]
    conditions = [draft["conditions"]["data"][index] for index in indexes]
    return ids.derived(group["id"], "quota", draft["question_id"], conditions)


def cells(group: Json) -> dict[str, Json]:
    """Return the quotas of a target group by their ids: {profile, indexes, quota} each."""
    found: dict[str, Json] = {}
    for place, draft in enumerate(group["profile"]["drafts"]):
        if not draft["quotas_enabled"]:
            continue
        for each in (*draft["quotas"]["ungrouped"], *draft["quotas"]["grouped"]):
            indexes = each["indexes"] if "indexes" in each else [each["index"]]
            quota = goal_of(each, group["filling_goal"])
            found[cell_id(group, draft, each)] = {"profile": place, "indexes": indexes, "quota": quota}
    return found


# --- whom a profile admits ---------------------------------------------------------------------------------------


def demographic_share(profile: Json) -> float:
    """Return about which share of people the profile's conditions on age, gender and income admit."""
    share = 1.0
    for draft in profile["drafts"]:
        items = draft["conditions"]["data"]
        if draft["question_id"] == AGE:
            share *= min(1.0, sum(each.get("max", 0) - each.get("min", 0) + 1 for each in items) / 63)
        elif draft["question_id"] == GENDER:
            share *= min(1.0, len(items) / 2)
        elif draft["question_id"] == INCOME:
            share *= min(1.0, len(items) / len(INCOME_OPTIONS))
    return max(share, 0.02)


def accepted(profile: Json) -> float:
    """Return the share of people whom the conditions on other questions admit."""
    others = [each for each in profile["drafts"] if each["question_id"] not in ANSWERED]
    return float(OTHERS_PASS ** len(others))


def admit(group: Json, person: Respondent) -> list[str] | None:
    """Return the ids of the cells that a person counts against; None for one whom a profile turns away."""
    answered = [_answer(draft, person) for draft in group["profile"]["drafts"]]
    if any(each is None for each in answered):
        return None
    return [id for id, cell in cells(group).items() if answered[cell["profile"]] in (-1, *cell["indexes"])]


def _answer(draft: Json, person: Respondent) -> int | None:
    """Return the index of the condition that a person meets, -1 where the panel has no answer, None for none."""
    id = draft["question_id"]
    for index, each in enumerate(draft["conditions"]["data"]):
        if _meets(id, each, person):
            return index
    return None if id in ANSWERED else -1


def _meets(question: int, condition: Json, person: Respondent) -> bool:
    option = condition.get("option", "")
    if question == AGE:
        return bool(condition.get("min", 0) <= person.age <= condition.get("max", 0))
    if question == GENDER:
        return GENDER_OPTIONS.get(option) == person.gender
    if question == INCOME:
        return INCOME_OPTIONS.get(option) == person.income
    if question == ZIP:
        return bool(condition.get("allow_all_zip") or person.zip_code in condition.get("zip_codes", ()))
    return False
