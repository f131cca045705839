"""`greenroom surface`: what is served, told by the code that serves it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.session import AsJson
from harness.cli.table import table
from harness.errors import NotFound

if TYPE_CHECKING:
    from harness.provider import Provider
    from harness.specs.serving import Inferred

COLUMNS = ("tier", "how", "operation", "method", "path", "summary")
TIERS = ("P0", "P1", "P2")


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("surface")(surface)


def surface(
    provider: Annotated[str | None, typer.Argument(help="Only this provider.")] = None,
    tier: Annotated[str | None, typer.Option(help="Only this tier: P0, P1 or P2.")] = None,
    specs: Annotated[
        Path | None,
        typer.Option(
            envvar="GREENROOM_SPECS",
            help="Folder with the providers' documents: lists what is inferred from them too, and how much they cover.",
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the operations that are served, by tier, written by hand or inferred; this needs no running server."""
    from harness import registry

    installed = registry.providers()
    inferred = None
    if specs is not None:
        inferred, installed = inferring(specs, installed)
    if provider is not None and provider not in installed:
        raise NotFound(f"there is no provider {provider!r}; installed are: {', '.join(installed)}")
    if tier is not None and tier not in TIERS:
        raise typer.BadParameter(f"{tier} is not a tier: use {', '.join(TIERS)}")
    served = {
        name: operations(each, tier) + inferred_operations(each, tier, inferred)
        for name, each in installed.items()
        if provider in (None, name)
    }
    if as_json:
        typer.echo(json.dumps({"providers": served}, indent=2))
        return
    for name, rows in served.items():
        counts = ", ".join(f"{sum(row['tier'] == each for row in rows)} {each}" for each in TIERS)
        typer.echo(
            f"{installed[name].title}: {len(rows)} operations ({counts}){covered(installed[name], inferred)}"
        )
        typer.echo(table(rows, COLUMNS, empty="nothing is served") + "\n")


def operations(provider: Provider, tier: str | None = None) -> list[dict[str, Any]]:
    """Return a provider's operations, those of tier P0 first, then by path."""
    provider.load()
    rows = [
        {
            "tier": each.tier,
            "how": "hand-written",
            "operation": each.id,
            "method": each.method,
            "path": each.path,
            "summary": each.summary,
        }
        for each in provider.operations.values()
        if tier in (None, each.tier)
    ]
    return sorted(rows, key=lambda row: (row["tier"], row["path"], row["method"]))


def inferring(folder: Path, installed: dict[str, Provider]) -> tuple[Inferred, dict[str, Provider]]:
    """Return what is inferred from a folder of documents, and the providers with those that have a document alone."""
    from harness.specs import roomless
    from harness.specs.serving import Inferred

    inferred = Inferred(folder)
    further = roomless.providers(folder, inferred.settings, installed)
    return inferred, dict(sorted({**installed, **further}.items()))


def inferred_operations(
    provider: Provider, tier: str | None, inferred: Inferred | None
) -> list[dict[str, Any]]:
    """Return what is inferred of a provider's documents, by path; all of it is of tier P2."""
    if inferred is None or tier not in (None, "P2"):
        return []
    rows = [
        {
            "tier": "P2",
            "how": "inferred",
            "operation": each.described.id,
            "method": each.described.method,
            "path": each.described.path,
            "summary": each.described.summary,
        }
        for each in inferred.operations(provider)
        if not each.written
    ]
    return sorted(rows, key=lambda row: (row["path"], row["method"]))


def covered(provider: Provider, inferred: Inferred | None) -> str:
    """Say how much of its documents is served, and how much of that is written by hand."""
    listed = [] if inferred is None else inferred.operations(provider)
    if not listed:
        return ""
    written = sum(each.written for each in listed)
    return f"; of {len(listed)} in its documents {100 * written // len(listed)} % are hand-written, the rest is inferred"
