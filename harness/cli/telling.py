"""What commands say of a scenario: its name or its file, and how it is to be told."""

from __future__ import annotations

from pathlib import Path

import typer

ENDINGS = {".yaml", ".yml"}


def scenario_file(scenario: str) -> tuple[str, str | None]:
    """Return the name of a scenario, and its text where it is the path of a file; raise BadParameter."""
    path = Path(scenario)
    if path.suffix not in ENDINGS:
        return scenario, None
    try:
        return path.stem, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{scenario} cannot be read: {error}") from error
