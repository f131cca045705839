"""Health: how each provider fares over time, which keys it was used with, and the alerts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from harness import instants, realtime
from harness.control.context import Named, Running
from harness.dashboard import showing
from harness.health import DAY, HOURS, MINUTE, Health, Minute

router = APIRouter(prefix="/{w}")
PERIODS = {15: "15 minutes", 60: "hour", 360: "6 hours", DAY: "day"}
BARS = 60
"""Points of a chart at most."""
KEYS_SHOWN = 50
Json = dict[str, Any]
Minutes = Annotated[int, Query(ge=1, le=DAY)]


@router.get("/health")
async def show(
    request: Request, runtime: Running, world: Named, minutes: Minutes = 60, provider: str = ""
) -> HTMLResponse:
    """Show figures, percentiles and used keys of all providers or of one, over the last minutes and all worlds."""
    health = runtime.engine.health
    titles = {name: each.title for name, each in runtime.providers.items()}
    chosen = provider if provider in titles else ""
    worlds = {each.id: each.name for each in runtime.worlds}
    steps = list(spans(health, [chosen] if chosen else titles, minutes))
    keys = [
        {"title": titles[name], **key, "world": worlds.get(key["world"], key["world"])}
        for name in ([chosen] if chosen else titles)
        for key in health.keys(name)
    ]
    return showing.page(
        request,
        runtime,
        world,
        "health.html",
        section="/health",
        periods=PERIODS,
        minutes=minutes,
        provider=chosen,
        titles=titles,
        providers=[
            {"name": name, "title": title, **health.over(name, minutes).shown()}
            for name, title in titles.items()
        ],
        steps=[
            {"at": instants.iso(each.at * MINUTE), **each.shown()} for each in reversed(steps) if _any(each)
        ],
        step=step(minutes),
        traffic=traffic(steps, step(minutes)),
        times=times(steps, step(minutes)),
        keys=sorted(keys, key=lambda key: -key["requests"])[:KEYS_SHOWN],
        hours=HOURS,
        alerts=[] if runtime.alerts is None else [each.shown() for each in runtime.alerts.alerts],
        firing=[] if runtime.alerts is None else runtime.alerts.firing(),
        since=instants.iso(health.started),
    )


def step(minutes: int) -> int:
    """Return the minutes that a point of the chart stands for."""
    return -(-minutes // BARS)


def spans(health: Health, providers: Iterable[str], minutes: int, now: int | None = None) -> Iterable[Minute]:
    """Return what happened at some providers in each step of the last minutes, the oldest first; `now` is real time (µs)."""
    now = realtime.now() if now is None else now
    size = step(minutes)
    end = now // MINUTE - now // MINUTE % size
    found = {at: Minute(at) for at in range(end - size * (-(-minutes // size) - 1), end + 1, size)}
    for name in providers:
        for each in health.last(name, minutes, now):
            span = found.get(each.at - each.at % size)
            if span is not None:
                span.add(each)
    return found.values()


def traffic(steps: list[Minute], size: int) -> Json:
    """Return the columns of the chart of requests: unix seconds, answered well, refused, failed, and p95 (ms)."""
    return {
        "step": size * 60,
        "at": [each.at * 60 for each in steps],
        "good": [each.count - each.refused - each.failed for each in steps],
        "refused": [each.refused for each in steps],
        "failed": [each.failed for each in steps],
        "p95": [each.percentile(95) for each in steps],
    }


def times(steps: list[Minute], size: int) -> Json:
    """Return the columns of the chart of lines: unix seconds, p50 and p99 (ms), availability and error rate (percent)."""
    told = [each.shown() if each.count else None for each in steps]
    return {
        "step": size * 60,
        "at": [each.at * 60 for each in steps],
        "lines": {
            "p50": [each and each["milliseconds"]["p50"] for each in told],
            "p99": [each and each["milliseconds"]["p99"] for each in told],
            "availability": [each and round(each["availability"] * 100, 2) for each in told],
            "errors": [each and round(each["error_rate"] * 100, 2) for each in told],
        },
    }


def _any(each: Minute) -> bool:
    return bool(each.count or each.delivered or each.undelivered)
