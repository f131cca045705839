"""The stateful phase: things are created, retrieved, updated and deleted, each by the id that the answer before has told.

The providers' documents link no operations; what belongs together is read off their paths, as the spec engine does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.specs.calls import Got
from harness.verify.judging import Finding, judged
from harness.verify.probes import Probe

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from harness.specs.calls import Sent
    from harness.specs.roles import Catalogue, Part
    from harness.specs.trying import Trier

Json = dict[str, Any]
NOTHING = Got(400, {}, b"")
"""What stands for the answer to a request that no client can send."""


class Chain:
    """The life of one kind of thing, from the operation that creates it."""

    def __init__(self, catalogue: Catalogue, part: Part) -> None:
        """`part` creates the things."""
        self.part = part
        self.retrieve = _kin(catalogue, part, "GET")
        changes = (_kin(catalogue, part, each) for each in ("PATCH", "POST", "PUT"))
        self.update = next(filter(None, changes), None)
        self.delete = _kin(catalogue, part, "DELETE")

    @property
    def closed(self) -> bool:
        """Whether there is anything to be seen of a thing once it was created."""
        return self.retrieve is not None or self.delete is not None

    def run(self, created: Sent, trier: Trier, send: Callable[[Sent], Got | None]) -> Iterator[Finding]:
        """Create a thing by a request and follow it to its end; yield what is wrong."""
        got = send(created)
        if got is None:
            return
        yield from judged(self.part.described, Probe(created, negative=False), got, changed=False)
        known = self.retrieve or self.delete
        name = known.names[-1] if known is not None else ""
        id = trier.identified(self.part, self.part.thing, name, got, many=False)
        if id is not None:
            yield from _Life(self, id, trier, send).run()


@dataclass(frozen=True, slots=True)
class _Life:
    """One thing after its creation."""

    chain: Chain
    id: str
    trier: Trier
    send: Callable[[Sent], Got | None]

    def run(self) -> Iterator[Finding]:
        """Retrieve, update and delete it."""
        retrieve, update, delete = self.chain.retrieve, self.chain.update, self.chain.delete
        if retrieve is not None:
            found = yield from self._step(retrieve)
            if found.status >= 400:
                yield Finding(
                    "not_there", "retrieve", f"created as {self.id}, and then answered {found.status}"
                )
                return
            if self.id not in found.body.decode("utf-8", "replace"):
                yield Finding("other", "retrieve", f"created as {self.id}, and the answer does not name it")
        if update is not None:
            yield from self._step(update)
            found = yield from self._step(retrieve or update)
            if retrieve is not None and found.status >= 400:
                yield Finding(
                    "not_there", "update", f"{self.id} was updated, and then answered {found.status}"
                )
        if delete is not None:
            yield from self._end(delete, retrieve)

    def _end(self, delete: Part, retrieve: Part | None) -> Iterator[Finding]:
        gone = yield from self._step(delete)
        if gone.status >= 300:
            return
        if retrieve is not None:
            found = yield from self._step(retrieve)
            if found.status < 400 and not _says_deleted(found.json):
                yield Finding(
                    "still_there", "retrieve", f"{self.id} was deleted, and then answered {found.status}"
                )
        again = yield from self._step(delete)
        if again.status < 400:
            yield Finding("still_there", "delete", f"{self.id} was deleted twice, answered {again.status}")

    def _step(self, part: Part) -> Generator[Finding, None, Got]:
        sent = self.trier.request(part, self.id)
        got = self.send(sent) or NOTHING
        for each in judged(part.described, Probe(sent, negative=False), got, changed=False):
            yield Finding(each.rule, f"{part.described.method} {each.where}", each.told)
        return got


def _kin(catalogue: Catalogue, part: Part, method: str) -> Part | None:
    """Return the operation of a method upon the things that another creates."""
    found = catalogue.kin(part.document, method, part.thing)
    return None if found is None else catalogue.part(found)


def _says_deleted(body: Any) -> bool:
    """Tell whether an answer says of its thing that it is no more, as some providers keep what was deleted."""
    if not isinstance(body, dict):
        return False
    return body.get("deleted") is True or any(
        str(body.get(name)).lower() in ("deleted", "archived", "canceled") for name in ("status", "state")
    )
