"""Highlighting and snippets: the words of a hit's attributes that were matched, marked by tags."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from mocks.algolia.engine import lookup, paths
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.readings import QueryWord, Reading
from mocks.algolia.engine.shape import INTERNAL, Shape, is_text, searchable
from mocks.algolia.engine.text import PLAIN, RUN, apart, joined, original_length

Json = Any
Leaf = Callable[[str, str], dict[str, Json]]
"""Tells of a text and the attribute that it is in."""
USUAL_WORDS = 10
"""Words of a snippet when `attributesToSnippet` gives no number."""


@dataclass(slots=True)
class Meaning:
    """What of a text a query word stands for: the word's number in the query, and how many letters are marked."""

    words: set[int]
    length: int
    instead: str | None = None


@dataclass(slots=True)
class Marker:
    """Marks what a query matched.

    Of an indexed word those letters are marked that were typed: the beginning of a word, or the whole of one that was
    found with a typo or by a synonym.
    """

    pre: str
    post: str
    shape: Shape
    asked: list[str]
    words: list[tuple[QueryWord, dict[int, int]]]
    numbers: dict[str, int]
    whole: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    only_exact: bool = False
    replacing: bool = False
    plain: bool = True
    _known: dict[str, Meaning | None] = field(default_factory=dict)

    @classmethod
    def of(cls, corpus: Corpus, question: Question, readings: tuple[Reading, ...]) -> Marker:
        """Read a search and the readings of its query that found something."""
        values = question.values
        words = dict.fromkeys(word for reading in readings for word in reading.words)
        prefixes = tuple(word.text for word in words if word.prefix)
        costs = []
        for word in words:
            found: dict[int, int] = {}
            if word.limit:
                numbers, typos = lookup.alternatives(corpus, word)
                found = dict(zip(numbers.tolist(), typos.tolist(), strict=True))
            costs.append((word, found))
        return cls(
            values["highlightPreTag"],
            values["highlightPostTag"],
            corpus.shape,
            question.asked,
            costs,
            corpus.vocabulary.numbers,
            frozenset(text for word in words for text in (word.text, *(form.text for form in word.others)))
            | frozenset(corpus.vocabulary.words[number] for _, found in costs for number in found),
            prefixes,
            tuple(_searched(question.settings)),
            values["exactOnSingleWordQuery"] == "word" and len(question.asked) == 1,
            bool(values.get("replaceSynonymsInHighlight")),
            corpus.shape.spelling == PLAIN,
        )

    def meaning(self, text: str) -> Meaning | None:
        """Return what of the query an indexed word stands for, None when it was not found for any of it."""
        if text not in self._known:
            self._known[text] = self._meaning(text)
        return self._known[text]

    def _meaning(self, text: str) -> Meaning | None:
        if text not in self.whole and not text.startswith(self.prefixes):
            return None
        stands: set[int] = set()
        length = 0
        instead = None
        for word, typos in self.words:
            letters = self._letters(text, word, typos)
            if letters is None and any(form.text == text for form in word.others):
                letters = len(text)
                if self.replacing:
                    instead = word.text
            if letters is not None:
                stands |= set(word.stands)
                length = max(length, letters)
        return Meaning(stands, length, instead) if stands else None

    def _letters(self, text: str, word: QueryWord, typos: dict[int, int]) -> int | None:
        """Return how many letters of an indexed word are marked for a query word; None when it is none of it."""
        if text == word.text:
            return len(text)
        if self.only_exact:
            return None
        if word.prefix and text.startswith(word.text):
            return len(word.text)
        number = self.numbers.get(text)
        return len(text) if number is not None and number in typos else None

    def marked(self, text: str, path: str) -> tuple[str, list[str], int]:
        """Return a text of an attribute with tags, the query's words in it, and how many of its characters are marked."""
        if not self.words:
            return text, [], 0
        if self.plain and text.isascii() and not joined(text) and not self.shape.is_special(path):
            return self._marked_simply(text)
        out, done, found, covered = "", 0, set(), 0
        spelling = self.shape.spelling
        for word in self.shape.words(path, text):
            meant = self.meaning(word.text)
            if meant is None or word.start < done:
                continue
            found |= meant.words
            end = word.start + original_length(text[word.start : word.end], meant.length, spelling)
            shown = text[word.start : end] if meant.instead is None else meant.instead
            out += text[done : word.start] + self.pre + shown + self.post
            covered += end - word.start
            done = end
        return out + text[done:], self._named(found), covered

    def _marked_simply(self, text: str) -> tuple[str, list[str], int]:
        """Mark a text whose words are nothing but letters and digits of ASCII."""
        lower = text.lower()
        whole, prefixes = self.whole, self.prefixes
        if whole.isdisjoint(RUN.findall(lower)) and not any(prefix in lower for prefix in prefixes):
            return text, [], 0
        out, done, found, covered = "", 0, set(), 0
        for match in RUN.finditer(lower):
            word = match.group()
            if word not in whole and not word.startswith(prefixes):
                continue
            meant = self.meaning(word)
            if meant is not None:
                start = match.start()
                end = start + min(meant.length, len(word))
                found |= meant.words
                shown = text[start:end] if meant.instead is None else meant.instead
                out += text[done:start] + self.pre + shown + self.post
                covered += end - start
                done = end
        return out + text[done:], self._named(found), covered

    def _named(self, found: set[int]) -> list[str]:
        return list(dict.fromkeys(self.asked[at] for at in sorted(found) if at < len(self.asked)))

    def highlight(self, text: str, path: str) -> dict[str, Json]:
        """Return what `_highlightResult` says of one text."""
        value, found, covered = self.marked(text, path)
        if not found:
            return {"value": value, "matchLevel": "none", "matchedWords": []}
        whole = covered == len(text.strip())
        return {
            "value": value,
            "matchLevel": self.level(found),
            "fullyHighlighted": whole,
            "matchedWords": found,
        }

    def level(self, found: list[str]) -> str:
        """Return `none`, `partial` or `full`: none, some or all of the query's words are there."""
        if not found:
            return "none"
        return "full" if len(found) == len(set(self.asked)) else "partial"

    def snippet(self, text: str, path: str, length: int, ellipsis: str) -> dict[str, Json]:
        """Return what `_snippetResult` says of one text: the stretch of `length` words with the most matches."""
        pieces = apart(text, self.shape.spelling)
        if len(pieces) > length > 0:
            starts = sorted(word.start for word in self.shape.words(path, text) if self.meaning(word.text))
            hits = [bisect_left(starts, piece.start) < bisect_left(starts, piece.end) for piece in pieces]
            counts = [sum(hits[at : at + length]) for at in range(len(pieces) - length + 1)]
            first = _centred(hits, counts.index(max(counts)), length)
            last = first + length
            start = 0 if first == 0 else pieces[first].start
            end = len(text) if last == len(pieces) else pieces[last - 1].end
            value, found, _ = self.marked(text[start:end], path)
            value = (ellipsis if start else "") + value + (ellipsis if end < len(text) else "")
            return {"value": value, "matchLevel": self.level(found)}
        value, found, _ = self.marked(text, path)
        return {"value": value, "matchLevel": self.level(found)}


