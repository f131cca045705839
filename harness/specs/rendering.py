"""Answers made of what is held: the schema's own value, and over it every field that fits."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from harness.specs import schemas, shapes
from harness.specs.sampling import Sampler

if TYPE_CHECKING:
    from harness.specs.document import Document
    from harness.specs.roles import Part
    from harness.specs.sources import Clock
    from harness.transaction import Transaction

Json = dict[str, Any]
_MORE = frozenset({"hasmore", "more", "hasnext", "hasnextpage"})
_TOTALS = frozenset({"totalcount", "total", "totalitems", "nbhits", "totalresults", "totalrowcount"})
_COUNTS = frozenset({"count", "size", "nbresults"})
_NEXT = frozenset({"next", "nextcursor", "nextpagetoken", "nextpage", "nexttoken", "nextpagecursor"})


class Renderer:
    """Makes the answers of one operation in one transaction."""

    def __init__(self, tx: Transaction, part: Part, clock: Clock) -> None:
        """`clock` says how the provider's documents mean numbers that are instants."""
        self.tx = tx
        self.part = part
        self.clock = clock

    @property
    def _document(self) -> Document:
        return self.part.document

    def sample(self, schema: Json, place: str, now: int | None = None) -> Any:
        """Return a value of a schema that is the same whenever it is asked for at this place."""
        at = self.tx.now if now is None else now
        seed = self.tx.world.seed
        return Sampler(self._document, seed, f"{self.tx.provider.name}.{place}", at, self.clock).value(schema)

    def one(self, held: Json, schema: Json | None = None) -> Any:
        """Return the answer that shows one thing; `schema` is the operation's own unless given."""
        answer = self.part.described.success
        where = self.part.place
        if schema is None:
            schema = None if answer is None else answer.json
        if schema is None or where is None:
            return None
        whole = self.sample(schema, held["id"], held["made"])
        item = shapes.at(whole, where.way)
        if item is None and where.way:
            item = self.sample(where.item, held["id"], held["made"])
        return shapes.put(whole, where.way, self.laid(item, held["fields"], where.item))

    def item(self, held: Json, schema: Json) -> Any:
        """Return a thing as an element of a list shows it."""
        return self.laid(self.sample(schema, held["id"], held["made"]), held["fields"], schema)

    def laid(self, base: Any, fields: Json, schema: Json) -> Any:
        """Lay fields over a value, as far as the schema knows and allows them."""
        if not isinstance(base, dict):
            return base
        known = shapes.names(self._document, schema)
        free = not known
        wanted = {name: value for name, value in fields.items() if free or name in known}
        components = self._document.components
        whole = {**base, **deepcopy(wanted)}
        if schemas.valid(whole, schema, components):
            return whole
        made = dict(base)
        for name, value in wanted.items():
            for candidate in self._candidates(made.get(name), value, known.get(name, {})):
                if schemas.valid({**made, name: candidate}, schema, components):
                    made[name] = candidate
                    break
        return made

    def _candidates(self, old: Any, new: Any, schema: Json) -> list[Any]:
        """Return a value as it may fit: as it is, laid over what was there, or by its id."""
        found = [new]
        if isinstance(new, dict):
            base = old if isinstance(old, dict) else {}
            found += [self.laid(base, new, schema)] if base else []
            found += [new[name] for name in ("id",) if name in new]
        return found

    def many(self, page: list[Json], *, total: int, more: bool) -> Any:
        """Return the answer that lists things."""
        answer, where = self.part.described.success, self.part.place
        if answer is None or answer.json is None or where is None:
            return None
        whole = self.sample(answer.json, "list:" + self.part.described.path)
        if not page and shapes.at(whole, where.way):
            return whole  # a list that is never empty (a histogram)
        listed = shapes.put(whole, where.way, [self.item(each, where.item) for each in page])
        if not where.way:
            return listed
        cursor = page[-1]["key"] if more and page else None
        envelope = shapes.at(listed, where.way[:-1])
        told = {"total": total, "more": more, "count": len(page), "next": cursor}
        counted = self._counted(envelope, where.way[-1], told)
        return self._fitting(answer.json, listed, shapes.put(listed, where.way[:-1], counted))

    def _counted(self, envelope: Json, array: str, told: Json) -> Json:
        made = dict(envelope)
        for name, value in envelope.items():
            plain = shapes.bare(name)
            if name == array:
                continue
            if plain in _MORE:
                made[name] = told["more"]
            elif plain in _TOTALS:
                made[name] = told["total"]
            elif plain in _COUNTS and isinstance(value, int):
                made[name] = told["count"]
            elif plain in _NEXT and told["next"] is not None:
                made[name] = told["next"]
            elif isinstance(value, dict) and plain in ("pagination", "meta", "metadata", "page"):
                made[name] = self._counted(value, "", told)
        return made

    def _fitting(self, schema: Json, plain: Any, better: Any) -> Any:
        return better if schemas.valid(better, schema, self._document.components) else plain


def _past(verb: str) -> set[str]:
    """Return what may be the past of a verb: `banned`, `archived`, `completed`."""
    return {f"{verb}ed", f"{verb}d", f"{verb}{verb[-1:]}ed"}


def _adjectives(verb: str) -> set[str]:
    """Return what a thing is after `activate` and its like: `active`; after `deactivate` `inactive`."""
    if not verb.endswith("ate"):
        return set()
    stem = f"{verb.removesuffix('ate')}e"
    return {stem, f"in{stem.removeprefix('de')}"} if stem.startswith("de") else {stem}


def acted(document: Document, schema: Json, verb: str) -> Json:
    """Return the fields that an action sets, told by its name: `cancel` a status of `canceled`, `ban` a flag `banned`."""
    known = shapes.names(document, schema)
    plain = re.sub(r"[^a-z]", "", verb.lower())
    if not plain:
        return {}
    forms = {plain, *_past(plain)}
    forms |= {each.replace("ied", "yed") for each in forms} | {f"{plain[:-1]}ied"} | _adjectives(plain)
    found: Json = {}
    for name, told in known.items():
        options = shapes.flat(document, told).get("enum")
        if name.lower() in ("status", "state") and options:
            chosen = [each for each in options if isinstance(each, str) and shapes.bare(each) in forms]
            if chosen:
                found[name] = chosen[0]
        elif "boolean" in schemas.types(shapes.flat(document, told)):
            if shapes.bare(name) in forms:
                found[name] = True
            elif plain.startswith("un") and shapes.bare(name) in _past(plain[2:]):
                found[name] = False
    return found
