"""Form decoding: whatever nested parameters a client spells, and however it spells them, the same parameters come out."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Refusal
from harness.messages import Request
from mocks.stripe.forms import nest, read_form
from tests.mocks.stripe.room import flat

Json = Any
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda name: name != "metadata")
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
SCALARS = TEXTS
FLAT_GROUPS = st.dictionaries(NAMES, SCALARS, min_size=1, max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
PARAMETERS = st.dictionaries(NAMES, VALUES, max_size=4)


def decoded(form: str, method: str = "POST") -> Json:
    body = b"" if method == "GET" else form.encode()
    return read_form(Request(method, "/v1/customers", form if method == "GET" else "", {}, body))


@given(PARAMETERS)
def test_numbered_arrays_and_escaped_brackets(params: Json) -> None:
    assert decoded(urlencode(flat(params))) == params
    assert decoded(urlencode(flat(params)), "GET") == params


@given(PARAMETERS)
def test_bare_brackets(params: Json) -> None:
    form = "&".join(f"{name}={quote(value)}" for name, value in flat(params))
    assert decoded(form) == params


@given(st.dictionaries(NAMES, st.lists(SCALARS, min_size=1, max_size=4), max_size=3))
def test_arrays_of_values_by_empty_brackets(params: Json) -> None:
    fields = [(f"{name}[]", value) for name, values in params.items() for value in values]
    assert nest(fields) == params


@given(
    NAMES,
    st.lists(FLAT_GROUPS, min_size=1, max_size=4).filter(
        lambda groups: len({tuple(sorted(each)) for each in groups}) == 1
    ),
)
def test_arrays_of_groups_by_empty_brackets(name: str, groups: list[Json]) -> None:
    """An element ends where its first key comes again, as in Rack."""
    fields = [(f"{name}[][{key}]", group[key]) for group in groups for key in sorted(group)]
    assert nest(fields) == {name: groups}


@given(st.permutations(range(5)), st.integers(1, 40))
def test_numbers_order_an_array_however_sparse(order: list[int], step: int) -> None:
    fields = [(f"a[{each * step}]", str(each)) for each in order]
    assert nest(fields) == {"a": ["0", "1", "2", "3", "4"]}


@given(st.dictionaries(st.integers(0, 99).map(str), TEXTS, min_size=1))
def test_numbers_stay_keys_below_metadata(metadata: dict[str, str]) -> None:
    assert nest([(f"metadata[{key}]", value) for key, value in metadata.items()]) == {"metadata": metadata}
    inside = [(f"items[0][metadata][{key}]", value) for key, value in metadata.items()]
    assert nest(inside) == {"items": [{"metadata": metadata}]}


@given(st.text(alphabet="ab[]=&%0+é", max_size=40))
def test_any_text_is_read_or_refused(form: str) -> None:
    try:
        read = decoded(form)
    except Refusal as refusal:
        read = {"status": refusal.status}
    assert isinstance(read, dict)
    assert read.get("status", 400) == 400 or "status" in form


@pytest.mark.parametrize(
    "fields",
    [
        [("a", "1"), ("a[b]", "1")],
        [("a[b]", "1"), ("a", "1")],
        [("a[b]", "1"), ("a[b][c]", "1")],
        [("a[", "1")],
        [("a]", "1")],
        [("[a]", "1")],
        [("a[b]c", "1")],
    ],
)
def test_keys_that_contradict_or_break_are_refused(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(Refusal):
        nest(fields)


def test_the_last_of_equal_keys_counts() -> None:
    assert nest([("a", "1"), ("a", "2")]) == {"a": "2"}


@given(st.lists(st.sampled_from(["%", "40", "%40", "5B", "@", "[", "25", "a"]), max_size=8).map("".join))
def test_text_that_looks_like_an_escape_stays_text(text: str) -> None:
    assert decoded(urlencode({"description": text, "email": "ada@studio.test"})) == {
        "description": text,
        "email": "ada@studio.test",
    }
