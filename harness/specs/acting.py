"""What inferred operations do: create, retrieve, update, delete, list and act upon things that the world holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from harness.errors import Refusal
from harness.messages import Reply
from harness.specs import announcing, contents, paging, rendering, schemas, shapes, state
from harness.specs.rendering import Renderer
from harness.specs.roles import ANY, shape
from harness.specs.sampling import Impossible

if TYPE_CHECKING:
    from harness.specs.requests import Said
    from harness.specs.roles import Catalogue, Part, Shape
    from harness.specs.sources import Clock
    from harness.transaction import Transaction

Json = dict[str, Any]
EMPTY = (204, 205, 304)
"""Statuses of answers without a body."""


class Unanswerable(Exception):
    """No answer fits the document's schema; the message says why."""


@dataclass(slots=True)
class Act:
    """One call of an inferred operation."""

    tx: Transaction
    catalogue: Catalogue
    part: Part
    said: Said
    clock: Clock
    _fresh: str = ""
    """What the path of a created thing has beyond the request's."""

    def answer(self) -> Any:
        """Do what the operation does, and return its answer. Raises Refusal for what is not there."""
        for place in self._above():
            self._found(place)
        try:
            body = self._role()
        except Impossible as impossible:
            raise Unanswerable(str(impossible)) from impossible
        answer = self.part.described.success
        if answer is not None and answer.status in EMPTY:
            return None  # some documents tell a body for these all the same; on the wire there can be none
        return self._reply(body)

    @property
    def _render(self) -> Renderer:
        return Renderer(self.tx, self.part, self.clock)

    @property
    def _path(self) -> str:
        """The path of the request without versions: what the thing is held under."""
        assert self.tx.request is not None  # noqa: S101 - inferred operations answer requests only
        return "/" + "/".join(self.part.steps(self.tx.request.path))

    @property
    def _item(self) -> Json:
        """The schema of the things that the operation is about."""
        return self._schema(self.part.thing)

    @property
    def _thing(self) -> str:
        """The path of the thing that an item's operation or an action is about."""
        return "/".join(self._path.split("/")[: len(self.part.thing) + 1])

    def _reply(self, body: Any) -> Any:
        described = self.part.described
        answer = described.success
        if answer is None:
            raise Unanswerable("the document describes no success")
        headers = (
            [("Location", self._location())]
            if answer.status in range(300, 400) or "Location" in answer.headers
            else []
        )
        status = answer.status or 200
        if answer.json is None:
            kind = next(iter(answer.content), None)
            if kind is None:
                return Reply(None, status, headers)
            return Reply(contents.smallest(kind), status, headers, kind)
        wrong = next(schemas.errors(body, answer.json, self.part.document.components), None)
        if wrong is not None:
            raise Unanswerable(f"{wrong.json_path}: {wrong.message[:200]}")
        return Reply(body, status, headers)

    def _location(self) -> str:
        assert self.tx.request is not None  # noqa: S101
        asked = self.said.query.get("redirect_url") or self.said.fields.get("redirect_url")
        return str(asked) if asked else f"{self.tx.request.origin}{self.tx.request.path}{self._fresh}"

    # --- what is there ---------------------------------------------------------------------------------------------

    def _above(self) -> list[tuple[Shape, str]]:
        """Return the things that the path goes through before its own, with their paths."""
        place = shape(self.part.described.path)
        steps = self._path.split("/")[1:]
        inner = len(self.part.thing) - 1 if self.part.role not in ("list", "create", "search") else len(place)
        depths = [each for each in range(2, min(inner, len(place))) if place[each - 1] == ANY]
        return [(place[:each], "/" + "/".join(steps[:each])) for each in depths if self._known(place[:each])]

    def _known(self, place: Shape) -> bool:
        return self.catalogue.kin(self.part.document, "GET", place) is not None or self.catalogue.creatable(
            self.part.document, place
        )

    def _found(self, at: tuple[Shape, str]) -> Json:
        """Return a thing; one that nothing could have created is there as soon as it is asked for."""
        place, path = at
        held = state.get(self.tx, path)
        if held is not None:
            return held
        written = self._written(place, path)
        if written is not None:
            key = path.rpartition("/")[2]
            return {
                "id": path,
                "set": path.rpartition("/")[0],
                "key": key,
                "fields": written,
                "made": self.tx.now,
            }
        if self.catalogue.creatable(self.part.document, place):
            raise self._missing(path)
        return self._held(place, path, {})

    def _missing(self, path: str) -> Refusal:
        above, _, key = path.rpartition("/")
        segment = above.rpartition("/")[2]
        return self.tx.provider.dialect.failure(404, f"No such {shapes.singular(segment)}: {key}")

    def _written(self, place: Shape, path: str) -> Json | None:
        """Return a thing of a hand-written operation, None where none shows it; raise its refusal of unknown ones."""
        steps = path.strip("/").split("/")
        shown = self._by_hand(place, steps)
        if shown is not None:
            return shown if isinstance(shown, dict) else {}
        listed = self._by_hand(place[:-1], steps[:-1])
        if not isinstance(listed, list) or not self._created_by_hand(place):
            return None
        document = self.part.document
        parameter = self.catalogue.parameter(document, place)
        kin = self.catalogue.anywhere(document, "GET", place[:-1])
        shown_in = self.catalogue.part(kin).place if kin is not None else None
        told = [self._schema(place), *([] if shown_in is None else [shown_in.item])]
        name = shapes.identity(document, parameter, steps[-2], *told)
        return next((each for each in listed if name is not None and str(each.get(name)) == steps[-1]), None)

    def _by_hand(self, place: Shape, steps: list[str]) -> Any:
        """Return what a hand-written GET shows of a path: a thing, or a list of things; None where there is none."""
        tx, provider = self.tx, self.tx.provider
        described = self.catalogue.anywhere(self.part.document, "GET", place)
        if described is None:
            return None
        kin = self.catalogue.part(described)
        found = provider.routes.find("GET", kin.filled(steps))
        if not isinstance(found, tuple) or kin.place is None:
            return None
        operation, values = found
        if shape(operation.path) != place:
            return None
        try:
            params = None if operation.params is None else operation.params.model_validate({})
            shown = operation.call(tx, params, values)
        except ValidationError:
            return {}
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            return {}
        if isinstance(shown, Reply) and shown.status in range(300, 400):
            return {}  # it is there, and shown elsewhere
        return shapes.at(shown.body if isinstance(shown, Reply) else shown, kin.place.way)

    def _created_by_hand(self, place: Shape) -> bool:
        described = self.catalogue.kin(self.part.document, "POST", place[:-1])
        routes = self.tx.provider.routes
        return described is not None and isinstance(routes.find("POST", described.path), tuple)

    def _schema(self, place: Shape) -> Json:
        return self.catalogue.item_of(self.part.document, place) or {}

    def _held(self, place: Shape, path: str, fields: Json) -> Json:
        """Hold a thing under its path: named by the path's last step, and by the parents' names where it knows them."""
        key = path.rpartition("/")[2]
        return state.keep(self.tx, path, key, self._named(place, key, fields))

    def _named(self, place: Shape, key: str, fields: Json) -> Json:
        document, item = self.part.document, self.catalogue.item_of(self.part.document, place)
        if item is None:
            return fields
        known = shapes.names(document, item)
        parents = {name: value for name, value in self.said.path.items() if name in known}
        name = shapes.identity(document, self.catalogue.parameter(document, place), self.part.segment, item)
        named = {} if name is None else {name: self._typed(key, known[name])}
        return {**parents, **fields, **named}

    def _typed(self, key: str, schema: Json) -> Any:
        from harness.specs import forms

        return forms.typed(key, schema, self.part.document)

    # --- roles -----------------------------------------------------------------------------------------------------

    def _role(self) -> Any:
        match self.part.role:
            case "list" | "search":
                return self._list()
            case "create":
                return self._create()
            case "retrieve":
                return self._render.one(self._found((self.part.thing, self._path)))
            case "update":
                return self._change(self._found((self.part.thing, self._path)), self.said.fields, "updated")
            case "upsert":
                held = state.get(self.tx, self._path) or self._held(self.part.thing, self._path, {})
                return self._change(held, self.said.fields, "updated")
            case "delete" | "clear":
                return self._delete()
            case "action":
                return self._act()
            case "read" | "write":
                return self._single()
        return self._call()

    def _create(self) -> Any:
        collection = self._path
        document, item = self.part.document, self._item
        parameter, shown = self.catalogue.parameter(document, self.part.thing), self.part.place
        told = (item,) if shown is None else (shown.item, item)
        name = shapes.identity(document, parameter, self.part.segment, *told)
        place = f"{collection}#{self.tx.draw('inferred.key', 12).hex()}"
        answer = self.part.described.success
        where = self.part.place
        made: Any = {}
        if answer is not None and answer.json is not None and where is not None:
            made = shapes.at(self._render.sample(answer.json, place), where.way)
        key = self._key(made, name, item, place)
        fields: Json = dict(made) if isinstance(made, dict) else {}
        fields |= {
            each: value for each, value in self.said.path.items() if each in shapes.names(document, item)
        }
        fields |= self.said.fields
        if name is not None:
            fields[name] = self._typed(str(key), shapes.names(document, item).get(name, {}))
        held = state.keep(self.tx, f"{collection}/{key}", str(key), fields)
        self._fresh = f"/{key}"
        self._tell(held, ("created", "added"))
        return self._render.one(held)

    def _key(self, made: Any, name: str | None, item: Json, place: str) -> Any:
        """Return what names a new thing: what was sent for it, else the answer's own, else chance."""
        if name is not None:
            sent = self.said.fields.get(name)
            if isinstance(sent, str | int) and sent != "" and "/" not in str(sent):
                return sent
            if (
                isinstance(made, dict)
                and isinstance(made.get(name), str)
                and made[name]
                and "/" not in made[name]
            ):
                return made[name]
            told = shapes.names(self.part.document, item).get(name, {})
            if "integer" in schemas.types(shapes.flat(self.part.document, told)):
                return int.from_bytes(self.tx.draw("inferred.number", 4), "big") % 900_000_000 + 100_000_000
        return self.tx.token(f"inferred.{place}", 24)

    def _change(self, held: Json, fields: Json, happened: str, **more: Any) -> Any:
        merged = _merged(held["fields"], {**fields, **more})
        document, item = self.part.document, self._item
        for name, told in shapes.names(document, item).items():
            if shapes.bare(name) in ("updated", "updatedat", "modified", "modifiedat", "lastmodified"):
                stamp = self._render.sample(
                    {"type": "object", "required": [name], "properties": {name: told}}, "now"
                )
                if stamp.get(name) is not None:
                    merged[name] = stamp[name]
        kept = state.keep(self.tx, held["id"], held["key"], merged)
        self._tell(kept, (happened, "updated"))
        return self._render.one(kept)

    def _delete(self) -> Any:
        if self.part.role == "delete":
            held = self._found((self.part.thing, self._path))
        else:
            held = {"id": self._path, "key": self.part.segment, "fields": {}, "made": self.tx.now}
        state.remove(self.tx, self._path)
        if self.part.role == "delete":
            self._tell(held, ("deleted", "removed"))
        return self._render.one(held)

    def _act(self) -> Any:
        """Act upon the thing that the path's last word is said of."""
        verb = self._path.rpartition("/")[2]
        held = self._found((self.part.thing, self._thing))
        where = self.part.place
        if where is None or not self._alike(where.item, self._item):
            return self._call(self._path)
        set_by = rendering.acted(self.part.document, self._item, verb)
        fields = self.said.fields if self.part.described.method != "DELETE" else {}
        happened = next((str(value) for value in set_by.values() if isinstance(value, str)), f"{verb}ed")
        return self._change(held, fields, happened, **set_by)

    def _alike(self, one: Json, other: Json) -> bool:
        """Tell whether two schemas are of the same kind of thing."""
        document = self.part.document
        if document.follow(one) is document.follow(other):
            return True
        first, second = set(shapes.names(document, one)), set(shapes.names(document, other))
        return len(first & second) * 10 >= len(first | second) * 6 > 0

    def _single(self) -> Any:
        """Read or write the one thing of a path without variable, such as settings."""
        held = state.get(self.tx, self._path)
        if self.part.role == "write":
            fields = _merged(held["fields"] if held else {}, self.said.fields)
            held = state.keep(self.tx, self._path, self.part.segment, fields)
        if held is None:
            asked = {
                **self.said.query,
                **self.said.path,
            }  # an answer about a customer names the one it was asked for
            held = {"id": self._path, "key": self.part.segment, "fields": asked, "made": self.tx.now}
        return self._render.one(held)

    def _call(self, place: str | None = None) -> Any:
        """Answer a call that changes nothing which could be read again: its own fields, and those that were sent."""
        drawn = f"{place or self._path}#{self.tx.draw('inferred.call', 12).hex()}"
        fields = {**self.said.path, **self.said.fields}
        return self._render.one({"id": drawn, "key": "", "fields": fields, "made": self.tx.now})

    def _list(self) -> Any:
        collection = self._path if self.part.role == "list" else self._path.rpartition("/")[0]
        query = {**self.said.query, **(self.said.fields if self.part.role == "search" else {})}
        found = paging.matching(self.part, state.every(self.tx, collection), query)
        first, size = paging.window(self.part, [each["key"] for each in found], query)
        page = found[first : first + size]
        return self._render.many(page, total=len(found), more=first + size < len(found))

    def _tell(self, held: Json, happened: tuple[str, ...]) -> None:
        """Announce what happened, where an event is known for it."""
        known = announcing.names(self.tx.provider, self.catalogue.documents)
        steps = [each for each in self.part.thing if each != ANY]
        kinds = [shapes.singular(each) for each in steps]
        told = [*kinds[-1:], ".".join(kinds), *([f"{'.'.join(steps[:-1])}.{kinds[-1]}"] if kinds else [])]
        if isinstance(held["fields"].get("object"), str):
            told.append(held["fields"]["object"])
        type = announcing.chosen(known, told, happened)
        if type is not None:
            announcing.announce(self.tx, self.catalogue.documents, type, self._whole(held), self.clock)

    def _whole(self, held: Json) -> Json:
        """Return a thing as the operation that retrieves it would show it."""
        shown = self._render.item(held, self._item)
        return shown if isinstance(shown, dict) else dict(held["fields"])


def _merged(old: Json, new: Json) -> Json:
    """Lay changes over fields: objects by their keys, everything else whole."""
    made = dict(old)
    for name, value in new.items():
        known = made.get(name)
        made[name] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return made
