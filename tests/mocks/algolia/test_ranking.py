"""Ranking many records: those that cannot be among the first are left out early, and the order stays the same."""

import random
from typing import Any

import pytest

from mocks.algolia.engine import pool, question, ranking, search
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.shape import Shape
from mocks.algolia.engine.synonyms import Synonyms

SETTINGS = {"searchableAttributes": ["a", "b", "unordered(c)"], "customRanking": ["desc(n)"]}
QUERIES = ("red car", "car red", "red red", "red re", "blue carpet", "blue ca", "rod car")


def test_two_frequent_words_are_ordered_as_when_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    corpus = Corpus(Shape.of(SETTINGS))
    for number in range(600):
        texts = {name: " ".join(chance.choices(["red", "car", "carpet", "blue"], k=6)) for name in "abc"}
        corpus.put({"objectID": str(number), "n": chance.randrange(5), **texts})
        if number % 200 == 0:
            assert corpus.parts
    used: list[Any] = []
    closest = pool.Pool.closest

    def noted(*of: Any) -> Any:
        used.append(closest(*of))
        return used[-1]

    monkeypatch.setattr(pool.Pool, "closest", noted)

    def order(query: str, at_once: int) -> list[list[int]]:
        monkeypatch.setattr(ranking, "AT_ONCE", at_once)
        found = search.find(corpus, question.ask(SETTINGS, {"query": query}, [], Synonyms()))
        return found.page(0, 20)

    for query in QUERIES:
        assert order(query, 1) == order(query, 10_000), query
    assert any(each is not None for each in used)
