"""Which records match a query, and how well by each of the textual criteria.

A record matches when each word that is not optional is found in any searchable attribute: as it is, as the beginning
of a word where prefixes count, or with typos.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from mocks.algolia.engine.conditions import Test
from mocks.algolia.engine.corpus import Corpus, Place
from mocks.algolia.engine.paths import within
from mocks.algolia.engine.question import QueryWord, Question

Json = dict[str, Any]
FAR = 8
"""The proximity of words that are far apart, or in different texts."""
LOOKED_AT = 40
"""Places of one word in one record that are compared with the next word's."""


@dataclass(slots=True)
class Match:
    """A record found, with the values of its ranking criteria; `geo` is the distance in units of the precision."""

    number: int
    record: Json
    typos: int = 0
    words: int = 0
    proximity: int = 0
    attribute: int = 0
    exact: int = 0
    filters: int = 0
    geo: int = 0
    metres: int = 0
    precision: int = 1
    place: tuple[float, float] | None = None


@dataclass(slots=True)
class _Found:
    """One word in one record: its least typos, whether it stands there exactly or as a whole text, and where."""

    typos: int
    exact: bool
    whole: bool
    places: list[Place] = field(default_factory=list)


def match(corpus: Corpus, question: Question, test: Test | None = None) -> list[Match]:
    """Return the records whose text matches and that pass the test, in the order of the index.

    A query without words matches them all.
    """
    if not question.asked:
        every = corpus.records.items()
        return [Match(number, record) for number, record in every if test is None or test(record)]
    best: dict[int, Match] = {}
    for variant in question.variants:
        for found in _variant(corpus, question, variant, test):
            known = best.get(found.number)
            if known is None or _better(found, known):
                best[found.number] = found
    return [best[number] for number in sorted(best)]


def _better(one: Match, other: Match) -> bool:
    keys = [(each.typos, -each.words, each.proximity, each.attribute, -each.exact) for each in (one, other)]
    return keys[0] < keys[1]


def _variant(corpus: Corpus, question: Question, variant: list[QueryWord], test: Test | None) -> list[Match]:
    found = [_word(corpus, question, word) for word in variant]
    needed = [each for each, word in zip(found, variant, strict=True) if not word.optional]
    if needed:
        needed.sort(key=len)
        numbers = set(needed[0]).intersection(*needed[1:])
    else:
        numbers = set().union(*found)
    if test is not None:
        numbers = {number for number in numbers if test(corpus.records[number])}
    return [_match(corpus, question, number, variant, found) for number in numbers]


def limit(question: Question, word: QueryWord) -> int:
    """Return how many typos a query word may have."""
    values = question.values
    if word.fixed or values.get("typoTolerance", True) is False:
        return 0
    if word.text in (question.settings.get("disableTypoToleranceOnWords") or ()):
        return 0
    if not values.get("allowTyposOnNumericTokens", True) and word.text.isdigit():
        return 0
    if len(word.text) >= values["minWordSizefor2Typos"]:
        return 2
    return 1 if len(word.text) >= values["minWordSizefor1Typo"] else 0


def alternatives(corpus: Corpus, question: Question, word: QueryWord) -> dict[str, int]:
    """Return the indexed words that a query word stands for, with their typos; one in the first letter counts twice."""
    similar = corpus.similar(word.text, limit(question, word), prefix=word.prefix)
    first = word.text[0]
    return {
        indexed: typos + (typos > 0 and indexed[0] != first) + word.extra
        for indexed, typos in similar.items()
    }


def _word(corpus: Corpus, question: Question, word: QueryWord) -> dict[int, _Found]:
    """Return where a query word is found, by record."""
    found: dict[int, _Found] = {}
    counts = _counting(question)
    no_typos = question.values.get("disableTypoToleranceOnAttributes") or ()
    no_prefix = question.settings.get("disablePrefixOnAttributes") or ()
    for indexed, typos in sorted(alternatives(corpus, question, word).items(), key=lambda each: each[1]):
        same = indexed == word.text
        for number, all_places in corpus.words[indexed].items():
            places = all_places if counts is None else [each for each in all_places if counts(each)]
            if typos > word.extra and no_typos:
                places = [each for each in places if not within(each.attribute.name, no_typos)]
            if not same and typos == word.extra and no_prefix:
                places = [each for each in places if not within(each.attribute.name, no_prefix)]
            if not places:
                continue
            known = found.get(number)
            if known is None:
                known = found[number] = _Found(typos, exact=False, whole=False)
            if same and word.exact:
                known.exact = True
                known.whole = known.whole or any(each.alone for each in places)
            if typos == known.typos:
                known.places += places
    return found


def _counting(question: Question) -> Callable[[Place], bool] | None:
    """Return what narrows the places down to `restrictSearchableAttributes`."""
    wanted = question.values.get("restrictSearchableAttributes")
    if not wanted:
        return None
    return lambda place: within(place.attribute.name, wanted)


def _match(
    corpus: Corpus,
    question: Question,
    number: int,
    variant: list[QueryWord],
    by_word: list[dict[int, _Found]],
) -> Match:
    found = [each.get(number) for each in by_word]
    present = [each for each in found if each is not None]
    # A synonym of several words stands for the query's own number of words.
    missing = len(found) - len(present)
    return Match(
        number,
        corpus.records[number],
        typos=sum(each.typos for each in present),
        words=max(1, len(question.asked) - missing),
        proximity=_proximity(present, question.values.get("minProximity", 1)),
        attribute=_attribute(present),
        exact=_exact(question, present, variant),
    )


def _attribute(present: list[_Found]) -> int:
    """Return the best place: the attribute's rank times 1000, and the position where it counts."""
    return min(
        place.attribute.rank * 1000 + (min(place.position, 999) if place.attribute.ordered else 0)
        for each in present
        for place in each.places
    )


def _proximity(present: list[_Found], least: int) -> int:
    return sum(max(_distance(one, other), least) for one, other in pairwise(present))


def _distance(one: _Found, other: _Found) -> int:
    best = FAR
    for before in one.places[:LOOKED_AT]:
        for after in other.places[:LOOKED_AT]:
            if before.leaf == after.leaf:
                gap = after.position - before.position
                best = min(best, gap if gap > 0 else 1 - gap)
    return best


def _exact(question: Question, present: list[_Found], variant: list[QueryWord]) -> int:
    if len(variant) > 1:
        return sum(each.exact for each in present)
    mode = question.values["exactOnSingleWordQuery"]
    if mode == "attribute":
        return int(present[0].whole)
    return int(mode == "word" and present[0].exact)
