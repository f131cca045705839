"""A stretch of an index that never changes: some records, and for each word where it stands in which of them.

The places of all words lie in arrays, word after word in the order of the alphabet, so that the places of all words with
a common beginning are one slice. Segments are made of records, or of other segments without the records that are gone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from mocks.algolia.engine.columns import Codes, Numbers
from mocks.algolia.engine.columns import Places as Where
from mocks.algolia.engine.shape import Attribute, Shape
from mocks.algolia.engine.text import simple
from mocks.algolia.engine.vocabulary import Vocabulary

Json = dict[str, Any]
Array = npt.NDArray[Any]

LAST = "\U0010ffff"
APART = 10
"""Places between two texts of a record, so that words of different texts are never near each other."""

LAST_POSITION = 999
"""The last position of a word in an attribute that is told from the next (positions are written as thousandths)."""

ALONE = 1
"""The bit of a place whose text is this one word."""


@dataclass(slots=True)
class Places:
    """Where words stand: record, spot, the value of the ranking criterion `attribute`, attribute and flags.

    Spots are the places of all words of a segment in one row: words that follow each other in a text have spots that do.
    """

    records: Array
    spots: Array
    keys: Array
    attributes: Array

    def __len__(self) -> int:
        return len(self.records)

    def at(self, index: Any) -> Places:
        """Return some of the places."""
        return Places(self.records[index], self.spots[index], self.keys[index], self.attributes[index])

    def kept(self, wanted: Array) -> Places:
        """Return those of the places that are wanted."""
        index = wanted.nonzero()[0]
        columns = self.records, self.spots, self.keys, self.attributes
        return Places(*(column.take(index) for column in columns))


@dataclass(slots=True)
class Attributes:
    """The numbers of an index's attributes."""

    known: list[Attribute] = field(default_factory=list)
    numbers: dict[Attribute, int] = field(default_factory=dict)

    def number(self, attribute: Attribute) -> int:
        """Return an attribute's number."""
        number = self.numbers.setdefault(attribute, len(self.known))
        if number == len(self.known):
            self.known.append(attribute)
        return number


