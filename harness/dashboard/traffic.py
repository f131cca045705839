"""What a world's journal says of its traffic: by provider, by consumer, and over time.

It looks at the newest exchanges only, so that a long journal costs no more than a short one.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from harness import instants, realtime
from harness.dashboard.consumers import consumer
from harness.journal import Exchange, Journal
from harness.runtime import Runtime
from harness.world import World

LOOKED = 5000
"""Exchanges that are looked at."""
BARS = 60
STEPS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400)
"""Seconds that a point of the chart may stand for."""
Json = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """Exchanges counted together. `refused` are answers of 4xx, `failed` those of 5xx and cut connections."""

    count: int = 0
    refused: int = 0
    failed: int = 0
    times: list[float] = field(default_factory=list)
    last: int = 0

    def add(self, exchange: Exchange) -> None:
        """Count an exchange; they come newest first."""
        self.count += 1
        self.last = self.last or exchange.at
        self.times.append(exchange.milliseconds)
        status = exchange.answer.status if exchange.answer else 599
        if status >= 500:
            self.failed += 1
        elif status >= 400:
            self.refused += 1

    @property
    def errors(self) -> float:
        """The share of exchanges that were refused or failed, from 0 to 1."""
        return (self.refused + self.failed) / self.count if self.count else 0.0

    def percentiles(self) -> dict[str, float]:
        """Return the milliseconds that 50, 95 and 99 of 100 exchanges did not exceed."""
        ordered = sorted(self.times) or [0.0]
        return {
            f"p{each}": ordered[min(len(ordered) - 1, len(ordered) * each // 100)] for each in (50, 95, 99)
        }


@dataclass(slots=True)
class Traffic:
    """The newest exchanges of a world, told together; `seconds` is how long they took in all."""

    all: Tally
    providers: dict[str, Tally]
    edges: dict[tuple[str, str], Tally]
    """By consumer and provider."""
    operations: Counter[tuple[str, str]]
    seconds: float
    series: Json
    more: bool
    """Whether the journal holds older ones, which were not looked at."""

    def rate(self, tally: Tally) -> float:
        """Return exchanges a minute; what was all within one minute counts as that minute's."""
        return tally.count * 60 / max(self.seconds, 60.0)


def traffic(journal: Journal) -> Traffic:
    """Sum up the newest exchanges."""
    seen = list(itertools.islice(reversed(journal.ring), LOOKED))
    whole, operations = Tally(), Counter[tuple[str, str]]()
    providers: defaultdict[str, Tally] = defaultdict(Tally)
    edges: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)
    for each in seen:
        whole.add(each)
        providers[each.provider].add(each)
        edges[consumer(each.request.headers.get("user-agent", "")), each.provider].add(each)
        if each.operation is not None:
            operations[each.provider, each.operation] += 1
    seconds = (seen[0].at - seen[-1].at) / instants.SECOND if seen else 0.0
    more = len(journal.ring) > len(seen)
    return Traffic(whole, dict(providers), dict(edges), operations, seconds, _series(seen), more)


def silence(runtime: Runtime, world: World) -> str:
    """Say of an empty journal what is known: a server that starts anew has forgotten what came before."""
    if world.resumed:
        return f"No provider was asked since the server started ({_start(runtime)}); older requests are not kept."
    return "No provider was asked yet."


def uncalled(runtime: Runtime, world: World) -> str:
    """Say of a provider without traffic no more than the journal knows."""
    ring = world.journal.ring
    if len(ring) > LOOKED or len(ring) == ring.maxlen:
        return f"not among the last {min(len(ring), LOOKED):,} calls"
    return f"not called since {_start(runtime)}" if world.resumed else "not called yet"


def _start(runtime: Runtime) -> str:
    return f"{instants.moment(runtime.engine.health.started):%d %b, %H:%M} UTC"


def _series(seen: list[Exchange]) -> Json:
    """Return the chart's columns up to now: unix seconds, answered well, refused, failed, and the 95th percentile (ms)."""
    now = realtime.now() // instants.SECOND
    oldest = seen[-1].at // instants.SECOND if seen else now
    step = next((each for each in STEPS if each * BARS > now - oldest), STEPS[-1])
    end = now - now % step
    starts = [end - step * (BARS - 1 - number) for number in range(BARS)]
    bars = [Tally() for _ in starts]
    for exchange in seen:
        at = (exchange.at // instants.SECOND - starts[0]) // step
        if 0 <= at < BARS:
            bars[at].add(exchange)
    return {
        "step": step,
        "at": starts,
        "good": _column(bar.count - bar.refused - bar.failed for bar in bars),
        "refused": _column(bar.refused for bar in bars),
        "failed": _column(bar.failed for bar in bars),
        "p95": [round(bar.percentiles()["p95"], 2) if bar.count else None for bar in bars],
    }


def _column(values: Iterable[int]) -> list[int]:
    return list(values)
