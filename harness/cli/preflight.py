"""`greenroom preflight`: go or no-go before the live sandboxes."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from harness.cli.session import DEFAULT_URL, AsJson, Session, Token, Url, WorldOption
from harness.cli.table import table
from harness.errors import GreenroomError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from harness.provider import Provider
    from harness.verify.pacts import PactFile
    from harness.verify.preflight import Check

COLUMNS = ("verdict", "subject", "name", "told")
WEBHOOKS = "-webhooks.json"
_SETTING = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\r\n]*?))[ \t]*(?:(?<=\s)#.*)?\r?$""",
    re.MULTILINE,
)


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
    project: Annotated[
        Path, typer.Option(help="Folder of the consumer, whose node_modules are looked at.")
    ] = Path(),
    html: Annotated[Path | None, typer.Option(help="Write the report as an HTML page here.")] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    world: WorldOption = "default",
    *,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Look at the certificates of sandboxes and endpoints, and ask for the time."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say go or no-go, with reasons; exit code 1 for no-go.

    Looks at keys (present, of test kind, in the right place, with no more scope than used), addresses, webhook endpoints,
    contracts verified at this commit, violations and unserved operations of a world, SDK versions against those of the
    provider's API, certificates, and the clock. Nothing leaves this machine without --live or --ask.
    """
    from harness import registry
    from harness.errors import NotFound
    from harness.verify import preflight as checks
    from harness.verify.reporting import html as page

    strange = [name for name in providers or () if name not in registry.providers()]
    if strange:
        raise NotFound(
            f"there is no provider {strange[0]!r}; installed are: {', '.join(registry.providers())}"
        )
    env = {**os.environ, **_settings(env_file)}  # noqa: TID251 - what the flight would see is what is judged
    session = Session(url, token, world, as_json=as_json)
    found = list(_checks(session, Flight(providers or [], env, pacts, report, project, ask, live=live)))
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
    """Read a file of settings as Next.js and the like do: comments, `export`, values in quotes, over several lines too."""
    if file is None:
        return {}
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise GreenroomError(f"the settings {file} cannot be read: {error}") from error
    found = {}
    for name, double, single, bare in _SETTING.findall(text):
        found[name] = double.replace("\\n", "\n").replace('\\"', '"') or single or bare
    return found


@dataclass(frozen=True, slots=True)
class Flight:
    """What is looked at: the providers, the settings, and where the rest is found."""

    wanted: list[str]
    env: dict[str, str]
    pacts: Path
    report: Path
    project: Path
    ask: str | None
    live: bool


def _checks(session: Session, flight: Flight) -> Iterator[Check]:
    from harness import registry
    from harness.verify import preflight as checks

    chosen = [
        each for name, each in registry.providers().items() if not flight.wanted or name in flight.wanted
    ]
    for provider in chosen:
        yield from _offline(provider, flight)
    yield from checks.places(flight.env)
    yield from checks.addresses(chosen, flight.env)
    yield from checks.verified(flight.report, Path(), {each.name for each in chosen if _pacts(flight, each)})
    registered = yield from _world(session, flight, chosen)
    yield from _outside(chosen, flight, registered)


def _offline(provider: Provider, flight: Flight) -> Iterator[Check]:
    from harness import realtime
    from harness.verify import pinned, scopes
    from harness.verify import preflight as checks

    read = _pacts(flight, provider)
    yield from checks.keys(provider, flight.env)
    yield from scopes.misplaced(provider, flight.env)
    yield from scopes.scopes(
        provider, flight.env, scopes.resources(each for pact in read for each in pact.http)
    )
    yield from scopes.tokens(provider, flight.env, realtime.now() / 1_000_000)
    yield from checks.sdks(provider, _version)
    yield from pinned.pinned(provider, flight.project)


def _pacts(flight: Flight, provider: Provider) -> list[PactFile]:
    from harness.verify import pacts

    return pacts.read(flight.pacts, [provider.name]) if flight.pacts.is_dir() else []


def _world(
    session: Session, flight: Flight, chosen: list[Provider]
) -> Generator[Check, None, list[dict[str, Any]]]:
    """Look at what the world tells; return the endpoints registered there."""
    from harness.verify import preflight as checks
    from harness.verify.violations import graded

    wanted = flight.wanted
    try:
        told = session.get("~/violations")["violations"]
        yield from checks.violations(
            graded([each for each in told if not wanted or each["provider"] in wanted])
        )
        registered: list[dict[str, Any]] = session.get("~/endpoints")["endpoints"]
    except GreenroomError as error:
        yield checks.Check("no", "world", "violations", f"{error}: run the consumer's tests against it first")
        return []
    for provider in chosen:
        own = [each for each in registered if each["provider"] == provider.name]
        yield from checks.endpoints(provider, own, wanted=_events(flight.pacts, provider))
    return registered


def _outside(chosen: list[Provider], flight: Flight, registered: list[dict[str, Any]]) -> Iterator[Check]:
    """Look at what only others can tell: certificates, and the time. Nobody is asked without --live or --ask."""
    from harness import realtime
    from harness.verify import preflight as checks
    from harness.verify.certificates import certificates, expiry
    from harness.verify.live import SANDBOXES, sandboxes

    names = {each.name for each in chosen}
    found = sandboxes(SANDBOXES, flight.env) if SANDBOXES.is_file() else {}
    urls = [(name, each.base) for name, each in found.items() if name in names and each.base]
    urls += [(each["provider"], each["url"]) for each in registered if each["provider"] in names]
    yield from certificates(urls, realtime.now() / 1_000_000, expiry if flight.live else None)
    hosts = [urlsplit(url).hostname for _, url in urls if flight.live]
    host = flight.ask or next((each for each in hosts if each), None)
    try:
        yield checks.skew(None if host is None else _skew(host))
    except GreenroomError as error:
        yield checks.Check("no", "machine", "clock", str(error))


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
