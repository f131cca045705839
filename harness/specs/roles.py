"""What each operation of a document does, told by its path, its method and the schemas of its kin.

A path is read without its version segments (`/v9/projects/{id}` and `/v10/projects` are of one collection), and its
variables without their names: that is its shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from harness.specs import shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.messages import Request
    from harness.specs.document import Described, Document

Json = dict[str, Any]
Shape = tuple[str, ...]
Role = Literal[
    "list",
    "search",
    "retrieve",
    "create",
    "update",
    "upsert",
    "delete",
    "clear",
    "action",
    "read",
    "write",
    "call",
]
_VERSION = re.compile(r"v?\d+(?:\.\d+)?$")
_VARIABLE = re.compile(r"\{([^}]*)\}")
_SEARCHES = frozenset({"search", "query", "list", "filter", "find"})
ANY = "{}"


@dataclass(slots=True)
class Part:
    """An operation in its role. `thing` is the shape of the thing that it is about, `place` where its answer has it."""

    described: Described
    role: Role
    thing: Shape
    place: shapes.Place | None
    pattern: re.Pattern[str]
    names: tuple[str, ...]

    def steps(self, path: str) -> list[str]:
        """Return the segments of a request's path, those left out that are versions in the template."""
        template = self.described.path.strip("/").split("/")
        kept = segments(self.described.path)
        found = [unquote(each) for each in path.strip("/").split("/")]
        if len(kept) == len(template):
            return found
        return [each for each, told in zip(found, template, strict=False) if not _VERSION.match(told)]

    def filled(self, steps: list[str]) -> str:
        """Return the operation's own path with the segments that `steps` gives."""
        given = iter(steps)
        template = self.described.path.strip("/").split("/")
        if len(segments(self.described.path)) == len(template):
            return "/" + "/".join(steps)
        return "/" + "/".join(each if _VERSION.match(each) else next(given, each) for each in template)

    @property
    def document(self) -> Document:
        """The document that the operation is of."""
        return self.described.document

    @property
    def segment(self) -> str:
        """The path's name for the things: `customers` of `/v1/customers/{customer}`."""
        return next((each for each in reversed(self.thing) if ANY not in each), "")


def shape(path: str) -> Shape:
    """Return a template's shape."""
    return tuple(_VARIABLE.sub(ANY, each) for each in segments(path))


def segments(path: str) -> list[str]:
    """Return the segments of a path without those that are versions."""
    found = path.strip("/").split("/")
    return [each for each in found if not _VERSION.match(each)] or found


