"""A world's clock: real (follows the wall clock), frozen, or fast (n times the wall clock)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness import instants, realtime
from harness.errors import InvalidInput


class Mode(StrEnum):
    """How a world's time passes by itself."""

    REAL = "real"
    FROZEN = "frozen"
    FAST = "fast"


@dataclass(slots=True)
class Clock:
    """World time as a straight line through (`anchor_real`, `anchor_world`), or a pin while time is being played.

    All instants are microseconds; `rate` is world seconds per wall second and counts in mode `fast` only.
    """

    mode: Mode
    anchor_world: int
    anchor_real: int
    rate: float = 1.0
    pinned: int | None = None

    def now(self) -> int:
        """Return the present world time in microseconds."""
        if self.pinned is not None:
            return self.pinned
        if self.mode is Mode.FROZEN:
            return self.anchor_world
        elapsed = realtime.now() - self.anchor_real
        return self.anchor_world + (elapsed if self.mode is Mode.REAL else int(elapsed * self.rate))

    def set_to(self, instant: int) -> None:
        """Make `instant` the present; the clock goes on from there in its own mode."""
        self.anchor_world, self.anchor_real, self.pinned = instant, realtime.now(), None

    def wall_seconds_until(self, instant: int) -> float | None:
        """Return the wall seconds until world time reaches `instant`; None where it never does by itself."""
        if self.mode is Mode.FROZEN or self.pinned is not None:
            return None
        rate = 1.0 if self.mode is Mode.REAL else self.rate
        return max(0.0, (instant - self.now()) / instants.SECOND / rate)

    def stored(self) -> dict[str, Any]:
        """Return what is kept in the store."""
        return {
            "mode": self.mode.value,
            "world": self.anchor_world,
            "real": self.anchor_real,
            "rate": self.rate,
        }

    def shown(self) -> dict[str, Any]:
        """Return what the control API shows: mode, now (ISO 8601) and rate."""
        return {"mode": self.mode.value, "now": instants.iso(self.now()), "rate": self.rate}


def restored(stored: dict[str, Any]) -> Clock:
    """Build a clock from what `Clock.stored` gave."""
    return Clock(Mode(stored["mode"]), stored["world"], stored["real"], stored["rate"])


def configured(mode: str = "real", now: str | float | None = None, rate: float | None = None) -> Clock:
    """Build a clock from a user's words; raise InvalidInput when they make no sense together."""
    try:
        chosen = Mode(mode)
    except ValueError:
        raise InvalidInput(f"{mode!r} is not a clock mode: use real, frozen or fast") from None
    if rate is not None and chosen is not Mode.FAST:
        raise InvalidInput(f"rate goes with mode fast only, not with {mode}")
    if rate is not None and not 0 < rate <= 1_000_000:
        raise InvalidInput("rate is world seconds per wall second: more than 0, at most 1000000")
    wall = realtime.now()
    world = wall if now is None else instants.parse(now)
    return Clock(chosen, world, wall, rate if rate is not None else (60.0 if chosen is Mode.FAST else 1.0))
