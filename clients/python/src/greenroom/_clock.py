"""A world's clock."""

from __future__ import annotations

from datetime import datetime

from greenroom._control import JOB_SECONDS, Control
from greenroom._errors import GreenroomError
from greenroom._records import Advance, ClockState, iso, read


class Clock:
    """Shows, sets and advances one world's time."""

    def __init__(self, control: Control, world: str) -> None:
        self._control, self._path = control, f"{world}/clock"

    @property
    def now(self) -> datetime:
        """The world's present time, in UTC."""
        return self.show().now

    def show(self) -> ClockState:
        """Return mode, time and rate."""
        return read(ClockState, self._control.get(self._path))

    def set(self, mode: str, now: datetime | str | None = None, rate: float | None = None) -> ClockState:
        """Let the clock be `real`, `frozen` or `fast`, from `now` on if given.

        `now` is a datetime or ISO 8601 text (UTC where it names no zone); `rate` is world seconds per wall second,
        for `fast`. What becomes due by setting the time forward is run, as by `advance`.
        """
        body = {"mode": mode, "now": iso(now), "rate": rate}
        return read(ClockState, self._control.call("PUT", self._path, body, seconds=JOB_SECONDS))

    def advance(
        self,
        *,
        seconds: float | None = None,
        minutes: float | None = None,
        hours: float | None = None,
        days: float | None = None,
        to: datetime | str | None = None,
    ) -> Advance:
        """Move the clock forward by a span, or `to` an instant, and run all that becomes due on the way, in order.

        Returns when every webhook due by then has been attempted. Spans add up: `advance(days=31, hours=2)`.
        """
        spans = [(seconds, 1), (minutes, 60), (hours, 3600), (days, 86400)]
        given = [span * unit for span, unit in spans if span is not None]
        if (to is None) == (not given):
            raise GreenroomError(
                "clock.advance takes either a span, as in advance(days=31), or an instant, as in advance(to=…)"
            )
        body = {"seconds": sum(given)} if to is None else {"to": iso(to)}
        return read(Advance, self._control.post(f"{self._path}/advance", body, seconds=JOB_SECONDS))
