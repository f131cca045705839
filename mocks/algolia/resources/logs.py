"""Logs: the world's last requests to Algolia, as its API shows them. They lie in memory and cost no write."""

from __future__ import annotations

import re
from hashlib import sha1
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson

from harness import instants
from mocks.algolia.dialect import KEY
from mocks.algolia.engine import parameters
from mocks.algolia.resources import access

if TYPE_CHECKING:
    from harness.journal import Exchange
    from harness.transaction import Transaction

Json = dict[str, Any]

CUT = 1000
"""Characters of a body that are shown."""

_KEY = re.compile(rf"(?i)({KEY}=)([^&]*)")

SEARCHES = frozenset(
    {"searchSingleIndex", "searchSingleIndexGet", "search", "searchForFacetValues", "browse", "browseGet"}
)


def listed(tx: Transaction, *, offset: int, length: int, index: str | None, type: str) -> list[Json]:
    """Return log entries, the newest first."""
    wanted = [
        each
        for each in reversed(tx.world.journal.ring)
        if each.provider == "algolia" and _wanted(each, index, type)
    ]
    return [_entry(each) for each in wanted[offset : offset + length]]


def _wanted(exchange: Exchange, index: str | None, type: str) -> bool:
    if index is not None and _index(exchange) != index:
        return False
    status = exchange.answer.status if exchange.answer else 500
    if type == "error":
        return status >= 400
    if type in ("query", "build"):
        query = exchange.operation in SEARCHES
        asks = exchange.request.method == "GET" or access.OPERATIONS.get(str(exchange.operation)) == "search"
        return query if type == "query" else not query and not asks
    return True


def _index(exchange: Exchange) -> str:
    parts = exchange.request.path.strip("/").split("/")
    return unquote(parts[2]) if parts[:2] == ["1", "indexes"] and len(parts) > 2 else ""


def _entry(exchange: Exchange) -> Json:
    request, answer = exchange.request, exchange.answer
    body = request.body.decode("utf-8", "replace")
    answered = answer.body.decode("utf-8", "replace") if answer else ""
    url = request.path + (f"?{_KEY.sub(_obscured, request.query)}" if request.query else "")
    stamp = instants.moment(exchange.world_time).strftime("%Y-%m-%dT%H:%M:%SZ")
    entry: Json = {
        "timestamp": stamp,
        "method": request.method,
        "answer_code": str(answer.status if answer else 500),
        "query_body": body[:CUT],
        "answer": answered[:CUT],
        "url": url,
        "ip": "127.0.0.1",
        "query_headers": _headers(request.headers),
        "sha1": sha1(f"{stamp} {request.method} {url} {body}".encode(), usedforsecurity=False).hexdigest(),
        "nb_api_calls": "1",
        "processing_time_ms": "1",
    }
    if exchange.operation in SEARCHES:
        entry |= _search_entry(exchange)
    if name := _index(exchange):
        entry["index"] = name
    return entry


def _headers(headers: dict[str, str]) -> str:
    """Write headers with the key made unreadable but for its first characters."""
    shown = {name: _hidden(value) if name == KEY else value for name, value in headers.items()}
    return "".join(f"{name}: {value}\n" for name, value in shown.items())


def _obscured(match: re.Match[str]) -> str:
    return match[1] + _hidden(match[2])


def _hidden(key: str) -> str:
    return key[:3] + "*" * max(0, len(key) - 3)


def _search_entry(exchange: Exchange) -> Json:
    """Return what is told of searches only: their parameters and numbers of hits."""
    sent = _object(exchange.request.body)
    found = _object(exchange.answer.body if exchange.answer else b"")
    results = found["results"] if isinstance(found.get("results"), list) else [found]
    hits = sum(each.get("nbHits", 0) for each in results)
    inner = [{"index_name": each["index"]} for each in results if "index" in each]
    return {
        "query_params": sent["params"]
        if isinstance(sent.get("params"), str)
        else parameters.to_query_string(sent),
        "query_nb_hits": str(hits),
        "inner_queries": inner,
    }


def _object(body: bytes) -> Json:
    try:
        read = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}
