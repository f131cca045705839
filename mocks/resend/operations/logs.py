"""Logs: the requests that the account made, as the world's journal holds them (the newest thousand, in memory)."""

from __future__ import annotations

import orjson

from harness import chance
from harness.journal import Exchange
from harness.params import Json
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.dialect import sliced, timestamp
from mocks.resend.parameters import Listing
from mocks.resend.provider import resend


@resend.get("/logs", id="logs/list", tier="P1")
def list_logs(tx: Transaction, params: Listing) -> Json:
    """List requests, newest first."""
    return sliced([_summary(each) for each in _held(tx)], params)


@resend.get("/logs/{log_id}", id="logs/get", tier="P1")
def retrieve_log(tx: Transaction, log_id: str) -> Json:
    """Retrieve a request with its answer."""
    for each in _held(tx):
        if _id(each) == log_id:
            answer = b"" if each.answer is None else each.answer.body
            bodies = {"request_body": _json(each.request.body), "response_body": _json(answer)}
            return {"object": "log", **_summary(each), **bodies}
    raise errors.not_found("Log")


def _held(tx: Transaction) -> list[Exchange]:
    return [
        each
        for each in reversed(tx.world.journal.ring)
        if each.provider == "resend" and not each.request.path.startswith("/_t/")
    ]


def _id(exchange: Exchange) -> str:
    return chance.as_uuid(chance.draw("resend.log", "id", exchange.number, 16))


def _summary(exchange: Exchange) -> Json:
    answer = exchange.answer
    return {
        "id": _id(exchange),
        "created_at": timestamp(exchange.world_time),
        "endpoint": exchange.request.path,
        "method": exchange.request.method,
        "response_status": 0 if answer is None else answer.status,
        "user_agent": exchange.request.header("user-agent"),
    }


def _json(body: bytes) -> Json:
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return read if isinstance(read, dict) else None
