"""The engine finds, ranks, groups and counts as the plain reference does, on small indexes and searches of all kinds."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocks.algolia.engine import (
    location,
    matching,
    nearness,
    parameters,
    question,
    ranking,
    relaxation,
    rules,
    search,
)
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.pool import Pool
from mocks.algolia.engine.shape import Shape
from mocks.algolia.engine.synonyms import Synonyms
from tests.mocks.algolia import features, reference, reference_search, small_searches
from tests.mocks.algolia.reference import Asked
from tests.mocks.algolia.reference_search import Hit, Reference, Rule
from tests.mocks.algolia.small_searches import Case

Json = Any

EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "300"))
"""Small indexes and searches that are tried; `make engine` tries 2,000."""

TRIED, SEVERAL = 1_000, 2

LARGE = (
    (ranking, "AT_ONCE", 1),
    (ranking, "NARROWER", 1),
    (matching, "FEW", 1),
    (nearness, "FEW", 0),
    (relaxation, "EACH", 2),
    (location, "NEAREST", 2),
    (reference_search, "SOME", 2),
)
"""Bounds from which on things are done otherwise, as small as a large case needs them."""

EARLY = ((Pool, "closest"), (matching, "first_keys"))
"""Where the first records are found before the criteria of the others are worked out; None where they cannot be."""

NAMES = {
    "nbTypos": "typo",
    "words": "words",
    "filters": "filters",
    "proximityDistance": "proximity",
    "firstMatchedWord": "attribute",
    "nbExactWords": "exact",
}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(number=st.integers(0, 2**64 - 1))
def test_the_engine_equals_the_reference(number: int) -> None:
    compare(small_searches.Maker(number).case())


@contextmanager
def treated(case: Case) -> Iterator[None]:
    """Treat the records of a large case as if they were thousands, so that few are enough for what is done with many."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in LARGE if case.large else ():
            patch.setattr(module, name, value)
        yield


def test_searches_of_all_kinds_are_tried() -> None:
    """Some hundred searches, the same each time, try each feature several times; so more of them do for certain."""
    reached: Counter[str] = Counter()
    for number in range(TRIED):
        case = small_searches.Maker(number).case()
        with treated(case):
            hits = expected(case)[0]
        reached.update({*features.tried(case, hits), *features.narrowed(case, hits, expected(case)[0])})
    assert {feature for feature in features.FEATURES if reached[feature] < SEVERAL} == set(), reached


