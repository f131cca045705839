"""`greenroom surface`: what is served, told by the code that serves it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.session import AsJson
from harness.cli.table import table
from harness.errors import NotFound

if TYPE_CHECKING:
    from harness.provider import Provider

COLUMNS = ("tier", "operation", "method", "path", "summary")
TIERS = ("P0", "P1", "P2")


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("surface")(surface)


def surface(
    provider: Annotated[str | None, typer.Argument(help="Only this provider.")] = None,
    tier: Annotated[str | None, typer.Option(help="Only this tier: P0, P1 or P2.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the operations that are served, by tier; this needs no running server."""
    from harness import registry

    installed = registry.providers()
    if provider is not None and provider not in installed:
        raise NotFound(f"there is no provider {provider!r}; installed are: {', '.join(installed)}")
    if tier is not None and tier not in TIERS:
        raise typer.BadParameter(f"{tier} is not a tier: use {', '.join(TIERS)}")
    served = {name: operations(each, tier) for name, each in installed.items() if provider in (None, name)}
    if as_json:
        typer.echo(json.dumps({"providers": served}, indent=2))
        return
    for name, rows in served.items():
        counts = ", ".join(f"{sum(row['tier'] == each for row in rows)} {each}" for each in TIERS)
        typer.echo(f"{installed[name].title}: {len(rows)} operations ({counts})")
        typer.echo(table(rows, COLUMNS, empty="nothing is served") + "\n")


def operations(provider: Provider, tier: str | None = None) -> list[dict[str, Any]]:
    """Return a provider's operations, those of tier P0 first, then by path."""
    provider.load()
    rows = [
        {
            "tier": each.tier,
            "operation": each.id,
            "method": each.method,
            "path": each.path,
            "summary": each.summary,
        }
        for each in provider.operations.values()
        if tier in (None, each.tier)
    ]
    return sorted(rows, key=lambda row: (row["tier"], row["path"], row["method"]))