def _centred(hits: list[bool], first: int, length: int) -> int:
    """Move a stretch so that its matches lie in its middle, as far as the text allows."""
    inside = [at for at in range(first, first + length) if hits[at]]
    if not inside:
        return 0
    wanted = (inside[0] + inside[-1] + 1 - length) // 2
    return max(0, min(wanted, inside[0], len(hits) - length))


def results(record: dict[str, Json], question: Question, marker: Marker) -> dict[str, Json]:
    """Return `_highlightResult` and `_snippetResult` of a hit, those that there are."""
    shown: dict[str, Json] = {}
    values, restricted = question.values, bool(question.values.get("restrictHighlightAndSnippetArrays"))
    wanted = values.get("attributesToHighlight")
    if wanted is None:
        wanted = marker.searched
    highlighted = _shape(_top(record, wanted), "", wanted, marker.highlight, restricted=restricted)
    if highlighted:
        shown["_highlightResult"] = highlighted
    snippets = values.get("attributesToSnippet") or []
    lengths = dict(_length(each) for each in snippets)
    if lengths:
        ellipsis = values.get("snippetEllipsisText", "…")
        snippet: dict[str, Json] = {}
        for name, length in lengths.items():
            cut = _cutter(marker, length, ellipsis)
            snippet |= _shape(_top(record, [name]), "", [name], cut, restricted=restricted) or {}
        if snippet:
            shown["_snippetResult"] = snippet
    return shown


def _cutter(marker: Marker, length: int, ellipsis: str) -> Leaf:
    return lambda text, path: marker.snippet(text, path, length, ellipsis)


def _length(entry: str) -> tuple[str, int]:
    name, _, length = entry.rpartition(":")
    if name and length.isdigit():
        return name, int(length)
    return entry, USUAL_WORDS


def _searched(settings: dict[str, Json]) -> list[str]:
    return [each.name for each in searchable(settings.get("searchableAttributes") or [])] or ["*"]


def _top(record: dict[str, Json], wanted: Collection[str]) -> dict[str, Json]:
    """Return the attributes of a record that any wanted one can be in, in their order."""
    if "*" in wanted or any("." in name for name in wanted):
        return record
    return {name: value for name, value in record.items() if name in wanted}


def _shape(node: Json, path: str, wanted: Collection[str], leaf: Leaf, *, restricted: bool) -> Json:
    """Return a structure like the record's with each wanted text replaced by what `leaf` says of it; None for none."""
    if isinstance(node, dict):
        shown = {}
        for name, value in node.items():
            below = f"{path}.{name}" if path else name
            if not path and name in INTERNAL and name not in wanted:
                continue
            if type(value) is str:
                part = leaf(value, below) if paths.within(below, wanted) else None
            else:
                part = _shape(value, below, wanted, leaf, restricted=restricted)
            if part is not None:
                shown[name] = part
        return shown or None
    if isinstance(node, list):
        parts = [_shape(each, path, wanted, leaf, restricted=restricted) for each in node]
        kept = [each for each in parts if each is not None]
        if restricted:
            kept = [each for each in kept if each.get("matchLevel", "full") != "none"]
        return kept or None
    if not is_text(node) or not paths.within(path, wanted):
        return None
    return leaf(paths.spelled(node), path)
