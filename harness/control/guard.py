"""Who may use the control API: holders of the token, where there is one, and never a web page from elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from harness import realtime
from harness.control.problems import problem

READING = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OPEN = frozenset({"/_greenroom/health"})


class Guard:
    """ASGI middleware: 401 without the token, 403 for a change that a foreign web page asks for."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        """`token` is what `Authorization: Bearer` must hold; None asks for nothing."""
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if self.token is not None and scope["path"] not in OPEN:
            scheme, _, given = headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not realtime.same_secret(given.strip(), self.token):
                detail = "the control API of this Greenroom demands Authorization: Bearer TOKEN, the one of --token"
                refusal = problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
                return await refusal(scope, receive, send)
        origin = headers.get("origin")
        if origin is not None and scope["method"] not in READING and not _is_loopback(origin):
            detail = (
                f"a web page of {origin} may not change this Greenroom: only pages served from loopback may"
            )
            return await problem(403, detail)(scope, receive, send)
        return await self.app(scope, receive, send)


def _is_loopback(origin: str) -> bool:
    """Tell whether an Origin header names loopback; `null` (a sandboxed page, a file) does not."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host in LOOPBACK or host.endswith(".localhost")
