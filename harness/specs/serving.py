"""The spec engine: serves from a provider's own documents what no one has written by hand, where the documents are here.

Nothing is read before the first request that no hand-written operation takes; what cannot be answered as the document
says is answered as an unknown path.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from harness.errors import Refusal
from harness.messages import Request
from harness.params import Params
from harness.provider import Operation
from harness.specs import requests
from harness.specs.acting import Act, Unanswerable
from harness.specs.document import Document
from harness.specs.reading import Library, Unreadable
from harness.specs.roles import Catalogue
from harness.specs.sources import published

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.provider import Provider
    from harness.specs.document import Described
    from harness.specs.roles import Part
    from harness.specs.sources import Published
    from harness.transaction import Transaction

log = logging.getLogger("greenroom")
Directory = Any


class Anything(Params):
    """The parameters of an inferred operation: the document knows them, not a class."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, slots=True)
class Listed:
    """One operation of a provider's documents, and whether it is written by hand."""

    described: Described
    written: bool


class Inferred:
    """The operations that follow from the documents of a folder."""

    def __init__(
        self, folder: Path, kept: Path | None = None, settings: dict[str, Published] | None = None
    ) -> None:
        """`kept` is where documents are kept in a form that is quick to read."""
        self.library = Library(folder, kept)
        self._settings = settings
        self._catalogues: dict[str, Catalogue | None] = {}
        self._operations: dict[int, Operation] = {}

    @property
    def settings(self) -> dict[str, Published]:
        """What is known of the providers' documents."""
        if self._settings is None:
            self._settings = published()
        return self._settings

    def catalogue(self, provider: str) -> Catalogue | None:
        """Return a provider's operations, None where none of its documents is here."""
        if provider not in self._catalogues:
            self._catalogues[provider] = self._read(provider)
        return self._catalogues[provider]

    def _read(self, provider: str) -> Catalogue | None:
        told = self.settings.get(provider)
        found = []
        for source in told.sources if told is not None else ():
            try:
                tree = self.library.read(source)
            except (Unreadable, OSError) as error:
                log.error("nothing is inferred from a document that cannot be read: %s", error)  # noqa: TRY400
                continue
            if tree is not None:
                found.append(Document(source, tree))
        return Catalogue(found) if found else None

    def operations(self, provider: Provider) -> list[Listed]:
        """List what a provider's documents describe; empty without documents."""
        catalogue = self.catalogue(provider.name)
        if catalogue is None:
            return []
        provider.load()
        return [Listed(each, self.written(provider, each)) for each in catalogue.operations.values()]

    @staticmethod
    def written(provider: Provider, described: Described) -> bool:
        """Tell whether an operation is written by hand: then its own code answers. It is found as a request is."""
        if described.id in provider.operations:
            return True
        method, path = described.method, described.path
        if described.document.source.public:  # of browsers, whose address has the label of a world
            nobody: Directory = None
            method, path = provider.dialect.route(Request(method, path, label="any"), nobody)
        return isinstance(provider.routes.find(method, path), tuple)

    def find(
        self, provider: Provider, request: Request, directory: Directory
    ) -> tuple[Operation, dict[str, str]] | None:
        """Return the inferred operation that a request is for, with the values of its path; None without one.

        Where documents of several hosts have the path, the credentials decide: a key of ours does not go to browser APIs.
        """
        catalogue = self.catalogue(provider.name)
        if catalogue is None:
            return None
        found = [
            (self._operation(provider, catalogue, part), values)
            for part, values in catalogue.candidates(request)
        ]
        if len(found) > 1 and not found[0][0].public and any(each.public for each, _ in found):
            try:
                provider.dialect.authenticate(request, directory)
            except Refusal:
                return next(each for each in found if each[0].public)
        return found[0] if found else None

    def _operation(self, provider: Provider, catalogue: Catalogue, part: Part) -> Operation:
        described = part.described
        known = self._operations.get(id(described))
        if known is None:
            answer = described.success
            known = self._operations[id(described)] = Operation(
                id=described.id,
                method=described.method,
                path=described.path,
                tier="P2",
                status=answer.status if answer is not None else 200,
                public=described.public,
                handler=self._handler(provider, catalogue, part),
                params=Anything,
                names=part.names,
                summary=described.summary,
                decode=lambda request: requests.decoded(described, provider.dialect, request),
            )
        return known

    def _handler(self, provider: Provider, catalogue: Catalogue, part: Part) -> Callable[..., Any]:
        clock = self.settings[provider.name].clock

        def handler(tx: Transaction, params: Anything, *values: str) -> Any:
            named = dict(zip(part.names, values, strict=True))
            operation = self._operation(provider, catalogue, part)
            data: dict[str, Any] = params.model_extra or {}
            told, wrong = requests.said(part.described, provider.dialect, operation, data, named)
            if wrong is not None:
                tx.deviation(wrong)
            try:
                return Act(tx, catalogue, part, told, clock).answer()
            except Unanswerable as reason:
                raise _unserved(tx, part, str(reason)) from reason

        return handler


def _unserved(tx: Transaction, part: Part, reason: str) -> Refusal:
    """Answer as an unknown path, loudly: no answer that the document allows can be made."""
    described = part.described
    name = f"{described.method} {described.path}"
    log.warning("%s: no answer to %s fits its document: %s", tx.provider.name, name, reason)
    assert tx.request is not None  # noqa: S101 - inferred operations answer requests only
    refusal = tx.provider.dialect.unserved(tx.request)
    told = f"{name} ({reason})"[:200].encode("ascii", "replace").decode().replace("\n", " ")
    refusal.headers = (*refusal.headers, ("Greenroom-Unserved", told))
    refusal.rule = "unserved_operation"
    return refusal
