"""`greenroom doctor`: what may keep Greenroom from working here, and what to do about it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from harness.cli.session import DEFAULT_URL, AsJson, Session, Token, Url
from harness.errors import ConfigurationError, GreenroomError, StoreError

if TYPE_CHECKING:
    from harness.provider import Provider

OLDEST_PYTHON = (3, 11)


class Finding(NamedTuple):
    """One line: what was looked at, how it is, and what to do; `needed` ones must be ok."""

    name: str
    ok: bool
    told: str
    needed: bool = True


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    url: Url = DEFAULT_URL,
    token: Token = None,
    port: Annotated[int, typer.Option(help="Base port to look at.")] = 4400,
    data_dir: Annotated[Path, typer.Option(help="Folder to look at.")] = Path(".greenroom"),
    *,
    as_json: AsJson = False,
) -> None:
    """Check Python, providers, ports, data directory, SDKs and the server; exit code 1 if something must be mended."""
    findings = list(examine(Session(url, token, None, as_json=as_json), port, data_dir))
    if as_json:
        typer.echo(json.dumps({"findings": [each._asdict() for each in findings]}, indent=2))
    else:
        width = max(len(each.name) for each in findings)
        for each in findings:
            mark = "ok" if each.ok else "NO" if each.needed else "--"
            typer.echo(f"{mark}  {each.name.ljust(width)}  {each.told}")
    if any(each.needed and not each.ok for each in findings):
        raise typer.Exit(1)


def examine(session: Session, port: int, data_dir: Path) -> Iterator[Finding]:
    """Look at everything, in the order in which it must be mended."""
    yield _python()
    try:
        providers = _providers()
    except ConfigurationError as error:
        yield Finding("providers", ok=False, told=str(error))
        providers = {}
    else:
        yield Finding("providers", ok=True, told=", ".join(providers))
    running = _server(session)
    yield running
    yield _ports(session.url, port, providers, running=running.ok)
    yield _data(data_dir, running=running.ok)
    yield _authority(data_dir)
    yield from _interception()
    yield from _scripts(providers.values())
    yield from _sdks(providers.values())
    yield _node()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, OLDEST_PYTHON))
    ok = sys.version_info >= OLDEST_PYTHON
    return Finding("python", ok, found if ok else f"{found} is too old: install Python {wanted} or newer")


def _providers() -> dict[str, Provider]:
    from harness import registry

    return registry.providers()


def _server(session: Session) -> Finding:
    try:
        answer = session.get("/health")
    except GreenroomError as error:
        return Finding("server", ok=False, told=str(error), needed=False)
    return Finding("server", ok=True, told=f"Greenroom {answer['version']} answers at {session.url}")


def _ports(url: str, port: int, providers: dict[str, Provider], *, running: bool) -> Finding:
    from harness.runtime import TLS_PORT

    if running and url.endswith(f":{port}"):
        return Finding("ports", ok=True, told=f"{port} and after are in use by the server above")
    busy = [
        each
        for each in (port, *(port + provider.port for provider in providers.values()), port + TLS_PORT)
        if _is_busy(each)
    ]
    if busy:
        told = (
            f"{', '.join(map(str, busy))} in use: stop what uses them, or choose others with `up --port BASE`"
        )
        return Finding("ports", ok=False, told=told)
    return Finding("ports", ok=True, told=f"{port} and the providers' after it are free")


def _is_busy(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return True
    return False


def _data(directory: Path, *, running: bool) -> Finding:
    """Look at the data directory; a database that a server uses is not opened."""
    if not directory.exists():
        parent = next(each for each in directory.absolute().parents if each.exists())
        if os.access(parent, os.W_OK):
            return Finding("data directory", ok=True, told=f"{directory} will be made")
        return Finding(
            "data directory", ok=False, told=f"{directory} cannot be made: {parent} is not writable"
        )
    if not directory.is_dir() or not os.access(directory, os.W_OK):
        return Finding("data directory", ok=False, told=f"{directory} is no folder that can be written to")
    if not running and (directory / "greenroom.db").exists():
        from harness.store.sqlite import SqliteStore

        try:
            SqliteStore(directory).close()
        except StoreError as error:
            return Finding("data directory", ok=False, told=str(error))
    return Finding("data directory", ok=True, told=str(directory.resolve()))


def _authority(directory: Path) -> Finding:
    from harness.intercept import trust

    try:
        standing = trust.look(directory)
    except StoreError as error:
        return Finding("authority", ok=False, told=str(error))
    if standing is None:
        return Finding("authority", ok=True, told="will be made when `greenroom up` first serves TLS")
    told = standing.wrong or f"{standing.pem}, valid until {standing.ends:%Y-%m-%d}"
    return Finding("authority", ok=standing.wrong is None, told=told)


def _interception() -> Iterator[Finding]:
    """Say which modes of `greenroom run` work here, and why not those that do not."""
    from harness.intercept import namespace

    missing = namespace.missing()
    if missing is None:
        told = "`greenroom run` gives a program a network of its own: nothing leaves it (--mode netns)"
        yield Finding("interception", ok=True, told=told)
    else:
        told = "`greenroom run` uses hooks in Node and CPython; other programs are not kept in (--mode hook)"
        yield Finding("interception", ok=True, told=told)
        yield Finding("own network", ok=False, told=missing, needed=False)
    if shutil.which("certutil") is None:
        told = "not installed; `greenroom ca install` needs it (Debian: libnss3-tools)"
        yield Finding("certutil", ok=False, told=told, needed=False)


def _scripts(providers: Iterable[Provider]) -> Iterator[Finding]:
    """Say what a provider cannot serve for want of something that must be fetched first."""
    for provider in providers:
        lacking = provider.lacks() if provider.lacks is not None else None
        if lacking is not None:
            yield Finding(provider.title, ok=False, told=lacking, needed=False)


def _sdks(providers: Iterable[Provider]) -> Iterator[Finding]:
    """Say which SDKs are installed beside Greenroom; several providers may have one in common."""
    titles: dict[str, list[str]] = {}
    for provider in providers:
        for package in provider.sdks:
            titles.setdefault(package, []).append(provider.title)
    for package, users in titles.items():
        try:
            yield Finding(f"{package} SDK", ok=True, told=version(package), needed=False)
        except PackageNotFoundError:
            told = (
                f"not installed here; a Python consumer of {' or '.join(users)} needs `pip install {package}`"
            )
            yield Finding(f"{package} SDK", ok=False, told=told, needed=False)


def _node() -> Finding:
    node = shutil.which("node")
    if node is None:
        told = "not installed; only the tests with the Node SDKs need it (Node 20 or newer)"
        return Finding("node", ok=False, told=told, needed=False)
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found on PATH
    return Finding(
        "node", ok=done.returncode == 0, told=done.stdout.strip() or done.stderr.strip(), needed=False
    )
