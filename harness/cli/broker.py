"""`greenroom broker …`: pacts and their verification to a Pact broker, and whether a version may be deployed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.session import AsJson, group
from harness.cli.table import table
from harness.errors import ConfigurationError, GreenroomError

if TYPE_CHECKING:
    from harness.verify.broker import Broker
    from harness.verify.pacts import PactFile

Json = dict[str, Any]
PACTS, REPORT = Path("contracts/pacts"), Path("verified.json")
COLUMNS = ("consumer", "version", "provider", "provider_version", "verified")
Address = Annotated[
    str | None, typer.Option("--broker-base-url", envvar="PACT_BROKER_BASE_URL", help="Where the broker is.")
]
BrokerToken = Annotated[
    str | None,
    typer.Option("--broker-token", envvar="PACT_BROKER_TOKEN", help="Token that the broker knows us by."),
]
Username = Annotated[
    str | None, typer.Option("--broker-username", envvar="PACT_BROKER_USERNAME", help="Or a name,")
]
Password = Annotated[
    str | None, typer.Option("--broker-password", envvar="PACT_BROKER_PASSWORD", help="with its password.")
]
Pacts = Annotated[Path, typer.Option(help="Folder with pacts.")]
Version = Annotated[str | None, typer.Option(help="Version of the consumer; this commit unless given.")]
ProviderVersion = Annotated[
    str | None, typer.Option(help="Version of the mocks; the consumer's unless given.")
]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    broker = group(app, "broker", "Share pacts and what became of them through a Pact broker.")
    broker.command("publish")(publish)
    broker.command("can-i-deploy")(can_i_deploy)


def publish(
    address: Address = None,
    token: BrokerToken = None,
    username: Username = None,
    password: Password = None,
    pacts: Pacts = PACTS,
    report: Annotated[Path, typer.Option(help="What `greenroom verify --stamp` wrote.")] = REPORT,
    version: Version = None,
    provider_version: ProviderVersion = None,
    branch: Annotated[
        str | None, typer.Option(help="Branch of both; the one checked out unless given.")
    ] = None,
) -> None:
    """Publish the pacts of this commit, and what `greenroom verify --stamp` found of them.

    Nothing is sent where the report is of another commit. Exit codes: 0 published, 2 wrong usage, 3 not published.
    """
    from harness.verify.broker import outcome, verification

    try:
        broker, files = _broker(address, token, username, password), _read(pacts)
        consumed = version or _git("rev-parse", "HEAD", otherwise="--version")
        provided = provider_version or consumed
        results = verification(report, provided)
        on = branch or _branch()
        broker.publish(files, consumed, on)
        concluded = [(each, outcome(each, results or (), provided)) for each in files]
        for each, told in concluded:
            if told is not None:
                broker.conclude(each, told, consumed=consumed, branch=on)
    except GreenroomError as error:
        typer.echo(f"greenroom: {error}", err=True)
        raise typer.Exit(3) from error
    verified = [told for _, told in concluded if told is not None]
    fine = sum(told["success"] for told in verified)
    typer.echo(f"{len(files)} pacts of {consumed} are published" + (f" (branch {on})" if on else ""))
    typer.echo(f"{len(verified)} were verified by {provided}: {fine} hold, {len(verified) - fine} do not")
    if len(verified) < len(files):
        typer.echo(f"note: {len(files) - len(verified)} without a verification in {report}", err=True)


def can_i_deploy(
    address: Address = None,
    token: BrokerToken = None,
    username: Username = None,
    password: Password = None,
    pacts: Pacts = PACTS,
    version: Version = None,
    provider_version: ProviderVersion = None,
    to_environment: Annotated[
        str | None, typer.Option(help="Ask about what is deployed there, rather than about the mocks.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask the broker whether the pacts of this commit are verified: by the mocks, or by what an environment runs.

    Exit codes: 0 yes, 1 no or not yet known, 2 wrong usage, 3 the broker could not be asked.
    """
    try:
        broker, files = _broker(address, token, username, password), _read(pacts)
        consumed = version or _git("rev-parse", "HEAD", otherwise="--version")
        told = [
            broker.deployable(asked, to_environment)
            for asked in _questions(files, consumed, provider_version or consumed, alone=bool(to_environment))
        ]
    except GreenroomError as error:
        typer.echo(f"greenroom: {error}", err=True)
        raise typer.Exit(3) from error
    fine = all(each["summary"].get("deployable") is True for each in told)
    if as_json:
        typer.echo(json.dumps({"deployable": fine, "answers": told}, indent=2))
    else:
        rows = [_row(line) for each in told for line in each.get("matrix", ())]
        reasons = [each["summary"].get("reason", "") for each in told]
        typer.echo("\n".join([table(rows, COLUMNS, empty="the broker knows of no pact"), "", *reasons]))
        typer.echo("yes: deploy" if fine else "no: do not deploy")
    if not fine:
        raise typer.Exit(1)


def _questions(
    files: list[PactFile], consumed: str, provided: str, *, alone: bool
) -> list[list[tuple[str, str]]]:
    """Return what is asked for each consumer: itself `alone`, or together with each of its providers."""
    from harness.verify.broker import named

    asked: dict[str, list[tuple[str, str]]] = {}
    for each in files:
        asked.setdefault(each.consumer, [(each.consumer, consumed)]).append((named(each), provided))
    return [some[:1] if alone else some for some in asked.values()]


def _row(line: Json) -> Json:
    result = line.get("verificationResult") or {}
    success = result.get("success")
    return {
        "consumer": line["consumer"]["name"],
        "version": line["consumer"]["version"]["number"],
        "provider": line["provider"]["name"],
        "provider_version": ((line["provider"].get("version") or {}).get("number")),
        "verified": "not yet" if success is None else success,
    }


def _broker(address: str | None, token: str | None, username: str | None, password: str | None) -> Broker:
    from harness.verify.broker import Broker, client

    if not address:
        raise ConfigurationError("no broker is named: set PACT_BROKER_BASE_URL, or give --broker-base-url")
    if token and username:
        raise ConfigurationError("a token and a name are given: a broker takes one of them")
    client()
    return Broker(address, token, username, password)


def _read(folder: Path) -> list[PactFile]:
    from harness import registry
    from harness.verify.pacts import read

    found = read(folder, registry.providers())
    if not found:
        raise ConfigurationError(f"there are no pacts of installed providers in {folder}")
    return found


def _git(*words: str, otherwise: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607 - git's own
    if done.returncode or not done.stdout.strip():
        raise ConfigurationError(f"git does not say which version this is: give {otherwise}")
    return done.stdout.strip()


def _branch() -> str | None:
    """Return the branch that is checked out; None where none is, as in many a CI."""
    done = subprocess.run(
        ["git", "symbolic-ref", "--short", "HEAD"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or None
