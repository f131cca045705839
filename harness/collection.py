"""Collections: the kinds of documents a world holds, with their indexes declared where they are named."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

Json = dict[str, Any]
Extract = Callable[[Json], Any]


SEVERAL = (list, tuple, set)
"""Of these an index has an entry for each member."""


class Collection:
    """One kind of document, for example `Collection("stripe.customer", "email")`.

    Positional index names are top-level fields of the same name; keyword indexes compute their value from the
    document and may return a list (one entry each). None is not indexed. Values are compared as text.
    Index a field only when something filters by it: each entry is a row.
    """

    __slots__ = ("indexes", "key", "kind")

    def __init__(self, kind: str, *fields: str, key: str = "id", **computed: Extract) -> None:
        """`kind` is `<provider>.<thing>`; `key` names the field that holds the document's id."""
        self.kind = kind
        self.key = key
        self.indexes: dict[str, Extract] = {name: _field(name) for name in fields} | computed

    def entries(self, document: Json) -> list[tuple[str, str]]:
        """Return the index entries (field, value) of a document."""
        found: list[tuple[str, str]] = []
        for name, extract in self.indexes.items():
            value = extract(document)
            if type(value) is str:
                found.append((name, value))
            elif value is None:
                continue
            elif isinstance(value, SEVERAL):
                found.extend((name, text(each)) for each in dict.fromkeys(value))
            else:
                found.append((name, text(value)))
        return found

    def __repr__(self) -> str:
        return f"Collection({self.kind!r})"


@cache
def events_of(provider: str) -> Collection:
    """Return the collection of a provider's events: {id, type, provider, created (µs), endpoints, body}."""
    return Collection(f"{provider}.event", "type")


@cache
def endpoints_of(provider: str) -> Collection:
    """Return the collection of a provider's webhook endpoints: {id, url, events, secrets, status, paused, …}.

    The same documents serve the control API and the provider's own API; rooms may keep further fields in them.
    """
    return Collection(f"{provider}.endpoint")


def text(value: Any) -> str:
    """Return the spelling under which a value is indexed and looked up."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value)


def _field(name: str) -> Extract:
    return lambda document: document.get(name)


def where_text(where: dict[str, Any]) -> list[tuple[str, str]]:
    """Turn a filter into index entries; a None value means "no filter"."""
    return [(name, text(value)) for name, value in where.items() if value is not None]
