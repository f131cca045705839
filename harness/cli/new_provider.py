"""`greenroom new-provider`: the skeleton of a room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.session import AsJson


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("new-provider")(new_provider)


def new_provider(
    name: Annotated[str, typer.Argument(help="Name of the provider: lower case letters and digits.")],
    title: Annotated[
        str | None, typer.Option(help="How people write it; the name with a capital if left out.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the room of a new provider and its tests into this checkout; they pass from the start."""
    from harness import registry, scaffold

    root = Path()
    room = scaffold.write(root, name, title, registry.providers())
    if as_json:
        files = [str(file) for file in room.files]
        told = {"files": files, "port": room.port, "line": room.line, "registered": room.registered}
        typer.echo(json.dumps(told, indent=2))
        return
    for file in room.files:
        typer.echo(f"wrote {file}")
    if room.registered:
        typer.echo(f"pyproject.toml now names it: {room.line}")
    else:
        typer.echo(f"add this line to pyproject.toml under {scaffold.SECTION}:\n  {room.line}")
    typer.echo(
        "\nMake it known with `pip install --no-deps --editable .` (or `make install`), try it with\n"
        f"`python -m pytest tests/mocks/{name}`, then follow mocks/{name}/README.md."
    )
