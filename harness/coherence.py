"""Coherence: every id that a world's documents hold of another leads somewhere, sums are equal, times are in order.

What a room's documents refer to is said once, in its module `coherence.py`: `COHERENCE`, made of the parts below. A
world is walked page by page, and requests go on meanwhile.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from harness import instants
from harness.store import Query
from harness.transaction import Transaction

if TYPE_CHECKING:
    from harness.provider import Provider
    from harness.store import Store
    from harness.store.interface import Position
    from harness.world import World

Json = dict[str, Any]
Check = Callable[[Transaction, Json], str | None]
"""Tells what is wrong with a document, or None; it only reads."""

PAGE = 500
REMEMBERED = 100_000
"""How many ids are remembered as there; it is looked up again what was forgotten."""


@dataclass(frozen=True, slots=True)
class Link:
    """A field that holds ids of documents, each of one of the kinds `to`; None and "" are not followed.

    A path goes down by `.`; `[]` goes through a list and `{}` through the values of an object. `like` is a regular
    expression of the ids that are meant, where consumers may keep anything in the field.
    """

    path: str
    to: tuple[str, ...]
    like: str = ""


@dataclass(frozen=True, slots=True)
class Same:
    """What a document repeats of the one that the id at `via` leads to: its `mine` is one of that one's `theirs`."""

    via: str
    to: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Coherence:
    """What holds between a room's documents, by the kind of the document that says it.

    `orders` are paths of instants (numbers of one unit, or ISO 8601), none later than the next; None is passed over.
    `rules` are named after what they hold.
    """

    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    same: Mapping[str, tuple[Same, ...]] = field(default_factory=dict)
    orders: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, Check]] = field(default_factory=dict)

    def kinds(self) -> set[str]:
        """Return the kinds of documents about which anything is said."""
        return {*self.links, *self.same, *self.orders, *self.rules}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a document; `rule` is `reference <path>`, `repeats <path>`, `times` or a rule's name."""

    kind: str
    id: str
    rule: str
    told: str


@dataclass(slots=True)
class Report:
    """What was walked, how many references were followed, and what was found, up to a limit (`more`: beyond it)."""

    documents: int = 0
    references: int = 0
    checks: int = 0
    findings: list[Finding] = field(default_factory=list)
    more: bool = False


def of_room(provider: Provider) -> Coherence | None:
    """Return what a room says of its documents; None where it says nothing."""
    name = f"{provider.package}.coherence"
    if not provider.package or importlib.util.find_spec(name) is None:
        return None
    found: Coherence = importlib.import_module(name).COHERENCE
    return found


async def check(store: Store, world: World, providers: Iterable[Provider], *, limit: int = 1000) -> Report:
    """Walk all documents of a world about which its rooms say anything, and those of the harness itself."""
    walk, rooms = _Walk(store, world, limit), list(providers)
    for provider in rooms:
        said = of_room(provider)
        for kind in sorted(said.kinds()) if said is not None else ():
            assert said is not None  # noqa: S101 - for mypy: no kinds without
            await walk.kind(provider, said, kind)
    if rooms:
        for kind in sorted(OWN.kinds()):
            await walk.kind(rooms[0], OWN, kind)
    return walk.report


OWN = Coherence(links={"harness.delivery": (Link("event", ("*.event",)),)})
"""What the harness says of its own documents; a `*` stands for the provider that the document names."""


class _Walk:
    """One walk through a world."""

    def __init__(self, store: Store, world: World, limit: int) -> None:
        self.store, self.world, self.limit = store, world, limit
        self.report = Report()
        self._there: set[tuple[str, str]] = set()

    async def kind(self, provider: Provider, said: Coherence, kind: str) -> None:
        """Check all documents of a kind."""
        place: Position | None = None
        while not self.report.more:
            query = Query(kind, newest_first=False, after=place, limit=PAGE)
            rows = self.store.page(self.world.space, query)
            tx = Transaction(self.store, self.world, provider)
            for row in rows:
                self._document(tx, said, kind, row.id, orjson.loads(row.body))
            if len(rows) < PAGE:
                return
            place = rows[-1].at, rows[-1].pk
            await asyncio.sleep(0)

    def _document(self, tx: Transaction, said: Coherence, kind: str, id: str, document: Json) -> None:
        self.report.documents += 1
        for rule, told in self._wrong(tx, said, kind, document):
            if len(self.report.findings) == self.limit:
                self.report.more = True
                return
            self.report.findings.append(Finding(kind, id, rule, told))

    def _wrong(
        self, tx: Transaction, said: Coherence, kind: str, document: Json
    ) -> Iterator[tuple[str, str]]:
        for link in said.links.get(kind, ()):
            for id in _ids(link, document):
                self.report.references += 1
                kinds = [each.replace("*", document.get("provider", "")) for each in link.to]
                if not any(self._is_there(each, id) for each in kinds):
                    yield f"reference {link.path}", f"{id} is no {' or '.join(kinds)} of this world"
        for same in said.same.get(kind, ()):
            self.report.checks += 1
            if (told := self._differs(same, document)) is not None:
                yield f"repeats {same.mine}", told
        for paths in said.orders.get(kind, ()):
            self.report.checks += 1
            if (told := _disorder(paths, document)) is not None:
                yield "times", told
        for name, rule in said.rules.get(kind, {}).items():
            self.report.checks += 1
            if (told := rule(tx, document)) is not None:
                yield name, told

    def _is_there(self, kind: str, id: str) -> bool:
        if (kind, id) in self._there:
            return True
        if self.store.get(self.world.space, kind, id) is None:
            return False
        if len(self._there) >= REMEMBERED:
            self._there.clear()
        self._there.add((kind, id))
        return True

    def _differs(self, same: Same, document: Json) -> str | None:
        id, mine = next(values(document, same.via), None), next(values(document, same.mine), None)
        row = None if id is None or mine is None else self.store.get(self.world.space, same.to, str(id))
        if row is None:  # what leads nowhere is a dangling reference, and told as one
            return None
        theirs = list(values(orjson.loads(row.body), same.theirs))
        if mine in theirs:
            return None
        return f"{mine!r} is not what {same.to} {id} says: {', '.join(map(repr, theirs)) or 'nothing'}"


def values(document: Any, path: str) -> Iterator[Any]:
    """Go through what a path leads to in a document: nothing where a step is missing or None."""
    step, _, rest = path.partition(".")
    name, listed, keyed = step.removesuffix("[]").removesuffix("{}"), step.endswith("[]"), step.endswith("{}")
    found = document.get(name) if isinstance(document, dict) else None
    if found is None:
        return
    if listed and isinstance(found, list):
        each_of: Iterable[Any] = found
    elif keyed and isinstance(found, dict):
        each_of = found.values()
    else:
        each_of = () if listed or keyed else (found,)
    for each in each_of:
        if rest:
            yield from values(each, rest)
        elif each is not None:
            yield each


def _ids(link: Link, document: Json) -> Iterator[str]:
    for found in values(document, link.path):
        id = str(found)
        if id and (not link.like or re.fullmatch(link.like, id)):
            yield id


def _disorder(paths: tuple[str, ...], document: Json) -> str | None:
    before, name = None, ""
    for path in paths:
        told = next(values(document, path), None)
        if told is None:
            continue
        at = instants.parse(told) if isinstance(told, str) else told
        if before is not None and at < before:
            return f"{path} ({told}) lies before {name}"
        before, name = at, path
    return None
