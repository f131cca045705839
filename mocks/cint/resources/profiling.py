"""Profiling of target groups that are there: profiles one by one, with what each quota has brought.

A profile is known by the target group and its question, a condition and a quota by what they say: their ids follow from
that, so that none is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.cint import errors, ids
from mocks.cint.resources import fielding, profiles, questions, statistics, target_groups

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

OVER = ("completed", "archived")
"""States in which nothing of a profile is changed any more."""


def id_of(group: Json, draft: Json) -> str:
    """Return the id of a profile."""
    return ids.derived(group["id"], "profile", draft["question_id"])


def find(group: Json, id: str) -> Json:
    """Return a profile of a target group by the id in a path."""
    for draft in group["profile"]["drafts"]:
        if id_of(group, draft) == id:
            found: Json = draft
            return found
    raise errors.not_found()


def create(tx: Transaction, group: Json, question: int, conditions: Json, *, by: str) -> Json:
    """Add a profile without quotas."""
    draft = {
        "question_id": question,
        "quotas_enabled": False,
        "conditions": conditions,
        "quotas": {"ungrouped": [], "grouped": []},
    }
    return _use(tx, group, [*group["profile"]["drafts"], draft], draft, by=by)


def condition(tx: Transaction, group: Json, draft: Json, conditions: Json, *, by: str) -> Json:
    """Change whom a profile admits; its quotas, which are of the old conditions, are gone."""
    changed = {
        **draft,
        "quotas_enabled": False,
        "conditions": conditions,
        "quotas": {"ungrouped": [], "grouped": []},
    }
    return _use(tx, group, _with(group, changed), changed, by=by)


def enable(tx: Transaction, group: Json, draft: Json, *, by: str) -> Json:
    """Turn a profile's quotas on: those it had, or else an equal share for each condition."""
    quotas = draft["quotas"]
    if not quotas["ungrouped"] and not quotas["grouped"]:
        shares = spread(100, [1] * len(draft["conditions"]["data"]))
        single = [{"index": index, "quota_percentage": share} for index, share in enumerate(shares)]
        quotas = {"ungrouped": single, "grouped": []}
    changed = {**draft, "quotas_enabled": True, "quotas": quotas}
    return _use(tx, group, _with(group, changed), changed, by=by)


def disable(tx: Transaction, group: Json, draft: Json, *, by: str) -> Json:
    """Turn a profile's quotas off; they are kept."""
    changed = {**draft, "quotas_enabled": False}
    return _use(tx, group, _with(group, changed), changed, by=by)


def _with(group: Json, changed: Json) -> list[Json]:
    return [
        changed if each["question_id"] == changed["question_id"] else each
        for each in group["profile"]["drafts"]
    ]


def _use(tx: Transaction, group: Json, drafts: list[Json], draft: Json, *, by: str) -> Json:
    _editable(group)
    profiles.refuse(drafts, group["filling_goal"], group["locale"])
    drafts = [profiles.described(each, group["locale"]) for each in drafts]
    target_groups.change(tx, group, {"profile": {**group["profile"], "drafts": drafts}}, by=by)
    return next(each for each in drafts if each["question_id"] == draft["question_id"])


def _editable(group: Json) -> None:
    if group["status"] in OVER:
        detail = f"Profiles of a target group which is {group['status']} cannot be changed."
        raise errors.bad_request(detail, "status", rule="profile_locked")


# --- goals -------------------------------------------------------------------------------------------------------


def fill(tx: Transaction, group: Json, goal: int | None, wanted: list[Json], *, by: str) -> None:
    """Change the goal of a target group, and of quotas by their ids; those of each profile must sum to the whole."""
    _editable(group)
    whole = goal or group["filling_goal"]
    told = {
        each["profile_id"]: {quota["quota_id"]: quota["filling_goal"] for quota in each["quotas"]}
        for each in wanted
    }
    known = {id_of(group, draft) for draft in group["profile"]["drafts"]}
    if unknown := set(told) - known:
        detail = f"There is no profile {min(unknown)}."
        raise errors.bad_request(detail, "profiles.profile_id", rule="unknown_profile")
    drafts = [
        _filled(group, draft, told.get(id_of(group, draft), {}), whole)
        for draft in group["profile"]["drafts"]
    ]
    changes: Json = {"filling_goal": whole, "profile": {**group["profile"], "drafts": drafts}}
    target_groups.change(tx, group, changes, by=by)
    fielding.check_goal(tx, group)


