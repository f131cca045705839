"""Webhooks as message pacts: what the layer reads of each event that it acts upon."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pact import Pact

from tests.contracts.pacts import CONSUMER, JSON, STATE, Json, Pacts

Handler = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Message:
    """An event: its type is its description. `body` is what is read of it, with matchers."""

    type: str
    body: Json = field(repr=False)
    state: str = STATE


class Messages(Pacts):
    """The pact between the layer's receiver and one provider's webhooks."""

    def __init__(self, provider: str, told: Iterable[Message]) -> None:
        """Claim all messages."""
        super().__init__(f"{provider}-webhooks")
        self.messages = list(told)
        for message in self.messages:
            self.claim(message.type)

    def hold(self, handle: Handler) -> None:
        """Let the layer handle each message; it must say of each that it concerned us."""
        pact = Pact(CONSUMER, self.provider)
        for message in self.messages:
            told = pact.upon_receiving(message.type, "Async").given(message.state)
            told.with_body(message.body, JSON)

        def concerned(body: str | bytes | None, _metadata: dict[str, Any]) -> None:
            text = body.decode() if isinstance(body, bytes) else str(body)
            assert handle(text) is True, f"the layer lets this event pass: {text}"

        failed = pact.verify(concerned, kind="Async", raises=False)
        assert not failed, "\n".join(f"{each.description}: {each.error!r}" for each in failed)
        self.agree(pact)
