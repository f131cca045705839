"""`greenroom world export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.session import OfProvider, Session, command, group, segment
from harness.cli.table import table
from harness.errors import GreenroomError
from harness.exporting.world import Format


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(group(app, "world"), "export", world=False)(export)


def export(
    session: Session,
    to: Annotated[Path, typer.Option(help="Folder to write into.")],
    world: Annotated[
        str, typer.Argument(help="Id or name of the world.", envvar="GREENROOM_WORLD")
    ] = "default",
    format: Annotated[Format, typer.Option(help="json, csv, parquet or sql.")] = Format.JSON,
    provider: OfProvider = None,
    *,
    truncate: Annotated[bool, typer.Option("--truncate", help="Replace an earlier export.")] = False,
) -> None:
    """Write all that a world holds into files, by provider and kind."""
    from harness.exporting.world import export as write

    here = f"/worlds/{segment(world)}"
    about = session.get(here)
    kinds = session.get(f"{here}/objects", provider=provider, limit=1)["kinds"]
    try:
        written = write(
            about,
            kinds,
            lambda provider, kind: session.lines(f"{here}/objects/{segment(provider)}/{segment(kind)}"),
            to,
            format,
            truncate=truncate,
        )
    except OSError as error:
        raise GreenroomError(f"{to} cannot be written: {error}") from error
    session.show(
        written, table(written, ("provider", "kind", "count", "file"), empty="the world holds nothing")
    )
