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

    @classmethod
    def of(cls, size: int, owners: Sequence[int] | Array, values: Array, none: float) -> Values:
        """Keep values, alone where no record has two."""
        of = np.asarray(owners, np.int32)
        single = None
        if not len(of) or (np.diff(of) > 0).all():
            single = np.full(size, none, values.dtype)
            single[of] = values
        return cls(size, of, values, single)

    def holding(self, met: Array) -> Array:
        """Return the records with a value for which the condition on values is met."""
        mask = np.zeros(self.size, bool)
        mask[self.owners[met]] = True
        return mask


@dataclass(slots=True)
class Column:
    """One attribute's values; `first` is the code of each record's first value, and `sorted` that value's number."""

    facets: Values
    numbers: Values
    first: Array
    first_number: Array
    places: tuple[Array, Array, Array]

    @classmethod
    def of(cls, records: Iterable[Json], path: str, spellings: Spellings) -> Column:
        """Read an attribute of records."""
        owners: list[int] = []
        codes: list[int] = []
        number_owners: list[int] = []
        numbers: list[float] = []
        first: list[int] = []
        first_number: list[float] = []
        where: list[tuple[int, float, float]] = []
        for at, record in enumerate(records):
            if path == GEO:
                where += [(at, *place) for place in geo.places(record)]
            found = _values(record, path)
            first.append(spellings.code(paths.spelled(found[0])) if found else -1)
            first_number.append(float(found[0]) if found and _is_number(found[0]) else np.nan)
            if len(found) == 1:
                owners.append(at)
                codes.append(first[-1])
            else:
                unique = dict.fromkeys(spellings.code(paths.spelled(each)) for each in found)
                owners += [at] * len(unique)
                codes += unique
            for each in found:
                if _is_number(each):
                    number_owners.append(at)
                    numbers.append(float(each))
        size = len(first)
        return cls(
            Values.of(size, owners, np.array(codes, np.int32), -1),
            Values.of(size, number_owners, np.array(numbers, np.float64), np.nan),
            np.array(first, np.int32),
            np.array(first_number, np.float64),
            _apart(where),
        )

    @classmethod
    def merged(cls, parts: Sequence[tuple[Column, Array]]) -> Column:
        """Put columns one behind the other, without the records that are gone."""
        kept = [(column, alive, np.cumsum(alive) - 1) for column, alive in parts]
        starts = np.cumsum([0, *(int(np.count_nonzero(alive)) for _, alive, _ in kept)])
        size = int(starts[-1])

        def joined(name: str, none: float) -> Values:
            owners, values = [], []
            for (column, alive, moved), start in zip(kept, starts, strict=False):
                pairs: Values = getattr(column, name)
                there = alive[pairs.owners]
                owners.append(moved[pairs.owners[there]] + start)
                values.append(pairs.values[there])
            return Values.of(size, np.concatenate(owners), np.concatenate(values), none)

        where = []
        for (column, alive, moved), start in zip(kept, starts, strict=False):
            there = alive[column.places[0]]
            where.append((moved[column.places[0][there]] + start, *(each[there] for each in column.places[1:])))
        return cls(
            joined("facets", -1),
            joined("numbers", np.nan),
            np.concatenate([column.first[alive] for column, alive, _ in kept]),
            np.concatenate([column.first_number[alive] for column, alive, _ in kept]),
            tuple(np.concatenate(each) for each in zip(*where, strict=True)),  # type: ignore[arg-type]
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


def _apart(where: list[tuple[int, float, float]]) -> tuple[Array, Array, Array]:
    owners, latitudes, longitudes = zip(*where, strict=True) if where else ((), (), ())
    return np.array(owners, np.int32), np.array(latitudes, np.float64), np.array(longitudes, np.float64)
