"""How providers fare, by the minute: requests, refusals, failures, times, deliveries, and which keys were used.

An exchange is counted as it ends, with a few additions of integers; a day is kept, in bounded memory. Nothing of it is
written: a server that starts anew counts anew.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from math import frexp
from typing import TYPE_CHECKING, Any

from harness import instants, realtime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.exchange import Exchange

Json = dict[str, Any]
MINUTE = 60 * instants.SECOND
DAY = 1440
"""Minutes that are kept of each provider."""
MOST_KEYS = 1000
"""Keys that are remembered of each provider, those used last."""
HOUR = 60 * MINUTE
HOURS = 24
"""Hours in which it is remembered how often each key was used."""
PERCENTILES = (50, 95, 99)


@dataclass(slots=True)
class Minute:
    """What happened within one minute (`at` counts them from 1970), or within several that were added up.

    `refused` are answers of 4xx, `failed` those of 5xx and cut connections. `times` counts exchanges by a class of their
    duration, four to each doubling.
    """

    at: int = 0
    count: int = 0
    refused: int = 0
    failed: int = 0
    delivered: int = 0
    undelivered: int = 0
    milliseconds: float = 0.0
    times: Counter[int] = field(default_factory=Counter)

    def add(self, other: Minute) -> None:
        """Add another's counts."""
        for name in ("count", "refused", "failed", "delivered", "undelivered", "milliseconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.times.update(other.times)

    def percentile(self, share: int) -> float | None:
        """Return the milliseconds within which so many of 100 exchanges ended, at most a quarter too high; None without any."""
        left = self.count * share / 100
        for duration in sorted(self.times):
            left -= self.times[duration]
            if left <= 0:
                return upper(duration)
        return None

    def shown(self) -> Json:
        """Return the counts, the shares of errors and of what did not fail (both 0 to 1), and the percentiles (ms)."""
        count = self.count
        times = {f"p{each}": _rounded(self.percentile(each)) for each in PERCENTILES}
        return {
            "requests": count,
            "refused": self.refused,
            "failed": self.failed,
            "error_rate": round((self.refused + self.failed) / count, 4) if count else 0.0,
            "availability": round(1 - self.failed / count, 4) if count else 1.0,
            "deliveries": self.delivered,
            "failed_deliveries": self.undelivered,
            "milliseconds": times,
        }


def duration(milliseconds: float) -> int:
    """Return the class of a duration: four to each doubling."""
    fraction, exponent = frexp(milliseconds)
    return exponent * 4 + int(fraction * 8)


def upper(duration: int) -> float:
    """Return the milliseconds that no exchange of a class exceeds."""
    exponent, part = divmod(duration - 4, 4)
    return float(2.0**exponent * (part + 5) / 8)


@dataclass(slots=True)
class _Key:
    """A credential that was used: how often, and when last (real time, µs); `hours` are pairs of an hour and its count."""

    world: str
    name: str
    token: str
    count: int = 0
    last: int = 0
    hours: deque[list[int]] = field(default_factory=lambda: deque([[0, 0]], maxlen=HOURS))


class _Provider:
    def __init__(self) -> None:
        self.minutes: deque[Minute] = deque(maxlen=DAY)
        self.total = Minute()
        self.keys: dict[tuple[str, str], _Key] = {}

    def minute(self, at: int) -> Minute:
        minutes = self.minutes
        if not minutes or minutes[-1].at < at:
            if minutes:
                self.total.add(minutes[-1])
            minutes.append(Minute(at))
        return minutes[-1]

    def whole(self) -> Minute:
        """Return all since the start."""
        found = Minute()
        found.add(self.total)
        if self.minutes:
            found.add(self.minutes[-1])
        return found


class Health:
    """What the exchanges of a server say of its providers, over all worlds."""

    def __init__(self) -> None:
        """Begin to count."""
        self.started = realtime.now()
        self._providers: dict[str, _Provider] = {}

    def heard(self, exchange: Exchange, milliseconds: float) -> None:
        """Count an exchange that has ended."""
        name, at = exchange.provider.name, exchange.at // MINUTE
        provider = self._providers.get(name) or self._of(name)
        minutes = provider.minutes
        minute = minutes[-1] if minutes and minutes[-1].at >= at else provider.minute(at)
        minute.count += 1
        minute.milliseconds += milliseconds
        minute.times[duration(milliseconds)] += 1
        status = 599 if exchange.answer is None else exchange.answer.status
        if status >= 400:
            if status >= 500:
                minute.failed += 1
            else:
                minute.refused += 1
        grant = exchange.grant
        if grant is not None:
            key = provider.keys.get((grant.world, grant.token))
            if key is None:
                key = self._key(provider, grant.world, grant.name, grant.token)
            key.count += 1
            key.last = exchange.at
            hours, hour = key.hours, exchange.at // HOUR
            if hours[-1][0] < hour:
                hours.append([hour, 0])
            hours[-1][1] += 1

    def delivered(self, provider: str, taken: bool) -> None:  # noqa: FBT001 - the dispatcher calls it
        """Count an attempt to deliver an event, and whether its receiver took it."""
        minute = self._of(provider).minute(realtime.now() // MINUTE)
        if taken:
            minute.delivered += 1
        else:
            minute.undelivered += 1

    def over(self, provider: str, minutes: int, now: int | None = None) -> Minute:
        """Return what happened at a provider within the last so many minutes, the present one included."""
        found = Minute()
        for each in self.last(provider, minutes, now):
            found.add(each)
        return found

    def series(self, provider: str, minutes: int) -> list[Json]:
        """Return each of the last minutes in which anything happened, the oldest first."""
        return [
            {"at": instants.iso(each.at * MINUTE), **each.shown()} for each in self.last(provider, minutes)
        ]

    def keys(self, provider: str) -> list[Json]:
        """Return the credentials that were used at a provider, the most used first; of each no more than its ends."""
        found = self._of(provider).keys.values()
        return [
            {
                "world": each.world,
                "name": each.name,
                "key": masked(each.token),
                "requests": each.count,
                "last_used_at": instants.iso(each.last),
                "by_hour": by_hour(each.hours, realtime.now() // HOUR),
            }
            for each in sorted(found, key=lambda each: (-each.count, each.world, each.name))
        ]

    def totals(self) -> Iterable[tuple[str, Minute]]:
        """Return all that happened at each provider since the start."""
        return [(name, provider.whole()) for name, provider in sorted(self._providers.items())]

    def last(self, provider: str, minutes: int, now: int | None = None) -> Iterator[Minute]:
        """Return each of a provider's last so many minutes in which anything happened, the oldest first."""
        first = (realtime.now() if now is None else now) // MINUTE - minutes + 1
        return (each for each in self._of(provider).minutes if each.at >= first)

    def _of(self, provider: str) -> _Provider:
        found = self._providers.get(provider)
        if found is None:
            found = self._providers[provider] = _Provider()
        return found

    def _key(self, provider: _Provider, world: str, name: str, token: str) -> _Key:
        if len(provider.keys) >= MOST_KEYS:
            oldest = min(provider.keys, key=lambda each: provider.keys[each].last)
            del provider.keys[oldest]
        key = provider.keys[world, token] = _Key(world, name, token)
        return key


def by_hour(hours: Iterable[list[int]], now: int) -> list[int]:
    """Return the counts of the last 24 hours, the oldest first, of pairs of an hour and its count; the last one is `now`."""
    counts = {each[0]: each[1] for each in hours}
    return [counts.get(hour, 0) for hour in range(now - HOURS + 1, now + 1)]


def masked(token: str) -> str:
    """Return the beginning and the end of a key; of a short one nothing but stars."""
    return f"{token[:8]}…{token[-4:]}" if len(token) >= 20 else "*" * 8


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 3)
