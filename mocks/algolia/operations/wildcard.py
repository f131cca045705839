"""The paths of several indices or dictionaries with their asterisk quoted, as some clients send it."""

from __future__ import annotations

from mocks.algolia.operations import dictionaries, records, searches
from mocks.algolia.provider import algolia

__all__ = ["dictionaries", "records", "searches"]

for id in (
    *("search", "getObjects", "multipleBatch"),
    *("getDictionarySettings", "setDictionarySettings", "getDictionaryLanguages"),
):
    operation = algolia.operations[id]
    algolia.routes.add(operation.method, operation.path.replace("*", "%2A"), operation)
