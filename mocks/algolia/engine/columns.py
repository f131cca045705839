"""Columns: the values of one attribute in all records of a segment, for filters, facets, orders and distances.

Texts, booleans and numbers are kept as codes of one list of spellings for the whole index; numbers as numbers, too; and
places as latitudes and longitudes. A record may have several values, or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import geo, paths

Json = dict[str, Any]
Array = npt.NDArray[Any]
GEO = "_geoloc"
COMPARED = 50
"""Bytes of a text that sorting looks at (Algolia: "custom ranking")."""

FEW_CODES = 24
"""Values of an attribute up to which each is counted by itself."""


@dataclass(slots=True)
class Spellings:
    """The values of an attribute throughout an index: code by spelling, and the codes that differ in case only."""

    codes: dict[str, int] = field(default_factory=dict)
    folded: dict[str, list[int]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    _ranks: Array | None = None

    def code(self, text: str) -> int:
        """Return the code of a spelling."""
        code = self.codes.get(text)
        if code is None:
            code = self.codes[text] = len(self.texts)
            self.texts.append(text)
            self.folded.setdefault(text.lower(), []).append(code)
        return code

    def ranks(self) -> Array:
        """Return the place of each code in the order of the first bytes of the texts."""
        if self._ranks is None or len(self._ranks) != len(self.texts):
            cut = [text.encode("utf-8", "replace")[:COMPARED] for text in self.texts]
            places = {text: at for at, text in enumerate(sorted(set(cut)))}
            self._ranks = np.array([places[text] for text in cut], np.int64)
        return self._ranks


@dataclass(slots=True)
class Values:
    """Pairs of a record and a value; of records with one value each, the values alone in the order of the records.

    `single` is the array of one value a record, with `none` where there is none.
    """

    size: int
    owners: Array
    values: Array
    single: Array | None = None
    _shifted: Array | None = None
    _counts: Array | None = None

    def counts(self, local: Array) -> Array:
        """Return how many of some records, which are in order, have each code."""
        if self.single is None:
            inside = np.zeros(self.size, bool)
            inside[local] = True
            return np.bincount(self.values[inside[self.owners]])
        if self._shifted is None:  # so that there are none below 0
            greatest = int(self.single.max(initial=-1)) + 1
            self._shifted = (self.single + 1).astype(np.uint8 if greatest < FEW_CODES else np.int32)
        if len(local) < self.size:
            return _counted(self._shifted.take(local))
        if self._counts is None:
            self._counts = _counted(self._shifted)
        return self._counts

    @classmethod
    def of_first(cls, first: Array, there: Array, several: Sequence[tuple[int, float]]) -> Values:
        """Keep values of which each record has one at most, but for the further ones in `several`."""
        owners = np.flatnonzero(there).astype(np.int32)
        if not several:
            return cls(len(first), owners, first[owners], first)
        more, values = zip(*several, strict=True)
        owners = np.concatenate((owners, np.array(more, np.int32)))
        data = np.concatenate((first[there], np.array(values, first.dtype)))
        order = np.argsort(owners, kind="stable")
        return cls(len(first), owners[order], data[order])

    @classmethod
    def merged(cls, parts: Sequence[tuple[Values, Array]], none: float) -> Values:
        """Put values one behind the other, without those of records that are gone."""
        owners, values, start = [], [], 0
        for part, alive in parts:
            there = alive[part.owners]
            owners.append((np.cumsum(alive) - 1)[part.owners[there]] + start)
            values.append(part.values[there])
            start += int(np.count_nonzero(alive))
        of, data = np.concatenate(owners).astype(np.int32), np.concatenate(values)
        single = None
        if all(part.single is not None for part, _ in parts):
            single = np.full(start, none, data.dtype)
            single[of] = data
        return cls(start, of, data, single)

    def holding(self, met: Array) -> Array:
        """Return the records with a value for which the condition on values is met."""
        mask = np.zeros(self.size, bool)
        mask[self.owners[met]] = True
        return mask


def _counted(shifted: Array) -> Array:
    """Return how often there is each code, given codes plus one; few of them are compared with each."""
    if shifted.dtype != np.uint8:
        return np.bincount(shifted)[1:]
    codes = range(1, int(shifted.max(initial=0)) + 1)
    return np.array([np.count_nonzero(shifted == code) for code in codes], np.int64)


@dataclass(slots=True)
class Codes:
    """The values of an attribute as codes of their spellings; `first` is the code of each record's first value, or -1."""

    first: Array
    values: Values

    @classmethod
    def of(cls, records: Iterable[Json], path: str, spellings: Spellings) -> Codes:
        """Read an attribute of records."""
        known = spellings.codes
        first: list[int] = []
        several: list[tuple[int, int]] = []
        records = list(records)
        values: list[Any] = [record.get(path) for record in records]
        if set(map(type, values)) == {str}:
            for text in dict.fromkeys(values):
                spellings.code(text)
            array = np.array([known[text] for text in values], np.int32)
            return cls(array, Values.of_first(array, array >= 0, ()))
        for at, (record, value) in enumerate(zip(records, values, strict=True)):
            if type(value) is str:
                first.append(spellings.code(value))
                continue
            unique = dict.fromkeys(spellings.code(paths.spelled(each)) for each in _values(record, path))
            first.append(next(iter(unique), -1))
            several += [(at, code) for code in unique if code != first[-1]]
        array = np.array(first, np.int32)
        return cls(array, Values.of_first(array, array >= 0, several))

    @classmethod
    def merged(cls, parts: Sequence[tuple[Codes, Array]]) -> Codes:
        """Put columns one behind the other, without the records that are gone."""
        first = np.concatenate([column.first[alive] for column, alive in parts])
        return cls(first, Values.merged([(column.values, alive) for column, alive in parts], -1))


