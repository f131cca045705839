"""Logs: the last requests of the application."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.transaction import Transaction
from mocks.algolia.parameters import Query
from mocks.algolia.provider import algolia
from mocks.algolia.resources import logs

Json = dict[str, Any]


class LogQuery(Query):
    """Which entries, counted from the newest."""

    offset: int = Field(0, ge=0)
    length: int = Field(10, ge=0, le=1000)
    indexName: str | None = None
    type: Literal["all", "query", "build", "error"] = "all"


@algolia.get("/1/logs", id="getLogs", tier="P1")
def get_logs(tx: Transaction, params: LogQuery) -> Json:
    """Read the last requests, the newest first."""
    entries = logs.listed(
        tx, offset=params.offset, length=params.length, index=params.indexName, type=params.type
    )
    return {"logs": entries}
