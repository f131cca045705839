"""`greenroom verify`: the mocks against pacts and documents, or the same pacts against the live sandbox."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.session import AsJson
from harness.errors import ConfigurationError, GreenroomError

if TYPE_CHECKING:
    from harness.verify.results import Report

PACTS, HAPPENINGS = Path("contracts/pacts"), Path("contracts/happenings.yaml")
KNOWN, REGRESSIONS = Path("contracts/fuzzing.yaml"), Path("contracts/regressions.yaml")
TRIALS = Path("contracts/trials.yaml")


HappeningsFile = Annotated[
    Path | None,
    typer.Option(help="How the events of message pacts come to happen; contracts/happenings.yaml if there."),
]
TrialsFile = Annotated[
    Path | None, typer.Option(help="What operations need to succeed; contracts/trials.yaml if there.")
]
FuzzSeconds = Annotated[
    float,
    typer.Option(
        help="How much to fuzz each provider: ten cases a second, and at most ten times as much computing."
    ),
]
FuzzPhases = Annotated[str, typer.Option(help="Only these phases of fuzzing, with commas between them.")]
FuzzSeed = Annotated[int, typer.Option(help="Another seed draws other cases.")]
FuzzKnown = Annotated[
    Path | None,
    typer.Option(help="What is known of fuzzing and accepted; contracts/fuzzing.yaml if there."),
]
FuzzRegressions = Annotated[
    Path | None, typer.Option(help="Requests that failed once; contracts/regressions.yaml if there.")
]


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    providers: Annotated[list[str] | None, typer.Argument(help="Only these providers.")] = None,
    pacts: Annotated[Path, typer.Option(help="Folder with pacts.")] = PACTS,
    happenings: HappeningsFile = None,
    trials: TrialsFile = None,
    specs: Annotated[
        Path | None, typer.Option(envvar="GREENROOM_SPECS", help="Folder with the providers' documents.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="A running Greenroom; one is started for the run unless given.")
    ] = None,
    token: Annotated[str | None, typer.Option(envvar="GREENROOM_TOKEN", help="Token of that server.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this interaction or operation (repeatable).")
    ] = None,
    seconds: FuzzSeconds = 30.0,
    fuzz_phases: FuzzPhases = "examples,coverage,fuzzing,stateful",
    fuzz_seed: FuzzSeed = 0,
    fuzz_known: FuzzKnown = None,
    fuzz_regressions: FuzzRegressions = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as an HTML page here.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the report as JUnit's XML here.")] = None,
    stamp: Annotated[
        Path | None, typer.Option(help="Write the report as JSON here, with the commit that was verified.")
    ] = None,
    *,
    fuzz: Annotated[bool, typer.Option("--fuzz", help="Fuzz every operation of the documents too.")] = False,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Play the pacts at the live sandbox, with the credentials of the environment."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Verify that the mocks keep the pacts and answer as the providers' documents say.

    Exit codes: 0 all holds, 1 something does not, 2 wrong usage, 3 it could not be verified.
    """
    from harness import registry
    from harness.verify import reporting
    from harness.verify.running import Plan, verify

    plan = Plan(
        pacts=pacts if pacts.is_dir() or pacts != PACTS else None,
        happenings=happenings or (HAPPENINGS if HAPPENINGS.is_file() else None),
        trials=trials or (TRIALS if TRIALS.is_file() else None),
        specs=specs,
        url=url,
        token=token,
        wanted=tuple(providers or ()),
        fuzz_seconds=seconds if fuzz else None,
        fuzz_phases=tuple(fuzz_phases.split(",")),
        fuzz_seed=fuzz_seed,
        fuzz_known=fuzz_known or (KNOWN if KNOWN.is_file() else None),
        fuzz_regressions=fuzz_regressions or (REGRESSIONS if REGRESSIONS.is_file() else None),
        only=tuple(only or ()),
    )
    try:
        if live:
            from harness.verify.live import verify_live

            report = verify_live(plan, registry.providers())
        else:
            report = verify(plan, registry.providers())
    except (ConfigurationError, GreenroomError) as error:
        typer.echo(f"greenroom: {error}", err=True)
        raise typer.Exit(3) from error
    _write(report, html, junit, stamp)
    typer.echo(json.dumps(reporting.as_json(report), indent=2) if as_json else reporting.text(report))
    raise typer.Exit(report.exit_code)


def _write(report: Report, html: Path | None, junit: Path | None, stamp: Path | None) -> None:
    from harness.verify import reporting

    if html is not None:
        html.write_text(reporting.page(report), "utf-8")
    if junit is not None:
        junit.write_bytes(reporting.junit(report))
    if stamp is not None:
        told = {"commit": _git("rev-parse", "HEAD"), "changed": bool(_git("status", "--porcelain", "-uno"))}
        stamp.write_text(json.dumps({**told, **reporting.as_json(report)}, indent=2) + "\n", "utf-8")


def _git(*words: str) -> str | None:
    """Return what git says of the folder we are in, None where it says nothing."""
    try:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
    return done.stdout.strip() or None
