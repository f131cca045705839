"""`greenroom preflight`: go or no-go before the live sandboxes."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.session import DEFAULT_URL, AsJson, Session, Token, Url, WorldOption
from harness.cli.table import table
from harness.errors import GreenroomError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.provider import Provider
    from harness.verify.preflight import Check

COLUMNS = ("verdict", "subject", "name", "told")
WEBHOOKS = "-webhooks.json"


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("preflight")(preflight)


def preflight(
    providers: Annotated[list[str] | None, typer.Argument(help="Only these providers.")] = None,
    env_file: Annotated[
        Path | None, typer.Option(help="Settings of the flight (NAME=value lines), besides the environment.")
    ] = None,
    pacts: Annotated[Path, typer.Option(help="Folder with pacts: which events are acted upon.")] = Path(
        "contracts/pacts"
    ),
    report: Annotated[Path, typer.Option(help="What `greenroom verify --stamp` wrote.")] = Path(
        "verified.json"
    ),
    ask: Annotated[
        str | None, typer.Option(help="Host that is asked for its time over TLS; nobody is unless named.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as an HTML page here.")] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    world: WorldOption = "default",
    *,
    as_json: AsJson = False,
) -> None:
    """Say go or no-go, with reasons; exit code 1 for no-go.

    Looks at keys (present, of test kind, in the right place), addresses, webhook endpoints, contracts verified at this
    commit, violations and unserved operations of a world, SDK versions, and the clock. Nothing leaves this machine.
    """
    from harness.verify import preflight as checks
    from harness.verify.reporting import html as page

    env = {**os.environ, **_settings(env_file)}  # noqa: TID251 - what the flight would see is what is judged
    found = list(
        _checks(Session(url, token, world, as_json=as_json), providers or [], env, (pacts, report), ask)
    )
    fine = checks.go(found)
    rows = [asdict(each) for each in found]
    verdict = "GO" if fine else f"NO-GO: {sum(each.verdict == 'no' for each in found)} reasons"
    if html is not None:
        html.write_text(page("greenroom preflight", rows, COLUMNS, [], verdict), "utf-8")
    if as_json:
        typer.echo(json.dumps({"go": fine, "checks": rows}, indent=2))
    else:
        typer.echo(f"{table(rows, COLUMNS, empty='nothing to look at')}\n\n{verdict}")
    if not fine:
        raise typer.Exit(1)


def _settings(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    pairs = (
        line.removeprefix("export ").partition("=") for line in lines if line and not line.startswith("#")
    )
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def _checks(
    session: Session, wanted: list[str], env: dict[str, str], files: tuple[Path, Path], ask: str | None
) -> Iterator[Check]:
    from harness import registry
    from harness.verify import preflight as checks
    from harness.verify.violations import graded

    chosen = [each for name, each in registry.providers().items() if not wanted or name in wanted]
    for provider in chosen:
        yield from checks.keys(provider, env)
        yield from checks.sdks(provider, _version)
    yield from checks.places(env)
    yield from checks.addresses(chosen, env)
    yield from checks.verified(files[1], Path())
    try:
        told = session.get("~/violations")["violations"]
        yield from checks.violations(
            graded([each for each in told if not wanted or each["provider"] in wanted])
        )
        registered = session.get("~/endpoints")["endpoints"]
    except GreenroomError as error:
        yield checks.Check("no", "world", "violations", f"{error}: run the consumer's tests against it first")
    else:
        for provider in chosen:
            own = [each for each in registered if each["provider"] == provider.name]
            yield from checks.endpoints(provider, own, wanted=_events(files[0], provider))
    yield checks.skew(None if ask is None else _skew(ask))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _events(folder: Path, provider: Provider) -> set[str]:
    """Return the events of a provider that the consumer's message pacts tell."""
    found: set[str] = set()
    for file in folder.glob(f"*{provider.name}{WEBHOOKS}") if folder.is_dir() else ():
        told: dict[str, Any] = json.loads(file.read_text("utf-8"))
        found |= {each["description"] for each in told.get("interactions", ()) if "contents" in each}
    known = set(provider.webhooks.events) if provider.webhooks is not None else set()
    return found & known


def _skew(host: str) -> float | None:
    """Return by how many seconds this machine's clock is ahead of a host's `Date`, asked over verified TLS."""
    from email.utils import parsedate_to_datetime

    import httpx

    from harness import realtime

    try:
        answer = httpx.head(f"https://{host}/", timeout=10)
        told = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (httpx.HTTPError, KeyError, ValueError) as error:
        raise GreenroomError(f"{host} could not be asked for its time: {error}") from error
    return realtime.now() / 1_000_000 - told
