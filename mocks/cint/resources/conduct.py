"""How the panel behaves towards a target group, as far as it was told otherwise than usual.

A target group's conduct holds `rates` ({kpi: [control, exposed]}), `panel` (rates of `fixtures.panel.people.Conduct`),
`arm` (the exposure of everybody, where the group is one arm of a pair), `study` (an id for the answers) and
`unreachable` (nobody may contact the survey's host, so that outcomes are drawn from the model alone).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from fixtures.panel.opinions import RATES
from fixtures.panel.people import Conduct, varied
from mocks.cint.resources import profiles

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
STUDY_NAMES = ("studyId", "study_id", "study")


def initial() -> Json:
    """Return the conduct of a new target group: nothing told."""
    return {"rates": {}, "panel": {}, "arm": None, "study": None, "unreachable": False}


def pair(tx: Transaction, group: Json) -> None:
    """Note who is control and who is exposed where a control group is paced by its exposed one (`gemini`)."""
    from mocks.cint.resources.target_groups import TARGET_GROUPS

    other = _exposed(tx, group)
    if other is not None and other["account"] == group["account"]:
        group["conduct"]["arm"] = "control"
        other["conduct"]["arm"] = "exposed"
        tx.save(TARGET_GROUPS, group)
        tx.save(TARGET_GROUPS, other)


def _exposed(tx: Transaction, group: Json) -> Json | None:
    from mocks.cint.resources.target_groups import TARGET_GROUPS

    pacing = group["assistant"].get("pacing", {})
    id = pacing.get("exposed_target_group_id")
    return None if id is None else tx.get(TARGET_GROUPS, id)


def held_back(tx: Transaction, group: Json, completes: int) -> bool:
    """Tell whether a control group has as many completes as its exposed group, and may have no more."""
    from mocks.cint.resources import statistics

    other = _exposed(tx, group)
    return other is not None and completes >= statistics.tally(tx, other["id"]).get("completes", 0)


def seed(tx: Transaction, group: Json) -> str:
    """Return the seed of a target group's panel."""
    return f"cint|{group['survey_id']}|{tx.world.seed}"


def panel(tx: Transaction, group: Json) -> Conduct:
    """Return how the panel behaves towards a target group."""
    usual = {
        "incidence": varied(seed(tx, group), group["incidence"]),
        "accepted": profiles.accepted(group["profile"]),
    }
    share = {"control": 1.0, "exposed": 0.0}.get(group["conduct"]["arm"])
    arm = {} if share is None else {"control_share": share}
    return Conduct(**{**usual, **group["conduct"]["panel"], **arm})


def rates(group: Json) -> dict[str, tuple[float, float]]:
    """Return the share of favourable answers for each indicator, control and exposed."""
    told = {name: (pair[0], pair[1]) for name, pair in group["conduct"]["rates"].items()}
    return {**RATES, **told}


def study(group: Json) -> str | None:
    """Return the id of the study that a target group is about: told, or in the query of its `live_url`."""
    if group["conduct"]["study"] is not None:
        return str(group["conduct"]["study"])
    query = parse_qs(urlsplit(group["live_url"]).query)
    found = [query[name][0] for name in STUDY_NAMES if name in query]
    return found[0] if found else None
