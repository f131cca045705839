"""The ports of one run: every host name is answered there, by a provider's room, by a stand-in, or in plain words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from harness import realtime
from harness.application import host_name
from harness.engine import Dropped
from harness.intercept.calls import Call, Calls
from harness.intercept.standin import LABEL, Asked, Catalogue, Hosts, Standin
from harness.messages import Answer
from harness.protocol import Protocol, Turn

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from harness.application import Application, Receive, Scope, Send

NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*")
LARGEST_BODY = 4 << 20
ASKED_SECONDS = 60.0
PLACES_KEPT = 10_000
NOISE = "noise"
UNKNOWN = "unknown"
OURS = "greenroom"
Place = tuple[str, str, Any]
"""What answers for a host: its kind (`provider`, `standin`, `noise`, `unknown`, `greenroom`), its name, the stand-in."""


def is_name(host: str) -> bool:
    """Tell whether a text is a host name that a certificate can be made for."""
    return NAME.fullmatch(host) is not None


class Front:
    """The ASGI application of a run's ports; what belongs to a provider goes on to Greenroom's own."""

    def __init__(self, application: Application, known: Catalogue, calls: Calls) -> None:
        """`known` are the stand-ins to answer with; every call is told to `calls`."""
        self.application = application
        self.calls = calls
        self._standins: Hosts[Standin] = Hosts((host, each) for each in known.standins for host in each.hosts)
        self._noise: Hosts[str] = Hosts((host, host) for host in known.noise)
        self._places: dict[str, Place] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and keep a line of it."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        host = host_name(
            next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        )
        kind, owner, standin = self.place(host)
        started, at, status = realtime.monotonic(), realtime.now(), 0

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if kind in ("provider", OURS):
                await self.application(scope, receive, watched)
            elif standin is not None:
                await _stand_in(standin, host, scope, receive, watched)
            else:
                await _send(watched, _nobody(host, kind))
        finally:
            milliseconds = (realtime.monotonic() - started) * 1000
            path = scope["raw_path"].decode("latin-1")
            self.calls.add(
                Call(at, scope["scheme"], host, scope["method"], path, status, milliseconds, kind, owner)
            )

    def place(self, host: str) -> Place:
        """Return what answers for a host."""
        place = self._places.get(host)
        if place is None:
            place = self._place(host)
            if len(self._places) < PLACES_KEPT:
                self._places[host] = place
        return place

    def _place(self, host: str) -> Place:
        provider, _ = self.application.find(host, 0)
        if provider is not None:
            return "provider", provider.name, None
        if self.application.answers(host):
            return OURS, OURS, None
        standin = self._standins.find(host)
        if standin is not None:
            return "standin", standin.name, standin
        kind = UNKNOWN if self._noise.find(host) is None else NOISE
        return kind, kind, None


class Fronted(Protocol):
    """One connection to a run's ports: plain requests to a provider go the short way here too, and are told of."""

    front: Front
    """Set by `bound`."""
    _begun = 0.0

    def _serve(self, turn: Turn) -> None:
        """Serve a plain request, however it was read."""
        self._begun = realtime.monotonic()
        super()._serve(turn)

    def _answer(self, turn: Turn, result: Answer | Dropped) -> None:
        """Answer a plain request, and keep a line of it; a dropped one has no status."""
        super()._answer(turn, result)
        self.front.calls.add(
            Call(
                realtime.now(),
                self.scheme or "http",
                host_name(turn.headers.get("host", "")),
                turn.method,
                turn.place.path,
                result.status if isinstance(result, Answer) else 0,
                (realtime.monotonic() - self._begun) * 1000,
                "provider",
                turn.place.provider.name,
            )
        )


def bound(front: Front) -> type[Fronted]:
    """Return the protocol of a run's ports."""
    return type("Fronted", (Fronted,), {"application": front.application, "front": front})


async def _stand_in(standin: Standin, host: str, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        body = await asyncio.wait_for(_body(receive), ASKED_SECONDS)
    except (ConnectionError, TimeoutError):
        return
    if body is None:
        answer = _told(413, "greenroom_too_large", host, f"a stand-in reads at most {LARGEST_BODY} bytes")
    else:
        asked = Asked(
            method=scope["method"],
            host=host,
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=body,
            now=realtime.now() // 1_000_000,
        )
        answer = standin.answer(asked)
    await _send(
        send, Answer(answer.status, [*answer.headers, (LABEL, standin.name)], answer.body), scope["method"]
    )


async def _body(receive: Receive) -> bytes | None:
    """Read a body; None where it is too long."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _nobody(host: str, kind: str) -> Answer:
    """Say in plain words that nobody stands in for a host."""
    if kind == NOISE:
        told = f"{host} is called by tools in passing. There is no network in this run, and nobody stands in for it."
        return _told(502, "greenroom_offline", host, told)
    told = (
        f"{host} is no host that Greenroom stands in for, and nothing leaves this run. Let the program reach the real"
        f" one with `greenroom run --allow {host}`, or keep it from calling."
    )
    return _told(502, "greenroom_unknown_host", host, told)


def _told(status: int, type: str, host: str, message: str) -> Answer:
    body = orjson.dumps({"error": {"type": type, "host": host, "message": message}})
    return Answer(status, [("Content-Type", "application/json"), ("Greenroom-Error", type)], body)


async def _send(send: Callable[[Any], Any], answer: Answer, method: str = "GET") -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in answer.headers]
    headers.append((b"Content-Length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})
