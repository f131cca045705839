"""Supply allocations: which suppliers may send respondents to a target group, and how many of its completes.

Groups have suppliers of their own, the exchange is all others, blocked ones send nobody. The panel heeds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.cint import errors, money
from mocks.cint.resources import statistics

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SUPPLIERS = ((101, "Greenroom Panel"), (102, "Greenroom Rewards"), (103, "Greenroom River"))
TEST_SUPPLIER = (980, "Greenroom Test Supplier")
_NAMES = dict((*SUPPLIERS, TEST_SUPPLIER))
_WHOLE = 100


def checked(wanted: list[Json]) -> list[Json]:
    """Return allocations with their ids; refuse those without exactly one exchange, and suppliers named twice."""
    if not wanted:
        return []
    exchanges = [each for each in wanted if each["type"] == "exchange"]
    if len(exchanges) != 1:
        detail = "Exactly one exchange allocation is needed beside others."
        raise errors.bad_request(detail, "supply_allocations", rule="supply_exchange")
    named = [supplier["id"] for each in wanted for supplier in each.get("suppliers", [])]
    if len(set(named)) < len(named):
        detail = "A supplier stands in one allocation only."
        raise errors.bad_request(detail, "supply_allocations.suppliers", rule="supplier_twice")
    for each in wanted:
        if each.get("percentage_min", 0) > each.get("percentage_max", _WHOLE):
            detail = "percentage_min is more than percentage_max."
            raise errors.bad_request(detail, "supply_allocations.percentage_min", rule="supply_percentages")
    taken = max((each["id"] for each in wanted if "id" in each), default=0)
    numbers = iter(range(taken + 1, taken + 1 + len(wanted)))
    return [{**each, "id": each.get("id") or next(numbers)} for each in wanted]


def add(group: Json, wanted: Json) -> list[Json]:
    """Return a target group's allocations with a further one; where there was none, the exchange has the rest."""
    present = group["supply_allocations"] or [{"type": "exchange", "percentage_max": _WHOLE}]
    return checked([*present, wanted])


def replace(group: Json, id: str, wanted: Json) -> tuple[list[Json], Json]:
    """Return a target group's allocations with one made anew, and that one; refuse an unknown id, and another type."""
    old = next((each for each in group["supply_allocations"] if str(each["id"]) == id), None)
    if old is None:
        raise errors.not_found()
    if old["type"] != wanted["type"]:
        raise errors.bad_request(
            f"The allocation is of the type {old['type']}.", "type", rule="allocation_type"
        )
    new = {**wanted, "id": old["id"]}
    return checked([new if each is old else each for each in group["supply_allocations"]]), new


def supplier(tx: Transaction, group: Json, number: int) -> tuple[int, str] | None:
    """Return who sends the respondent with a number; None where nobody may send one any more."""
    told = group["supply_allocations"]
    if not told:
        return SUPPLIERS[number % len(SUPPLIERS)]
    counts = statistics.tally(tx, group["id"])
    named = {each["id"] for one in told for each in one.get("suppliers", [])}
    able: list[tuple[int, str]] = []
    for allocation in told:
        ids = [each["id"] for each in allocation.get("suppliers", [])]
        if allocation["type"] == "blocked" or _full(counts, group, allocation, named):
            continue
        mine = [each for each in SUPPLIERS if each[0] in ids]
        others = [each for each in SUPPLIERS if each[0] not in named]
        able += others if allocation["type"] == "exchange" else mine
    return able[number % len(able)] if able else None


def _full(counts: dict[str, int], group: Json, allocation: Json, named: set[int]) -> bool:
    most = group["filling_goal"] * allocation["percentage_max"] / _WHOLE
    return bool(_of(counts, allocation, named, "completes") >= most)


def _of(counts: dict[str, int], allocation: Json, named: set[int], what: str) -> int:
    """Return how many an allocation's suppliers have sent; the exchange's are those that no other names."""
    ids = {each["id"] for each in allocation.get("suppliers", [])}
    found = 0
    for name, number in counts.items():
        kind, _, rest = name.partition(".")
        id, _, counted = rest.partition(".")
        if kind == "supplier" and counted == what:
            own = int(id) in ids or (allocation["type"] == "exchange" and int(id) not in named)
            found += number if own else 0
    return found


# --- how they are shown ------------------------------------------------------------------------------------------


def _supplier(id: int) -> Json:
    return {"id": id, "name": _NAMES.get(id, f"Supplier {id}"), "type": "survey_panel"}


def _members(allocation: Json) -> list[Json]:
    return [_supplier(each["id"]) for each in allocation.get("suppliers", [])]


def drafted(allocation: Json) -> Json:
    """Show an allocation as a draft does."""
    told = {name: value for name, value in allocation.items() if name != "id"}
    return {**told, "suppliers": _members(allocation)}


def shown(tx: Transaction, group: Json, allocation: Json) -> Json:
    """Show an allocation with what its suppliers have brought."""
    counts = statistics.tally(tx, group["id"])
    named = {each["id"] for one in group["supply_allocations"] for each in one.get("suppliers", [])}
    completes, prescreens = (_of(counts, allocation, named, what) for what in ("completes", "prescreens"))
    found: Json = {"id": allocation["id"], "type": allocation["type"]}
    found |= {"completes": completes, "pre_screens": prescreens, "suppliers": _members(allocation)}
    if allocation["type"] == "blocked":
        return found
    if allocation["type"] == "group":
        found["name"] = allocation["name"]
    most = group["filling_goal"] * allocation["percentage_max"] // _WHOLE
    return found | {
        "percentage_max": allocation["percentage_max"],
        "percentage_min": allocation.get("percentage_min"),
        "total_remaining": max(0, most - completes),
    }


def listed(tx: Transaction, group: Json, allocation: Json) -> Json:
    """Show an allocation in the list: with its cost and conversion, and what each supplier has brought."""
    counts = statistics.tally(tx, group["id"])
    named = {each["id"] for one in group["supply_allocations"] for each in one.get("suppliers", [])}
    found = shown(tx, group, allocation)
    cost = _of(counts, allocation, named, "cost")
    members = found["suppliers"]
    if allocation["type"] == "exchange":
        members = [_supplier(id) for id, _ in SUPPLIERS if id not in named]
    return {
        **found,
        "average_cpi": money.shown(cost // max(1, found["completes"]), group["currency"]),
        "conversion_rate": statistics.share(found["completes"], found["pre_screens"]),
        "suppliers": [
            {
                **each,
                "completes": counts.get(f"supplier.{each['id']}.completes", 0),
                "pre_screens": counts.get(f"supplier.{each['id']}.prescreens", 0),
            }
            for each in members
        ],
    }
