"""`greenroom scenario export` and `greenroom scenario map`: the platform's own database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from harness import realtime
from harness.cli.session import Session, command, group, segment
from harness.cli.table import table
from harness.cli.telling import Given, Scale, Scenario, parameters, scenario_file
from harness.errors import GreenroomError

Json = dict[str, Any]
Schema = Annotated[Path, typer.Option(help="The platform's schema.prisma, or a folder of *.prisma.")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    scenarios = group(app, "scenario")
    command(scenarios, "export", world=False)(export)
    command(scenarios, "map", world=False)(guess)


def export(
    session: Session,
    scenario: Scenario,
    schema: Schema,
    to: Annotated[str, typer.Option(help="postgresql://…, sqlite:///file, sql or csv.")],
    mapping: Annotated[
        Path | None, typer.Option(help="What each model is; guessed by names if left out (`scenario map`).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File for --to sql (otherwise it is printed), folder for --to csv.")
    ] = None,
    seed: Annotated[str, typer.Option(help="What the data derive from.")] = "1",
    scale: Scale = 1.0,
    now: Annotated[
        str | None, typer.Option(help="The present that the scenario counts back from; today if left out.")
    ] = None,
    given: Given = None,
    from_world: Annotated[
        str | None,
        typer.Option(
            help="A world that the scenario was loaded into: the same data, with its providers' ids."
        ),
    ] = None,
    *,
    truncate: Annotated[bool, typer.Option("--truncate", help="Remove the rows that are there.")] = False,
    create: Annotated[bool, typer.Option("--create", help="Make the tables first.")] = False,
    in_parts: Annotated[
        bool,
        typer.Option("--in-parts", help="Keep a database's rows part by part: what was stopped goes on."),
    ] = False,
) -> None:
    """Write a scenario as rows of the platform's own database: all of them or none, unless --in-parts."""
    from harness.databases import database

    if to == "csv" and out is None:
        raise typer.BadParameter("--to csv wants a folder: --out DIR")
    wanted: Json = {
        "seed": seed,
        "scale": scale,
        "now": now or _today(),
        "parameters": parameters(given or []),
    }
    told = _told(session, scenario, from_world) or wanted
    try:
        parts = _parts(scenario, told)
        file = out.open("w", encoding="utf-8") if to == "sql" and out else nullcontext(_stdout())
        with file as text:
            loaded = database().export(
                parts,
                refs=told.get("refs") or {},
                present=_moment(told["now"]),
                schema=schema,
                mapping=mapping,
                to=to,
                out=out if to == "csv" else text,
                truncate=truncate,
                create=create,
                in_parts=in_parts,
                progress=_progress(),
            )
    except (ValueError, OSError) as error:
        raise GreenroomError(str(error)) from error
    if to != "sql" or out is not None or session.as_json:
        session.show(
            loaded,
            table(loaded, ("table", "rows"), empty="no model has rows: say in --mapping what they are"),
        )


def guess(
    session: Session,
    schema: Annotated[Path, typer.Argument(help="The platform's schema.prisma, or a folder of *.prisma.")],
) -> None:
    """Print a first mapping of a schema, guessed by names; with --json the schema of mapping files."""
    from harness.databases import database

    try:
        if session.as_json:
            session.show(database().mapping_schema(), "")
        else:
            typer.echo(database().guess(schema), nl=False)
    except ValueError as error:
        raise GreenroomError(str(error)) from error


def _told(session: Session, scenario: str, world: str | None) -> Json | None:
    """Return how a scenario was told in a world, if one is named."""
    if world is None:
        return None
    name, _ = scenario_file(scenario)
    told: Json = session.get(f"/worlds/{segment(world)}/stories/{segment(name)}")
    return told


def _parts(scenario: str, told: Json) -> Iterator[Json]:
    """Tell a scenario, part by part, as it was or should be told; raise ValueError."""
    from harness.catalogues import Wishes, catalogues, source

    name, text = scenario_file(scenario)
    wishes: Wishes = {"seed": told["seed"], "scale": told["scale"], "text": told.get("text") or text}
    wishes["parameters"] = told.get("parameters")
    return source(catalogues(), name, wishes["text"]).parts(name, now=_moment(told["now"]), **wishes)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no moment: write it as 2026-03-01 or 2026-03-01T09:00:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _today() -> str:
    return f"{datetime.fromtimestamp(realtime.now() / 1_000_000, UTC):%Y-%m-%d}"


def _stdout() -> TextIO:
    return sys.stdout


def _progress() -> Callable[[str, int], None]:
    """Return what shows how far the writing is, on a terminal; elsewhere nothing is shown."""
    if not sys.stderr.isatty():
        return lambda _table, _rows: None

    def show(name: str, rows: int) -> None:
        typer.echo(f"\r\x1b[K{name}: {rows:,} rows\r", nl=False, err=True)

    return show
