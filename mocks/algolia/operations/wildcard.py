"""The paths of several indices with their asterisk quoted, as some clients send it."""

from __future__ import annotations

from mocks.algolia.operations import records, searches
from mocks.algolia.provider import algolia

__all__ = ["records", "searches"]

for id in ("search", "getObjects", "multipleBatch"):
    operation = algolia.operations[id]
    algolia.routes.add(operation.method, operation.path.replace("*", "%2A"), operation)
