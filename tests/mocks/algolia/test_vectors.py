"""Searches whose answers follow from Algolia's documents: each case names its rule, none was taken from the engine.

The cases are in `vectors/`. Those marked `unconfirmed` rest on a rule that the documents do not state.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mocks.algolia.engine import parameters, question, relevance, rules, search
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.search import Found
from mocks.algolia.engine.shape import Shape
from mocks.algolia.engine.synonyms import Synonyms
from mocks.algolia.resources.rules import read as read_rule
from mocks.algolia.resources.synonyms import read as read_synonym

Json = Any
INDICES = [
    index
    for path in sorted((Path(__file__).parent / "vectors").glob("*.toml"))
    for index in tomllib.loads(path.read_text("utf-8"))["index"]
]
CASES = [
    pytest.param(index, case, id=f"{index['name']}: {case['rule']} [{number}]")
    for index in INDICES
    for number, case in enumerate(index["cases"])
]


def found_by(index: Json, case: Json) -> Found:
    """Search an index as a case says."""
    settings = index.get("settings", {})
    corpus = Corpus(Shape.of(settings))
    for record in index["records"]:
        corpus.put(record)
    given = {"query": case.get("query", ""), "getRankingInfo": True, **case.get("given", {})}
    values = parameters.of_search(given)
    held = [read_rule(each) for each in index.get("rules", ())]
    effective = question.effective(settings, values)
    changes: Json = {}
    applied = rules.Applied()
    if effective.get("enableRules", True):
        changes, applied = rules.apply(held, effective, now=1_772_355_600, facet_values=_values_in(corpus))
    synonyms = Synonyms.of(read_synonym(each) for each in index.get("synonyms", ()))
    asked = question.ask(settings, values | changes, applied.forced, synonyms, applied=applied)
    if index.get("virtual"):
        asked.strictness = asked.values.get("relevancyStrictness", relevance.MOST)
        asked.values["ranking"] = relevance.order(asked.values["ranking"])
    return search.find(corpus, asked)


def _values_in(corpus: Corpus) -> Any:
    def values(name: str) -> Json:
        for part in corpus.parts:
            corpus.codes(part.segment, name)
        return corpus.spelled(name).codes

    return values


@pytest.mark.parametrize(("index", "case"), CASES)
def test_what_the_documents_say(index: Json, case: Json) -> None:
    found = found_by(index, case)
    hits = search.hits(found, found.page(0, found.question.values["hitsPerPage"]))
    ids = [hit["objectID"] for hit in hits]
    if "finds" in case:
        assert ids == case["finds"]
    if "set" in case:
        assert sorted(ids) == sorted(case["set"])
    infos = {hit["objectID"]: hit["_rankingInfo"] for hit in hits}
    wanted = dict(case.get("infos", {}))
    if "info" in case:
        wanted |= dict.fromkeys([case["only"]] if "only" in case else case["set"], case["info"])
    for id, info in wanted.items():
        assert {name: infos[id][name] for name in info} == info
    if "facets" in case or "stats" in case:
        counts, stats = search.counted(found) or ({}, {})
        assert counts == case.get("facets", counts)
        assert stats == case.get("stats", stats)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 150
    assert all(index["source"] and case["rule"] for index in INDICES for case in index["cases"])


def test_each_names_the_pages_that_it_follows_from() -> None:
    """Of Algolia's documentation (below algolia.com/doc), or where its staff said so."""
    for index in INDICES:
        assert index["pages"], index["name"]
        assert all(
            re.match(r"guides/|api-reference/api-parameters/|https://", page) for page in index["pages"]
        )
