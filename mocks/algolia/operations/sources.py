"""Sources: the addresses that the application's Vault lets in. They are kept; requests are not refused for them."""

from __future__ import annotations

from typing import Any

from harness.params import Params
from harness.transaction import Transaction
from mocks.algolia.dialect import timestamp
from mocks.algolia.parameters import Free
from mocks.algolia.provider import algolia
from mocks.algolia.resources import sources

Json = dict[str, Any]


class Source(Params):
    """An address or a network."""

    source: str
    description: str | None = None


@algolia.get("/1/security/sources", id="getSources", tier="P2")
def get_sources(tx: Transaction) -> list[Json]:
    """List the sources."""
    return sources.listed(tx)


@algolia.put("/1/security/sources", id="replaceSources", tier="P2")
def replace_sources(tx: Transaction, params: Free) -> Json:
    """Put sources in the place of all."""
    sources.replace(tx, params.body)
    return {"updatedAt": timestamp(tx.now)}


@algolia.post("/1/security/sources/append", id="appendSource", tier="P2")
def append_source(tx: Transaction, params: Source) -> Json:
    """Add a source."""
    sources.add(tx, params.source, params.description)
    return {"createdAt": timestamp(tx.now)}


@algolia.delete("/1/security/sources/{source}", id="deleteSource", tier="P2")
def delete_source(tx: Transaction, source: str) -> Json:
    """Delete a source."""
    sources.remove(tx, source)
    return {"deletedAt": timestamp(tx.now)}
