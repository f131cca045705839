"""The ways to read a query: its words with all that may stand for each, and the same with words joined, cut or replaced.

A word may be met by itself, by the beginning of a word, with typos, by a synonym of one word or by its other number.
What takes more than one word's place is a reading of its own, and a record takes the reading that it meets best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from mocks.algolia.engine.synonyms import Synonyms
from mocks.algolia.engine.text import Word

Json = dict[str, Any]

MOST = 24
"""Readings of one query, so that many synonyms of many words stay affordable."""

BIGRAMS = 4
"""Pairs of neighbours at the beginning of a query that are joined (Algolia: "Splitting and concatenation")."""


@dataclass(frozen=True, slots=True)
class Form:
    """Another word that may stand for a query word, at a cost of typos."""

    text: str
    extra: int = 0
    exact: bool = False


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word that is looked for.

    `limit` is how many typos it may have, `extra` what using it costs in typos, `weight` for how many of the query's
    words it stands, and `stands` which of them it is shown as.
    """

    text: str
    stands: tuple[int, ...]
    prefix: bool = False
    optional: bool = False
    limit: int = 0
    extra: int = 0
    exact: bool = True
    weight: int = 1
    others: tuple[Form, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Words to be found; those of each stretch in `phrases` (first, end) follow each other directly."""

    words: tuple[QueryWord, ...]
    phrases: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """What the languages of a query say: other numbers of a word, and the parts of a compound."""

    plurals: Callable[[str], frozenset[str]]
    parts: Callable[[str], tuple[str, ...]]


def limit(values: Json, word: str) -> int:
    """Return how many typos a query word may have (Algolia: "Typo tolerance")."""
    if values.get("typoTolerance", True) is False or not word.isalnum():
        return 0
    if word in (each.lower() for each in values.get("disableTypoToleranceOnWords") or ()):
        return 0
    if not values.get("allowTyposOnNumericTokens", True) and word.isdigit():
        return 0
    if len(word) >= values["minWordSizefor2Typos"]:
        return 2
    return 1 if len(word) >= values["minWordSizefor1Typo"] else 0


def plain(values: Json, asked: list[Word], quoted: list[tuple[int, int]], optional: set[str]) -> Reading:
    """Return the query as it is: `quoted` are stretches that must stand in a record word for word."""
    fixed = {at for first, end in quoted for at in range(first, end)}
    kind, last = values["queryType"], len(asked) - 1
    found = [
        QueryWord(
            word.text,
            (at,),
            prefix=at not in fixed and (kind == "prefixAll" or (kind == "prefixLast" and at == last)),
            optional=at not in fixed and word.text in optional,
            limit=0 if at in fixed else limit(values, word.text),
        )
        for at, word in enumerate(asked)
    ]
    return Reading(tuple(found), tuple(quoted))


def part(reading: Reading, first: int, end: int) -> Reading:
    """Return some of the words; a phrase of which words are left out holds the others together no longer."""
    phrases = []
    for start, stop in reading.phrases:
        if first <= start and stop <= end:
            phrases.append((start - first, stop - first))
        else:
            left = range(max(start, first), min(stop, end))
            phrases += [(at - first, at - first + 1) for at in left]
    return Reading(reading.words[first:end], tuple(phrases))


def all_optional(reading: Reading) -> Reading:
    """Return the same with no word needed but those of phrases."""
    words = [replace(word, optional=_free(reading, at, at + 1)) for at, word in enumerate(reading.words)]
    return replace(reading, words=tuple(words))


def with_others(reading: Reading, values: Json, synonyms: Synonyms, language: Language) -> Reading:
    """Let words of one word stand for the query's: synonyms, corrections, singular and plural."""
    as_exact = values.get("alternativesAsExact") or ()
    fixed = {at for first, end in reading.phrases for at in range(first, end)}
    words = []
    for at, word in enumerate(reading.words):
        others: list[Form] = []
        if at not in fixed:
            if values.get("synonyms", True):
                exact = "singleWordSynonym" in as_exact
                others += [
                    Form(put[0], typos, exact=exact and not typos)
                    for put, typos in synonyms.of_words((word.text,))
                    if len(put) == 1
                ]
            others += [
                Form(each, 0, exact="ignorePlurals" in as_exact)
                for each in sorted(language.plurals(word.text))
            ]
        words.append(replace(word, others=tuple(dict.fromkeys(others))))
    return replace(reading, words=tuple(words))


def more(
    reading: Reading, values: Json, synonyms: Synonyms, language: Language, known: Callable[[str], bool]
) -> Iterator[Reading]:
    """Return the other readings, each with one change to the plain one; `known` tells whether the index has a word."""
    if values.get("synonyms", True):
        exact = "multiWordsSynonym" in (values.get("alternativesAsExact") or ())
        for first, end, put, typos in synonyms.variants([word.text for word in reading.words]):
            if end - first == 1 and len(put) == 1:
                continue  # stands for the word in the plain reading
            if _free(reading, first, end):
                yield _with(reading, first, end, put, extra=typos, exact=exact)
    for at, word in enumerate(reading.words):
        parts = language.parts(word.text)
        if len(parts) > 1 and _free(reading, at, at + 1):
            yield _with(reading, at, at + 1, parts, extra=0, exact=False)
    if values.get("typoTolerance", True) is not False:
        yield from _joined(reading, values, known)


def _joined(reading: Reading, values: Json, known: Callable[[str], bool]) -> Iterator[Reading]:
    """Join neighbours: the first pairs, and all words; this counts as a typo."""
    untouched = {each.lower() for each in values.get("disableTypoToleranceOnWords") or ()}
    count = len(reading.words)
    spans = [(at, at + 2) for at in range(min(BIGRAMS, count - 1))]
    if count > 2:
        spans.append((0, count))
    for first, end in spans:
        words = reading.words[first:end]
        text = "".join([word.text for word in words])
        if not _free(reading, first, end) or any(word.text in untouched for word in words):
            continue
        last = words[-1]
        if not last.prefix and not known(text):
            continue
        stands = tuple(at for word in words for at in word.stands)
        joined = QueryWord(text, stands, prefix=last.prefix, extra=1, exact=False, weight=len(words))
        yield _put(reading, first, end, (joined,))


def cut(reading: Reading, values: Json, known: Callable[[str], bool]) -> Iterator[tuple[int, list[Reading]]]:
    """Return for each word the readings with it cut in two words that the index has; this counts as a typo."""
    if values.get("typoTolerance", True) is False:
        return
    untouched = {each.lower() for each in values.get("disableTypoToleranceOnWords") or ()}
    for at, word in enumerate(reading.words):
        long = len(word.text) >= max(2, values["minWordSizefor1Typo"])
        if not long or word.text in untouched or not _free(reading, at, at + 1):
            continue
        pairs = [(word.text[:place], word.text[place:]) for place in range(1, len(word.text))]
        found = [pair for pair in pairs if known(pair[0]) and known(pair[1])]
        if found:
            yield at, [_with(reading, at, at + 1, pair, extra=1, exact=False) for pair in found]


def _free(reading: Reading, first: int, end: int) -> bool:
    """Tell whether words belong to no phrase."""
    return all(end <= start or first >= stop for start, stop in reading.phrases)


def _with(
    reading: Reading, first: int, end: int, put: tuple[str, ...], *, extra: int, exact: bool
) -> Reading:
    """Put words in the place of others; several follow each other directly."""
    stands = tuple(at for word in reading.words[first:end] for at in word.stands)
    words = tuple(
        QueryWord(
            text,
            stands,
            extra=0 if at else extra,
            exact=exact and not extra,
            weight=0 if at else end - first,
        )
        for at, text in enumerate(put)
    )
    return _put(reading, first, end, words)


def _put(reading: Reading, first: int, end: int, words: tuple[QueryWord, ...]) -> Reading:
    shift = len(words) - (end - first)
    phrases = [
        (start, stop) if stop <= first else (start + shift, stop + shift) for start, stop in reading.phrases
    ]
    if len(words) > 1:
        phrases.append((first, first + len(words)))
    return Reading((*reading.words[:first], *words, *reading.words[end:]), tuple(phrases))


def glued(text: str, asked: list[Word], separators: str) -> list[tuple[int, int]]:
    """Return the stretches of words that indexed separators glue together, such as `alice@wonderland`."""
    if not separators:
        return []
    runs = []
    number = 0
    places = []
    for at, word in enumerate(asked):
        if at and word.start > asked[at - 1].end:
            number += 1
        places.append((number, at))
    for _, group in groupby(places, key=lambda each: each[0]):
        members = [at for _, at in group]
        if len(members) > 1 and any(asked[at].text in separators for at in members):
            runs.append((members[0], members[-1] + 1))
    return runs
