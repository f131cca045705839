"""Ids that one thing holds of another, found in whatever a document says, across all providers of a world."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote

from harness.runtime import Runtime
from harness.store import Query
from harness.world import World

MOST_KINDS = 400
MOST_LOOKED_UP = 60
"""Texts of one page that are looked up."""
_SHAPES = (
    (re.compile(r"([a-z][a-z0-9]{0,11}(?:_[a-z]{1,8})*)_[A-Za-z0-9]{2,64}"), ""),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "uuid"),
    (re.compile(r"[A-Za-z0-9_-]{12,80}"), "token"),
)


def shape(text: str) -> str | None:
    """Return what an id looks like (`cus_`, `uuid`, `token`), None for a text that is none."""
    for pattern, name in _SHAPES:
        if found := pattern.fullmatch(text):
            return name or f"{found[1]}_"
    return None


def kinds(runtime: Runtime, world: World, most: int = 1) -> dict[str, int]:
    """Return the kinds of a world with their number, counted up to `most`."""
    return dict(runtime.store.census(world.space, most)[:MOST_KINDS])


@dataclass(slots=True)
class Links:
    """Finds where ids lead; `base` is the address of the world's pages. Ids are looked up among kinds whose ids look alike."""

    runtime: Runtime
    world: World
    base: str
    _alike: dict[str, list[str]] | None = None
    _found: dict[str, str | None] = field(default_factory=dict)

    def __call__(self, text: str) -> str | None:
        """Return the page of what has this id, None where nothing has."""
        if text not in self._found:
            looks = shape(text) if len(self._found) < MOST_LOOKED_UP else None
            if looks is None:
                return None
            self._found[text] = self._look(text, looks)
        return self._found[text]

    def found(self) -> list[str]:
        """Return where the ids that were found lead."""
        return [to for to in self._found.values() if to is not None]

    def _look(self, text: str, looks: str) -> str | None:
        for kind in self.alike.get(looks, ()):
            if self.runtime.store.get(self.world.space, kind, text) is not None:
                return f"{self.base}/objects/{quote(kind)}/{quote(text, safe='')}"
        return None

    @property
    def alike(self) -> dict[str, list[str]]:
        """The kinds by what the id of their newest document looks like; things come before what was told of them."""
        if self._alike is None:
            self._alike = {}
            ordered = sorted(
                kinds(self.runtime, self.world), key=lambda kind: (kind.startswith("harness."), kind)
            )
            for kind in ordered:
                for row in self.runtime.store.page(self.world.space, Query(kind, limit=1)):
                    self._alike.setdefault(shape(row.id) or "", []).append(kind)
        return self._alike
