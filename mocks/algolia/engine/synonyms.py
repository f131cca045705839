"""Synonyms: which words of a query may stand for which others, and which words a placeholder in a record stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mocks.algolia.engine.text import apart

Json = dict[str, Any]
MOST = 20
"""Replacements of one query, so that many synonyms of many words stay affordable."""

TYPOS = {"altcorrection1": 1, "altcorrection2": 2}


class Variant(NamedTuple):
    """Words `start` to `end` of the query replaced by others, at a cost of typos."""

    start: int
    end: int
    put: tuple[str, ...]
    typos: int


@dataclass(slots=True)
class Synonyms:
    """The synonyms of an index, by the words that bring them into play."""

    by_words: dict[tuple[str, ...], list[tuple[tuple[str, ...], int]]] = field(default_factory=dict)
    longest: int = 0

    @classmethod
    def of(cls, entries: Iterable[Json]) -> Synonyms:
        """Read synonyms as the API has them.

        A placeholder such as `<street>` is written in records; so each of its replacements in a query may stand for
        the placeholder's own word, at no cost.
        """
        found = cls()
        for entry in entries:
            typos = TYPOS.get(entry["type"], 0)
            if entry["type"] == "synonym":
                for one in entry["synonyms"]:
                    found._add(one, [other for other in entry["synonyms"] if other != one], typos)
            elif entry["type"] == "onewaysynonym":
                found._add(entry["input"], entry["synonyms"], typos)
            elif entry["type"] in TYPOS:
                found._add(entry["word"], entry["corrections"], typos)
            else:
                for one in entry["replacements"]:
                    found._add(one, [entry["placeholder"]], typos)
        return found

    def _add(self, source: str, targets: list[str], typos: int) -> None:
        key = tuple(word.text for word in apart(source))
        if not key:
            return
        self.longest = max(self.longest, len(key))
        put = [tuple(word.text for word in apart(target)) for target in targets]
        self.by_words.setdefault(key, []).extend((each, typos) for each in put if each and each != key)

    def of_words(self, words: tuple[str, ...]) -> list[tuple[tuple[str, ...], int]]:
        """Return what may stand for some words, with its cost in typos."""
        return self.by_words.get(words, [])

    def variants(self, asked: list[str]) -> Iterator[Variant]:
        """Return the replacements that a query allows, one at a time."""
        count = 0
        for start in range(len(asked)):
            for end in range(start + 1, min(len(asked), start + self.longest) + 1):
                for put, typos in self.by_words.get(tuple(asked[start:end]), ()):
                    yield Variant(start, end, put, typos)
                    count += 1
                    if count == MOST:
                        return
