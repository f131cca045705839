"""Metadata: merged deeply by PATCH, replaced by PUT; the rules as properties."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.clerk.resources.metadata import merged
from tests.mocks.clerk.room import Room

NAMES = st.sampled_from(["a", "b", "metadata.role", ""])
SCALARS = st.one_of(
    st.booleans(), st.integers(-5, 5), st.text(max_size=3), st.lists(st.integers(0, 3), max_size=2)
)
FULL = st.recursive(SCALARS, lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=8)
OBJECTS = st.dictionaries(NAMES, FULL, max_size=4)
CHANGES = st.dictionaries(
    NAMES,
    st.recursive(st.none() | SCALARS, lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=8),
    max_size=4,
)


def nulls(value: Any) -> bool:
    """Tell whether objects hold null anywhere."""
    return isinstance(value, dict) and any(each is None or nulls(each) for each in value.values())


def paths(value: Any, before: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return every leaf of nested objects by its path; an empty object is a leaf."""
    if not isinstance(value, dict) or not value:
        return {before: value}
    return {path: leaf for name, each in value.items() for path, leaf in paths(each, (*before, name)).items()}


@given(OBJECTS, CHANGES)
def test_what_is_given_is_there_afterwards_and_null_is_gone(old: Any, changes: Any) -> None:
    result = merged(old, changes)
    assert not nulls(result)
    for path, leaf in paths(changes).items():
        place: Any = result
        for step in path[:-1]:
            place = place[step]
        if path and leaf is None:
            assert path[-1] not in place
        elif path and leaf != {}:
            assert place[path[-1]] == leaf


@given(OBJECTS, CHANGES)
def test_what_is_not_named_stays(old: Any, changes: Any) -> None:
    result = merged(old, changes)
    for name in set(old) - set(changes):
        assert result[name] == old[name]
    assert set(result) <= set(old) | set(changes)


@given(OBJECTS, CHANGES)
def test_the_same_change_twice_is_one_change_and_touches_no_argument(old: Any, changes: Any) -> None:
    before = repr(old), repr(changes)
    once = merged(old, changes)
    assert merged(once, changes) == once
    assert (repr(old), repr(changes)) == before
    assert merged(old, {}) == old


@settings(max_examples=10, deadline=None)
@given(first=OBJECTS, second=CHANGES)
async def test_the_api_merges_the_same_way(first: Any, second: Any) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        room = Room.open(Path(folder))
        ada = (await room.user(public_metadata=first))["id"]
        for path in (
            f"/users/{ada}",
            f"/organizations/{(await room.organization(ada, public_metadata=first))['id']}",
        ):
            changed = await room.ok("PATCH", f"{path}/metadata", {"public_metadata": second})
            assert changed["public_metadata"] == merged(first, second)
            assert changed["private_metadata"] == {}
        await room.close()


async def test_put_replaces_a_kind_and_leaves_the_others(room: Room) -> None:
    path = f"/users/{(await room.user(public_metadata={'a': {'b': 1}}, private_metadata={'c': 1}))['id']}/metadata"
    changed = await room.ok("PUT", path, {"public_metadata": {"d": None}})
    assert (changed["public_metadata"], changed["private_metadata"]) == ({"d": None}, {"c": 1})
    assert room.announced() == ["user.created", "user.updated"]


async def test_metadata_beyond_eight_kilobytes_is_refused_after_merging(room: Room) -> None:
    path = f"/users/{(await room.user(public_metadata={'a': 'x' * 5000}))['id']}/metadata"
    refused = await room.refused("PATCH", path, {"public_metadata": {"b": "x" * 5000}})
    assert refused == (422, "form_param_exceeds_allowed_size", "public_metadata")
    assert await room.refused("PATCH", path, {"public_metadata": 7}) == (
        422,
        "form_param_value_invalid",
        "public_metadata",
    )
    assert await room.refused("PATCH", path, {"secret_metadata": {}}) == (
        422,
        "form_param_unknown",
        "secret_metadata",
    )
