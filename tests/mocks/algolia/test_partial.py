"""Partial updates: built-in operations by example, and by Hypothesis against a naive reading."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Refusal
from mocks.algolia.resources import partial
from tests.mocks.algolia.room import Room

Json = Any


def op(kind: str, value: Json) -> Json:
    return {"_operation": kind, "value": value}


@pytest.mark.parametrize(
    ("kind", "value", "before", "after"),
    [
        ("Increment", 2, 5, 7),
        ("Increment", 2, None, 2),
        ("Increment", 0.5, 1, 1.5),
        ("Decrement", 2, 5, 3),
        ("Decrement", 2, None, -2),
        ("Add", "x", ["x"], ["x", "x"]),
        ("Add", "x", None, ["x"]),
        ("AddUnique", "x", ["x"], ["x"]),
        ("AddUnique", "y", ["x"], ["x", "y"]),
        ("AddUnique", "y", None, ["y"]),
        ("Remove", "x", ["x", "y", "x"], ["y"]),
        ("Remove", "z", ["x"], ["x"]),
        ("Remove", "z", None, None),
        ("IncrementFrom", 5, 5, 6),
        ("IncrementSet", 9, 5, 9),
    ],
)
def test_operations(kind: str, value: Json, before: Json, after: Json) -> None:
    record = {} if before is None else {"field": before}
    assert partial.merged(record, {"field": op(kind, value)}).get("field") == after


@pytest.mark.parametrize(("kind", "value"), [("IncrementFrom", 4), ("IncrementSet", 5), ("IncrementSet", 3)])
def test_a_guard_that_does_not_hold_lets_the_whole_record_be(kind: str, value: int) -> None:
    with pytest.raises(partial.Ignored):
        partial.merged({"field": 5}, {"other": 1, "field": op(kind, value)})


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [("IncrementFrom", 0, 1), ("IncrementFrom", 1, None), ("IncrementSet", 4, 4), ("IncrementSet", 0, None)],
)
def test_guards_make_records_for_some_values_only(kind: str, value: int, made: int | None) -> None:
    update = {"field": op(kind, value)}
    if made is None:
        with pytest.raises(partial.Ignored):
            partial.merged(None, update)
    else:
        assert partial.merged(None, update) == {"field": made}


def test_only_the_first_level_is_merged() -> None:
    assert partial.merged({"a": {"b": 1}, "c": 2}, {"a": {"d": 3}, "c": None}) == {"a": {"d": 3}, "c": None}


@pytest.mark.parametrize(
    "value",
    [
        *(op("Set", 1), op("Increment", "1"), op("Increment", None), op("Increment", True), op("Add", None)),
        *(op("Add", {}), op("IncrementFrom", -1), op("IncrementFrom", 1.5), {"_operation": 5}),
    ],
)
def test_what_cannot_be_done_is_refused(value: Json) -> None:
    with pytest.raises(Refusal):
        partial.check({"field": value})


NUMBERS = st.integers(-5, 5)
ITEMS = st.sampled_from(["a", "b", 1])
OPERATIONS = st.one_of(
    st.tuples(st.sampled_from(["Increment", "Decrement"]), NUMBERS),
    st.tuples(st.sampled_from(["IncrementFrom", "IncrementSet"]), st.integers(0, 5)),
    st.tuples(st.sampled_from(["Add", "AddUnique", "Remove"]), ITEMS),
)


@given(st.integers(-5, 5) | st.lists(ITEMS, max_size=4) | st.none(), st.lists(OPERATIONS, max_size=6))
def test_sequences_agree_with_a_naive_reading(start: Json, steps: list[tuple[str, Json]]) -> None:
    record: Json = {} if start is None else {"field": start}
    naive = start
    for kind, value in steps:
        with suppress(partial.Ignored):
            record = partial.merged(record, {"field": op(kind, value)})
        naive = step(naive, kind, value)
        assert record.get("field") == naive


def step(before: Json, kind: str, value: Json) -> Json:
    """Do one operation the plain way."""
    number = before if isinstance(before, int) else 0
    array = before if isinstance(before, list) else [] if before is None else [before]
    if kind in ("Increment", "Decrement"):
        return number + value if kind == "Increment" else number - value
    if kind == "IncrementFrom":
        return number + 1 if number == value else before
    if kind == "IncrementSet":
        return max(number, value) if value > number else before
    if kind == "Remove":
        return None if before is None else [each for each in array if each != value]
    if kind == "AddUnique" and value in array:
        return array
    return [*array, value]


async def test_over_http(room: Room) -> None:
    await room.save("i", {"objectID": "1", "n": 1})
    await room.ok("POST", "/1/indexes/i/1/partial", {"n": op("Increment", 1), "t": op("AddUnique", "x")})
    await room.ok("POST", "/1/indexes/i/2/partial?createIfNotExists=false", {"n": 1})
    await room.ok("POST", "/1/indexes/i/3/partial", {"n": op("Increment", 3)})
    assert await room.ok("GET", "/1/indexes/i/1") == {"objectID": "1", "n": 2, "t": ["x"]}
    assert await room.refused("GET", "/1/indexes/i/2") == (404, "ObjectID does not exist")
    assert await room.ok("GET", "/1/indexes/i/3") == {"objectID": "3", "n": 3}
    before = room.state()
    status, message = await room.refused("POST", "/1/indexes/i/1/partial", {"n": op("Double", 1)})
    assert (status, message) == (400, "Invalid _operation Double for attribute n")
    assert room.state() == before
