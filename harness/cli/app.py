"""All commands of `greenroom`."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli import (
    authority,
    broker,
    clock,
    databases,
    doctor,
    generate,
    health,
    inspection,
    new_provider,
    preflight,
    record,
    run,
    scenarios,
    serve,
    specs,
    surface,
    verify,
    webhooks,
    world_export,
    worlds,
)

app = typer.Typer(
    name="greenroom",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - how Typer calls it
    if wanted:
        from harness import __version__

        typer.echo(f"greenroom {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Stateful, offline stand-ins for the services that a platform runs on."""


for commands in (
    serve,
    run,
    worlds,
    world_export,
    scenarios,
    databases,
    generate,
    clock,
    webhooks,
    inspection,
    health,
    surface,
    authority,
    specs,
    verify,
    broker,
    record,
    preflight,
    doctor,
    new_provider,
):
    commands.add(app)
