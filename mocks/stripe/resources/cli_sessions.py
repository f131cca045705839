"""Sessions of Stripe's command line: `stripe listen` and `stripe logs tail` follow an account over a websocket.

(Source: the CLI's own code, package `websocket`, and what version 1.52 was seen to send and to take.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from harness.collection import Collection
from mocks.stripe import errors, versions
from mocks.stripe.resources.events import delivery_body
from mocks.stripe.resources.thin_events import is_thin
from mocks.stripe.signing import sign

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SESSIONS = Collection("stripe.cli_session")
FEATURES = ("webhooks", "webhook_payloads", "request_logs", "destinations", "v2_events")
RECONNECT_SECONDS = 30


def create(tx: Transaction, features: tuple[str, ...]) -> Json:
    """Begin a session and return what the CLI is told: where to listen, and the secret of what it will forward.

    The secret is the one that the world's environment names, so a receiver needs no other for `stripe listen`.
    """
    session = tx.insert(SESSIONS, {"id": f"cliws_{tx.token('cliws.id', 24)}", "features": list(features)})
    request = tx.request
    origin = request.origin if request is not None else ""
    scheme = "wss" if urlsplit(origin).scheme == "https" else "ws"
    place = origin.partition("://")[2]
    return {
        "websocket_url": f"{scheme}://{place}/~{tx.world.name}{_path(tx)}/{session['id']}",
        "websocket_id": session["id"],
        "websocket_authorized_feature": ",".join(features),
        "reconnect_delay": RECONNECT_SECONDS,
        "secret": secret(tx),
        "default_version": versions.ACCOUNT_DEFAULT,
        "latest_version": versions.SERVED[-1],
        "display_connect_filter_warning": False,
        "device_token": "",
    }


def secret(tx: Transaction) -> str:
    """Return the signing secret of forwarded events."""
    found: str = tx.world.accounts["stripe"]["tokens"]["webhook_secret"]
    return found


def admit(tx: Transaction, ticket: str) -> None:
    """Raise the refusal of a session that is none, at which the CLI asks for a new one."""
    if tx.get(SESSIONS, ticket) is None:
        raise errors.invalid("Unknown WebSocket ID.", rule="cli_session")


def frames(tx: Transaction, ticket: str, kind: str, news: Json, stamp: int) -> list[str]:
    """Return what the CLI is sent of a piece of news, if its session asked for that: an event, or a request's log."""
    session = tx.get(SESSIONS, ticket) or {"features": []}
    if kind == "event" and "webhooks" in session["features"] and not is_thin(news):
        return [_text(_event(tx, news, version, stamp)) for version in (None, versions.SERVED[-1])]
    if kind == "request" and "request_logs" in session["features"] and "stripecli" not in news["path"]:
        return [_text(_log(news, stamp))]
    return []


def _event(tx: Transaction, event: Json, version: str | None, stamp: int) -> Json:
    """One event in the account's version, or as `stripe listen --latest` takes it."""
    body = delivery_body(event, {"api_version": version})
    headers = sign([secret(tx)], event["id"], stamp, body)
    return {
        "type": "webhook_event",
        "endpoint": {"api_version": version},
        "event_payload": body.decode(),
        "http_headers": dict(headers),
        "webhook_conversation_id": f"wc_{event['id']}",
        "webhook_id": f"wh_{event['id']}",
    }


def _log(exchange: Json, stamp: int) -> Json:
    try:
        answered = orjson.loads(exchange["response_body"])
    except orjson.JSONDecodeError:
        answered = {}
    error = answered.get("error") if isinstance(answered, dict) else None
    names = ("type", "charge", "code", "decline_code", "message", "param")
    payload = {
        "created_at": stamp,
        "livemode": False,
        "method": exchange["method"],
        "request_id": exchange["response_headers"].get("Request-Id", ""),
        "status": exchange["status"] or 0,
        "url": exchange["path"],
        "error": {name: error.get(name) or "" for name in names} if isinstance(error, dict) else {},
    }
    return {
        "type": "request_log_event",
        "event_payload": orjson.dumps(payload).decode(),
        "request_log_id": f"resp_{exchange['id']}",
    }


def _path(tx: Transaction) -> str:
    feed = tx.provider.feed
    return feed.path if feed is not None else ""


def _text(frame: Json) -> str:
    return orjson.dumps(frame).decode()
