"""A request on its way through the engine, with what is found out and done for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import realtime

if TYPE_CHECKING:
    from harness.dialect import Grant
    from harness.messages import Answer, Request
    from harness.provider import Operation, Provider
    from harness.transaction import Outcome
    from harness.world import World


class Exchange:
    """What is known of a request while it is served; dialects read it to write headers."""

    __slots__ = (
        "answer",
        "at",
        "fault",
        "grant",
        "now",
        "operation",
        "outcome",
        "own_headers",
        "provider",
        "request",
        "request_id",
        "started",
        "values",
        "world",
    )

    def __init__(self, provider: Provider, request: Request) -> None:
        """Begin with the request alone."""
        self.started, self.at = realtime.monotonic(), realtime.now()
        self.provider = provider
        self.request = request
        self.answer: Answer | None = None
        self.outcome: Outcome | None = None
        self.operation: Operation | None = None
        self.values: dict[str, str] = {}
        self.grant: Grant | None = None
        self.world: World | None = None
        self.request_id = ""
        self.now = 0
        self.fault: dict[str, Any] | None = None
        self.own_headers: list[tuple[str, str]] = []