class Catalogue:
    """All operations of a provider's documents, found by method, path and host, and told what they do."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """The documents' order decides where several have the same path."""
        self.documents = list(documents)
        self.operations: dict[str, Described] = {}
        for document in self.documents:
            for described in document.operations.values():
                name = (
                    described.id
                    if described.id not in self.operations
                    else f"{described.method} {described.path}"
                )
                self.operations.setdefault(name, described)
        self._kin: dict[tuple[int, str, Shape], Described] = {}
        self._by_length: dict[tuple[str, int], list[Described]] = {}
        for described in self.operations.values():
            self._kin.setdefault((id(described.document), described.method, shape(described.path)), described)
            key = described.method, described.path.strip("/").count("/")
            self._by_length.setdefault(key, []).append(described)
        self._parts: dict[int, Part] = {}

    def kin(self, document: Document, method: str, place: Shape) -> Described | None:
        """Return the operation of a method at a shape in a document."""
        return self._kin.get((id(document), method, place))

    def anywhere(self, document: Document, method: str, place: Shape) -> Described | None:
        """Return the operation of a method at a shape in a document, or else in another of the provider's."""
        others = (self.kin(each, method, place) for each in self.documents)
        return self.kin(document, method, place) or next(filter(None, others), None)

    @cached_property
    def _collections(self) -> set[Shape]:
        """The shapes that have things below them, one variable deep."""
        return {place[:-1] for _, _, place in self._kin if len(place) > 1 and place[-1] == ANY}

    def candidates(self, request: Request) -> Iterator[tuple[Part, dict[str, str]]]:
        """Yield the operations that a request may be for, the likeliest first: by host, by how much of the path is literal."""
        host = urlsplit(request.origin).hostname or ""
        path = request.path.strip("/")
        found: list[tuple[tuple[int, int], Part, dict[str, str]]] = []
        for described in self._by_length.get((request.method, path.count("/")), ()):
            part = self.part(described)
            match = part.pattern.fullmatch(path)
            if match is None:
                continue
            here = any(fnmatchcase(host, each) for each in described.hosts)
            if not here and described.hosts and described.path.lstrip("/").startswith("{"):
                continue  # `/{id}/{file}` of a host of its own would take every path of the others
            values = {name: unquote(value) for name, value in zip(part.names, match.groups(), strict=True)}
            found.append(((not here, len(part.names)), part, values))
        for _, part, values in sorted(found, key=lambda each: each[0]):
            yield part, values

    def part(self, described: Described) -> Part:
        """Return an operation in its role."""
        known = self._parts.get(id(described))
        if known is None:
            known = self._parts[id(described)] = self._part(described)
        return known

    def _part(self, described: Described) -> Part:
        place = shape(described.path)
        answer = described.success
        schema = None if answer is None else answer.json
        role, thing = self._role(described, place)
        where = None
        if schema is not None:
            segment = next((each for each in reversed(thing) if ANY not in each), "")
            where = shapes.place(described.document, schema, segment, single=role not in ("list", "search"))
        pieces = _VARIABLE.split(described.path.strip("/"))
        pattern = "".join(re.escape(each) if at % 2 == 0 else "([^/]+?)" for at, each in enumerate(pieces))
        return Part(described, role, thing, where, re.compile(pattern), tuple(pieces[1::2]))

    def _role(self, described: Described, place: Shape) -> tuple[Role, Shape]:
        """Return the role, and the shape of the thing (for lists and creations: of the things)."""
        item = place[-1] == ANY
        below = len(place) > 1 and place[-2] == ANY
        match described.method:
            case "GET" | "HEAD" | "OPTIONS":
                if item:
                    return "retrieve", place
                return ("list", (*place, ANY)) if self._lists(described, place) else ("read", place)
            case "POST":
                return self._posted(described, place, item=item, below=below)
            case "DELETE":
                if item:
                    return "delete", place
                if (
                    below
                    and place not in self._collections
                    and not self.kin(described.document, "GET", place)
                ):
                    return "action", place[:-1]
                return "clear", place
        if item:
            return ("update" if self.creatable(described.document, place) else "upsert"), place
        if self.kin(described.document, "GET", place) is None and below:
            return "action", place[:-1]
        return "write", place

    def _posted(self, described: Described, place: Shape, *, item: bool, below: bool) -> tuple[Role, Shape]:
        if item:
            return ("update" if self.creatable(described.document, place) else "upsert"), place
        if (
            place[-1] in _SEARCHES
            and len(place) > 1
            and place not in self._collections
            and self._lists(described, place)
        ):
            return "search", (*place[:-1], ANY)
        get = self.kin(described.document, "GET", place)
        if place in self._collections or (get is not None and self._lists(get, place)):
            return "create", (*place, ANY)
        if get is not None:
            return "write", place
        return ("action", place[:-1]) if below else ("call", place)

    def _lists(self, described: Described, place: Shape) -> bool:
        answer = described.success
        if answer is None or answer.json is None:
            return False
        return shapes.place(described.document, answer.json, place[-1], single=False).many

    def creatable(self, document: Document, thing: Shape) -> bool:
        """Tell whether an operation creates things of a shape and tells their names: then only those are there."""
        post = self.kin(document, "POST", thing[:-1])
        if post is None or self._role(post, thing[:-1])[0] != "create":
            return False
        return self._tells(post, thing)

    def _tells(self, post: Described, thing: Shape) -> bool:
        """Tell whether a creation says, or is told, how the new thing is named."""
        answer = post.success
        if answer is None or "Location" in answer.headers:
            return answer is not None
        if answer.json is None:
            return False
        segment = next((each for each in reversed(thing) if ANY not in each), "")
        where = shapes.place(post.document, answer.json, segment, single=True)
        return (
            shapes.identity(post.document, self.parameter(post.document, thing), segment, where.item)
            is not None
        )

    def parameter(self, document: Document, thing: Shape) -> str:
        """Return the name of the path's last variable for things of a shape; empty where no path has one."""
        for method in ("GET", "DELETE", "PATCH", "POST", "PUT"):
            described = self.kin(document, method, thing)
            if described is not None:
                return next(iter(_VARIABLE.findall(described.path)[-1:]), "")
        return ""

    def item_of(self, document: Document, thing: Shape) -> Json | None:
        """Return the schema of a thing, by the operation that retrieves it, or else lists or creates it."""
        for method, place in (("GET", thing), ("GET", thing[:-1]), ("POST", thing[:-1]), ("PUT", thing)):
            described = self.kin(document, method, place)
            if described is not None:
                where = self.part(described).place
                if where is not None:
                    return where.item
        return None
