"""The sources of the application's Vault: addresses and networks."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.algolia import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SOURCES = Collection("algolia.source", key="source")
"""{source, description}"""


def listed(tx: Transaction) -> list[Json]:
    """Return all sources, in the order in which they came."""
    return [dict(each) for each in tx.every(SOURCES)]


def add(tx: Transaction, source: str, description: str | None) -> None:
    """Add a source, or describe it anew."""
    try:
        ipaddress.ip_network(source, strict=False)
    except ValueError:
        raise errors.bad_request(f"Invalid source: {source}", subject="source") from None
    document = {"source": source, "description": description or ""}
    keep = tx.insert if tx.get(SOURCES, source) is None else tx.save
    keep(SOURCES, document)


def replace(tx: Transaction, wanted: Any) -> None:
    """Put sources in the place of all."""
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise errors.not_an_object()
    for each in listed(tx):
        tx.delete(SOURCES, each["source"])
    for each in wanted:
        source, description = each.get("source"), each.get("description")
        if not isinstance(source, str) or not isinstance(description, str | None):
            raise errors.bad_request("Missing mandatory parameter: source", subject="source")
        add(tx, source, description)


def remove(tx: Transaction, source: str) -> None:
    """Delete a source; one that is not there is let be."""
    tx.delete(SOURCES, source)
