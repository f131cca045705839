"""Events of inferred operations, where a document or the provider names one for what happened."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.specs import schemas, shapes
from harness.specs.sampling import Impossible, Sampler

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.provider import Provider
    from harness.specs.document import Document
    from harness.specs.sources import Clock
    from harness.transaction import Transaction

Json = dict[str, Any]


def names(provider: Provider, documents: Iterable[Document]) -> tuple[str, ...]:
    """Return the events that are known of a provider: those of its documents, and those that its endpoints may ask for."""
    described = [name for document in documents for name in document.events]
    return tuple(dict.fromkeys([*described, *(provider.webhooks.events if provider.webhooks else ())]))


def chosen(known: Iterable[str], things: Iterable[str], happened: Iterable[str]) -> str | None:
    """Return the event that tells of a thing: `contact.created` of a contact that was created; None without one."""
    wanted = {shapes.bare(f"{thing}{each}") for thing in things for each in happened}
    return next((name for name in known if shapes.bare(name) in wanted), None)


def announce(tx: Transaction, documents: Iterable[Document], type: str, thing: Json, clock: Clock) -> None:
    """Announce an event: by the room's own `announce`, or else as the document describes its body."""
    own = _own(tx.provider.package)
    if own is not None:
        own(tx, type, thing)
        return
    for document in documents:
        if type in document.events:
            schema = document.events[type]
            sampler = Sampler(document, tx.world.seed, tx.draw(f"event.{type}", 16).hex(), tx.now, clock)
            try:
                body = _body(sampler, schema, type, thing)
            except Impossible:
                return
            tx.emit(type, body, id=str(body.get("id") or f"msg_{sampler.token(27)}"))
            return


def _body(sampler: Sampler, schema: Json, type: str, thing: Json) -> Json:
    made: Any = sampler.value(schema)
    body: Json = made if isinstance(made, dict) else {}
    wanted: Json = {"type": type, "data": {**_object(body.get("data")), **thing}}
    for name, value in wanted.items():
        fuller = {**body, name: value}
        if schemas.valid(fuller, schema, sampler.document.components):
            body = fuller
    return body


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


@cache
def _own(package: str) -> Any:
    """Return the function with which a room announces what it did not do itself, None where it has none."""
    if not package:
        return None
    try:
        events = importlib.import_module(f"{package}.resources.events")
    except ModuleNotFoundError:
        return None
    return getattr(events, "announce", None)
