"""Browsers: the development instance's own names for them, and the clients (cookie jars of sessions) behind those.

A page on `localhost` cannot keep a cookie of the Frontend API's host, so a development instance gives each browser a
token that every request carries (`__clerk_db_jwt`). A production instance has the cookie `__client` alone, and native
applications send the client's token as `Authorization`.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.collection import Collection
from mocks.clerk import errors, frontend
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance, sessions
from mocks.clerk.resources.sessions import CLIENTS, SESSIONS

if TYPE_CHECKING:
    from harness.messages import Request
    from harness.transaction import Transaction

Json = dict[str, Any]

DEV_BROWSERS = Collection("clerk.dev_browser", "client_id")
CLIENT_TOKENS = Collection("clerk.client_token", "client_id")
"""What the cookie `__client` holds, by itself the key of a client."""


@dataclass(slots=True)
class Browser:
    """Who sent a request: a development browser, and its client once it has one."""

    dev: Json | None
    client: Json | None
    native: bool = False

    def own_client(self, tx: Transaction) -> Json:
        """Return the browser's client; make one when it has none."""
        if self.client is None:
            self.client = sessions.new_client(tx)
            token = f"client_token_{tx.token('client.token', 40)}"
            tx.insert(CLIENT_TOKENS, {"id": token, "client_id": self.client["id"]}, fresh=True)
            if self.dev is not None:
                self.dev["client_id"] = self.client["id"]
                tx.save(DEV_BROWSERS, self.dev)
        return self.client

    def forget(self, tx: Transaction) -> None:
        """Take the client from the browser."""
        if self.client is not None:
            for each in list(tx.every(CLIENT_TOKENS, client_id=self.client["id"])):
                tx.delete(CLIENT_TOKENS, each["id"])
        if self.dev is not None:
            self.dev["client_id"] = None
            tx.save(DEV_BROWSERS, self.dev)
        self.client = None


def new_dev_browser(tx: Transaction) -> Json:
    """Name a browser."""
    made = {"id": ids.new(tx, "dvb"), "client_id": None, "created_at": milliseconds(tx.now)}
    return tx.insert(DEV_BROWSERS, made, fresh=True)


def dev_browser_of(tx: Transaction) -> Json | None:
    """Return the development browser that a request names, or None."""
    token = frontend.query_value(frontend.request_of(tx.request), "__clerk_db_jwt", "__dev_session")
    return tx.get(DEV_BROWSERS, token) if token else None


def of_request(tx: Transaction) -> Browser:
    """Return the browser of a request; a development instance refuses one that it does not know."""
    request = frontend.request_of(tx.request)
    native = frontend.query_value(request, "_is_native") in ("1", "true")
    dev = dev_browser_of(tx)
    if dev is None and not native and instance.is_development(tx):
        raise errors.no_dev_browser()
    client = tx.get(CLIENTS, dev["client_id"] or "") if dev is not None else None
    return Browser(dev, client or _by_token(tx, request, native=native), native)


def _by_token(tx: Transaction, request: Request, *, native: bool) -> Json | None:
    if native:
        token = (request.header("authorization") or "").removeprefix("Bearer ").strip()
    else:
        token = cookies(request).get("__client", "") if not instance.is_development(tx) else ""
    kept = tx.get(CLIENT_TOKENS, token) if token else None
    return None if kept is None else tx.get(CLIENTS, kept["client_id"])


def token_of(tx: Transaction, client: Json) -> str:
    """Return what the cookie `__client` holds of a client; empty for one that no browser made."""
    kept = tx.first(CLIENT_TOKENS, client_id=client["id"])
    return "" if kept is None else str(kept["id"])


def cookies(request: Request) -> dict[str, str]:
    """Return a request's cookies; of broken ones none."""
    try:
        found = SimpleCookie(request.header("cookie") or "")
    except CookieError:
        return {}
    return {name: each.value for name, each in found.items()}


def living(tx: Transaction, client: Json | None) -> list[Json]:
    """Return the sessions of a client that live, the oldest first."""
    if client is None:
        return []
    found = tx.every(SESSIONS, client_id=client["id"])
    return [each for each in found if each["status"] in sessions.ALIVE]


def active(tx: Transaction, client: Json | None) -> Json | None:
    """Return the session that a request is about: the one it names, else the client's last active one."""
    alive = living(tx, client)
    named = frontend.query_value(frontend.request_of(tx.request), "_clerk_session_id")
    wanted = named or (client or {}).get("last_active_session_id")
    found = next((each for each in alive if each["id"] == wanted), None)
    return alive[-1] if found is None and alive and not named else found


def origin_of(tx: Transaction) -> str | None:
    """Return the origin of the page that sent a request: what becomes a token's `azp`.

    Browsers name no origin when they get something from their page's own, as through a proxy there: then the referrer
    has it.
    """
    request = frontend.request_of(tx.request)
    origin, referrer = request.header("origin"), request.header("referer")
    if origin is not None or referrer is None:
        return origin
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else None
