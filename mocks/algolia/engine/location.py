"""Where the records found lie: those outside the places searched are left out, the others get their distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mocks.algolia.engine import geo

if TYPE_CHECKING:
    from mocks.algolia.engine.pool import Pool

Array = npt.NDArray[Any]

NOWHERE = 2**62
"""The distance of a record without a place: it comes after all others."""

USUAL_PRECISION = 10

NEAREST = 1000
"""Records that lie within the automatic radius, where there are more of them: all that can be paged through by default."""


@dataclass(slots=True)
class Located:
    """Of each record its nearest place with the distance in metres, and the distance in units of the precision."""

    metres: Array
    banded: Array
    steps: Array
    latitudes: Array
    longitudes: Array

    def narrowed(self, kept: Array) -> Located:
        """Return the places of some of the records."""
        return Located(*(getattr(self, name)[kept] for name in Located.__slots__))


def narrow(pool: Pool) -> Pool:
    """Leave out the records that lie elsewhere, and note the distances of the others.

    Boxes and polygons take precedence over a radius (Algolia: "Filter and sort results by location").
    """
    values, around = pool.question.values, pool.question.around
    boxes, polygons = values.get("insideBoundingBox") or [], values.get("insidePolygon") or []
    if not boxes and not polygons and around is None:
        return pool
    owners, latitudes, longitudes = _places(pool)
    if boxes or polygons:
        met = geo.inside(latitudes, longitudes, boxes, polygons)
        kept = np.zeros(len(pool.numbers), bool)
        kept[owners[met]] = True
        pool = pool.narrowed(kept)
        if around is None:
            return pool
        owners, latitudes, longitudes = _places(pool)
    assert around is not None  # noqa: S101 - nothing else is left
    pool.located = _nearest(len(pool.numbers), owners, latitudes, longitudes, around)
    _band(pool.located, values.get("aroundPrecision", USUAL_PRECISION))
    radius = "all" if boxes or polygons else values.get("aroundRadius")
    if radius == "all":
        return pool
    metres = pool.located.metres
    there = metres < NOWHERE
    if not isinstance(radius, int):
        radius = max(values.get("minimumAroundRadius", 0), _automatic(metres[there]))
    return pool.narrowed(there & (metres <= radius))


def _automatic(metres: Array) -> int:
    """Return a radius that is the smaller, the denser the records found lie."""
    if len(metres) <= NEAREST:
        return int(metres.max(initial=0))
    return int(np.partition(metres, NEAREST - 1)[NEAREST - 1])


def _places(pool: Pool) -> tuple[Array, Array, Array]:
    """Return all places of the records of a pool, each with its record's place in the pool."""
    found = []
    start = 0
    for part, local in pool.corpus.split(pool.numbers):
        places = pool.corpus.where(part.segment)
        owners, latitudes, longitudes = places.owners, places.latitudes, places.longitudes
        moved = np.full(len(part.segment), -1, np.int64)
        moved[local] = np.arange(start, start + len(local))
        there = moved[owners] >= 0
        found.append((moved[owners[there]], latitudes[there], longitudes[there]))
        start += len(local)
    if not found:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    owners, latitudes, longitudes = (np.concatenate(each) for each in zip(*found, strict=True))
    return owners, latitudes, longitudes


def _nearest(size: int, owners: Array, latitudes: Array, longitudes: Array, around: geo.Point) -> Located:
    metres = geo.distances(around, latitudes, longitudes)
    order = np.lexsort((longitudes, latitudes, metres, owners))
    first = order[np.flatnonzero(np.diff(owners[order], prepend=-1))]
    located = Located(
        np.full(size, NOWHERE, np.int64),
        np.full(size, NOWHERE, np.int64),
        np.ones(size, np.int64),
        np.zeros(size),
        np.zeros(size),
    )
    of = owners[first]
    located.metres[of] = metres[first]
    located.latitudes[of], located.longitudes[of] = latitudes[first], longitudes[first]
    return located


def _band(located: Located, precision: Any) -> None:
    """Put distances in units of the precision: metres, or ranges of which the last that begins before counts."""
    there = located.metres < NOWHERE
    if isinstance(precision, list):
        for each in sorted(precision, key=lambda each: int(each["from"])):
            located.steps[there & (located.metres >= int(each["from"]))] = int(each["value"])
    else:
        located.steps[there] = precision
    located.banded = np.where(there, located.metres // located.steps, NOWHERE)
