"""What commands say of a scenario: its name or its file, and how it is to be told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

ENDINGS = {".yaml", ".yml"}
SECONDS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}


def _scaled(scale: float) -> float:
    if not 0 < scale < float("inf"):  # no number at all is none of them
        raise typer.BadParameter(f"a scale lies above 0, not at {scale:g}")
    return scale


Scenario = Annotated[str, typer.Argument(help="Name of a scenario, or path of a YAML file.")]
Scale = Annotated[
    float, typer.Option(callback=_scaled, help="Multiplies what the scenario tells, up to a million.")
]
Given = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the scenario (repeatable)."),
]


def scenario_file(scenario: str) -> tuple[str, str | None]:
    """Return the name of a scenario, and its text where it is the path of a file; raise BadParameter."""
    path = Path(scenario)
    if path.suffix not in ENDINGS:
        return scenario, None
    try:
        return path.stem, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{scenario} cannot be read: {error}") from error


def parameters(given: list[str]) -> dict[str, str]:
    """Read `NAME=VALUE` of the command line."""
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise typer.BadParameter(f"{each!r} is no NAME=VALUE")
        found[name.strip()] = value
    return found


def span(told: str) -> int:
    """Return the seconds of a span of time (`10d 4h`); raise BadParameter."""
    parts = told.split()
    if not parts or not all(re.fullmatch(r"\d{1,6}[wdhms]", part) for part in parts):
        raise typer.BadParameter(f"{told!r} is no span of time, such as `10d 4h` (w, d, h, m, s)")
    return sum(int(part[:-1]) * SECONDS[part[-1]] for part in parts)
