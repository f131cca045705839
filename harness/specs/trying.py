"""Tries every operation of a provider's documents at a running mock, and holds each answer against its schema.

Requests are made of the document alone: the least that it demands, with ids of things that were listed or created before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

import orjson

from harness.specs import requests, shapes
from harness.specs.acting import EMPTY
from harness.specs.calls import BOUNDARY, PARTS, Got, Hint, Send, Sent, no_hint, pairs, parts
from harness.specs.document import JSON
from harness.specs.roles import ANY, Shape, shape
from harness.specs.sampling import Impossible, Sampler

if TYPE_CHECKING:
    from harness.specs.document import Described, Document
    from harness.specs.roles import Catalogue, Part
    from harness.specs.serving import Listed
    from harness.specs.sources import Clock

Json = dict[str, Any]
Outcome = Literal["valid", "invalid", "unlike", "refused", "unserved", "not tried"]
_OURS = frozenset({"authorization", "content-type", "accept", "user-agent", "host", "cookie"})
FAILED = ("invalid", "unserved", "not tried")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one operation; `told` says why where it is not valid."""

    operation: str
    method: str
    path: str
    written: bool
    outcome: Outcome
    status: int | None
    told: str = ""
    why: str = ""
    """Of what is refused, or unlike its document: the reason that is known beforehand."""


