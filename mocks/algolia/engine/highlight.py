"""Highlighting and snippets: the words of a hit's attributes that were matched, marked by tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mocks.algolia.engine import matching, paths
from mocks.algolia.engine.corpus import INTERNAL, Corpus, searchable
from mocks.algolia.engine.question import Question
from mocks.algolia.engine.text import original_length, words

Json = Any
Leaf = Callable[[str], dict[str, Json]]
USUAL_WORDS = 10
"""Words of a snippet when `attributesToSnippet` gives no number."""


@dataclass(slots=True)
class Marker:
    """Marks what a query matched.

    `meant` tells for each indexed word which of the query's words it was found for, and how many of its letters are
    marked: the typed beginning of a word, the whole of one that was found with a typo or by a synonym.
    """

    pre: str
    post: str
    separators: str = ""
    keep: str = ""
    asked: tuple[str, ...] = ()
    meant: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, corpus: Corpus, question: Question) -> Marker:
        """Read a search."""
        values = question.values
        marker = cls(
            values["highlightPreTag"],
            values["highlightPostTag"],
            corpus.shape.separators,
            corpus.shape.keep,
            tuple(dict.fromkeys(question.asked)),
        )
        only_exact = values["exactOnSingleWordQuery"] == "word" and len(question.asked) == 1
        plain = question.variants[0]
        for number, variant in enumerate(question.variants):
            for at, word in enumerate(variant):
                # A synonym is put down to the query's word in its place.
                name = word.text if not number else plain[min(at, len(plain) - 1)].text
                for indexed, typos in matching.alternatives(corpus, question, word).items():
                    if only_exact and indexed != word.text:
                        continue
                    length = len(word.text) if typos == word.extra and word.prefix else len(indexed)
                    known = marker.meant.setdefault(indexed, {})
                    known[name] = max(length, known.get(name, 0))
        return marker

    def marked(self, text: str) -> tuple[str, list[str], int]:
        """Return a text with tags, the query's words in it, and how many of its characters are marked."""
        out, done, found, covered = "", 0, set(), 0
        for word in words(text, separators=self.separators, keep=self.keep):
            meant = self.meant.get(word.text)
            if not meant:
                continue
            found |= set(meant)
            end = word.start + original_length(text[word.start : word.end], max(meant.values()), self.keep)
            out += text[done : word.start] + self.pre + text[word.start : end] + self.post
            covered += end - word.start
            done = end
        return out + text[done:], [word for word in self.asked if word in found], covered

    def highlight(self, text: str) -> dict[str, Json]:
        """Return what `_highlightResult` says of one text."""
        value, found, covered = self.marked(text)
        shown: dict[str, Json] = {"value": value, "matchLevel": self.level(found)}
        if found:
            shown["fullyHighlighted"] = covered == len(text.strip())
        return shown | {"matchedWords": found}

    def level(self, found: list[str]) -> str:
        """Return `none`, `partial` or `full`: none, some or all of the query's words are there."""
        if not found:
            return "none"
        return "full" if len(found) == len(self.asked) else "partial"

    def snippet(self, text: str, length: int, ellipsis: str) -> dict[str, Json]:
        """Return what `_snippetResult` says of one text: the stretch of `length` words with the most matches."""
        pieces = words(text, separators=self.separators, keep=self.keep)
        if len(pieces) > length > 0:
            hits = [piece.text in self.meant for piece in pieces]
            counts = [sum(hits[at : at + length]) for at in range(len(pieces) - length + 1)]
            first = _centred(hits, counts.index(max(counts)), length)
            last = first + length
            start = 0 if first == 0 else pieces[first].start
            end = len(text) if last == len(pieces) else pieces[last - 1].end
            value, found, _ = self.marked(text[start:end])
            value = (ellipsis if start else "") + value + (ellipsis if end < len(text) else "")
            return {"value": value, "matchLevel": self.level(found)}
        value, found, _ = self.marked(text)
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
        wanted = _searched(question.settings)
    highlighted = _shape(record, "", wanted, marker.highlight, restricted=restricted)
    if highlighted:
        shown["_highlightResult"] = highlighted
    snippets = values.get("attributesToSnippet") or []
    lengths = dict(_length(each) for each in snippets)
    if lengths:
        ellipsis = values.get("snippetEllipsisText", "…")
        snippet: dict[str, Json] = {}
        for name, length in lengths.items():
            cut = _cutter(marker, length, ellipsis)
            snippet |= _shape(record, "", [name], cut, restricted=restricted) or {}
        if snippet:
            shown["_snippetResult"] = snippet
    return shown


def _cutter(marker: Marker, length: int, ellipsis: str) -> Leaf:
    return lambda text: marker.snippet(text, length, ellipsis)


def _length(entry: str) -> tuple[str, int]:
    name, _, length = entry.rpartition(":")
    if name and length.isdigit():
        return name, int(length)
    return entry, USUAL_WORDS


def _searched(settings: dict[str, Json]) -> list[str]:
    listed = settings.get("searchableAttributes") or []
    names = [
        name.strip()
        for entry in listed
        for name in entry.removeprefix("unordered(").removeprefix("ordered(").removesuffix(")").split(",")
    ]
    return names or ["*"]


def _shape(node: Json, path: str, wanted: list[str], leaf: Leaf, *, restricted: bool) -> Json:
    """Return a structure like the record's with each wanted text replaced by what `leaf` says of it; None for none."""
    if isinstance(node, dict):
        shown = {}
        for name, value in node.items():
            below = f"{path}.{name}" if path else name
            if not path and name in INTERNAL and name not in wanted:
                continue
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
    if not searchable(node) or not paths.within(path, wanted):
        return None
    return leaf(paths.spelled(node))
