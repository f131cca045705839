"""What changed between two documents of an API, graded by what it does to a consumer.

`breaking`: a call that worked is refused, or an answer lacks what it had. `notice`: a consumer may meet what it never
met (a new value of an enum, a null). `info`: everything else.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from harness.specs import schemas, shapes
from harness.specs.alike import Alike

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.specs.document import Described, Document
    from harness.specs.usage import Used

Json = dict[str, Any]
Grade = Literal["breaking", "notice", "info"]
GRADES: tuple[Grade, ...] = ("breaking", "notice", "info")
Direction = Literal["request", "answer"]
DEEPEST = 8


def _things(document: Document, schema: Json) -> tuple[int, ...]:
    """Return what names the things that a schema describes: those of its alternatives, whatever else it may be."""
    plain = document.follow(schema)
    found = [document.follow(each) for name in ("anyOf", "oneOf") for each in plain.get(name, ())]
    things = [id(each) for each in found if "properties" in each]
    return tuple(things) or (id(plain),)


class Pair(NamedTuple):
    """A schema in both documents, the field that has it, and how far below the top that is."""

    old: Json
    new: Json
    field: str
    depth: int


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change: its rule (stable), the operation, and the field by its path from the body or the parameters."""

    grade: Grade
    rule: str
    operation: str
    field: str
    told: str


def between(old: Document, new: Document, uses: Mapping[str, Used] | None = None) -> list[Change]:
    """Return all changes, the worst first; with `uses`, only those of operations, and below fields, that are used.

    What many operations share and many fields hold is told once for each operation, where it is nearest to the top.
    """
    before, after, alike = _by_place(old), _by_place(new), Alike(old, new)
    found: list[Change] = []
    for place in sorted(before.keys() | after.keys()):
        if uses is not None and (place not in before or before[place].id not in uses):
            continue
        if place not in after:
            found.append(_change("breaking", "operation-removed", before[place], "", "is gone"))
        elif place not in before:
            found.append(_change("info", "operation-added", after[place], "", "is new"))
        else:
            used = None if uses is None else uses[before[place].id]
            found += _Compared(before[place], after[place], alike, used).changes()
    return sorted(
        set(found), key=lambda each: (GRADES.index(each.grade), each.operation, each.field, each.rule)
    )


def _by_place(document: Document) -> dict[tuple[str, tuple[str, ...]], Described]:
    return {(each.method, _literal(each.path)): each for each in document.operations.values()}


def _literal(path: str) -> tuple[str, ...]:
    """Return a path whose variables have no names: they may be renamed freely. Versions are kept."""
    return tuple("{}" if each.startswith("{") else each for each in path.strip("/").split("/"))


def _change(grade: Grade, rule: str, described: Described, field: str, told: str) -> Change:
    return Change(grade, rule, described.id, field, told)


