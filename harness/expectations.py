"""Whether a world is as a scenario expects it: counts, sums and orders of what it holds, and what was seen instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from harness import stories
from harness.consumer import CALLS
from harness.faults import FAULTS
from harness.store import Query, Store
from harness.transaction import DELIVERIES, MAILS, VIOLATIONS
from harness.world import World

Json = dict[str, Any]
PAGE = 1000
SHOWN = 6
KEPT = {
    "deliveries": DELIVERIES,
    "mails": MAILS,
    "violations": VIOLATIONS,
    "calls": CALLS,
    "faults": FAULTS,
}
Missing = object()


def verdicts(store: Store, world: World, providers: list[str]) -> Iterator[Json]:
    """Check one after the other what the scenarios expect that a world was filled with.

    Yields {scenario, that, passed, expected, saw, place}.
    """
    for story in stories.told(store, world):
        for each in story.get("expectations", ()):
            yield {"scenario": story["name"], **verdict(store, world, providers, each)}


def verdict(store: Store, world: World, providers: list[str], expected: Json) -> Json:
    """Check one expectation."""
    seen, fitting, adding = 0, 0, 0.0
    types: list[str] = []
    told: Counter[str] = Counter()
    for document in _documents(store, world, providers, expected):
        seen += 1
        if expected["where"]:
            told[_shown(document, expected["where"])] += 1
        if not all(fits(document, name, wanted) for name, wanted in expected["where"].items()):
            continue
        fitting += 1
        if "sum" in expected:
            adding += _number(document, expected["sum"]["of"])
        if "in_order" in expected:
            types.append(document["type"])
    saw, failed = [f"{fitting} of {seen}" if expected["where"] else str(seen)], False
    if "count" in expected:
        failed |= not _within(fitting, expected["count"])
    if "sum" in expected:
        saw.append(f"{expected['sum']['of']} adds up to {adding:g}")
        failed |= not _within(adding, expected["sum"]["is"])
    if "in_order" in expected:
        left = _left(types, expected["in_order"])
        saw[0] += f" event{'' if saw[0] == '1' else 's'}"
        saw.append(
            f"{left[0]} did not come{_after(expected['in_order'], left)}" if left else "these in this order"
        )
        failed |= bool(left)
    if failed and told:
        saw.append("; ".join(f"{what} ({count})" for what, count in told.most_common(SHOWN)))
    words = _expected(expected)
    return {
        "that": expected["that"] or words,
        "passed": not failed,
        "expected": words,
        "saw": ", ".join(saw),
        "place": expected["place"],
    }


def _documents(store: Store, world: World, providers: list[str], expected: Json) -> Iterator[Json]:
    """Yield what an expectation looks at, oldest first; visits of simulated people are no deliveries."""
    subject, of = expected["subject"], expected["of"]
    if subject == "objects":
        yield from _every(store, world, of)
    elif subject == "events":
        for name in providers if of == "all" else [of]:
            yield from _every(store, world, f"{name}.event")
    else:
        for document in _every(store, world, KEPT[subject].kind):
            if of in ("all", document.get("provider")) and "visit" not in document:
                yield document


def _every(store: Store, world: World, kind: str) -> Iterator[Json]:
    query = Query(kind, newest_first=False, limit=PAGE)
    while rows := store.page(world.space, query):
        for row in rows:
            yield orjson.loads(row.body)
        query.after = rows[-1].at, rows[-1].pk


# --- fields --------------------------------------------------------------------------------------------------------


def fits(document: Json, name: str, wanted: Any) -> bool:
    """Tell whether a field (nested ones with dots) is as wanted; of a list, one element must be."""
    values = list(_values(document, name.split(".")))
    if isinstance(wanted, dict) and "exists" in wanted:
        return bool(values and values != [None]) is wanted["exists"]
    return any(_is(value, wanted) for value in values or [None])


def _values(value: Any, way: list[str]) -> Iterator[Any]:
    if isinstance(value, list) and not (way and way[0].isdecimal()):
        for each in value:
            yield from _values(each, way)
    elif not way:
        yield value
    elif isinstance(value, list):
        if int(way[0]) < len(value):
            yield from _values(value[int(way[0])], way[1:])
    elif isinstance(value, dict) and way[0] in value:
        yield from _values(value[way[0]], way[1:])


def _is(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(value == wanted) and isinstance(value, bool) is isinstance(wanted, bool)
    return all(_holds(value, condition, limit) for condition, limit in wanted.items())


def _holds(value: Any, condition: str, limit: Any) -> bool:
    match condition:
        case "not":
            return bool(value != limit)
        case "one_of":
            return value in limit
        case "contains":
            return isinstance(value, str) and str(limit) in value
        case _:
            comparable = isinstance(value, type(limit)) or _numbers(value, limit)
            return comparable and (value >= limit if condition == "at_least" else value <= limit)


def _numbers(*values: Any) -> bool:
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)


def _number(document: Json, name: str) -> float:
    return float(sum(value for value in _values(document, name.split(".")) if _numbers(value)))


def _within(number: float, bounds: list[float | None]) -> bool:
    low, high = bounds
    return (low is None or number >= low) and (high is None or number <= high)


# --- in words ------------------------------------------------------------------------------------------------------


def _left(types: list[str], wanted: list[str]) -> list[str]:
    """Return what is left of an order when all events were seen."""
    left = list(wanted)
    for type in types:
        if left and type == left[0]:
            left.pop(0)
    return left


def _after(wanted: list[str], left: list[str]) -> str:
    done = len(wanted) - len(left)
    return f" after {wanted[done - 1]}" if done else ""


def _shown(document: Json, where: Json) -> str:
    parts = []
    for name in where:
        values = list(_values(document, name.split(".")))
        parts.append(f"{name} {', '.join(map(str, values[:3])) or '-'}"[:80])
    return " and ".join(parts)


def _expected(expected: Json) -> str:
    where = " and ".join(f"{name} {_condition(wanted)}" for name, wanted in expected["where"].items())
    what = (
        expected["of"] if expected["subject"] == "objects" else f"{expected['subject']} of {expected['of']}"
    )
    parts = [f"{_bounds(expected['count'])} {what}" if "count" in expected else what]
    if where:
        parts[0] += f" with {where}"
    if "sum" in expected:
        parts.append(f"{expected['sum']['of']} adds up to {_bounds(expected['sum']['is'])}")
    if "in_order" in expected:
        parts.append(f"in order {', '.join(expected['in_order'])}")
    return ", ".join(parts)


def _condition(wanted: Any) -> str:
    if not isinstance(wanted, dict):
        return str(wanted)
    return " and ".join(f"{name.replace('_', ' ')} {limit}" for name, limit in wanted.items())


def _bounds(bounds: list[float | None]) -> str:
    low, high = bounds
    if low == high and low is not None:
        return f"{low:g}"
    told = [f"at least {low:g}"] if low is not None else []
    return " and ".join(told + ([f"at most {high:g}"] if high is not None else []))
