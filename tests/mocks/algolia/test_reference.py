"""The engine finds, ranks and counts as the plain reference does, on small indexes and queries of all kinds."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocks.algolia.engine import nearness, parameters, question, ranking, search
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.shape import Shape
from mocks.algolia.engine.synonyms import Synonyms
from tests.mocks.algolia import reference
from tests.mocks.algolia.reference import RANKING, Reference

Json = Any

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "300"))
"""Small indexes and queries that are tried; `make engine` tries 2,000."""

VOCABULARY = [
    *("red", "car", "carpet", "pet", "redcar", "cat", "card", "house", "houses", "mouse", "blue", "bleu"),
    *("summer", "summertime", "time", "sumer", "so", "a", "crème", "brûlée", "autumnal", "autumn", "5"),
]
WORDS = st.sampled_from(VOCABULARY)
TEXTS = st.lists(WORDS, max_size=5).map(" ".join)
BRANDS = ["Acme", "Bolt", "Coil"]


@st.composite
def records(draw: st.DrawFn) -> Json:
    record: dict[str, Json] = {"objectID": str(draw(st.integers(0, 9)))}
    for name in ("title", "text"):
        if draw(st.integers(0, 4)):
            record[name] = draw(TEXTS)
    if draw(st.booleans()):
        record["tags"] = draw(st.lists(TEXTS, max_size=3))
    if draw(st.booleans()):
        record["brand"] = draw(
            st.sampled_from(BRANDS) | st.lists(st.sampled_from(BRANDS), unique=True, max_size=2)
        )
    if draw(st.integers(0, 3)):
        record["price"] = draw(st.integers(0, 5))
    if draw(st.booleans()):
        record["group"] = draw(st.sampled_from(["x", "y"]))
    return record


def mistaken(word: str, at: int, change: int, letter: str) -> str:
    """Return a word with a letter more, one less, none after it, or two of them swapped; mostly as it is."""
    if change == 0:
        return word[:at] + letter + word[at:]
    if change == 1:
        return word[:at] + word[at + 1 :]
    if change == 2:
        return word[:at]
    if change == 3 and 0 < at < len(word):
        return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    return word


MISTAKEN = st.builds(mistaken, WORDS, st.integers(0, 8), st.integers(0, 7), st.sampled_from("abceimrst"))
QUERIES = st.lists(MISTAKEN, max_size=4).map(" ".join)


def maybe(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw some of the values."""
    return st.fixed_dictionaries({}, optional=values)


GIVEN = maybe(
    {
        "queryType": st.sampled_from(["prefixLast", "prefixAll", "prefixNone"]),
        "typoTolerance": st.sampled_from([True, False, "min", "strict"]),
        "optionalWords": TEXTS,
        "removeWordsIfNoResults": st.sampled_from(["none", "lastWords", "firstWords", "allOptional"]),
        "restrictSearchableAttributes": st.lists(
            st.sampled_from(["title", "text", "tags"]), min_size=1, unique=True
        ),
        "minProximity": st.integers(1, 7),
        "exactOnSingleWordQuery": st.sampled_from(["attribute", "word", "none"]),
        "ranking": st.permutations(RANKING),
    }
)
SETTINGS = maybe(
    {
        "searchableAttributes": st.lists(
            st.sampled_from(["title", "unordered(text)", "text", "tags", "title,tags", "unordered(tags)"]),
            min_size=1,
            max_size=3,
            unique_by=lambda entry: entry.removeprefix("unordered(").removesuffix(")"),
        ).filter(
            lambda listed: (
                not {"title,tags"} <= set(listed) or not {"title", "tags", "unordered(tags)"} & set(listed)
            )
        ),
        "customRanking": st.lists(st.sampled_from(["desc(price)", "asc(price)", "desc(group)"]), max_size=2),
    }
)
SYNONYMS = st.lists(
    st.tuples(
        st.lists(WORDS, min_size=1, max_size=2).map(" ".join),
        st.lists(st.lists(WORDS, min_size=1, max_size=2).map(" ".join), min_size=1, max_size=2),
        st.sampled_from([0, 0, 1, 2]),
    ).filter(lambda each: each[2] == 0 or " " not in each[0]),
    max_size=2,
)
CONDITIONS = st.tuples(st.just("brand"), st.just(":"), st.sampled_from(BRANDS), st.booleans()) | st.tuples(
    st.just("price"), st.sampled_from(["<", ">="]), st.integers(0, 5), st.booleans()
)
FILTERS = st.lists(
    st.lists(CONDITIONS, min_size=1, max_size=2).filter(lambda group: len({each[0] for each in group}) == 1),
    max_size=2,
)


