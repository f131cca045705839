"""How events come to happen, told as data: calls of the provider's API, triggers, and time that passes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from harness.errors import ConfigurationError, GreenroomError
from harness.verify.steps import call, filled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.verify.mocks import Caller

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """What lets an event happen; `announced` is the name under which the control API lists it."""

    steps: tuple[Json, ...]
    announced: str


@dataclass(slots=True)
class Happenings:
    """The happenings of a file, by provider and event."""

    known: dict[str, dict[str, Happening]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path | None) -> Happenings:
        """Read a file; without one, events happen by their triggers alone. Raises ConfigurationError."""
        if file is None:
            return cls()
        try:
            told = yaml.safe_load(file.read_text("utf-8")) or {}
            return cls(
                {
                    provider: {event: _happening(event, each) for event, each in events.items()}
                    for provider, events in told.items()
                }
            )
        except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            raise ConfigurationError(f"the happenings {file} cannot be used: {error!r}") from error

    def announced(
        self, caller: Caller, path: str, event: str, values: Mapping[str, Any], *, anew: bool = False
    ) -> Json:
        """Let an event happen in the world at `path` of the control API, and return the body that endpoints get.

        What the state has announced already need not happen `anew` unless that is asked for.
        """
        name = caller.provider.name
        happening = self.known.get(name, {}).get(event)
        if happening is not None:
            _play(caller, path, happening.steps, dict(values))
        listed = event if happening is None else happening.announced
        found = _newest(caller, path, listed)
        if happening is None and (found is None or anew):
            with suppress(*([GreenroomError] if found is not None else [])):
                _play(caller, path, ({"trigger": event},), dict(values))
            found = _newest(caller, path, listed)
        if found is None:
            raise GreenroomError(f"{name} has not announced {event}")
        body: Json = found["body"]
        return body


def _happening(event: str, told: Any) -> Happening:
    if isinstance(told, dict):
        return Happening(tuple(told["steps"]), told.get("announced", event))
    return Happening(tuple(told), event)


def _newest(caller: Caller, path: str, event: str) -> Json | None:
    query = {"name": caller.provider.name, "type": event, "limit": 1}
    found: list[Json] = caller.mocks.control("GET", f"{path}/events", **query)["events"]
    return found[0] if found else None


def _play(caller: Caller, path: str, steps: tuple[Json, ...], values: Json) -> None:
    for step in steps:
        if "call" in step:
            call(caller.send, caller.proof, step, values)
        elif "trigger" in step:
            fields = filled(step.get("fields", {}), values)
            body = {"provider": caller.provider.name, "event": step["trigger"], **fields}
            caller.mocks.control("POST", f"{path}/trigger", body)
        else:
            caller.mocks.control("POST", f"{path}/clock/advance", {"seconds": step["advance"]})
