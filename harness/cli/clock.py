"""`greenroom clock …` and `greenroom snapshot …`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from harness.cli.session import Session, command, group, segment
from harness.cli.table import table
from harness.cli.telling import span
from harness.cli.worlds import instant

Name = Annotated[str, typer.Argument(help="Name of the snapshot.")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    clock = group(app, "clock", "Show, set and advance a world's time.")
    command(clock, "show")(show)
    command(clock, "set")(set_to)
    command(clock, "advance")(advance)
    snapshots = group(app, "snapshot", "Keep a world's state and return to it.")
    command(snapshots, "save")(save)
    command(snapshots, "restore")(restore)
    command(snapshots, "list")(listed)
    command(snapshots, "delete")(delete)


def show(session: Session) -> None:
    """Show a world's clock."""
    _show(session, session.get("~/clock"))


def set_to(
    session: Session,
    mode: Annotated[str, typer.Argument(help="real, frozen or fast.")],
    now: Annotated[
        str | None, typer.Option(help="World time: ISO 8601 or unix seconds; without it, as it is.")
    ] = None,
    rate: Annotated[float | None, typer.Option(help="World seconds per second, for fast.")] = None,
) -> None:
    """Give a world another clock."""
    _show(session, session.put("~/clock", {"mode": mode, "now": instant(now), "rate": rate}))


def advance(
    session: Session,
    told: Annotated[
        str | None, typer.Argument(metavar="SPAN", help="How far, such as 3d or `10d 4h` (w, d, h, m, s).")
    ] = None,
    days: Annotated[float, typer.Option(help="Days of the span; its parts add up.")] = 0,
    hours: Annotated[float, typer.Option(help="Hours of the span.")] = 0,
    minutes: Annotated[float, typer.Option(help="Minutes of the span.")] = 0,
    seconds: Annotated[float, typer.Option(help="Seconds of the span.")] = 0,
    to: Annotated[str | None, typer.Option(help="The instant to reach: ISO 8601 or unix seconds.")] = None,
) -> None:
    """Move a world's time forward; timers and webhooks that become due on the way happen, in order."""
    far = days * 86400 + hours * 3600 + minutes * 60 + seconds + (0 if told is None else span(told))
    if (to is None) == (far == 0):
        raise typer.BadParameter("give a span (3d, --days 31 --hours 2 …) or --to, and not both")
    body = {"seconds": far} if to is None else {"to": instant(to)}
    answer = session.post("~/clock/advance", body)
    done = f"{answer['timers_run']} timers ran, {answer['deliveries']} deliveries were attempted"
    session.show(answer, f"it is {answer['now']}; {done}")


def save(session: Session, name: Name) -> None:
    """Keep a world's state under a name, replacing the snapshot of that name."""
    session.show(session.post("~/snapshots", {"name": name}), f"saved as {name}")


def restore(session: Session, name: Name) -> None:
    """Return a world to a snapshot."""
    answer = session.post(f"~/snapshots/{segment(name)}/restore")
    session.show(answer, f"world {answer['name']} is as it was in {name}; it is {answer['clock']['now']}")


def listed(session: Session) -> None:
    """List a world's snapshots."""
    answer = session.get("~/snapshots")
    session.show(answer, table(answer["snapshots"], ("name", "created"), empty="no snapshots"))


def delete(session: Session, name: Name) -> None:
    """Remove a snapshot."""
    session.delete(f"~/snapshots/{segment(name)}")
    session.show({"deleted": name}, f"snapshot {name} is deleted")


def _show(session: Session, clock: dict[str, Any]) -> None:
    rate = f", {clock['rate']:g} world seconds per second" if clock["mode"] == "fast" else ""
    session.show(clock, f"{clock['now']} ({clock['mode']}{rate})")
