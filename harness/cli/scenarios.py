"""`greenroom scenario …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.progress import following
from harness.cli.session import Session, command, group
from harness.cli.table import pairs, table


def add(app: typer.Typer) -> None:
    """Add the commands."""
    scenarios = group(app, "scenario", "Fill worlds with believable data, coherent over all providers.")
    command(scenarios, "list", world=False)(listed)
    command(scenarios, "load")(load)


def listed(session: Session) -> None:
    """List the scenarios that are installed."""
    answer = session.get("/scenarios")
    session.show(answer, table(answer["scenarios"], ("name", "title"), empty="no scenario is installed"))


def load(
    session: Session,
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or path of a YAML file.")],
    seed: Annotated[
        str | None, typer.Option(help="What the data derive from; the world's if left out.")
    ] = None,
    scale: Annotated[float, typer.Option(help="Multiplies people, campaigns and creators.")] = 1.0,
) -> None:
    """Add what a scenario tells to a world, at every provider."""
    body: dict[str, Any] = {"name": scenario, "seed": seed, "scale": scale}
    path = Path(scenario)
    if path.suffix in {".yaml", ".yml"}:
        try:
            body |= {"name": path.stem, "text": path.read_text("utf-8")}
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"{scenario} cannot be read: {error}") from error
    answer = following(session, lambda: session.post("~/scenario", body))
    session.show(answer, f"loaded {answer['name']} (seed {answer['seed']})\n{pairs(answer['refs'])}")
