"""`greenroom world …` and `greenroom env`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from harness.cli.session import OfProvider, Session, command, group, segment
from harness.cli.table import pairs, table
from harness.cli.telling import Given, Scale, parameters

World = Annotated[str, typer.Argument(help="Id or name of the world.", envvar="GREENROOM_WORLD")]


class Format(StrEnum):
    """How an environment is written."""

    DOTENV = "dotenv"
    SHELL = "shell"
    JSON = "json"


def add(app: typer.Typer) -> None:
    """Add the commands."""
    worlds = group(app, "world", "Make, list, reset, fork, check and delete worlds.")
    command(worlds, "create", world=False)(create)
    command(worlds, "list", world=False)(listed)
    command(worlds, "reset", world=False)(reset)
    command(worlds, "fork", world=False)(fork)
    command(worlds, "delete", world=False)(delete)
    command(worlds, "check", world=False)(check)
    command(app, "env")(environment)


def create(
    session: Session,
    name: Annotated[str | None, typer.Argument(help="Name; without one it is made up.")] = None,
    seed: Annotated[
        str | None, typer.Option(help="What ids and chance derive from; fresh if left out.")
    ] = None,
    clock: Annotated[str, typer.Option(help="real, frozen or fast.")] = "real",
    now: Annotated[str | None, typer.Option(help="World time to begin at: ISO 8601 or unix seconds.")] = None,
    rate: Annotated[float | None, typer.Option(help="World seconds per second, for --clock fast.")] = None,
    lenient: Annotated[
        list[str] | None,
        typer.Option(help="Provider that lets rule breaks pass and records them (repeatable)."),
    ] = None,
    live: Annotated[
        list[str] | None,
        typer.Option(
            help="Provider that answers as the real one where its published schema differs (repeatable)."
        ),
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="Scenario that the world begins with.")] = None,
    scale: Scale = 1.0,
    given: Given = None,
) -> None:
    """Make a world: an account at every provider, with fresh credentials, bare unless a scenario is named."""
    at = {
        key: value
        for key, value in (("mode", clock), ("now", instant(now)), ("rate", rate))
        if value is not None
    }
    body: dict[str, Any] = {
        "name": name,
        "seed": seed,
        "clock": at,
        "lenient": lenient or [],
        "live": live or [],
    }
    body |= {"scenario": scenario, "scale": scale, "parameters": parameters(given or [])}
    _show(session, session.post("/worlds", body))


def listed(session: Session) -> None:
    """List all worlds."""
    answer = session.get("/worlds")
    rows = [
        {**world, "clock": world["clock"]["mode"], "now": world["clock"]["now"]} for world in answer["worlds"]
    ]
    session.show(answer, table(rows, ("name", "id", "seed", "clock", "now", "lenient"), empty="no worlds"))


def reset(session: Session, world: World = "default") -> None:
    """Return a world to what it was when it was made: same credentials, no data."""
    _show(session, session.post(f"/worlds/{segment(world)}/reset"))


def fork(
    session: Session,
    world: World = "default",
    name: Annotated[str | None, typer.Option(help="Name of the copy; without one it is made up.")] = None,
) -> None:
    """Copy a world: the same data under credentials of its own, its endpoints paused."""
    _show(session, session.post(f"/worlds/{segment(world)}/fork", {"name": name}))


def delete(session: Session, world: Annotated[str, typer.Argument(help="Id or name of the world.")]) -> None:
    """Remove a world with everything in it."""
    session.delete(f"/worlds/{segment(world)}")
    session.show({"deleted": world}, f"world {world} is deleted")


def check(session: Session, world: World = "default", provider: OfProvider = None) -> None:
    """Follow every reference in a world, add up its sums, compare its times; exit code 1 when something is wrong."""
    found = session.get(f"/worlds/{segment(world)}/coherence", provider=provider)
    counts = "{documents} documents, {references} references, {checks} checks".format(**found)
    number = len(found["findings"])
    verdict = "nothing is wrong" if not number else f"{number} finding{'s' if number > 1 else ''}"
    lines = [f"{verdict} ({counts})" + (", and there are more" if found["more"] else "")]
    if found["findings"]:
        lines.append(table(found["findings"], ("kind", "id", "rule", "told"), empty=""))
    session.show(found, "\n".join(lines))
    if not found["coherent"]:
        raise typer.Exit(1)


def environment(
    session: Session,
    format: Annotated[Format, typer.Option(help="dotenv, shell (lines to eval) or json.")] = Format.DOTENV,
) -> None:
    """Print the environment that points a consumer at a world."""
    if session.as_json or format is Format.JSON:
        session.as_json = True
        session.show(session.get("~/env"), "")
    else:
        typer.echo(session.call("GET", "~/env", query={"format": format.value}).text, nl=False)


def instant(text: str | None) -> str | float | None:
    """Read unix seconds as a number; anything else is left as it is."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _show(session: Session, world: dict[str, Any]) -> None:
    clock = world["clock"]
    shown = {
        "name": world["name"],
        "id": world["id"],
        "seed": world["seed"],
        "clock": f"{clock['mode']} at {clock['now']}",
        "lenient": world["lenient"],
        "live": world["live"],
        "environment": f"greenroom env --world {world['name']}",
    }
    session.show(world, pairs(shown))
