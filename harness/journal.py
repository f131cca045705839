"""The request journal: a bounded ring in memory for each world; it costs no write."""

from __future__ import annotations

import itertools
import re
from collections import deque
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from harness import instants
from harness.messages import Answer, Request

KEPT = 1000
BODY_SHOWN = 16_384
_SECRET = re.compile(r"(?:^|-)authorization$|^cookie$|api-?key$|secret$|token$")
_numbers = itertools.count(1)


def is_secret(header: str) -> bool:
    """Tell whether a header, by its lower-case name, holds a credential: then it is not shown."""
    return _SECRET.search(header) is not None


@dataclass(slots=True)
class Exchange:
    """One request with its answer. `at` is real time and `world_time` world time, both in microseconds."""

    number: int
    at: int
    world_time: int
    provider: str
    operation: str | None
    request: Request
    answer: Answer | None
    milliseconds: float
    fault: str | None

    @property
    def violations(self) -> list[str]:
        """The ids of the violations that were recorded of the request."""
        return list(getattr(self.request, "broken", ()))

    def shown(self, *, bodies: bool = True) -> dict[str, Any]:
        """Return what the control API and the live stream show; secrets are left out, long bodies are cut."""
        request, answer = self.request, self.answer
        shown: dict[str, Any] = {
            "id": str(self.number),
            "at": instants.iso(self.at),
            "world_time": instants.iso(self.world_time),
            "provider": self.provider,
            "operation": self.operation,
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "status": answer.status if answer else None,
            "milliseconds": round(self.milliseconds, 3),
            "fault": self.fault,
            "violations": self.violations,
        }
        if bodies:
            shown["request_headers"] = {
                name: "(redacted)" if is_secret(name) else value for name, value in request.headers.items()
            }
            shown["request_body"] = _text(request.body)
            shown["response_headers"] = dict(answer.headers) if answer else {}
            shown["response_body"] = _text(answer.body) if answer else ""
        return shown


class Journal:
    """The last exchanges of a world."""

    def __init__(self, kept: int = KEPT) -> None:
        """Start empty; the last `kept` exchanges are kept, with up to 16 KiB of each body."""
        self.ring: deque[Exchange] = deque(maxlen=kept)

    def add(
        self,
        at: int,
        world_time: int,
        provider: str,
        operation: str | None,
        request: Request,
        answer: Answer | None,
        milliseconds: float,
        fault: str | None,
    ) -> Exchange:
        """Keep an exchange and return it; of long bodies it keeps the beginning alone."""
        if len(request.body) > BODY_SHOWN:
            request = copy(request)
            request.body = _cut(request.body)
        if answer is not None and len(answer.body) > BODY_SHOWN:
            answer = replace(answer, body=_cut(answer.body))
        exchange = Exchange(
            next(_numbers), at, world_time, provider, operation, request, answer, milliseconds, fault
        )
        self.ring.append(exchange)
        return exchange

    def newest(self, limit: int, provider: str | None = None) -> list[dict[str, Any]]:
        """Return the newest exchanges first."""
        wanted = (each for each in reversed(self.ring) if provider in (None, each.provider))
        return [each.shown() for each in itertools.islice(wanted, limit)]


def _cut(body: bytes) -> bytes:
    return body[:BODY_SHOWN] + f"… ({len(body)} bytes in all)".encode()


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
