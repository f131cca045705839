"""The small pure parts: chance, instants, clocks, routes, collections."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import chance, clock, instants, realtime
from harness.collection import Collection
from harness.errors import InvalidInput
from harness.routes import Routes


def test_chance_depends_on_seed_purpose_and_counter_alone() -> None:
    drawn = {
        chance.draw(seed, purpose, counter, 16) for seed in "ab" for purpose in "xy" for counter in (0, 1)
    }
    assert len(drawn) == 8
    assert chance.draw("a", "x", 0, 16) == chance.draw("a", "x", 0, 16)
    assert len(chance.draw("a", "x", 0, 1000)) == 1000


@given(st.binary(min_size=64, max_size=64))
def test_forms_are_filled_with_their_alphabets(raw: bytes) -> None:
    filled = chance.fill(
        "sk_{alnum:24}-{digits:4}-{hex:6}-{upper:3}-{lower:3}-{uuid:1}", lambda size: raw[:size]
    )
    form = r"sk_[0-9A-Za-z]{24}-\d{4}-[0-9a-f]{6}-[0-9A-Z]{3}-[0-9a-z]{3}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab].*"
    assert re.fullmatch(form, filled)


@given(
    st.sampled_from(["req_{alnum:14}", "{uuid:1}", "a{hex:40}b", "{alnum:3}.{digits:2}", "plain"]),
    st.text(),
    st.integers(),
)
def test_a_form_is_filled_with_what_is_drawn(form: str, seed: str, counter: int) -> None:
    drawn = chance.fill(form, lambda size: chance.draw(seed, "x", counter, size))
    assert chance.filled(form, seed, "x", counter) == drawn


@given(st.binary(min_size=8, max_size=8))
def test_fractions_lie_between_nothing_and_one(raw: bytes) -> None:
    assert 0 <= chance.as_fraction(raw) < 1


@given(st.integers(0, instants.LATEST))
def test_instants_survive_being_written_and_read_to_the_millisecond(instant: int) -> None:
    assert instants.parse(instants.iso(instant)) == instant // 1000 * 1000


@pytest.mark.parametrize("text", ["yesterday", "", -1, 1e30, float("nan"), "1969-12-31T00:00:00Z"])
def test_what_is_no_instant_is_a_clear_error(text: Any) -> None:
    with pytest.raises(InvalidInput):
        instants.parse(text)


def test_a_clock_goes_at_its_own_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = 1_000_000 * instants.SECOND
    monkeypatch.setattr(realtime, "now", lambda: wall)
    clocks = [
        clock.configured(mode, "2026-01-01T00:00:00Z", rate)
        for mode, rate in (("real", None), ("frozen", None), ("fast", 60.0))
    ]
    start = instants.parse("2026-01-01T00:00:00Z")
    assert [each.now() - start for each in clocks] == [0, 0, 0]
    wall += 10 * instants.SECOND
    assert [(each.now() - start) // instants.SECOND for each in clocks] == [10, 0, 600]
    assert [each.wall_seconds_until(start + 660 * instants.SECOND) for each in clocks] == [650, None, 1]
    again = [clock.restored(each.stored()) for each in clocks]
    assert [each.now() for each in again] == [each.now() for each in clocks]


@given(st.lists(st.sampled_from(["a", "b", "{x}", "{y}"]), min_size=1, max_size=4, unique=True))
def test_literal_segments_win_over_variables(segments: list[str]) -> None:
    routes: Routes[str] = Routes()
    template = "/" + "/".join(segments)
    routes.add("GET", template, "general")
    path = "/" + "/".join("value" if each.startswith("{") else each for each in segments)
    found = routes.find("GET", path)
    assert isinstance(found, tuple)
    assert found[1] == {each[1:-1]: "value" for each in segments if each.startswith("{")}
    routes.add("GET", path, "particular")
    particular = routes.find("GET", path)
    assert isinstance(particular, tuple)
    assert particular[0] == "particular"


def test_routes_tell_which_methods_a_path_has_and_unquote_values() -> None:
    routes: Routes[str] = Routes()
    routes.add("GET", "/v1/things/{thing}", "one")
    routes.add("GET", "/v1/things/search", "search")
    routes.add("POST", "/v1/things/{thing}", "update")
    assert routes.find("DELETE", "/v1/things/x") == frozenset({"GET", "POST"})
    assert routes.find("GET", "/v1/nothing") == frozenset()
    assert routes.find("GET", "/v1/things/a%2Fb") == ("one", {"thing": "a/b"})
    assert routes.find("POST", "/v1/things/search") == ("update", {"thing": "search"})


def test_collections_index_what_is_there() -> None:
    things = Collection("sample.thing", "colour", "active", sizes=lambda thing: thing["sizes"])
    document = {"colour": None, "active": True, "sizes": ["S", "S", 3]}
    assert things.entries(document) == [("active", "true"), ("sizes", "S"), ("sizes", "3")]
