"""A provider's document as operations: their paths, parameters, bodies and answers, references followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.specs import schemas
from harness.specs.reading import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.specs.sources import Source

Json = dict[str, Any]
JSON = "application/json"


@dataclass(slots=True)
class Answer:
    """One answer of an operation: its status, and its schema by content type."""

    status: int
    content: dict[str, Json]
    headers: Json

    @property
    def json(self) -> Json | None:
        """The schema of its JSON, None when it has none."""
        for kind, schema in self.content.items():
            if "json" in kind:
                return schema
        return None


@dataclass(slots=True)
class Described:
    """One operation as the document has it; `path` is where it is served."""

    id: str
    method: str
    path: str
    summary: str
    document: Document
    parameters: list[Json]
    body: dict[str, Json]
    body_required: bool
    answers: dict[str, Answer]
    public: bool
    hosts: tuple[str, ...]
    deprecated: bool = False
    tags: list[str] = field(default_factory=list)

    def placed(self, where: str) -> list[Json]:
        """Return the parameters of a place: path, query, header or cookie."""
        return [each for each in self.parameters if each.get("in") == where]

    @property
    def success(self) -> Answer | None:
        """The answer of a call that succeeds: the first 2xx, the one with JSON before others; else a redirect."""
        good = [each for status, each in sorted(self.answers.items()) if status.startswith("2")]
        moved = [each for status, each in sorted(self.answers.items()) if status.startswith("3")]
        if not good and "default" in self.answers and not moved:
            return self.answers["default"]
        return next((each for each in good if each.json is not None), None) or next(iter(good + moved), None)

    def answer(self, status: int) -> Answer | None:
        """Return what the document says of a status; None when it says nothing."""
        return (
            self.answers.get(str(status))
            or self.answers.get(f"{status // 100}XX")
            or self.answers.get("default")
        )

    def problems(self, status: int, value: Any) -> list[str]:
        """Return what is wrong with the JSON of an answer; of undescribed statuses nothing is known."""
        answer = self.answer(status)
        if answer is None:
            return [f"the document has no status {status}"] if status < 300 else []
        if answer.json is None:
            return []
        found = schemas.errors(value, answer.json, self.document.components)
        return [f"{each.json_path}: {each.message[:200]}" for each in found]


class Document:
    """One document. It takes the tree over and changes it to today's JSON Schema."""

    def __init__(self, source: Source, tree: Json) -> None:
        """References are followed when they are met."""
        self.source = source
        self.tree = tree
        schemas.modernise(tree)
        schemas.drop_dead(tree)
        schemas.open_parts(tree)
        self.components: Json = tree.get("components", {})

    def follow(self, node: Json) -> Json:
        """Return what a reference leads to; what is none comes back itself. A dead reference leads to nothing."""
        return schemas.follow(self.tree, node)

    @cached_property
    def operations(self) -> dict[str, Described]:
        """All operations by id; one without an id, or with another's, is named by method and path."""
        found: dict[str, Described] = {}
        for path, item in self.tree.get("paths", {}).items():
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    described = self._described(path, method, item)
                    if described.id in found or described.id == "":
                        described.id = f"{described.method} {described.path}"
                    if described.id not in self.source.leftovers:
                        found[described.id] = described
        return found

    def _described(self, path: str, method: str, item: Json) -> Described:
        operation = item[method]
        parameters: dict[tuple[str, str], Json] = {}
        for each in (*item.get("parameters", ()), *operation.get("parameters", ())):
            parameter = self.follow(each)
            if "name" in parameter:
                parameters[parameter.get("in", ""), parameter["name"]] = parameter
        body = self.follow(operation.get("requestBody") or {})
        security = operation.get("security", self.tree.get("security"))
        servers = operation.get("servers") or item.get("servers") or ()
        hosts = tuple(filter(None, (urlsplit(each["url"]).hostname for each in servers)))
        return Described(
            id=operation.get("operationId", ""),
            method=method.upper(),
            path=self.source.base + path,
            summary=" ".join(str(operation.get("summary") or "").split()),
            document=self,
            parameters=list(parameters.values()),
            body=_content(body),
            body_required=bool(body.get("required", False)),
            answers=dict(self._answers(operation)),
            public=self.source.public or not security or {} in security,
            hosts=hosts or self.source.hosts,
            deprecated=bool(operation.get("deprecated", False)),
            tags=operation.get("tags", []),
        )

    def _answers(self, operation: Json) -> Iterator[tuple[str, Answer]]:
        for status, told in operation.get("responses", {}).items():
            answer = self.follow(told)
            number = int(status) if status.isdecimal() else 200 if status in ("default", "2XX") else 0
            yield status, Answer(number, _content(answer), answer.get("headers") or {})

    @cached_property
    def events(self) -> dict[str, Json]:
        """The events that the document describes: the schema of each one's body, by its name."""
        found: dict[str, Json] = {}
        for name, item in (self.tree.get("webhooks") or self.tree.get("x-webhooks") or {}).items():
            operation: Json = next((item[method] for method in METHODS if method in item), {})
            content = _content(self.follow(operation.get("requestBody") or {}))
            found[name] = next(iter(content.values()), {})
        return found


def _content(node: Json) -> dict[str, Json]:
    """Return the schemas of a body by content type; one without a schema takes anything."""
    return {
        kind.partition(";")[0].strip().lower(): each.get("schema") or {}
        for kind, each in (node.get("content") or {}).items()
    }
