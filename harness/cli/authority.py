"""`greenroom ca …`: the certificate authority of the TLS port, for browsers."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.session import AsJson, group
from harness.cli.table import pairs

if TYPE_CHECKING:
    from harness.intercept.trust import Standing

DataDir = Annotated[Path, typer.Option("--data-dir", help="Folder of the server whose authority is meant.")]
DEFAULT_DIR = Path(".greenroom")
NSS = Path(".pki/nssdb")
"""Where Chromium and Chrome on Linux keep what a user trusts, below the home folder."""


def add(app: typer.Typer) -> None:
    """Add the commands."""
    commands = group(
        app, "ca", "Show the certificate authority of the TLS port, and make it known to a browser."
    )
    commands.command("show")(show)
    commands.command("install")(install)


def show(
    data_dir: DataDir = DEFAULT_DIR,
    *,
    pem: Annotated[bool, typer.Option("--pem", help="Print the certificate itself.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the authority, what it may vouch for, and how each store is told; exit code 1 if it must be mended."""
    from harness.intercept import trust

    standing = _standing(data_dir)
    if pem:
        typer.echo(standing.pem.read_text("utf-8"), nl=False)
    elif as_json:
        typer.echo(json.dumps(_shown(standing), indent=2))
    else:
        typer.echo(pairs({name: str(value) for name, value in _shown(standing).items() if name != "domains"}))
        typer.echo(
            f"\nIt may vouch for these domains and this machine alone:\n  {', '.join(standing.domains)}\n"
        )
        where = "" if data_dir == DEFAULT_DIR else f" --data-dir {shlex.quote(str(data_dir))}"
        typer.echo(f"Chromium, Chrome (Linux): greenroom ca install{where}")
        for store, how in trust.STORES.items():
            typer.echo(f"{store}: {how.format(pem=standing.pem)}")
    if standing.wrong is not None:
        raise typer.Exit(1)


def install(
    data_dir: DataDir = DEFAULT_DIR,
    nssdb: Annotated[
        Path | None, typer.Option(help="NSS database to write to: ~/.pki/nssdb, or a Firefox profile.")
    ] = None,
) -> None:
    """Make the authority known to Chromium and Chrome on Linux, or to a Firefox profile."""
    from harness.intercept import trust

    standing = _standing(data_dir)
    database = nssdb or Path.home() / NSS
    trust.install(standing, database)
    typer.echo(f"{standing.pem} is trusted in {database} (as {trust.NICKNAME!r}); restart the browser")


def _standing(data_dir: Path) -> Standing:
    from harness import registry
    from harness.intercept import trust

    return trust.found_or_made(
        data_dir, (host for provider in registry.providers().values() for host in provider.hosts)
    )


def _shown(standing: Standing) -> dict[str, object]:
    return {
        "certificate": str(standing.pem),
        "name": standing.name,
        "valid until": f"{standing.ends:%Y-%m-%d}",
        "SHA-256": standing.fingerprint,
        "state": standing.wrong or "well",
        "domains": list(standing.domains),
    }
