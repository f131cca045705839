"""`greenroom generate`: a scenario's data as files, of any size, by several processes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from harness import instants, realtime
from harness.catalogues import Generator, catalogues, source
from harness.cli.telling import Given, Scale, Scenario, parameters, scenario_file
from harness.errors import GreenroomError

Progress = Callable[[int, int], None]
SPREAD = 64
"""For how many processes of other machines work is laid out ahead."""


class Format(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("generate")(generate)


def generate(
    scenario: Scenario,
    to: Annotated[Path, typer.Option(help="Folder to write into; what was stopped there goes on.")],
    seed: Annotated[str, typer.Option(help="What the data derive from.")] = "7",
    scale: Scale = 1.0,
    format: Annotated[Format, typer.Option(help="A JSON object a line, or Parquet.")] = Format.JSONL,
    processes: Annotated[int, typer.Option(min=1, max=256, help="How many processes write.")] = 1,
    now: Annotated[str | None, typer.Option(help="The present: ISO 8601; today if left out.")] = None,
    given: Given = None,
    dask: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler whose machines share the folder.")
    ] = None,
) -> None:
    """Write a scenario's data as files, without a server: the same bytes by one process or by many."""
    scenario, text = scenario_file(scenario)
    generator = cast("Generator", source(catalogues(), scenario, text))
    present = _day(now)
    with _bar() as progress:
        try:
            count = generator.generate(
                scenario,
                to,
                seed=seed,
                scale=scale,
                now=present,
                text=text,
                parameters=parameters(given or []),
                format=format.value,
                processes=processes if dask is None else max(processes, SPREAD),
                executor=None if dask is None else _spread(dask),
                progress=progress,
            )
        except (ValueError, OSError) as error:
            raise GreenroomError(str(error)) from error
    typer.echo(f"{count} partitions of {scenario} (seed {seed}, {present:%Y-%m-%d}) are in {to}")


def _day(now: str | None) -> datetime:
    """Return the present; without an own one the beginning of today, so that what was stopped today goes on."""
    if now is not None:
        return instants.moment(instants.parse(now))
    return instants.moment(realtime.now()).replace(hour=0, minute=0, second=0, microsecond=0)


def _spread(address: str) -> Any:
    try:
        from distributed import Client  # type: ignore[import-not-found]
    except ImportError as error:
        raise GreenroomError("Dask is not installed: pip install 'greenroom[dask]'") from error
    return Client(address).get_executor()


def _bar() -> AbstractContextManager[Progress | None]:
    """Return what shows the progress, where somebody looks at a terminal."""
    if not sys.stderr.isatty():
        return nullcontext()
    from harness.cli.progress import bar

    return bar("writing")
