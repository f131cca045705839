"""Who may use the control API: holders of the token, where there is one, and never a web page from elsewhere."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness import realtime
from harness.control.problems import Problem, problem

log = logging.getLogger("greenroom")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OPEN = frozenset({"/_greenroom/health"})
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

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        if self.token is not None and scope["path"] not in OPEN:
            scheme, _, given = headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not realtime.same_secret(given.strip(), self.token):
                detail = (
                    "this control API demands the header Authorization: Bearer TOKEN (the one of --token)"
                )
                return problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
        origin = headers.get("origin")
        if origin is not None and scope["method"] not in READING and not _is_loopback(origin):
            return problem(403, f"a web page of {origin} may not change this Greenroom; one on loopback may")
        return None

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


def _is_loopback(origin: str) -> bool:
    """Tell whether an Origin header names loopback; `null` (a sandboxed page, a file) does not."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host in LOOPBACK or host.endswith(".localhost")