@dataclass(slots=True)
class Segment:
    """Records as JSON, the words in them and their places; columns are made when they are first asked for.

    `ends` are where the JSON of each record ends and the next one's begins, and `bounds` likewise where its spots do.
    `by_id` has the numbers of the records that are not gone.
    """

    ids: list[str]
    raw: bytes
    ends: Array
    bounds: Array
    alive: Array
    words: list[str]
    starts: Array
    places: Places
    local: Array
    codes: dict[str, Codes] = field(default_factory=dict)
    numbers: dict[str, Numbers] = field(default_factory=dict)
    where: Where | None = None
    dead: int = 0
    by_id: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Number the records; all of them are there."""
        self.by_id = dict(zip(self.ids, range(len(self.ids)), strict=True))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def span(self) -> int:
        """How many spots there are."""
        return int(self.bounds[-1])

    def record(self, at: int) -> Json:
        """Return a record."""
        read: Json = orjson.loads(self.raw[self.ends[at] : self.ends[at + 1]])
        return read

    def records(self) -> Iterator[Json]:
        """Return all records, those that are gone included."""
        ends = self.ends.tolist()
        return (orjson.loads(self.raw[first:end]) for first, end in pairwise(ends))

    def beginning(self, prefix: str) -> tuple[int, int]:
        """Return the first and the end of the words with a common beginning."""
        first = bisect_left(self.words, prefix)
        return first, bisect_left(self.words, prefix + LAST, first)

    def numbers_of(self, words: Array) -> Array:
        """Return the numbers in this segment of words of the vocabulary, -1 for those that it has not."""
        if not len(self.local):
            return np.full(len(words), -1, np.int64)
        return np.where(words < len(self.local), self.local[np.minimum(words, len(self.local) - 1)], -1)

    def of_words(self, numbers: Sequence[int] | Array) -> Places:
        """Return the places of some words, given by their numbers in this segment."""
        if len(numbers) == 1:
            return self.places.at(slice(self.starts[numbers[0]], self.starts[numbers[0] + 1]))
        ranks = np.asarray(numbers, np.int64)
        return self.places.at(spread(self.starts[ranks], self.starts[ranks + 1]))

    def of_range(self, first: int, end: int) -> Places:
        """Return the places of words that follow each other."""
        return self.places.at(slice(self.starts[first], self.starts[end]))


def spread(starts: Array, ends: Array) -> Array:
    """Return all numbers of several ranges, range after range."""
    counts = ends - starts
    total = int(counts.sum())
    if not total:
        return np.zeros(0, np.int64)
    shifts = np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return shifts + np.arange(total)


# --- made of records ---------------------------------------------------------------------------------------------


class _Numbering(dict[str, int]):
    """Numbers for words in the order in which they come."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def build(records: Iterable[Json], shape: Shape, vocabulary: Vocabulary, attributes: Attributes) -> Segment:
    """Make a segment of records."""
    numbering = _Numbering()
    ids: list[str] = []
    raw: list[bytes] = []
    tokens: list[int] = []
    texts: list[int] = []
    spans: list[int] = []
    for number, record in enumerate(records):
        ids.append(record["objectID"])
        raw.append(orjson.dumps(record))
        spans.append(_read(record, number, shape, attributes, numbering, tokens, texts))
    # Record, attribute, position, place, number of words, and whether there is but one.
    described = np.array(texts, np.int64).reshape(len(texts) // 6, 6)
    counts = described[:, 4]
    of_text = np.repeat(np.arange(len(described)), counts)
    within = np.arange(len(tokens)) - np.repeat(np.cumsum(counts) - counts, counts)
    ranks = np.array([each.rank for each in attributes.known] or [0], np.int64)
    ordered = np.array([each.ordered for each in attributes.known] or [False], bool)
    which = described[of_text, 1]
    keys = ranks[which] * 1000
    keys += np.where(ordered[which], np.minimum(described[of_text, 2] + within, LAST_POSITION), 0)
    bounds = _bounds(spans)
    places = Places(
        described[of_text, 0].astype(np.int32),
        _least(bounds[described[of_text, 0]] + described[of_text, 3] + within, bounds[-1] + APART),
        _least(keys, keys.max(initial=0)),
        _least(which * 2 + described[of_text, 5], 2 * len(ranks)),
    )
    rows = b"".join(raw), _bounds([len(each) for each in raw]), bounds
    return _sorted(ids, rows, list(numbering), np.array(tokens, np.int64), places, vocabulary)


def _bounds(lengths: Sequence[int] | Array) -> Array:
    """Return where stretches that lie one behind the other begin, and where the last one ends."""
    bounds = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(np.asarray(lengths, np.int64), out=bounds[1:])
    return bounds


def _least(numbers: Array, greatest: int) -> Array:
    """Return numbers in as few bytes as hold the greatest; of 16 bits and less those without a sign."""
    fitting = (each for each in (np.uint8, np.uint16, np.int32, np.int64) if greatest <= np.iinfo(each).max)
    return numbers.astype(next(fitting))


def _read(
    record: Json,
    number: int,
    shape: Shape,
    attributes: Attributes,
    numbering: _Numbering,
    tokens: list[int],
    texts: list[int],
) -> int:
    """Note the words of a record; return how many places it has."""
    ends: dict[str, int] = {}
    place = 0
    for attribute, text in shape.texts(record):
        which, position = attributes.number(attribute), ends.get(attribute.name, 0)
        plain = None if shape.is_special(attribute.name) else simple(text, shape.spelling)
        if plain is not None:
            tokens += [numbering[word] for word in plain]
            texts += (number, which, position, place, len(plain), len(plain) == 1)
            length = len(plain)
        else:
            found = shape.words(attribute.name, text)
            tokens += [numbering[word.text] for word in found]
            length = max((word.position for word in found), default=-1) + 1
            span = (found[0].start, max(word.end for word in found)) if found else (0, 0)
            for word in found:
                alone = (word.start, word.end) == span
                texts += (number, which, position + word.position, place + word.position, 1, alone)
        ends[attribute.name] = position + length
        place += length + APART
    return place


def _sorted(
    ids: list[str],
    rows: tuple[bytes, Array, Array],
    words: list[str],
    tokens: Array,
    places: Places,
    vocabulary: Vocabulary,
) -> Segment:
    """Put places in the order of the alphabet of their words."""
    alphabet = sorted(range(len(words)), key=words.__getitem__)
    ranks = np.zeros(len(words), np.int64)
    ranks[alphabet] = np.arange(len(words))
    of_token = ranks[tokens] if len(tokens) else tokens
    order = _order(of_token, len(words))
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum(np.bincount(of_token, minlength=len(words)), out=starts[1:])
    in_order = [words[at] for at in alphabet]
    numbers = vocabulary.add(in_order)
    local = np.full(len(vocabulary), -1, np.int32)
    local[numbers] = np.arange(len(in_order))
    return Segment(ids, *rows, np.ones(len(ids), bool), in_order, starts, places.at(order), local)


def _order(ranks: Array, count: int) -> Array:
    """Return the stable order of numbers; of 16 bits at a time, for which numpy sorts by radix."""
    if count <= 1 << 16:
        return np.argsort(ranks.astype(np.uint16), kind="stable")
    low = np.argsort((ranks & 0xFFFF).astype(np.uint16), kind="stable")
    return low[np.argsort((ranks >> 16).astype(np.uint16)[low], kind="stable")]


# --- made of segments --------------------------------------------------------------------------------------------


def merge(segments: Sequence[Segment], vocabulary: Vocabulary) -> Segment:
    """Make one segment of several, without the records that are gone."""
    ids: list[str] = []
    numbering = _Numbering()
    tokens, parts = [], []
    raw, lengths, spans = [], [], []
    for segment in segments:
        lengths.append(np.diff(segment.ends)[segment.alive])
        spans.append(np.diff(segment.bounds)[segment.alive])
        raw.append(_raw(segment))
    ends, bounds = _bounds(np.concatenate(lengths)), _bounds(np.concatenate(spans))
    for segment in segments:
        kept = np.flatnonzero(segment.alive)
        moved = np.full(len(segment), -1, np.int32)
        moved[kept] = np.arange(len(ids), len(ids) + len(kept), dtype=np.int32)
        shift = np.zeros(len(segment), np.int64)
        shift[kept] = bounds[moved[kept]] - segment.bounds[kept]
        ids += [segment.ids[at] for at in kept]
        numbers = np.array([numbering[word] for word in segment.words], np.int64)
        of_token = np.repeat(numbers, np.diff(segment.starts)) if len(numbers) else numbers
        there = segment.alive[segment.places.records]
        part = segment.places.kept(there)
        part.spots = _least(part.spots + shift[part.records], bounds[-1] + APART)
        part.records = moved[part.records]
        tokens.append(of_token[there])
        parts.append(part)
    places = Places(*(np.concatenate([getattr(each, name) for each in parts]) for name in Places.__slots__))
    all_tokens = np.concatenate(tokens)
    rows = b"".join(raw), ends, bounds
    merged = _sorted(ids, rows, *_used(list(numbering), all_tokens), places, vocabulary)
    for path in set.intersection(*(set(segment.codes) for segment in segments)):
        merged.codes[path] = Codes.merged([(each.codes[path], each.alive) for each in segments])
    for path in set.intersection(*(set(segment.numbers) for segment in segments)):
        merged.numbers[path] = Numbers.merged([(each.numbers[path], each.alive) for each in segments])
    return merged


def _raw(segment: Segment) -> bytes:
    """Return the JSON of the records that are there."""
    if not segment.dead:
        return segment.raw
    kept = np.flatnonzero(segment.alive).tolist()
    return b"".join([segment.raw[segment.ends[at] : segment.ends[at + 1]] for at in kept])


def _used(words: list[str], tokens: Array) -> tuple[list[str], Array]:
    """Leave out words that no record has any more."""
    used = np.bincount(tokens, minlength=len(words)) > 0
    if used.all():
        return words, tokens
    renumbered = np.cumsum(used) - 1
    return [word for word, is_used in zip(words, used, strict=True) if is_used], renumbered[tokens]