@dataclass(slots=True)
class Numbers:
    """The numbers among the values of an attribute; `first` is NaN where the first value is none, which may be a text."""

    first: Array
    values: Values
    texts: bool

    @classmethod
    def of(cls, records: Iterable[Json], path: str) -> Numbers:
        """Read an attribute of records."""
        first: list[float] = []
        several: list[tuple[int, float]] = []
        texts = False
        records = list(records)
        given: list[Any] = [record.get(path) for record in records]
        kinds = set(map(type, given))
        if kinds and (kinds <= {int, float} or kinds == {str}):
            array = np.full(len(given), np.nan) if str in kinds else np.array(given, np.float64)
            return cls(array, Values.of_first(array, ~np.isnan(array), ()), str in kinds)
        for at, (record, value) in enumerate(zip(records, given, strict=True)):
            if type(value) is int or type(value) is float:
                first.append(value)
                continue
            found = [value] if type(value) is str else _values(record, path)
            first.append(float(found[0]) if found and _is_number(found[0]) else np.nan)
            texts = texts or bool(found and not _is_number(found[0]))
            rest = found[1:] if found and _is_number(found[0]) else found
            several += [(at, float(each)) for each in rest if _is_number(each)]
        array = np.array(first, np.float64)
        return cls(array, Values.of_first(array, ~np.isnan(array), several), texts)

    @classmethod
    def merged(cls, parts: Sequence[tuple[Numbers, Array]]) -> Numbers:
        """Put columns one behind the other, without the records that are gone."""
        first = np.concatenate([column.first[alive] for column, alive in parts])
        values = Values.merged([(column.values, alive) for column, alive in parts], np.nan)
        return cls(first, values, any(column.texts for column, _ in parts))


@dataclass(slots=True)
class Places:
    """Where records are: pairs of a record and a place."""

    owners: Array
    latitudes: Array
    longitudes: Array

    @classmethod
    def of(cls, records: Iterable[Json]) -> Places:
        """Read the places of records."""
        where = [(at, *place) for at, record in enumerate(records) for place in geo.places(record)]
        owners, latitudes, longitudes = zip(*where, strict=True) if where else ((), (), ())
        return cls(
            np.array(owners, np.int32), np.array(latitudes, np.float64), np.array(longitudes, np.float64)
        )


def _values(record: Json, path: str) -> list[Any]:
    value = record.get(path)
    if isinstance(value, str | int | float):
        return [value]
    if value is None and "." not in path:
        return []
    return paths.values(record, path)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
