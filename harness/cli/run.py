"""`greenroom run -- CMD`: a program, unmodified, whose calls to the providers end at Greenroom."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from harness.cli.session import DEFAULT_URL, Session, Token, Url, WorldOption
from harness.errors import ConfigurationError, GreenroomError
from harness.own_server import own_server

if TYPE_CHECKING:
    from harness.intercept.environment import Allowed, Files, Mode


class ModeWish(StrEnum):
    """How connections are to be led to Greenroom."""

    AUTO = "auto"
    NETNS = "netns"
    HOOK = "hook"
    ENV = "env"


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", context_settings={"allow_interspersed_args": False})(run)


Command = Annotated[list[str], typer.Argument(metavar="-- CMD...", help="The program with its arguments.")]
ModeOption = Annotated[
    ModeWish, typer.Option(help="netns (a network of its own), hook (Node and CPython), env, or the best.")
]
Allow = Annotated[
    list[str] | None,
    typer.Option(help="HOST, HOST:PORT or PORT of this machine to really let through (repeatable)."),
]
Expose = Annotated[
    list[str] | None,
    typer.Option(help="PORT or OUTSIDE:INSIDE of the program to reach from outside (netns; repeatable)."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(help="Folder of the server that is started where none answers; else thrown away."),
]
Report = Annotated[Path | None, typer.Option(help="File to write the report to, as JSON.")]
Journal = Annotated[Path | None, typer.Option(help="File to append a line to for each call.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit with 3 when unknown hosts were called or connections refused.")
]
Standins = Annotated[
    bool, typer.Option("--standins/--no-standins", help="Stand in for fonts, exchange rates and the like.")
]
BaseUrls = Annotated[
    bool, typer.Option("--base-urls", help="Set the SDKs' base addresses too (always so in mode env).")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no report at the end.")]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the options ask for, but for the server and the world."""

    mode: Mode
    why: str
    allowed: list[Allowed]
    exposed: list[tuple[int, int]]
    data_dir: Path | None
    journal: Path | None
    strict: bool
    standins: bool
    base_urls: bool
    quiet: bool


def run(
    command: Command,
    url: Url = DEFAULT_URL,
    token: Token = None,
    world: WorldOption = "default",
    mode: ModeOption = ModeWish.AUTO,
    allow: Allow = None,
    expose: Expose = None,
    data_dir: DataDir = None,
    report: Report = None,
    journal: Journal = None,
    *,
    strict: Strict = False,
    standins: Standins = True,
    base_urls: BaseUrls = False,
    quiet: Quiet = False,
) -> None:
    """Run a program whose calls to the providers' own hosts are answered by Greenroom; its exit code is ours."""
    from harness.intercept import launch
    from harness.intercept import report as reports
    from harness.intercept.environment import Mode

    exposed = [launch.exposed(each) for each in expose or ()]
    chosen, why = launch.choose(None if mode is ModeWish.AUTO else Mode(mode.value))
    launch.check(chosen, exposed)
    launch.writable("--report", report)
    launch.writable("--journal", journal)
    allowed = [launch.allowed(each) for each in allow or ()]
    wishes = Wishes(
        chosen, why, allowed, exposed, data_dir, journal, strict, standins, base_urls=base_urls, quiet=quiet
    )
    told = _carried_out(command, Session(url, token, world, as_json=True), wishes)
    if report is not None:
        report.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    if not quiet:
        typer.echo(reports.text(told), err=True)
    raise typer.Exit(reports.code(told))


def _carried_out(command: list[str], named: Session, wishes: Wishes) -> dict[str, Any]:
    """Run a program to its end with all that it needs around it, and return the report."""
    from harness.intercept import launch
    from harness.intercept import report as reports
    from harness.intercept.environment import Mode

    mode = wishes.mode
    with ExitStack() as stack:
        session, server = stack.enter_context(_server(named, wishes.data_dir))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="greenroom-run-")))
        opened: dict[str, Any] = {}
        if mode is not Mode.ENV:
            opened = stack.enter_context(_opened(session, standins=wishes.standins))
        files, env = _environment(session, opened, folder, wishes)
        if not wishes.quiet:
            typer.echo(f"greenroom: {_announced(mode, wishes.why, session)}", err=True)
        before = session.get("~/violations", limit=1000)["violations"]
        plan = launch.Plan(
            command=command,
            env=env,
            mode=mode,
            files=files,
            folder=folder,
            fronts=(opened.get("tls_port", 0), opened.get("http_port", 0)),
            servers=_addresses(session),
            allowed=wishes.allowed,
            exposed=wishes.exposed,
            spared=[server] if server else [],
        )
        code = _code(plan)
        shown = session.get(f"/runs/{opened['id']}") if opened else {}
        broken = reports.violations(before, session.get("~/violations", limit=1000)["violations"])
        told = reports.made(mode, code, shown, files.blocked, broken, strict=wishes.strict)
        thrown_away = server is not None and wishes.data_dir is None
        told["journal"] = _kept(told["journal"], wishes.journal, thrown_away=thrown_away)
    return told