def of_api(synonyms: list[tuple[str, list[str], int]]) -> Synonyms:
    """Return synonyms as the API has them."""
    entries: list[Json] = []
    for source, targets, typos in synonyms:
        if typos:
            entries.append({"type": f"altcorrection{typos}", "word": source, "corrections": targets})
        else:
            entries.append({"type": "onewaysynonym", "input": source, "synonyms": targets})
    return Synonyms.of(entries)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    written=st.lists(st.one_of(records(), records(), records(), st.none()), max_size=10),
    query=QUERIES,
    asked=GIVEN,
    chosen=SETTINGS,
    synonyms=SYNONYMS,
    filters=FILTERS,
    seen=st.integers(0, 3),
    large=st.booleans(),
)
def test_the_engine_equals_the_reference(
    written: list[Json | None],
    query: str,
    asked: dict[str, Json],
    chosen: dict[str, Json],
    synonyms: list[tuple[str, list[str], int]],
    filters: Any,
    seen: int,
    large: bool,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if (
            large
        ):  # as of so many records that the first ones are picked out, and near words looked up in a table
            patch.setattr(ranking, "AT_ONCE", 1)
            patch.setattr(ranking, "NARROWER", 1)
            patch.setattr(nearness, "FEW", 0)
        compare(written, query, asked, chosen, synonyms, filters, seen)


def compare(
    written: list[Json | None],
    query: str,
    asked: dict[str, Json],
    chosen: dict[str, Json],
    synonyms: list[tuple[str, list[str], int]],
    filters: Any,
    seen: int,
) -> None:
    """Hold the engine against the reference: hits, criteria, counts, and groups of one."""
    held = chosen | {"attributesForFaceting": ["brand"], "attributeForDistinct": "group"}
    corpus, kept = Corpus(Shape.of(held)), dict[str, Json]()
    for number, record in enumerate(written):
        if record is None:  # the record that was written last but one is taken out
            id = next(reversed(list(kept)[:-1]), "none")
            corpus.remove(id)
            kept.pop(id, None)
        else:
            corpus.put(record)
            kept.pop(record["objectID"], None)
            kept[record["objectID"]] = record
        if seen and number % seen == 0:
            assert len(corpus.parts) <= number + 1
    plain = Reference(list(kept.values()), held, synonyms)
    expected = plain.search(query, asked, reference.conditions(filters))
    given = {
        "query": query,
        "filters": reference.shown(filters),
        "facets": ["brand"],
        "hitsPerPage": 20,
    } | asked
    checked = parameters.of_search({**given, "getRankingInfo": True})
    found = search.find(corpus, question.ask(held, checked, [], of_api(synonyms)))
    hits = search.hits(found, found.page(0, 20))
    assert [hit["objectID"] for hit in hits[:2]] == [
        found.corpus.record(group[0])["objectID"] for group in found.page(0, 2)
    ]
    assert [hit["objectID"] for hit in hits] == [record["objectID"] for record, _ in expected]
    assert found.total == len(expected)
    for hit, (_, criteria) in zip(hits, expected, strict=True):
        info = hit["_rankingInfo"]
        told = [info[name] for name in ("nbTypos", "proximityDistance", "firstMatchedWord", "nbExactWords")]
        assert told == [criteria[0], criteria[2], criteria[3], -criteria[4]]
        assert info["words"] == max(1, -criteria[1])
    counted = search.counted(found)
    assert counted is not None
    assert counted[0].get("brand", {}) == reference.facets([record for record, _ in expected], "brand")
    once = search.find(corpus, question.ask(held, checked | {"distinct": 1}, [], of_api(synonyms)))
    groups = reference.grouped([record for record, _ in expected], "group", 1)
    assert [hit["objectID"] for hit in search.hits(once, once.page(0, 20))] == [
        each[0]["objectID"] for each in groups
    ]
    assert once.total == len(groups)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("car", "car", 0),
        ("car", "cra", 1),
        ("car", "cat", 1),
        ("car", "card", 1),
        ("ca", "abc", 3),
        ("", "ab", 2),
    ],
)
def test_the_references_edits_are_those_of_the_books(one: str, other: str, expected: int) -> None:
    assert reference.edits(one, other) == reference.edits(other, one) == expected
