"""Who may use the control API and the dashboard: holders of the token, where there is one, and no web page from elsewhere."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness import realtime
from harness.control.problems import problem

log = logging.getLogger("greenroom")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OPEN = frozenset({"/_greenroom/health"})
DASHBOARD, DOOR = "/_greenroom/ui/", "/_greenroom/ui/-/"
"""The dashboard's pages, and what of it is open to all: where one signs in, style and scripts."""
COOKIE = "greenroom_token"
LARGEST_BODY = 1 << 20


class Guard:
    """ASGI middleware: 401 without the token, 403 for a change that a foreign web page asks for, 413 for too much.

    It also turns a failure of ours into a problem, so that every answer of the control API is JSON.
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        """`token` is what `Authorization: Bearer` must hold; None asks for nothing."""
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif (refusal := self._refusal(scope)) is not None:
            await refusal(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        origin, own = headers.get("origin"), f"{scope['scheme']}://{headers.get('host', '')}"
        changing, foreign = scope["method"] not in READING, origin is not None and origin != own
        if (
            self.token is not None
            and path not in OPEN
            and not path.startswith(DOOR)
            and not self._bears(headers)
        ):
            if not self._signed_in(headers):
                return _no_token(path, headers)
            # The cookie comes along from any page of this host, whatever its port: only our own may change something.
            if changing and origin != own:
                return problem(
                    403, f"who signed in here changes this Greenroom from its own pages, those of {own}"
                )
        if origin is not None and foreign and changing and not _is_loopback(origin):
            return problem(403, f"a web page of {origin} may not change this Greenroom; one on loopback may")
        return None

    def _bears(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and realtime.same_secret(given.strip(), self.token or "")

    def _signed_in(self, headers: Headers) -> bool:
        given = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        return realtime.same_secret(given, cookie_value(self.token or ""))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, size = False, 0

        async def limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise HTTPException(413, f"the body exceeds {LARGEST_BODY} bytes")
            return message

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, limited, watched)
        except Exception as error:
            if begun:
                raise
            log.exception("%s %s failed", scope["method"], scope["path"])
            await problem(500, f"Greenroom failed: {error!r}; see its log")(scope, receive, send)


def cookie_value(token: str) -> str:
    """Return what a browser keeps that was told the token: it proves that, and does not give the token away."""
    return hashlib.sha256(f"greenroom dashboard {token}".encode()).hexdigest()


def _no_token(path: str, headers: Headers) -> Response:
    """Refuse a program; lead a person, who looks at a page, to where the token is asked for."""
    if (path.startswith(DASHBOARD) or path in ("/_greenroom", "/_greenroom/")) and "text/html" in headers.get(
        "accept", ""
    ):
        return RedirectResponse(f"{DOOR}sign-in", 303)
    detail = "this control API demands the header Authorization: Bearer TOKEN (the one of --token)"
    return problem(401, detail, headers={"WWW-Authenticate": "Bearer"})


def _is_loopback(origin: str) -> bool:
    """Tell whether an Origin header names loopback; `null` (a sandboxed page, a file) does not."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host in LOOPBACK or host.endswith(".localhost")