def _kept(written: str | None, wanted: Path | None, *, thrown_away: bool) -> str | None:
    """Append the lines of calls to the file that is wanted; return where they are to be found, None for nowhere."""
    if written is None or wanted is None:
        return None if thrown_away else written
    lines = Path(written)
    with wanted.open("a", encoding="utf-8") as file:
        file.write(lines.read_text("utf-8") if lines.exists() else "")
    return str(wanted)


def _code(plan: Any) -> int:
    from harness.intercept import child, launch

    try:
        return launch.run(plan)
    except child.NotStarted as error:
        typer.echo(f"greenroom: {error}", err=True)
        return error.code


def _announced(mode: Mode, why: str, session: Session) -> str:
    from harness.intercept.report import BLOCKED_BY

    reason = f" (no network of its own: {why})" if why else ""
    return f"mode {mode.value}, {BLOCKED_BY[mode]}{reason}; world {session.world} at {session.url}"


# --- the server -------------------------------------------------------------------------------------------------------


@contextmanager
def _server(session: Session, data_dir: Path | None) -> Iterator[tuple[Session, int | None]]:
    """Find the server that the options name, or start one for this run alone; yield its process id where it is ours."""
    if _answers(session):
        if data_dir is not None:
            raise ConfigurationError(
                f"--data-dir is for a server of the run's own, and one answers at {session.url}"
            )
        yield session, None
        return
    if session.url != DEFAULT_URL:
        raise GreenroomError(f"no Greenroom answers at {session.url}: start it with `greenroom up`")
    from harness.intercept.child import die_with_parent

    with ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="greenroom-data-")))
        url, process = stack.enter_context(own_server(folder, before=die_with_parent))
        yield Session(url, None, session.world, as_json=True), process


def _answers(session: Session) -> bool:
    parts = urlsplit(session.url)
    try:
        with closing(socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80), timeout=5)):
            pass
    except OSError:
        return False
    session.get("/health")
    return True


# --- the run at the server --------------------------------------------------------------------------------------------


@contextmanager
def _opened(session: Session, *, standins: bool) -> Iterator[dict[str, Any]]:
    """Open a run's ports at the server, and close them at the end."""
    opened = session.post("/runs", {"pid": os.getpid(), "standins": standins})
    try:
        with closing(socket.create_connection(("127.0.0.1", opened["tls_port"]), timeout=5)):
            pass
    except OSError as error:
        raise GreenroomError(
            f"the ports that {session.url} opened for this run are not on this machine: {error}; run a Greenroom here"
        ) from error
    try:
        yield opened
    finally:
        session.delete(f"/runs/{opened['id']}")


def _environment(
    session: Session, opened: dict[str, Any], folder: Path, wishes: Wishes
) -> tuple[Files, dict[str, str]]:
    """Write the run's files and return the program's environment."""
    from harness.intercept import environment
    from harness.intercept.settings import inherited

    before = inherited()
    world: dict[str, str] = session.get("~/env")
    if wishes.mode is not environment.Mode.ENV and not wishes.base_urls:
        world = environment.without_addresses(world, session.get("~")["urls"].values())
    certificates = [opened["certificate"]] if opened else []
    with suppress(GreenroomError):  # a server without TLS has none
        certificates.append(session.call("GET", "/ca.pem").text)
    files = environment.write_files(folder, certificates, before)
    fronts = (opened["tls_port"], opened["http_port"]) if opened else None
    env = environment.built(before, world, files, wishes.mode, fronts=fronts, allowed=wishes.allowed)
    if opened:
        env["GREENROOM_RUN"] = opened["id"]
        env["GREENROOM_FINGERPRINT"] = opened["fingerprint"]
    return files, env


def _addresses(session: Session) -> list[tuple[str, int]]:
    """Return where the server listens: control API, every provider, TLS."""
    from harness.runtime import TLS_PORT

    base = urlsplit(session.url)
    own = [session.url, *session.get("~")["urls"].values()]
    found = [(parts.hostname or "127.0.0.1", parts.port or 80) for parts in map(urlsplit, own)]
    if base.port is not None:
        found.append((base.hostname or "127.0.0.1", base.port + TLS_PORT))
    return list(dict.fromkeys(found))
