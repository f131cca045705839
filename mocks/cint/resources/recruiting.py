"""Recruiting: respondents of the panel come to a live target group as world time passes.

Fielding is cut into slots; at the end of each, those who came in it are let in or sent away, all at once. How many
come is chosen so that the goal is expected to be reached at six tenths of the time at the suggested price: a higher
price brings more, a lower one fewer. Nights are quiet, evenings busy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fixtures import chance
from fixtures.panel import arrivals, people
from harness import instants
from harness.collection import Collection
from mocks.cint.resources import allocations, conduct, events, pricing, profiles, sessions, statistics, survey
from mocks.cint.resources.sessions import ADMITTED
from mocks.cint.resources.target_groups import TARGET_GROUPS

if TYPE_CHECKING:
    from fixtures.panel.people import Conduct, Respondent
    from harness.transaction import Transaction

Json = dict[str, Any]

PLANS = Collection("cint.recruiting_plan")
SLOTS = 240
SHORTEST_SLOT = 5 * instants.SECOND
READY = 0.6
"""The part of the fielding time after which the goal is expected to be reached."""
ELASTICITY, LEAST, MOST = 0.8, 0.1, 2.0
"""How the number of respondents follows the price, and its limits."""
OFFSETS = {"us": -6.0, "br": -3.0, "gb": 0.0, "de": 1.0, "fr": 1.0, "in": 5.5, "jp": 9.0}
"""Hours that local time is ahead of UTC, by country."""

SECURITY, DUPLICATE, STANDARD, CUSTOM, QUOTA_FULL, ALLOCATION_FULL = 30, 35, 23, 24, 40, 41
"""Exchange statuses of those who are sent away."""
GATE = {"security": SECURITY, "duplicate": DUPLICATE, "screener": CUSTOM}


def go_on(tx: Transaction, group: Json, run: Json) -> None:
    """Let respondents come from now on: begin, or go on with the next slot."""
    plan = tx.get(PLANS, group["id"])
    if plan is None:
        plan = tx.insert(PLANS, _planned(tx, group, begun=tx.now, end=run["end"]))
    slot = max(0, (tx.now - plan["begun"]) // plan["step"])
    _await(tx, group, plan, slot)


def _planned(tx: Transaction, group: Json, *, begun: int, end: int) -> Json:
    """Return the plan of a target group that is live from `begun` to `end`: `rate` come in a slot of weight 1."""
    step = max(SHORTEST_SLOT, (end - begun) // SLOTS)
    plan = {"id": group["id"], "begun": begun, "step": step, "rate": 0.0, "next": 0}
    slots = max(1, int(READY * (end - begun) / step))
    weights = sum(_weight(group, plan, slot) for slot in range(min(slots, SLOTS)))
    expected = people.completing(conduct.panel(tx, group), group["minutes"])
    expected *= profiles.demographic_share(group["profile"])
    plan["rate"] = group["filling_goal"] / max(expected, 0.005) / weights
    return plan


def _weight(group: Json, plan: Json, slot: int) -> float:
    since = (slot + 0.5) * plan["step"] / instants.SECOND
    offset = OFFSETS.get(group["locale"].partition("_")[2], 0.0)
    return arrivals.weight(plan["begun"] / instants.SECOND + since, offset, since)


def _await(tx: Transaction, group: Json, plan: Json, slot: int) -> None:
    end = plan["begun"] + (slot + 1) * plan["step"]
    payload = {"target_group": group["id"], "slot": slot}
    tx.schedule("panel.slot", end, payload, key=_key(group))


def _key(group: Json) -> str:
    return f"panel:{group['id']}"


def stop(tx: Transaction, group: Json) -> None:
    """Let nobody come any more; who is inside goes on."""
    tx.unschedule(_key(group))


def end_slot(tx: Transaction, group: Json, slot: int) -> None:
    """Let those in who came in a slot, and wait for the next."""
    plan = tx.get(PLANS, group["id"])
    if plan is None or group["status"] != "live":
        return
    pull = (pricing.current(group) / max(1, pricing.suggested_for(group))) ** ELASTICITY
    mean = plan["rate"] * _weight(group, plan, slot) * min(MOST, max(LEAST, pull))
    began = plan["begun"] + slot * plan["step"]
    come(tx, group, chance.poisson(mean, conduct.seed(tx, group), "slot", slot), began, plan["step"])
    _await(tx, group, plan, slot + 1)


def come(tx: Transaction, group: Json, count: int, began: int, lasted: int) -> list[Json]:
    """Let the next `count` respondents of a target group's panel come, within `lasted` µs; return their sessions."""
    plan = tx.get(PLANS, group["id"])
    if plan is None:
        return []
    seed, manner = conduct.seed(tx, group), conduct.panel(tx, group)
    first = plan["next"]
    plan["next"] += count
    tx.save(PLANS, plan)
    moments = sorted(int(lasted * chance.fraction(seed, "moment", first + each)) for each in range(count))
    found = []
    for number, moment in enumerate(moments, first):
        person = people.respondent(seed, number, manner)
        session = admit(tx, group, person, manner, at=began + moment)
        found.append(session)
        if session["client"] is not None:
            survey.open_survey(tx, group, session)
    return found


