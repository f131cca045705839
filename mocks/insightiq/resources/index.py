"""The index of a platform on a day: the numbers that searches filter and sort by, as arrays, each made at its first use.

It holds numbers only; profiles are derived again. It is shared by all worlds with the same population.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from fixtures.creators.columns import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from fixtures.creators import Population


class Index:
    """The creators of a platform on a day; their numbers are places in the columns of `table`."""

    def __init__(self, population: Population, platform: str, day: int) -> None:
        """Nothing is computed before it is asked for, but what does not change from day to day."""
        self.table: Table = table_of(population, platform)
        self.day: int = day
        self._columns: dict[str, Any] = {}
        self._orders: dict[str, Any] = {}
        self._growths: dict[int, Any] = {}

    def column(self, name: str) -> Any:
        """Return a number of each creator."""
        if name not in self._columns:
            self._columns[name] = _COLUMNS[name](self)
        return self._columns[name]

    def growth(self, months: int) -> Any:
        """Return by how many percent each one's followers have grown over the last months."""
        if months not in self._growths:
            self._growths[months] = self.table.growth(self.day, months)
        return self._growths[months]

    def order(self, name: str) -> Any:
        """Return all places by a column, or by `growth`, descending; those that are equal by followers."""
        if name not in self._orders:
            largest = np.argsort(-self.column("followers"), kind="stable")
            if name != "followers":
                values = self.growth(1) if name == "growth" else self.column(name)
                largest = largest[np.argsort(-values[largest], kind="stable")]
            self._orders[name] = largest
        return self._orders[name]


_COLUMNS: dict[str, Callable[[Index], Any]] = {
    "followers": lambda index: index.table.followers(index.day),
    "likes": lambda index: index.table.likes(index.column("followers")),
    "comments": lambda index: index.table.comments(index.column("likes")),
    "views": lambda index: index.table.views(index.column("followers")),
    "reels": lambda index: index.table.reels(index.column("views")),
    "posts": lambda index: index.table.posts(index.day),
    "latest": lambda index: index.table.latest(index.day),
    "engagement_rate": lambda index: index.table.engagement_rate,
}


@lru_cache(6)
def table_of(population: Population, platform: str) -> Table:
    """Return what does not change of a platform's creators."""
    return Table(population, platform)


@lru_cache(12)
def index_of(population: Population, platform: str, day: int) -> Index:
    """Return the index of a platform on a day."""
    return Index(population, platform, day)
