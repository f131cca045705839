"""Profiles: who may enter a target group, and how many of each kind. Here are their rules, and whom they admit.

A cell is one quota of one profile: a condition by itself, or several under a name. Cells are numbered in the order of
their profiles, the ungrouped ones first; the sessions count against them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mocks.cint import errors

if TYPE_CHECKING:
    from fixtures.panel.people import Respondent
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

AGE, GENDER, ZIP = 42, 43, 45
"""Questions of Cint's library whose answers the panel knows."""
GENDER_OPTIONS = {"1": "male", "2": "female"}
OTHERS_PASS = 0.7
"""The share of people whom a condition on any other question admits."""
REASONS = {
    1: "profile_condition_min_greater_than_max",
    3: "profile_condition_not_unique",
    4: "quota_indexes_out_of_bounds",
    6: "profile_not_unique",
    9: "incorrect_sum_of_percentage",
    14: "profile_condition_ranges_should_not_overlap",
}


def check(tx: Transaction, profile: Json) -> Json:
    """Return a draft's profile, complete; refuse one that breaks the rules of profiling."""
    if profile.get("profile_adjustment_type") is None:
        tx.deviation(errors.missing("profile.profile_adjustment_type"))
    if profile.get("interlocked_profiles"):
        refusal = errors.bad_request(
            "Interlocked profiles are not supported.", "profile.interlocked_profiles"
        )
        refusal.headers = (("Greenroom-Unserved", "interlocked_profiles"),)
        raise refusal
    drafts = profile.get("drafts")
    if drafts is None:
        tx.deviation(errors.missing("profile.drafts"))
    drafts = drafts or []
    if len({draft["question_id"] for draft in drafts}) < len(drafts):
        raise _wrong(6)
    for draft in drafts:
        _check_conditions(draft["conditions"])
        _check_quotas(draft)
    return {"profile_adjustment_type": "percentage", "drafts": [_described(draft) for draft in drafts]}


def _wrong(number: int) -> Refusal:
    reason = f"{REASONS[number]}_{number:03d}"
    return errors.bad_request(
        f"The profile is not valid: {reason}.",
        f"profile_validation_error_{number:03d}",
        rule="profile_validation",
        reason=reason,
    )


def _check_conditions(conditions: Json) -> None:
    items = conditions["data"]
    if any(items.count(each) > 1 for each in items):
        raise _wrong(3)
    if conditions["object"].startswith("range"):
        ranges = sorted((each["min"], each["max"]) for each in items)
        if any(lowest > highest for lowest, highest in ranges):
            raise _wrong(1)
        if any(first[1] >= second[0] for first, second in pairwise(ranges)):
            raise _wrong(14)


def _check_quotas(draft: Json) -> None:
    quotas, size = draft["quotas"], len(draft["conditions"]["data"])
    indexes = [each["index"] for each in quotas["ungrouped"]]
    indexes += [index for each in quotas["grouped"] for index in each["indexes"]]
    if any(index >= size for index in indexes) or len(set(indexes)) < len(indexes):
        raise _wrong(4)
    shares = [each["quota_percentage"] for each in (*quotas["ungrouped"], *quotas["grouped"])]
    if draft["quotas_enabled"] and shares and sum(shares) != 100:
        raise _wrong(9)


def _described(draft: Json) -> Json:
    """Return a draft with the texts that Cint adds to its conditions."""
    conditions = draft["conditions"]
    data = [{"text": _text(each), **each} for each in conditions["data"]]
    return {**draft, "conditions": {"object": conditions["object"], "data": data}}


def _text(condition: Json) -> str:
    if "min" in condition:
        return f"{condition['min']}-{condition['max']}"
    if "option" in condition:
        option: str = condition["option"]
        return GENDER_OPTIONS.get(option, option)
    return "all" if condition["allow_all_zip"] else ", ".join(condition["zip_codes"])


# --- whom a profile admits ---------------------------------------------------------------------------------------


def demographic_share(profile: Json) -> float:
    """Return about which share of people the profile's conditions on age and gender admit."""
    share = 1.0
    for draft in profile["drafts"]:
        items = draft["conditions"]["data"]
        if draft["question_id"] == AGE:
            share *= min(1.0, sum(each.get("max", 0) - each.get("min", 0) + 1 for each in items) / 63)
        elif draft["question_id"] == GENDER:
            share *= min(1.0, len(items) / 2)
    return max(share, 0.02)


def accepted(profile: Json) -> float:
    """Return the share of people whom the conditions on other questions admit."""
    others = [each for each in profile["drafts"] if each["question_id"] not in (AGE, GENDER, ZIP)]
    return float(OTHERS_PASS ** len(others))


def cells(group: Json) -> list[Json]:
    """Return the quotas of a target group: {profile, indexes, quota} each."""
    found = []
    for place, draft in enumerate(group["profile"]["drafts"]):
        if not draft["quotas_enabled"]:
            continue
        for each in (*draft["quotas"]["ungrouped"], *draft["quotas"]["grouped"]):
            indexes = each["indexes"] if "indexes" in each else [each["index"]]
            quota = -(-group["filling_goal"] * each["quota_percentage"] // 100)
            found.append({"profile": place, "indexes": indexes, "quota": quota})
    return found


def admit(group: Json, person: Respondent) -> list[int] | None:
    """Return the numbers of the cells that a person counts against; None for one whom a profile turns away."""
    answered = [_answer(draft, person) for draft in group["profile"]["drafts"]]
    if any(each is None for each in answered):
        return None
    return [
        number
        for number, cell in enumerate(cells(group))
        if answered[cell["profile"]] in (-1, *cell["indexes"])
    ]


def _answer(draft: Json, person: Respondent) -> int | None:
    """Return the index of the condition that a person meets, -1 where the panel has no answer, None for none."""
    for index, each in enumerate(draft["conditions"]["data"]):
        if draft["question_id"] == AGE and each.get("min", 0) <= person.age <= each.get("max", 0):
            return index
        if draft["question_id"] == GENDER and GENDER_OPTIONS.get(each.get("option", "")) == person.gender:
            return index
        if draft["question_id"] == ZIP and (
            each.get("allow_all_zip") or person.zip_code in each["zip_codes"]
        ):
            return index
    return None if draft["question_id"] in (AGE, GENDER, ZIP) else -1
