"""`greenroom scenario …`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from harness.cli.progress import following
from harness.cli.session import Session, command, group, segment
from harness.cli.table import pairs, table
from harness.cli.telling import Given, Scale, Scenario, parameters, scenario_file, span
from harness.cli.worlds import instant

Json = dict[str, Any]
SHOWN_STEPS = 40
Seed = Annotated[str | None, typer.Option(help="What the data derive from; the world's if left out.")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    scenarios = group(app, "scenario", "Fill worlds with believable data, coherent over all providers.")
    command(scenarios, "list", world=False)(listed)
    command(scenarios, "show", world=False)(show)
    command(scenarios, "load")(load)
    command(scenarios, "play", world=False)(play)
    command(scenarios, "check")(check)
    command(scenarios, "words", world=False)(words)
    command(scenarios, "schema", world=False)(schema)


def listed(session: Session) -> None:
    """List the scenarios that are installed."""
    answer = session.get("/scenarios")
    session.show(answer, table(answer["scenarios"], ("name", "title"), empty="no scenario is installed"))


def show(session: Session, name: Annotated[str, typer.Argument(help="Name of a scenario.")]) -> None:
    """Show what a scenario is about, and the parameters that it takes."""
    answer = session.get(f"/scenarios/{segment(name)}")
    rows = [{"parameter": key, **each} for key, each in answer["parameters"].items()]
    columns = ("parameter", "default", "description", "choices")
    told = table(rows, columns, empty="it takes no parameters")
    session.show(answer, f"{answer['name']}: {answer['title']}\n{told}")


def load(
    session: Session, scenario: Scenario, seed: Seed = None, scale: Scale = 1.0, given: Given = None
) -> None:
    """Add what a scenario tells to a world, at every provider; its timeline is played by the world's clock."""
    body = _body(scenario, seed, scale, given)
    answer = following(session, lambda: session.post("~/scenario", body))
    session.show(answer, f"loaded {answer['name']} (seed {answer['seed']})\n{pairs(answer['refs'])}")


def play(
    session: Session,
    scenario: Scenario,
    *,
    seed: Seed = None,
    scale: Scale = 1.0,
    given: Given = None,
    until: Annotated[
        str | None, typer.Option(help="Play so long, such as `10d 4h`; through the timeline if left out.")
    ] = None,
    world: Annotated[
        str | None,
        typer.Option(
            "--world", "-w", help="World to play in; one of its own, removed at the end, if left out."
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(help="World time that a world of its own begins at: ISO 8601 or unix seconds."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the world of its own, to look at it.")] = False,
) -> None:
    """Load a scenario, play its timeline, and check what it expects; exit code 1 when something is not as expected."""
    body = _body(scenario, seed, scale, given)
    if until is not None:
        body["until_seconds"] = span(until)
    own = world is None
    if own:
        clock = {"mode": "frozen"} | ({} if now is None else {"now": instant(now)})
        world = session.post("/worlds", {"seed": seed, "clock": clock})["id"]
    session.world = world
    try:
        answer = session.post("~/scenario/play", body)
    finally:
        if own and not keep:
            session.delete("~")
    where = f"world {world}" if keep or not own else "a world of its own"
    told = [f"{answer['name']} (seed {answer['seed']}) in {where}, played to {answer['now']}", ""]
    if answer["steps"]:
        told += [table(answer["steps"][:SHOWN_STEPS], ("at", "what"), empty="")]
        told += (
            [f"… and {len(answer['steps']) - SHOWN_STEPS} more"] if len(answer["steps"]) > SHOWN_STEPS else []
        )
        told.append("")
    _conclude(session, answer, told)


def check(session: Session) -> None:
    """Check what the scenarios expect that a world was filled with; exit code 1 when something is not as expected."""
    _conclude(session, session.get("~/scenario/check"), [])


def words(
    session: Session,
    provider: Annotated[str | None, typer.Option("--provider", "-p", help="Only of this provider.")] = None,
) -> None:
    """List what a scenario's timeline may let happen in plain words, and the fields that each takes."""
    answer = session.get("/scenarios/words")
    found = [each for each in answer["happenings"] if provider in (None, each["provider"])]
    if provider is not None and not found:
        known = ", ".join(dict.fromkeys(each["provider"] for each in answer["happenings"]))
        raise typer.BadParameter(f"nothing can happen in plain words at {provider!r}; it can at: {known}")
    rows = [{**each, "with": [f"{name} ({kind})" for name, kind in each["with"].items()]} for each in found]
    columns = ("provider", "happens", "with", "summary")
    session.show({"happenings": found}, table(rows, columns, empty="nothing can happen in plain words"))


def schema(session: Session) -> None:
    """Print the JSON schema of scenario files, for editors."""
    answer = session.get("/scenarios/schema")
    session.show(answer, json.dumps(answer, indent=2, ensure_ascii=False))


def _conclude(session: Session, answer: Json, told: list[str]) -> None:
    """Show which expectations hold, and end with 1 when one does not."""
    found = answer["expectations"]
    rows = [
        {"": "ok" if each["passed"] else "FAILED", "expected": each["that"], "saw": each["saw"]}
        for each in found
    ]
    told.append(table(rows, ("", "expected", "saw"), empty="nothing is expected of it"))
    failed = [each for each in found if not each["passed"]]
    for each in failed:
        told += ["", f"{each['scenario']}, {each['place']}: {each['that']}"]
        told += [f"  expected {each['expected']}", f"  saw {each['saw']}"]
    session.show(answer, "\n".join(told))
    if failed:
        raise typer.Exit(1)


def _body(scenario: str, seed: str | None, scale: float, given: list[str] | None) -> Json:
    name, text = scenario_file(scenario)
    body: Json = {"name": name, "seed": seed, "scale": scale, "parameters": parameters(given or [])}
    return body if text is None else body | {"text": text}
