"""Pages of lists: by index where the order is that of creation, by looking at all that are left otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from mocks.clerk import errors

if TYPE_CHECKING:
    from harness.collection import Collection
    from harness.transaction import Transaction
    from mocks.clerk.parameters import Window

Json = dict[str, Any]
Key = Callable[[Json], Any]


def ordered(order_by: str, fields: Iterable[str]) -> tuple[str, bool]:
    """Read `order_by`; return the field and whether it descends. A bare name ascends; a plus may come as a space."""
    text = order_by.strip()
    name = text.lstrip("+-")
    if name not in fields or len(text) - len(name) > 1:
        allowed = ", ".join(fields)
        told = f"{text[:100]} does not match the allowed values for parameter order_by. Allowed values: {allowed}"
        raise errors.invalid("order_by", told)
    return name, text.startswith("-")


def window(
    tx: Transaction,
    collection: Collection,
    params: Window,
    *,
    newest_first: bool = True,
    **where: Any,
) -> tuple[list[Json], int]:
    """Return a page in the order of creation, and how many match; costs what the page does."""
    page = tx.page(
        collection, where=where, limit=params.limit, offset=params.offset, newest_first=newest_first
    )
    return page.items, tx.count(collection, **where)


def sifted(documents: list[Json], params: Window, key: Key, *, descending: bool) -> tuple[list[Json], int]:
    """Return a page of documents in an order of their own, and how many there are; nulls come last when it ascends."""

    def rank(document: Json) -> tuple[bool, Any]:
        value = key(document)
        return value is None, "" if value is None else value

    documents = sorted(documents, key=rank, reverse=descending)
    return documents[params.offset : params.offset + params.limit], len(documents)


def signed(values: Iterable[str]) -> tuple[set[str], set[str]]:
    """Split a filter's values into those to include and, led by a minus, those to leave out."""
    included: set[str] = set()
    excluded: set[str] = set()
    for spelled in values:
        value = spelled.strip()
        (excluded if value.startswith("-") else included).add(value.lstrip("+-"))
    return included, excluded


def contains(value: str | None, query: str) -> bool:
    """Tell whether a text contains another, whatever the case."""
    return value is not None and query.lower() in value.lower()