def _filled(group: Json, draft: Json, told: Json, whole: int) -> Json:
    """Return a profile whose quotas have the goals that were told, or else their shares of the whole."""
    quotas = {kind: [dict(each) for each in draft["quotas"][kind]] for kind in ("ungrouped", "grouped")}
    every = [*quotas["ungrouped"], *quotas["grouped"]]
    names = [profiles.cell_id(group, draft, each) for each in every]
    if unknown := set(told) - set(names):
        detail = f"There is no quota {min(unknown)}."
        raise errors.bad_request(detail, "profiles.quotas.quota_id", rule="unknown_quota")
    shares = spread(whole, [each["quota_percentage"] for each in every])
    for each, name, share in zip(every, names, shares, strict=True):
        each["quota_nominal"] = told.get(name, share)
    if told and sum(each["quota_nominal"] for each in every) != whole:
        raise errors.bad_request(
            "The profile is not valid: incorrect_sum_of_nominal_010.",
            "profile_validation_error_010",
            rule="profile_validation",
            reason="incorrect_sum_of_nominal_010",
        )
    for each, share in zip(every, spread(100, [each["quota_nominal"] for each in every]), strict=True):
        each["quota_percentage"] = share
    return {**draft, "quotas": quotas}


def spread(whole: int, weights: list[int]) -> list[int]:
    """Share a whole number by weights, so that the shares sum to it; what rounding leaves goes to the largest parts."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    shares = [whole * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(whole * weights[place] % total), place))
    for place in order[: whole - sum(shares)]:
        shares[place] += 1
    return shares


def distribution(group: Json, goal: int) -> list[Json]:
    """Return what each quota's goal would be if the target group's were another."""
    found = []
    for draft in group["profile"]["drafts"]:
        if not draft["quotas_enabled"]:
            continue
        every = [*draft["quotas"]["ungrouped"], *draft["quotas"]["grouped"]]
        shares = spread(goal, [each["quota_percentage"] for each in every])
        found += [
            {"quota_id": profiles.cell_id(group, draft, each), "filling_goal": max(1, share)}
            for each, share in zip(every, shares, strict=True)
        ]
    return found


# --- how it is shown ---------------------------------------------------------------------------------------------


def shown(tx: Transaction, group: Json, draft: Json) -> Json:
    """Show a profile with its conditions, and what its quotas have brought."""
    question = questions.known(draft["question_id"]) or {
        "name": str(draft["question_id"]),
        "text": {"eng": ""},
    }
    conditions = draft["conditions"]
    counts = statistics.tally(tx, group["id"])
    named = [ids.derived(group["id"], "condition", draft["question_id"], each) for each in conditions["data"]]
    data = [
        {**each, "id": id, "text_translated": profiles.text(draft["question_id"], each, "eng_")}
        for each, id in zip(conditions["data"], named, strict=True)
    ]

    def brought(quota: Json) -> Json:
        id = profiles.cell_id(group, draft, quota)
        return {
            "id": id,
            "quota": quota["quota_percentage"],
            "completes": counts.get(f"filled.{id}", 0),
            "prescreens": counts.get(f"let_in.{id}", 0),
            "completes_goal": profiles.goal_of(quota, group["filling_goal"]),
        }

    quotas = draft["quotas"]
    return {
        "id": id_of(group, draft),
        "question_id": draft["question_id"],
        "name": question["name"],
        "description": questions.said(question["text"], group["locale"]),
        "description_translated": questions.said(question["text"], "eng_"),
        "quotas_enabled": draft["quotas_enabled"],
        "conditions": {"object": conditions["object"], "data": data},
        "quotas": {
            "ungrouped": [
                {**brought(each), "condition": named[each["index"]]} for each in quotas["ungrouped"]
            ],
            "grouped": [
                {
                    **brought(each),
                    "conditions": [named[index] for index in each["indexes"]],
                    "name": each["name"],
                }
                for each in quotas["grouped"]
            ],
        },
    }


def all_of(tx: Transaction, group: Json) -> list[Json]:
    """Show all profiles of a target group."""
    return [shown(tx, group, draft) for draft in group["profile"]["drafts"]]
