"""What a consumer uses of a provider's API: operations, and the fields that it sends and reads, from pacts and traffic.

Drift is graded by use: a change of what nobody uses is news, a change of what a pact reads is a failure to come.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.messages import Request
from harness.specs import forms
from harness.specs.roles import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from harness.specs.changes import Change
    from harness.specs.document import Document

Json = dict[str, Any]


@dataclass(slots=True)
class Used:
    """The use of one operation: what the pacts call it, and the fields that are sent and read (`$.a.b`, lists as `[]`)."""

    by: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    whole: bool = False
    """Seen in traffic only: which of the answer's fields are read is not known, so that all may be."""


@dataclass(slots=True)
class Usage:
    """The use of a document's operations, by their ids."""

    document: Document
    operations: dict[str, Used] = field(default_factory=dict)
    _catalogue: Catalogue | None = None

    def pacts(self, files: Iterable[Path], provider: str) -> None:
        """Add what the pacts with a provider tell."""
        for file in files:
            told = json.loads(file.read_text("utf-8"))
            if told.get("provider", {}).get("name") != provider:
                continue
            for each in told.get("interactions", ()):
                if "request" in each:
                    self._interaction(f"{file.name}: {each['description']}", each)

    def _interaction(self, name: str, interaction: Json) -> None:
        request = interaction["request"]
        used = self._of(request.get("method", "GET"), str(request["path"]))
        if used is None:
            return
        used.by.add(name)
        content = (request.get("body") or {}).get("content")
        used.sent |= set(_fields(forms.read(content) if isinstance(content, str) else content, "body"))
        used.sent |= {f"query.{name}" for name in request.get("query", {})}
        used.read |= set(_fields((interaction["response"].get("body") or {}).get("content"), "answer"))

    def traffic(self, exchanges: Iterable[Json]) -> None:
        """Add what a world's journal shows."""
        for each in exchanges:
            used = self._of(each["method"], each["path"])
            if used is not None:
                used.by.add("traffic")
                used.whole = True

    def _of(self, method: str, path: str) -> Used | None:
        if self._catalogue is None:
            self._catalogue = Catalogue([self.document])
        found = next(self._catalogue.candidates(Request(method, path)), None)
        return None if found is None else self.operations.setdefault(found[0].described.id, Used())

    def touched(self, changes: Iterable[Change]) -> list[tuple[Change, list[str]]]:
        """Return the changes that touch what is used, each with the interactions that it touches."""
        found = []
        for change in changes:
            used = self.operations.get(change.operation)
            if used is not None and _touches(change, used):
                found.append((change, sorted(used.by)))
        return found


def _touches(change: Change, used: Used) -> bool:
    """Tell whether a change concerns what is used: its fields, or the operation as a whole."""
    if change.rule.startswith("answer-"):
        return used.whole or any(_within(each, change.field) for each in used.read)
    if change.rule in (
        "request-field-removed",
        "request-value-removed",
        "request-type-changed",
        "parameter-removed",
    ):
        return used.whole or any(_within(each, change.field) for each in used.sent)
    return change.grade != "info"


def _within(used: str, changed: str) -> bool:
    return used == changed or used.startswith((f"{changed}.", f"{changed}[]"))


def _fields(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{place}.{name}"
            yield from _fields(each, f"{place}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from _fields(each, f"{place}[]")
