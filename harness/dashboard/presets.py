"""Failures by the press of a button: what real providers and receivers are known to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.control import faults as control
from harness.control import models
from harness.errors import InvalidInput
from harness.runtime import Runtime
from harness.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preset:
    """A fault with a name; `fields` are those of the control API."""

    name: str
    title: str
    told: str
    fields: Json


REQUESTS = (
    Preset("outage", "Outage", "every call is answered 503", {"kind": "status", "status": 503}),
    Preset(
        "flaky",
        "Flaky",
        "three of ten calls are answered 500",
        {"kind": "status", "status": 500, "probability": 0.3},
    ),
    Preset("slow", "Slow", "every answer takes two seconds", {"kind": "latency", "milliseconds": 2000}),
    Preset("hanging", "Hanging", "calls get no answer until their client gives up", {"kind": "timeout"}),
    Preset("reset", "Connection reset", "the connection is cut", {"kind": "reset"}),
    Preset("garbled", "Garbled answers", "answers end in the middle of their JSON", {"kind": "malformed"}),
    Preset(
        "limited",
        "Rate limit",
        "more than five calls a second are answered 429",
        {"kind": "rate_limit", "per_second": 5},
    ),
    Preset(
        "unauthorised",
        "Keys refused",
        "every call is answered 401, as with a revoked key",
        {"kind": "status", "status": 401},
    ),
)
DELIVERY = (
    Preset(
        "fail", "Fail", "the receiver cannot be reached; retries follow", {"kind": "delivery", "mode": "fail"}
    ),
    Preset("duplicate", "Duplicate", "it is posted twice", {"kind": "delivery", "mode": "duplicate"}),
    Preset("drop", "Drop", "it never comes", {"kind": "delivery", "mode": "drop"}),
    Preset(
        "delay",
        "Delay an hour",
        "it comes an hour of world time late",
        {"kind": "delivery", "mode": "delay", "milliseconds": 3_600_000},
    ),
    Preset("reorder", "Reorder", "later ones overtake it", {"kind": "delivery", "mode": "reorder"}),
    Preset(
        "forge",
        "Corrupt signature",
        "its signature does not fit its body",
        {"kind": "delivery", "mode": "corrupt_signature"},
    ),
    Preset(
        "stale",
        "Stale timestamp",
        "it was signed an hour ago",
        {"kind": "delivery", "mode": "stale_timestamp"},
    ),
)


async def preset(
    runtime: Runtime, world: World, known: tuple[Preset, ...], name: str, provider: str, times: str
) -> str:
    """Add the preset of that name for a provider (all without one), `times` often (for ever without); tell of it."""
    chosen = next((each for each in known if each.name == name), None)
    if chosen is None:
        raise InvalidInput(f"there is no preset {name!r}")
    more = {"provider": provider or None, "times": times.strip() or None}
    if chosen.fields["kind"] == "rate_limit":
        more["times"] = None  # it counts seconds, and ends with its removal
    await control.add_fault(runtime, world, models.NewFault.model_validate({**chosen.fields, **more}))
    whom = runtime.providers[provider].title if provider else "every provider"
    return f"{chosen.title}, for {whom}: {chosen.told}."