def skip(tx: Transaction, group: Json, count: int) -> None:
    """Note that the first `count` respondents of a target group's panel have come already."""
    plan = tx.get(PLANS, group["id"])
    if plan is not None:
        tx.save(PLANS, plan | {"next": count})


def so_far(tx: Transaction, group: Json) -> int:
    """Return how many respondents of a target group's panel have come."""
    plan = tx.get(PLANS, group["id"])
    return 0 if plan is None else int(plan["next"])


def admit(
    tx: Transaction, group: Json, person: Respondent, manner: Conduct, *, at: int, rid: str | None = None
) -> Json:
    """Let a respondent who came at an instant into the survey, or send them away for the exchange's reason.

    `rid` is the respondent's id where a scenario tells of it, else a new one.
    """
    supplier = allocations.supplier(tx, group, person.number)
    code, cells = _screened(tx, group, person, manner, supplier)
    session = sessions.enter(
        tx,
        group,
        person,
        exchange=code,
        at=at,
        price=pricing.current(group),
        cells=cells,
        supplier=supplier,
        original=people.original(conduct.seed(tx, group), person.number, manner),
        rid=rid,
    )
    if code == ADMITTED:
        announce_quotas(tx, group, cells)
    return session


def _screened(
    tx: Transaction, group: Json, person: Respondent, manner: Conduct, supplier: tuple[int, str] | None
) -> tuple[int, list[str]]:
    why = people.turned_away(conduct.seed(tx, group), person.number, manner)
    if why is not None:
        return GATE[why], []
    cells = profiles.admit(group, person)
    if cells is None:
        return STANDARD, []
    counts = statistics.tally(tx, group["id"])
    quotas = profiles.cells(group) if cells else {}
    overlay = group["assistant"].get("quota_overlay", {})
    count = "let_in" if overlay.get("prevent_overfill") else "filled"
    if any(counts.get(f"{count}.{cell}", 0) >= quotas[cell]["quota"] for cell in cells):
        return QUOTA_FULL, []
    if conduct.held_back(tx, group, counts.get("completes", 0)):
        return QUOTA_FULL, []
    if supplier is None:
        return ALLOCATION_FULL, []
    return ADMITTED, cells


def announce_quotas(tx: Transaction, group: Json, cells: list[str]) -> None:
    """Tell how full the quotas are that somebody counts against."""
    counts = statistics.tally(tx, group["id"])
    for cell in cells:
        screens, completes = counts.get(f"let_in.{cell}", 0), counts.get(f"filled.{cell}", 0)
        events.quota_filled(tx, group, screens, completes, cell)


def group_of(tx: Transaction, session: Json) -> Json:
    """Return the target group of a session."""
    group = tx.get(TARGET_GROUPS, session["target_group"])
    if group is None:
        raise LookupError(f"session {session['id']} has no target group")
    return group
