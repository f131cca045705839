"""What synonyms and rules have in common: they belong to an index, and perhaps to its replicas as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mocks.algolia import errors
from mocks.algolia.resources import indices

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def change(tx: Transaction, name: str, action: Callable[[Json], None], *, forward: bool) -> int:
    """Change what belongs to an index, making it if there is none; return the task."""
    index = indices.to_change(tx, name)
    action(index)
    if forward:
        for replica in indices.replicas(tx, index):
            own = indices.to_change(tx, replica["name"])
            action(own)
            tx.save(indices.INDICES, own)
    return indices.changed(tx, index)


def items(body: Any) -> list[Any]:
    """Return the body of a batch, which must be an array."""
    if not isinstance(body, list):
        raise errors.not_an_object()
    return body


def page(found: list[Json], number: int, size: int) -> Json:
    """Return a page of what was found."""
    return {"hits": found[number * size : (number + 1) * size], "nbHits": len(found)}
