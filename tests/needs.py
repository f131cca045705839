"""What some tests need from the machine, and what happens where it is missing.

A developer without Node or PostgreSQL gets skipped tests with the reason; a run that names the need in
`GREENROOM_REQUIRE` (comma-separated: `node`, `specs`, `postgres`, `chromium`, `certutil`, `netns`, `apps`, `independents`) fails instead, so
that CI cannot quietly test less.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NODE_FOLDER = ROOT / "tests" / "node"
OLDEST_NODE = 20
SPEC_SUFFIXES = (".yaml", ".json", ".json.gz")


def require(name: str, *, available: bool, reason: str) -> None:
    """Go on if `available`; else skip the test with `reason`, or fail it where GREENROOM_REQUIRE names the need."""
    if available:
        return
    demanded = {word.strip() for word in os.environ.get("GREENROOM_REQUIRE", "").split(",")}
    if name in demanded:
        pytest.fail(f"{reason} (demanded by GREENROOM_REQUIRE={name})", pytrace=False)
    pytest.skip(reason)


def missing_node() -> str | None:
    """Say why the Node SDKs cannot run here, or None if they can."""
    executable = shutil.which("node")
    if executable is None:
        return "Node is not installed: install Node 20 or newer with npm"
    version = subprocess.run(
        [executable, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        return f"Node {version} is too old for the newest SDKs: install Node {OLDEST_NODE} or newer"
    if not (NODE_FOLDER / "node_modules").is_dir():
        return "tests/node/node_modules is missing: run `make node`"
    return None


def run_node(script: Path | str, env: Mapping[str, str] | None = None, *, timeout: float = 180) -> Any:
    """Run an ES module with Node and return the JSON value on the last line it prints.

    `script` is a file or the source itself; either way `import Stripe from "stripe"` finds the SDKs of tests/node
    (`stripe`, `resend`, `svix` are the newest, `stripe-basil` and `resend-platform` the ones a platform pins). The
    script sees `env` and PATH only, and like every test it reaches this machine alone.
    """
    source = script.read_text("utf-8") if isinstance(script, Path) else script
    command = ["node", "--import", "./loopback_only.mjs", "--input-type=module", "-"]
    done = subprocess.run(
        command,
        input=source,
        env={"PATH": os.environ["PATH"], "NODE_NO_WARNINGS": "1", **(env or {})},
        cwd=NODE_FOLDER,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    printed = done.stdout.strip().splitlines()
    if done.returncode != 0 or not printed:
        name = script if isinstance(script, Path) else "the script"
        pytest.fail(
            f"{name} ended with {done.returncode}\n--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}"
        )
    return json.loads(printed[-1])


def spec_folder() -> Path:
    """The folder that should hold the providers' OpenAPI documents: GREENROOM_SPECS, or ../shared/specs."""
    return Path(os.environ.get("GREENROOM_SPECS") or ROOT.parent / "shared" / "specs")


def missing_specs() -> str | None:
    """Say why the providers' specs cannot be used here, or None if they can."""
    folder = spec_folder()
    if not folder.is_dir():
        return f"no provider specs: {folder} is no folder; set GREENROOM_SPECS to one that holds them"
    if not any(file.name.endswith(SPEC_SUFFIXES) for file in folder.iterdir()):
        return f"no provider specs: {folder} holds no OpenAPI document"
    return None


def chromium() -> str | None:
    """Where Chromium is, or None; only a distribution's own is used, nothing is downloaded for tests."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def postgres_programs() -> Path | None:
    """The folder with PostgreSQL's `initdb` and `pg_ctl`, which Debian keeps out of PATH; None if not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[4]))
    return versions[-1].parent if versions else None


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A PostgreSQL server of this test run, on a loopback port of its own, with its data in a temporary folder."""

    programs: Path
    folder: Path
    port: int

    @classmethod
    def start(cls, programs: Path) -> "PostgresServer":
        """Create an empty cluster and start it; PostgreSQL refuses to run as root, so root borrows `postgres`."""
        folder = Path(tempfile.mkdtemp(prefix="greenroom-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(folder, user="postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        server = cls(programs=programs, folder=folder, port=port)
        data = str(folder / "data")
        server._run("initdb", "-D", data, "-U", "greenroom", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        # Durability is not under test here: without fsync the server is several times quicker to start and stop.
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off -c full_page_writes=off"
        server._run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        return server

    def stop(self) -> None:
        """End the server and remove its data."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def create_database(self, name: str) -> str:
        """Create an empty database and return its URL (`postgresql://…`)."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "greenroom", name)
        return f"postgresql://greenroom@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        user = "postgres" if os.geteuid() == 0 else None
        done = subprocess.run(
            [self.programs / program, *arguments],
            user=user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,  # pg_ctl hands its output to the server, which would hold a pipe open
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            log = self.folder / "log"
            detail = (done.stderr or b"").decode() + (log.read_text("utf-8") if log.exists() else "")
            pytest.fail(f"{program} failed: {detail.strip()}", pytrace=False)
