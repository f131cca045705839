"""The grammar of filters: what it means, held against a naive evaluator, and what is refused in which words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.algolia.engine import conditions, filter_lists, filters
from mocks.algolia.engine.conditions import Filter, Filterable
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.parameters import Wrong
from mocks.algolia.engine.shape import Shape

Json = Any
ALLOWED = Filterable(frozenset({"brand", "size", "a.b"}))
RECORD = {
    "objectID": "One",
    "brand": ["Acme", "Ajax & Co"],
    "size": 5,
    "price": 9.9999,
    "sale": True,
    "_tags": ["new", "public"],
    "a": {"b": "deep"},
}


def met(filter: Filter, allowed: Filterable = ALLOWED, record: Json = RECORD) -> bool:
    """Tell whether the one record of an index meets a filter."""
    corpus = Corpus(Shape(None))
    corpus.put({"objectID": "One", **record})
    mask = conditions.mask(corpus, corpus.parts[0].segment, [filter], allowed)
    return mask is None or bool(mask[0])


def meets(text: str, record: Json = RECORD, allowed: Filterable = ALLOWED) -> bool:
    return met(filters.parse(text), allowed, record)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "brand:acme",
        "brand:'Ajax & Co'",
        'brand:"Ajax & Co"',
        '"brand:Ajax & Co"',
        "'brand':Acme",
        "size:5",
        "size = 5",
        "size=5",
        "size>=5 AND size <= 5",
        "size:4 TO 6",
        "price:10 TO 11",
        "price = 10",
        "NOT brand:Bolt",
        "NOT colour:red",
        "brand:Bolt OR brand:Acme",
        "brand:Acme AND brand:Bolt OR size:5",  # OR binds tighter than AND
        "(brand:Acme OR brand:Bolt) AND size != 4",
        "new",
        "_tags:public",
        "NOT old",
        "objectID:One",
        "a.b:deep",
        "size:5<score=3>",
        "missing != 4",
        "NOT NOT brand:Acme",
        "size > -1",
    ],
)
def test_filters_that_the_record_meets(text: str) -> None:
    assert meets(text)


@pytest.mark.parametrize(
    "text",
    [
        "brand:Bolt",
        "brand:'acme co'",
        "sale:true",  # not declared
        "NOT brand:acme",
        "size:6 TO 9",
        "size<5",
        "objectID:one",
        "brand:Acme AND brand:Bolt",
        "missing = 1",
        "brand > 1",
        "old",
    ],
)
def test_filters_that_the_record_does_not_meet(text: str) -> None:
    assert not meets(text)


def test_the_greatest_numbers_are_compared_like_others() -> None:
    assert meets("size > 1", record={"size": 1e308})
    assert meets("size >= 0 AND size < 0.001", record={"size": -0.0})


def test_numbers_are_filtered_as_the_index_declares() -> None:
    allowed = Filterable(frozenset(), frozenset({"size"}), frozenset({"size"}))
    assert meets("size = 5", allowed=allowed)
    assert not meets("size >= 5", allowed=allowed)
    assert not meets("price > 1", allowed=allowed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Type:Important dates", "Unexpected token string(dates) expected end of filter at col 15"),
        ("a:b OR (c:d AND e:f)", "filter (X AND Y) OR Z is not allowed, only (X OR Y) AND Z is allowed"),
        ("a:b OR size > 1", "Different types are not allowed in the same OR."),
        ("tag OR a:b", "Different types are not allowed in the same OR."),
        ("(a:b", "Unexpected token end of filter expected ')' at col 4"),
        ("(a:b : c)", "Unexpected token ':' expected ')' at col 5"),
        ("a:b > 3", "Unexpected token > expected end of filter at col 4"),
        ("size > big", "Unexpected token string(big) expected numeric at col 7"),
        ("size:1 TO big", "Unexpected token string(big) expected numeric at col 10"),
        ("a:", "Unexpected token end of filter expected string at col 2"),
        ("AND a:b", "Unexpected token string(AND) expected string at col 0"),
        ("NOT (a:b)", "Unexpected token '(' expected string at col 4"),
        ("orgId:'it's'", "Unexpected token string(s') expected end of filter at col 10"),
        ("(" * 200, "too many parentheses"),
    ],
)
def test_what_is_wrong_is_said_in_algolias_words(text: str, message: str) -> None:
    with pytest.raises(Wrong) as caught:
        filters.parse(text)
    assert caught.value.message == f"filters: {message}"


# --- against a naive evaluator -----------------------------------------------------------------------------------

NAMES = ["brand", "size", "undeclared"]
VALUES = ["red", "Big Blue", "5", "AND", "it's", 'a "b"', "x:y", "TO"]


@st.composite
def atoms(draw: st.DrawFn) -> tuple[str, Any]:
    """A condition as text, and as a function of a record that was written without looking at the parser."""
    negated = draw(st.booleans())
    name = draw(st.sampled_from(NAMES))
    if draw(st.booleans()):
        value = draw(st.sampled_from(VALUES))
        mark = draw(st.sampled_from("'\""))
        quoted = mark + value.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark
        bare = value.isalnum() and value not in ("AND", "TO")
        text = f"{name}:{value if bare and draw(st.booleans()) else quoted}"

        def holds(record: Json) -> bool:
            found = record.get(name, [])
            listed = found if isinstance(found, list) else [found]
            return name in ALLOWED.facets and value.lower() in [str(each).lower() for each in listed]
    else:
        operator = draw(st.sampled_from(["<", "<=", "=", "!=", ">=", ">"]))
        number = draw(st.integers(-3, 8))
        space = draw(st.sampled_from(["", " "]))
        text = f"{name}{space}{operator}{space}{number}"
        python = {"=": "=="}.get(operator, operator)

        def holds(record: Json) -> bool:
            value = record.get(name)
            number_there = isinstance(value, int) and not isinstance(value, bool)
            if not number_there:
                return operator == "!="
            return bool(eval(f"{value} {python} {number}"))

    return (f"NOT {text}", lambda record: not holds(record)) if negated else (text, holds)


@st.composite
def groups(draw: st.DrawFn) -> tuple[str, Any]:
    """Conditions of one type joined by OR, perhaps in parentheses."""
    members = draw(st.lists(atoms(), min_size=1, max_size=3))
    kinds = [_kind(text) for text, _ in members]
    members = [member for member, kind in zip(members, kinds, strict=True) if kind == kinds[0]]
    text = " OR ".join(text for text, _ in members)
    tests = [test for _, test in members]
    wrap = draw(st.booleans())
    return (f"({text})" if wrap else text), lambda record: any(test(record) for test in tests)


def _kind(text: str) -> str:
    return "facet" if text.removeprefix("NOT ").partition(":")[0] in NAMES else "numeric"


RECORDS = st.fixed_dictionaries(
    {"objectID": st.just("1")},
    optional={
        "brand": st.sampled_from(VALUES) | st.lists(st.sampled_from(VALUES), max_size=2),
        "size": st.integers(-3, 8) | st.sampled_from(["5", "red"]),
        "undeclared": st.integers(-3, 8) | st.just("red"),
    },
)


@given(st.lists(groups(), min_size=1, max_size=3), RECORDS)
def test_the_parser_agrees_with_a_naive_reading(parts: list[tuple[str, Any]], record: Json) -> None:
    text = " AND ".join(part for part, _ in parts)
    assert meets(text, record) == all(test(record) for _, test in parts)


@given(st.text(alphabet="abAND ORTO:()'\"<>=!5\\-_.score", max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    message = ""
    try:
        meets(text)
    except Wrong as wrong:
        message = wrong.message
    assert message == "" or message.startswith("filters: ")


# --- lists -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["brand:Acme", "size:5"], True),
        ([["brand:Bolt", "brand:Acme"], "size:5"], True),
        (["brand:Acme", "brand:Bolt"], False),
        (["brand:-Bolt"], True),
        (["brand:-Acme"], False),
        (["brand:\\-Acme"], False),
        ("brand:Acme,(size:4,size:5)", True),
        ("brand:Acme,(size:4,size:6)", False),
        ([["brand:Acme", ["brand:Acme"]]], True),
        ([[["brand:Acme"]]], False),
        ([], True),
        (["a.b:deep"], True),
    ],
)
def test_facet_filters(value: Json, expected: bool) -> None:
    assert met(filter_lists.facets(value, ALLOWED.facets)) is expected


def test_facet_filters_split_at_the_colon_that_ends_a_declared_attribute() -> None:
    allowed = Filterable(frozenset({"ns:kind"}))
    filter = filter_lists.facets(["ns:kind:a:b"], allowed.facets)
    assert met(filter, allowed, {"ns:kind": "a:b"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["size<10", "size >= 5"], True),
        ([["size>10", "size:4 TO 6"]], True),
        ("size<5", False),
        (["size:5"], True),
    ],
)
def test_numeric_filters(value: Json, expected: bool) -> None:
    assert met(filter_lists.numbers(value)) is expected


def test_tag_filters() -> None:
    for value, expected in ((["new", "-old"], True), ([["old", "new"]], True), ("new,old", False)):
        assert met(filter_lists.tags(value)) is expected


@pytest.mark.parametrize("value", [["nocolon"], [5]])
def test_wrong_facet_filters(value: Json) -> None:
    with pytest.raises(Wrong):
        filter_lists.facets(value, ALLOWED.facets)


@pytest.mark.parametrize("value", [["size"], ["size<x"], ["size:a TO b"]])
def test_wrong_numeric_filters(value: Json) -> None:
    with pytest.raises(Wrong):
        filter_lists.numbers(value)
