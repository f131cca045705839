"""Schemas that say the same in two documents: nothing needs to be compared below them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.specs.document import Document

Json = dict[str, Any]


class Alike:
    """Tells of two schemas whether they and all that they lead to are the same in both documents."""

    def __init__(self, old: Document, new: Document) -> None:
        """Find the components that are the same, and lead to none that are not."""
        self._known: dict[tuple[int, int], tuple[bool, Json, Json]] = {}
        before, after = _components(old), _components(new)
        leading: dict[str, list[str]] = defaultdict(list)
        for place, schema in before.items():
            for reference in references(schema):
                leading[reference].append(place)
        self._same = {place for place, schema in before.items() if after.get(place) == schema}
        left = [each for each in leading.keys() | before.keys() if each not in self._same]
        while left:
            for place in leading[left.pop()]:
                if place in self._same:
                    self._same.discard(place)
                    left.append(place)

    def __call__(self, old: Json, new: Json) -> bool:
        """Compare two schemas; where they lead is known."""
        pair = id(old), id(new)
        known = self._known.get(pair)
        if known is None:
            same = old == new and self._same.issuperset(references(old))
            known = self._known[pair] = same, old, new  # held, so that no other thing gets their ids
        return known[0]


def references(node: Any) -> Iterator[str]:
    """Yield what a part of a document refers to, as it is written there."""
    left = [node]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            reference = each.get("$ref")
            if isinstance(reference, str):
                yield reference
            left.extend(each.values())
        elif isinstance(each, list):
            left.extend(each)


def _components(document: Document) -> dict[str, Any]:
    return {
        f"#/components/{kind}/{name}": schema
        for kind, schemas in document.components.items()
        for name, schema in schemas.items()
    }