@dataclass
class Trier:
    """Tries the operations of one provider. `send` makes a request at its address; `host` is a name for a public host."""

    catalogue: Catalogue
    send: Send
    proof: Callable[[str], Mapping[str, str]]
    clock: Clock
    now: int
    served: Callable[[str], bool] = lambda _: True
    label: str = ""
    """What goes before the path of a public operation, so that it is found in the world."""
    thorough: bool = True
    """Look first at all that the world holds; for a few operations it is enough to look when something is needed."""
    hinted: Callable[[Described], Hint] = no_hint
    """Prepares the call of an operation, and tells what to send."""
    _hint: Hint = field(default_factory=Hint)
    _ids: dict[tuple[int, Shape, tuple[str, ...]], str] = field(default_factory=dict)
    _counter: int = 0
    _depth: int = 0

    def run(self, listed: Iterable[Listed]) -> Iterator[Tried]:
        """Try each operation: what reads and creates first, what removes last, inner things before outer ones.

        What is refused is tried once more, with things made anew: an earlier call may have changed those that were known.
        """
        if self.thorough:
            self.look_around()
        for each in sorted(listed, key=_turn):
            tried = self.one(each)
            if tried.outcome == "refused":
                tried = self._again(each, tried)
            yield tried

    def _again(self, listed: Listed, before: Tried) -> Tried:
        """Try an operation with a fresh thing of its own kind; what came before stands where that is refused, too."""
        part = self.catalogue.part(listed.described)
        depth = max((at for at, step in enumerate(shape(listed.described.path)) if step == ANY), default=None)
        if depth is None:
            return before
        place = shape(listed.described.path)[: depth + 1]
        kept = {
            key: known for key, known in self._ids.items() if key[0] == id(part.document) and key[1] == place
        }
        for key in kept:
            del self._ids[key]
        again = self.one(listed)
        if again.outcome != "refused":
            return again
        self._ids.update(kept)
        return before

    def look_around(self) -> None:
        """Note what the world holds before anything is added to it, outer things first."""
        parts = [self.catalogue.part(each) for each in self.catalogue.operations.values()]
        for part in sorted((each for each in parts if each.role == "list"), key=lambda each: len(each.thing)):
            if part.thing.count(ANY) < 5:
                self._noted(part)

    def _noted(self, part: Part) -> None:
        above: list[str] = []
        for depth, step in enumerate(part.thing[:-1]):
            if step == ANY:
                outer = part.thing[: depth + 1]
                known = self._ids.get((id(part.document), outer, tuple(above)))
                known = known or self._elsewhere(part.document, outer, "id")
                if known is None:
                    return
                self._ids[id(part.document), outer, tuple(above)] = known
                above.append(known)
        found = self._first(part.document, part.thing, self.catalogue.parameter(part.document, part.thing))
        if found is not None:
            self._ids[id(part.document), part.thing, tuple(above)] = found

    def one(self, listed: Listed) -> Tried:
        """Try one operation."""
        described = listed.described
        try:
            got = self._call(self.catalogue.part(described))
        except Impossible as impossible:
            told = f"no request can be made of the document: {impossible}"
            return self._tried(listed, "not tried", None, told)
        if "greenroom-unserved" in got.headers:
            return self._tried(listed, "unserved", got.status, got.headers["greenroom-unserved"])
        if got.status >= 400:
            return self._tried(listed, "refused", got.status, got.body.decode("utf-8", "replace")[:300])
        wrong = problems(described, got)
        return self._tried(listed, "invalid" if wrong else "valid", got.status, "; ".join(wrong[:3]))

    def _tried(self, listed: Listed, outcome: Outcome, status: int | None, told: str) -> Tried:
        described = listed.described
        return Tried(described.id, described.method, described.path, listed.written, outcome, status, told)

    # --- requests ----------------------------------------------------------------------------------------------------

    def _call(self, part: Part) -> Got:
        return self.send(self.request(part))

    def request(self, part: Part, own: str | None = None) -> Sent:
        """Make the least request that an operation demands; `own` is the id of its last thing, else any that is there."""
        outer, hint = self._hint, self.hinted(part.described)
        self._hint = hint
        try:
            path = self._path(part, own)
            self._hint = hint
            return self._sent(part, path)
        finally:
            self._hint = outer

    def _sent(self, part: Part, path: str) -> Sent:
        body, kind = self._body(part)
        headers = {**self.headers(part), **({"Content-Type": kind} if kind else {}), **self._hint.headers}
        if part.described.public:
            path = self.label + path
        return Sent(part.described.method, path + self._query(part), headers, body)

    def _sampler(self, part: Part, what: str) -> Sampler:
        self._counter += 1
        place = f"{part.described.id}.{what}.{self._counter}"
        return Sampler(part.document, "verify", place, self.now, self.clock, sent=True)

    def headers(self, part: Part) -> dict[str, str]:
        """Return what goes along with every request of an operation: credentials, the host, headers that are required."""
        described = part.described
        found = {"User-Agent": "greenroom-verify", "Accept": "*/*"}
        host = next((each.replace("*", "greenroom") for each in described.hosts), None)
        if host is not None and self.served(host):
            found["Host"] = host
        if not described.public:
            found |= self.proof(described.path)
        for each in described.placed("header"):
            if each.get("required") and each["name"].lower() not in _OURS | {name.lower() for name in found}:
                key = "idempotency" in each["name"].lower()
                found[each["name"]] = (
                    f"verify-{self._counter}"
                    if key
                    else str(self._sampler(part, each["name"]).value(each.get("schema") or {}, each["name"]))
                )
        return found

    def _query(self, part: Part) -> str:
        sampler = self._sampler(part, "query")
        fields: Json = {}
        for each in part.described.placed("query"):
            if each.get("required"):
                name, known = each["name"], self._hint.names
                fields[name] = known.get(name) or sampler.value(each.get("schema") or {}, name)
        fields |= self._hint.query
        return f"?{urlencode(list(pairs(fields)))}" if fields else ""

    def _body(self, part: Part) -> tuple[bytes, str]:
        kinds = part.described.body
        if JSON in kinds:
            made = self._hint.body
            if not isinstance(made, list):
                made = self._told(self._sampler(part, "body").value(kinds[JSON]), kinds[JSON], part)
            return orjson.dumps(made), JSON
        if requests.FORM in kinds:
            sampler = self._sampler(part, "body")
            sampler.told = True
            made = self._told(sampler.value(kinds[requests.FORM]), kinds[requests.FORM], part)
            return urlencode(list(pairs(made if isinstance(made, dict) else {}))).encode(), requests.FORM
        kind = next(iter(kinds), "")
        if kind == PARTS:
            told = self._hint.body
            return parts(told if isinstance(told, dict) else {}), f"{PARTS}; boundary={BOUNDARY}"
        if isinstance(self._hint.body, str):
            return self._hint.body.encode(), kind
        if not kinds and self._hint.body is not None:  # the document tells of none
            return orjson.dumps(self._hint.body), JSON
        return b"", kind

    def _told(self, made: Any, schema: Json, part: Part) -> Any:
        """Complete a body: references to what is there, then what the hint says (None leaves a field out)."""
        hint = self._hint
        made = self._referred(made, schema, part)
        if isinstance(made, dict) and isinstance(hint.body, dict):
            both = {**made, **hint.body}
            return {name: value for name, value in both.items() if value is not None}
        return made

    def _path(self, part: Part, own: str | None) -> str:
        template = part.described.path
        for name, value in zip(part.names, self.values(part, own), strict=True):
            template = template.replace(f"{{{name}}}", quote(value, safe=""), 1)
        return template

    def values(self, part: Part, own: str | None = None) -> list[str]:
        """Return a value for each of the path's variables: of an enum, or of a thing that is there; `own` for the last."""
        place = shape(part.described.path)
        found: list[str] = []
        for depth, step in enumerate(place):
            for _ in range(step.count(ANY)):
                name = part.names[len(found)]
                if own is not None and len(found) == len(part.names) - 1:
                    return [*found, own]
                value = self._hint.path.get(name) or self._named(part, name) or self._listed(part, name)
                if value is None and step == ANY:
                    value = self._thing(place[: depth + 1], tuple(found), part, name)
                if value is None:
                    value = self._made(part, name)
                    self._ids.setdefault((id(part.document), place[: depth + 1], tuple(found)), value)
                found.append(value)
        return found

    def _named(self, part: Part, name: str) -> str | None:
        """Return what stands for a name everywhere; what is removed by it must be another one, made for that."""
        removed = part.described.method == "DELETE" and name == part.names[-1]
        return None if removed else self._hint.names.get(name)

    def _parameter(self, part: Part, name: str) -> Json:
        found = (each.get("schema") or {} for each in part.described.placed("path") if each["name"] == name)
        return part.document.follow(next(found, {}))

    def _listed(self, part: Part, name: str) -> str | None:
        options = self._parameter(part, name).get("enum")
        return str(options[0]) if options else None

    def _made(self, part: Part, name: str) -> str:
        value = self._sampler(part, "path").value(self._parameter(part, name), name)
        return str(value) or name

    def _thing(self, place: Shape, above: tuple[str, ...], part: Part, name: str) -> str | None:
        """Return the id of a thing of a shape: a fresh one for what is removed, else one that is known already."""
        removed = part.described.method == "DELETE" and place == shape(part.described.path)
        key = id(part.document), place, above
        if not removed and key in self._ids:
            return self._ids[key]
        ways = [self._created] if self.catalogue.creatable(part.document, place) else []
        ways.insert(len(ways) if removed else 0, self._first)
        made = (way(part.document, place, name) for way in (*ways, self._elsewhere))
        found = next(filter(None, made), None)
        if found is not None and not removed:
            self._ids[key] = found
        return found

    def _elsewhere(self, document: Document, place: Shape, name: str) -> str | None:
        """Return the id of a thing of the same name that another document, or another path, lists."""
        if len(place) < 2 or place.count(ANY) > 1 or self._depth > 2:
            return None
        key = 0, (place[-2],), ()
        if key not in self._ids:
            self._depth += 1
            self._ids[key] = next(
                filter(None, (self._kin(kin, name) for kin in self._kindred(document, place))), ""
            )
            self._depth -= 1
        return self._ids[key] or None

    def _kindred(self, document: Document, place: Shape) -> list[Part]:
        """Return the operations that list things of the same name, those with the shortest paths first."""
        parts = [self.catalogue.part(each) for each in self.catalogue.operations.values()]
        found = [
            each
            for each in parts
            if each.role == "list"
            and each.thing[-2:] == place[-2:]
            and (each.document is not document or each.thing != place)
        ]
        return sorted(found, key=lambda each: (len(each.thing), each.described.path))[:4]

    def _kin(self, part: Part, name: str) -> str | None:
        return self._id(part, part.thing, name, many=True)

    def _referred(self, made: Any, schema: Json, part: Part) -> Any:
        """Put ids of things that are there into the fields of a body that name them: `user_id`, `customer`."""
        if not isinstance(made, dict):
            return made
        required = shapes.flat(part.document, schema).get("required", ())
        for name in required:
            if name in self._hint.names:
                made[name] = self._hint.names[name]
                continue
            stem = name.lower().removesuffix("_id").removesuffix("id").rstrip("_")
            known = self._plurals.get(shapes.bare(stem))
            if known is None or known.segment == part.segment:
                continue
            if isinstance(made.get(name), str) and self._depth < 2:
                self._depth += 1
                id = self._thing(known.thing, (), known, name) if known.thing.count(ANY) == 1 else None
                self._depth -= 1
                made[name] = id or made[name]
        return made

    @cached_property
    def _plurals(self) -> dict[str, Part]:
        """The operations that list things at the top of a path, by the bare singular of the things' name."""
        found: dict[str, Part] = {}
        for described in self.catalogue.operations.values():
            part = self.catalogue.part(described)
            if part.role == "list" and part.thing.count(ANY) == 1:
                found.setdefault(shapes.bare(shapes.singular(part.segment)), part)
        return found

    def _created(self, document: Document, place: Shape, name: str) -> str | None:
        described = self.catalogue.kin(document, "POST", place[:-1])
        return (
            None if described is None else self._id(self.catalogue.part(described), place, name, many=False)
        )

    def _first(self, document: Document, place: Shape, name: str) -> str | None:
        described = self.catalogue.kin(document, "GET", place[:-1])
        return None if described is None else self._id(self.catalogue.part(described), place, name, many=True)

    def _id(self, part: Part, place: Shape, name: str, *, many: bool) -> str | None:
        """Call an operation that creates or lists things, and return the id of one of them."""
        try:
            return self.identified(part, place, name, self._call(part), many=many)
        except Impossible:
            return None

    def identified(self, part: Part, place: Shape, name: str, got: Got, *, many: bool) -> str | None:
        """Return the id of what an answer has created, or of the first thing that it lists; None where it says none."""
        if got.status >= 300:
            return None
        if part.place is None or part.place.many != many:
            return self._located(got)
        thing = shapes.at(got.json, part.place.way)
        if many:
            thing = thing[0] if isinstance(thing, list) and thing else None
        if not isinstance(thing, dict):
            return self._located(got)
        items = filter(None, (part.place.item, self.catalogue.item_of(part.document, place)))
        field = shapes.identity(part.document, name, part.segment, *items)
        if field is not None and isinstance(thing.get(field), str | int):
            return str(thing[field])
        return self._located(got)

    @staticmethod
    def _located(got: Got) -> str | None:
        """Return the last step of where a created thing is said to be."""
        return got.headers.get("location", "").rstrip("/").rpartition("/")[2] or None


def problems(described: Described, got: Got) -> list[str]:
    """Return what is wrong with an answer that is no refusal: its status, whether it has a body, the body's JSON."""
    answer = described.answer(got.status)
    if answer is None:
        return [f"the document has no status {got.status}"]
    if answer.json is None or described.method == "HEAD":
        return []
    if "stream" in got.headers.get("content-type", "") and not got.body.strip():
        return []  # a stream of nothing
    if got.status in EMPTY:  # whatever the document says, there can be no body on the wire
        return ["a body where there can be none"] if got.body else []
    if got.json is None and got.body.strip() not in (b"", b"null"):
        return ["the answer is not JSON"]
    return described.problems(got.status, got.json)


def _turn(listed: Listed) -> tuple[int, int, str]:
    order = {"POST": 0, "PUT": 1, "PATCH": 2, "GET": 3, "HEAD": 3, "OPTIONS": 3, "DELETE": 9}
    described = listed.described
    removes = described.method == "DELETE"
    return order[described.method], -described.path.count("/") if removes else 0, described.path
