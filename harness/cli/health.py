"""`greenroom health` and `greenroom top`: how providers fare, once or as it goes on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.session import Session, command
from harness.cli.table import table

if TYPE_CHECKING:
    from rich.console import RenderableType

Json = dict[str, Any]
COLUMNS = (
    *("provider", "requests", "refused", "failed", "error_rate", "p50_ms", "p95_ms", "p99_ms"),
    *("deliveries", "failed_deliveries"),
)
KEY_COLUMNS = ("provider", "world", "name", "key", "requests", "last_used_at")
ALERT_COLUMNS = ("state", "name", "provider", "metric", "limit", "value", "since")
SYNC_COLUMNS = ("name", "state", "waiting", "failed", "lag_seconds", "last_success_at", "last_error")
WIDE = 110
"""Columns of a terminal in which traffic over time has room."""
BARS = " ▁▂▃▄▅▆▇█"
Minutes = Annotated[int, typer.Option(min=1, max=1440, help="How many of the last minutes are looked at.")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "health", world=False)(health)
    command(app, "top", world=False)(top)


def health(
    session: Session,
    minutes: Minutes = 60,
    layer: Annotated[
        str | None, typer.Option(help="Address of the integration layer: shows how far it is in step, too.")
    ] = None,
) -> None:
    """Show requests, errors, times, deliveries and used keys of each provider, and the alerts that fire."""
    answer = session.get("/health/providers", minutes=minutes)
    alerts = session.get("/health/alerts")["alerts"]
    keys = [{"provider": each["provider"], **key} for each in answer["providers"] for key in each["keys"]]
    told = [
        f"up for {_span(answer['uptime_seconds'])}; the last {minutes} minutes:",
        table(map(_row, answer["providers"]), COLUMNS, empty="no providers"),
        "",
        table(keys, KEY_COLUMNS, empty="no keys were used"),
    ]
    if alerts:
        told += ["", table(alerts, ALERT_COLUMNS, empty="")]
    shown = {**answer, "alerts": alerts}
    if layer is not None:
        shown["synchronisation"] = _layer(layer)
        told += ["", table(shown["synchronisation"], SYNC_COLUMNS, empty="nothing is synchronised")]
    session.show(shown, "\n".join(told))


def top(
    session: Session,
    minutes: Minutes = 15,
    every: Annotated[float, typer.Option(min=0.2, help="Seconds between two looks.")] = 2.0,
    *,
    once: Annotated[bool, typer.Option("--once", help="Look once, as in a pipe.")] = False,
) -> None:
    """Watch all providers in the terminal, until Ctrl-C: rates, errors, times, deliveries, worlds and their clocks."""
    from rich.console import Console
    from rich.live import Live

    if session.as_json:
        session.show(_look(session, minutes), "")
        return
    console = Console()
    if once or not console.is_terminal:
        console.print(_screen(session, minutes, console.width))
        return
    with Live(
        _screen(session, minutes, console.width), console=console, screen=True, auto_refresh=False
    ) as live:
        try:
            while True:
                time.sleep(every)
                live.update(_screen(session, minutes, console.width), refresh=True)
        except KeyboardInterrupt:
            return


def _look(session: Session, minutes: int) -> Json:
    found = session.get("/health/providers", minutes=minutes)
    return {**found, "alerts": session.get("/health/alerts")["alerts"], **session.get("/worlds")}


def _screen(session: Session, minutes: int, width: int) -> RenderableType:
    """Draw everything; in a narrow terminal without the traffic over time, so that names and figures have room."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    found = _look(session, minutes)
    providers = Table(
        title=f"Greenroom · up for {_span(found['uptime_seconds'])} · the last {minutes} minutes"
    )
    providers.add_column("provider", no_wrap=True)
    drawn = width >= WIDE
    if drawn:
        providers.add_column("traffic", no_wrap=True)
    for name in ("requests", "/min", "errors", "p50 ms", "p95 ms", "deliveries", "not taken"):
        providers.add_column(name, justify="right")
    for each in found["providers"]:
        errors = each["error_rate"]
        style = "red" if each["failed"] else "yellow" if errors > 0 else ""
        times = each["milliseconds"]
        providers.add_row(
            each["provider"],
            *([Text(_sparkline(each["by_minute"], minutes), style="green")] if drawn else []),
            str(each["requests"]),
            f"{each['requests'] / minutes:.1f}",
            Text(f"{errors:.1%}", style=style),
            _number(times["p50"]),
            _number(times["p95"]),
            str(each["deliveries"]),
            Text(str(each["failed_deliveries"]), style="red" if each["failed_deliveries"] else ""),
        )
    firing = [each for each in found["alerts"] if each["state"] == "firing"]
    lines = [
        Text(f"! {each['name']}: {each['provider']} {each['metric']} {each['value']}", style="bold red")
        for each in firing
    ]
    return Group(*lines, providers, _worlds(found["worlds"]))


def _worlds(worlds: list[Json]) -> RenderableType:
    from rich.table import Table

    drawn = Table(title="Worlds")
    for name in ("world", "clock", "world time"):
        drawn.add_column(name)
    for world in worlds[:20]:
        drawn.add_row(world["name"], world["clock"]["mode"], world["clock"]["now"])
    return drawn


def _sparkline(by_minute: list[Json], minutes: int) -> str:
    """Draw the requests of the last minutes, a character each (of more than 30 the last 30)."""
    from harness import instants, realtime
    from harness.health import MINUTE

    now = realtime.now() // MINUTE
    counts = {instants.parse(each["at"]) // MINUTE: each["requests"] for each in by_minute}
    shown = [counts.get(minute, 0) for minute in range(now - min(minutes, 30) + 1, now + 1)]
    most = max(shown, default=0) or 1
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in shown)


def _row(each: Json) -> Json:
    times = {f"{name}_ms": _number(value) for name, value in each["milliseconds"].items()}
    return {**each, "error_rate": f"{each['error_rate']:.1%}", **times}


def _number(milliseconds: float | None) -> str:
    return "-" if milliseconds is None else f"{milliseconds:.1f}"


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    parts = ((days, "d"), (hours, "h"), (rest // 60, "min"), (rest % 60, "s"))
    shown = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(shown[:2]) or "0 s"


def _layer(address: str) -> list[Json]:
    """Return what the integration layer says of its synchronisation; raise GreenroomError where it does not answer."""
    import httpx

    from harness.errors import GreenroomError

    url = f"{address.rstrip('/')}/health/synchronisation"
    try:
        answer = httpx.get(url, timeout=30, trust_env=False)
        answer.raise_for_status()
        found: list[Json] = answer.json()["parts"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise GreenroomError(f"the integration layer at {url} did not tell how far it is: {error}") from error
    return found