@pytest.mark.parametrize(("owner", "name"), EARLY)
def test_an_early_end_is_tried_and_a_fault_there_noticed(
    owner: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of searches that are the same each time several end early, and one is found to differ when that goes wrong."""
    plain = getattr(owner, name)
    reached = noticed = 0

    def wrong(*of: Any) -> Any:
        nonlocal reached
        answer = plain(*of)
        reached += answer is not None
        return answer if answer is None else answer[::-1]

    monkeypatch.setattr(owner, name, wrong)
    for number in range(TRIED):
        case = small_searches.Maker(number).case()
        if case.large and min(reached, noticed) < SEVERAL:
            try:
                compare(case)
            except AssertionError:
                noticed += 1
    assert min(reached, noticed) >= SEVERAL


def expected(case: Case) -> tuple[list[Hit], Rule | None, list[Json]]:
    """Return what the reference finds, the rule that is applied if any, and the records."""
    kept: dict[str, Json] = {}
    for record in case.written:
        if record is None:  # the record that was written last but one is taken out
            kept.pop(next(reversed(list(kept)[:-1]), "none"), None)
        else:
            kept.pop(record["objectID"], None)
            kept[record["objectID"]] = record
    index = Reference(list(kept.values()), case.settings, list(small_searches.read(case.synonyms)))
    rule = case.rule if case.rule is not None and case.rule.applies(case.asked.words) else None
    asked, filters = case.asked, case.filters
    if rule is not None:
        asked = Asked(rule.query_of(asked.words))
        filters = [*filters, [("brand", ":", rule.brand, False, 1)]] if rule.brand else filters
    return index.search(asked, case.given, filters, case.optional), rule, index.records


def corpus_of(case: Case) -> Corpus:
    """Write the records, looking at the index now and then."""
    corpus, kept = Corpus(Shape.of(case.settings)), dict[str, Json]()
    for number, record in enumerate(case.written):
        if record is None:
            id = next(reversed(list(kept)[:-1]), "none")
            corpus.remove(id)
            kept.pop(id, None)
        else:
            corpus.put(record)
            kept.pop(record["objectID"], None)
            kept[record["objectID"]] = record
        if case.seen and number % case.seen == 0:
            assert len(corpus.parts) <= number + 1
    return corpus


def of_api(rule: Rule) -> Json:
    """Return a rule as the API has it."""
    params: Json = {"filters": f"brand:{rule.brand}"} if rule.brand else {}
    if rule.query is not None:
        params["query"] = rule.query
    elif rule.remove is not None:
        params["query"] = {"remove": [rule.remove]}
    return {
        "objectID": "rule",
        "conditions": [{"pattern": " ".join(rule.pattern), "anchoring": rule.anchoring}],
        "consequence": {
            "params": params,
            "promote": [{"objectID": id, "position": place} for id, place in rule.promote],
            "hide": [{"objectID": id} for id in rule.hide],
            "filterPromotes": rule.only_filtered,
        },
    }


def found_by(case: Case, corpus: Corpus) -> search.Found:
    """Search as the room does: rules first, then the query that they leave."""
    more: Json = {"query": case.query, "filters": reference_search.shown(case.filters), "facets": ["brand"]}
    if case.optional:
        more["optionalFilters"] = reference_search.listed(case.optional)
    values = parameters.of_search({**more, **case.given, "getRankingInfo": True})
    held = [] if case.rule is None else [of_api(case.rule)]
    changes, applied = rules.apply(
        held, question.effective(case.settings, values), now=0, facet_values=lambda _: {}
    )
    synonyms = Synonyms.of(case.synonyms)
    asked = question.ask(case.settings, values | changes, applied.forced, synonyms, applied=applied)
    return search.find(corpus, asked)


def compare(case: Case) -> None:
    """Hold the engine against the reference: hits, criteria, counts and groups."""
    with treated(case):
        _compare(case)


def _compare(case: Case) -> None:
    wanted, rule, records = expected(case)
    corpus = corpus_of(case)
    found = found_by(case, corpus)
    plain, promoted = [hit.record for hit in wanted], dict[int, Json]()
    if rule is not None:
        plain, promoted = rule.arranged(plain, records)
    groups = reference_search.grouped(plain, "group", case.given.get("distinct", 0))
    hits = reference_search.pinned(groups, promoted)
    shown = [[corpus.record(number)["objectID"] for number in group] for group in found.page(0, 20)]
    assert shown == [[record["objectID"] for record in group] for group in hits]
    assert [shown[:2], shown[2:5]] == [
        [[corpus.record(number)["objectID"] for number in group] for group in found.page(*part)]
        for part in ((0, 2), (2, 5))
    ]
    assert found.total == found.total_shown == len(hits)
    _compare_criteria(case, found, wanted, {record["objectID"] for record in promoted.values()})
    counted = search.counted(found)
    assert counted is not None
    assert counted[0].get("brand", {}) == reference_search.facets([*plain, *promoted.values()], "brand")


def _compare_criteria(case: Case, found: search.Found, wanted: list[Hit], promoted: set[str]) -> None:
    by_id = {hit.record["objectID"]: hit.criteria for hit in wanted}
    for hit in search.hits(found, found.page(0, 20)):
        info = hit["_rankingInfo"]
        if hit["objectID"] in promoted:
            assert info["promoted"] is True
            continue
        criteria = by_id[hit["objectID"]]
        told = {name: abs(criteria[key]) for name, key in NAMES.items()}
        assert {name: info[name] for name in NAMES} == told | {"words": max(1, told["words"])}
        if criteria["geo"] not in (0, reference_search.NOWHERE):
            assert info["geoDistance"] == criteria["geo"]


def test_a_case_that_differs_is_noticed() -> None:
    """The comparison can fail: the reference of other records is not the engine's answer."""
    written = [{"objectID": "1", "title": "red car"}, {"objectID": "2", "title": "red house"}]
    held = {"attributesForFaceting": ["brand"], "attributeForDistinct": "group"}
    case = Case(written, Asked(["red", "car"]), "red car", {}, held, [], [], [], None, 0, False)
    compare(case)
    with pytest.raises(AssertionError):
        compare(replace(case, query="red house"))


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
