"""How providers fare: for people, for alerts, and for Prometheus."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Query, Response

from harness import instants, realtime
from harness.control import health_shapes as shapes
from harness.control.context import Running

router = APIRouter(tags=["server"])
Minutes = Annotated[int, Query(ge=1, le=1440, description="How many of the last minutes are looked at.")]


@router.get("/health/providers")
async def show_health(runtime: Running, minutes: Minutes = 60) -> shapes.HealthOfProviders:
    """Show requests, errors, times, deliveries and used keys of each provider over all worlds, in all and by the minute.

    Counts begin anew with the server. Times are milliseconds, at most a quarter too high; rates go from 0 to 1.
    """
    health = runtime.engine.health
    shown = [
        {
            "provider": name,
            **health.over(name, minutes).shown(),
            "keys": health.keys(name),
            "by_minute": health.series(name, minutes),
        }
        for name in runtime.providers
    ]
    return {
        "started_at": instants.iso(health.started),
        "uptime_seconds": (realtime.now() - health.started) // instants.SECOND,
        "minutes": minutes,
        "providers": cast("list[shapes.HealthOfProvider]", shown),
    }


@router.get("/health/alerts")
async def list_alerts(runtime: Running) -> shapes.Alerts:
    """List the alerts with their state: ok, pending, firing."""
    found = [] if runtime.alerts is None else [each.shown() for each in runtime.alerts.alerts]
    return {"alerts": cast("list[shapes.Alert]", found)}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def show_metrics(runtime: Running) -> Response:
    """Show the counts since the start in Prometheus' text format."""
    from harness.metrics import exposition  # at the first use: not part of the start

    content, media_type = exposition(runtime)
    return Response(content, media_type=media_type)