class _Compared:
    """One operation in both documents."""

    def __init__(self, old: Described, new: Described, alike: Alike, used: Used | None = None) -> None:
        """`used` are the fields that are looked at; None, or a use that is not known in detail, for all."""
        self.old = old
        self.new = new
        self.alike = alike
        self.used = None if used is None or used.whole else used

    def changes(self) -> Iterator[Change]:
        if self.new.deprecated and not self.old.deprecated:
            yield self._made("notice", "operation-deprecated", "", "is deprecated")
        yield from self._parameters()
        yield from self._bodies()
        yield from self._answers()

    def _made(self, grade: Grade, rule: str, field: str, told: str) -> Change:
        return _change(grade, rule, self.old, field, told)

    def _parameters(self) -> Iterator[Change]:
        def named(described: Described) -> dict[str, Json]:
            return {
                f"{each.get('in')}.{each['name']}": each
                for each in described.parameters
                if each.get("in") != "path"
            }

        before, after = named(self.old), named(self.new)
        for name in sorted(before.keys() | after.keys()):
            if name not in after:
                yield self._made("notice", "parameter-removed", name, "is no longer read")
            elif name not in before:
                needed = bool(after[name].get("required"))
                grade: Grade = "breaking" if needed else "info"
                yield self._made(grade, "parameter-added", name, "must be sent" if needed else "may be sent")
            else:
                if after[name].get("required") and not before[name].get("required"):
                    yield self._made("breaking", "parameter-required", name, "must be sent now")
                both = before[name].get("schema") or {}, after[name].get("schema") or {}
                yield from self._schemas("request", *both, name)

    def _bodies(self) -> Iterator[Change]:
        for kind in sorted(self.old.body.keys() | self.new.body.keys()):
            if kind not in self.new.body:
                yield self._made("breaking", "body-type-removed", "body", f"{kind} is no longer taken")
            elif kind in self.old.body:
                yield from self._schemas("request", self.old.body[kind], self.new.body[kind], "body")
        if self.new.body_required and not self.old.body_required and self.old.body:
            yield self._made("breaking", "body-required", "body", "must be sent now")

    def _answers(self) -> Iterator[Change]:
        for status, answer in sorted(self.old.answers.items()):
            now = self.new.answers.get(status)
            if now is None:
                grade: Grade = "breaking" if status.startswith("2") else "info"
                yield self._made(grade, "status-removed", status, "is no longer answered")
            elif answer.json is not None and now.json is not None and status.startswith(("2", "d")):
                yield from self._schemas("answer", answer.json, now.json, "answer")
        for status in sorted(self.new.answers.keys() - self.old.answers.keys()):
            yield self._made("info", "status-added", status, "may be answered")

    def _schemas(self, way: Direction, old: Json, new: Json, field: str) -> Iterator[Change]:
        """Compare two schemas, their alternatives taken together, and what they hold, level by level."""
        if self.alike(old, new):
            return
        left: deque[Pair] = deque([Pair(old, new, field, 0)])
        seen: set[tuple[int, ...]] = set()
        while left:
            pair = left.popleft()
            key = (*_things(self.old.document, pair.old), *_things(self.new.document, pair.new))
            if pair.depth > DEEPEST or (
                key in seen if self.used is None else not self._looked_at(way, pair.field)
            ):
                continue
            seen.add(key)
            before, after = (
                shapes.flat(self.old.document, pair.old),
                shapes.flat(self.new.document, pair.new),
            )
            yield from self._types(way, before, after, pair.field)
            yield from self._values(way, before, after, pair.field)
            yield from self._properties(way, before, after, pair.field)
            inner = before.get("properties") or {}, after.get("properties") or {}
            below = [(*(each[name] for each in inner), f".{name}") for name in inner[0] if name in inner[1]]
            if before.get("items") and after.get("items"):
                below.append((before["items"], after["items"], "[]"))
            below = [each for each in below if not self.alike(each[0], each[1])]
            left.extend(Pair(one, other, pair.field + step, pair.depth + 1) for one, other, step in below)

    def _looked_at(self, way: Direction, field: str) -> bool:
        """Tell whether a field is used, or holds one that is."""
        assert self.used is not None  # noqa: S101 - where all is looked at, nobody asks
        fields = self.used.read if way == "answer" else self.used.sent
        return field in ("answer", "body") or any(
            each == field or each.startswith((f"{field}.", f"{field}[")) for each in fields
        )

    def _types(self, way: Direction, old: Json, new: Json, field: str) -> Iterator[Change]:
        before, after = set(schemas.types(old)), set(schemas.types(new))
        if not before or not after or before == after:
            return
        if way == "answer" and after - before == {"null"} and before < after:
            yield self._made("notice", "answer-may-be-null", field, "may be null")
        elif way == "request" and before < after:
            yield self._made(
                "info", "request-type-widened", field, f"may be {', '.join(sorted(after - before))} too"
            )
        elif way == "answer" and after < before:
            yield self._made("info", "answer-type-narrowed", field, f"is {', '.join(sorted(after))}")
        else:
            told = f"was {' or '.join(sorted(before))}, is {' or '.join(sorted(after))}"
            yield self._made("breaking", f"{way}-type-changed", field, told)

    def _values(self, way: Direction, old: Json, new: Json, field: str) -> Iterator[Change]:
        before, after = old.get("enum"), new.get("enum")
        if not isinstance(before, list) or not isinstance(after, list):
            return
        for value in (each for each in after if each not in before):
            grade: Grade = "notice" if way == "answer" else "info"
            yield self._made(grade, f"{way}-value-added", field, f"may be {value!r}")
        for value in (each for each in before if each not in after):
            grade = "breaking" if way == "request" else "info"
            yield self._made(grade, f"{way}-value-removed", field, f"is never {value!r}")

    def _properties(self, way: Direction, old: Json, new: Json, field: str) -> Iterator[Change]:
        before, after = old.get("properties") or {}, new.get("properties") or {}
        needed, needed_before = set(new.get("required", ())), set(old.get("required", ()))
        for name in sorted(before.keys() | after.keys()):
            place = f"{field}.{name}"
            if name not in after:
                grade: Grade = "breaking" if way == "answer" else "notice"
                yield self._made(grade, f"{way}-field-removed", place, "is gone")
            elif name not in before:
                must = way == "request" and name in needed
                yield self._made("breaking" if must else "info", f"{way}-field-added", place, "is new")
            else:
                if way == "request" and name in needed - needed_before:
                    yield self._made("breaking", "request-field-required", place, "must be sent now")
                if way == "answer" and name in needed_before - needed:
                    yield self._made("notice", "answer-field-optional", place, "may be missing")
