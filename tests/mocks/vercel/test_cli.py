"""Vercel's own command line against the mock, over TLS: it is judged by what it writes and changes, not by its exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import needs
from tests.harness.serving import Served

FOLDER = needs.NODE_FOLDER / "vercel"
PROGRAM = FOLDER / "node_modules/vercel/dist/vc.js"
TLS = 43


@dataclass(frozen=True, slots=True)
class Cli:
    """The command line in a folder that is linked to a world's project, with a home of its own."""

    folder: Path
    world: dict[str, Any]
    server: Served

    def run(self, *words: str, stdin: str = "", within: str = "") -> str:
        """Run a command in the folder, or one below it; return what it prints on both channels."""
        env = {
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
            "CI": "1",
            "NODE_EXTRA_CA_CERTS": str(self.server.folder / "data/tls/ca.pem"),
            "NODE_OPTIONS": f"--require {FOLDER / 'resolve.cjs'}",
            "VERCEL_TELEMETRY_DISABLED": "1",
            "VERCEL_TOKEN": self.world["env"]["VERCEL_TOKEN"],
        }
        api = f"https://api.vercel.com:{self.server.port + TLS}"
        command = [shutil.which("node") or "node", str(PROGRAM), "--api", api, *words]
        done = subprocess.run(
            command,
            env=env,
            cwd=self.folder / within,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.stdout + done.stderr

    def variables(self) -> dict[str, list[str]]:
        """Return the project's variables with their environments, as the world holds them."""
        held = self.server.control(
            "GET", f"/worlds/{self.world['id']}/objects", provider="vercel", kind="vercel.variable"
        )
        return {each["key"]: each["target"] for each in held["objects"]}


@pytest.fixture
def cli(tmp_path: Path, server: Served, fresh_world: dict[str, Any]) -> Cli:
    """The command line, linked to the world's project."""
    reason = needs.missing_node() or (
        "Vercel's CLI is missing: run `make node`" if not PROGRAM.exists() else None
    )
    needs.require("vercel-cli", available=reason is None, reason=reason or "")
    link = {
        "orgId": fresh_world["env"]["VERCEL_ORG_ID"],
        "projectId": fresh_world["env"]["VERCEL_PROJECT_ID"],
    }
    (tmp_path / ".vercel").mkdir()
    (tmp_path / ".vercel/project.json").write_text(json.dumps(link), "utf-8")
    # The authority's certificate is there from the first use on.
    server.http.get("/_greenroom/health")
    return Cli(tmp_path, fresh_world, server)


def test_variables_are_added_listed_pulled_and_removed(cli: Cli) -> None:
    assert "Added Environment Variable API_URL" in cli.run(
        "env", "add", "API_URL", "production", stdin="https://a.test"
    )
    cli.run("env", "add", "API_URL", "development", stdin="http://localhost:1")
    cli.run("env", "add", "SECRET", "production", "--sensitive", stdin="s3cret")
    assert set(cli.variables()) == {"API_URL", "SECRET"}
    listed = cli.run("env", "ls")
    assert "API_URL" in listed
    assert "Encrypted" in listed
    cli.run("env", "pull", ".env.local", "--yes")
    pulled = (cli.folder / ".env.local").read_text("utf-8")
    assert pulled.startswith("# Created by Vercel CLI\n")
    assert 'API_URL="http://localhost:1"' in pulled
    assert 'VERCEL_ENV="development"' in pulled
    cli.run("env", "pull", ".env.production", "--yes", "--environment=production")
    pulled = (cli.folder / ".env.production").read_text("utf-8")
    assert 'API_URL="https://a.test"' in pulled
    assert 'SECRET=""' in pulled
    cli.run("env", "rm", "SECRET", "production", "--yes")
    assert set(cli.variables()) == {"API_URL"}


def test_a_variable_that_exists_is_refused_unless_forced(cli: Cli) -> None:
    cli.run("env", "add", "API_URL", "production", stdin="1")
    assert "already" in cli.run("env", "add", "API_URL", "production", stdin="2")
    cli.run("env", "add", "API_URL", "production", "--force", stdin="3")
    cli.run("env", "pull", ".env.production", "--yes", "--environment=production")
    assert 'API_URL="3"' in (cli.folder / ".env.production").read_text("utf-8")


def test_a_variable_is_for_a_branch_or_all_previews_and_is_updated(cli: Cli) -> None:
    cli.run("env", "add", "FLAG", "preview", "feature/login", stdin="new")
    cli.run("env", "add", "FLAG", "production", "--value", "a b", "--yes")
    assert "feature/login" in cli.run("env", "ls", "preview", "feature/login")
    assert "Updated Environment Variable FLAG" in cli.run(
        "env", "update", "FLAG", "production", "--yes", stdin="live"
    )
    cli.run("env", "pull", ".env.branch", "--yes", "--environment=preview", "--git-branch=feature/login")
    pulled = (cli.folder / ".env.branch").read_text("utf-8")
    assert 'FLAG="new"' in pulled
    assert 'VERCEL_GIT_COMMIT_REF="feature/login"' in pulled
    told = cli.run("env", "run", "-e", "production", "--", "node", "-p", "process.env.FLAG")
    assert "live" in told.splitlines()
    assert "target to development" in cli.run("env", "add", "KEY", "development", "--sensitive", stdin="x")
    cli.run("env", "rm", "FLAG", "preview", "feature/login", "--yes")
    assert cli.variables() == {"FLAG": ["production"]}


def test_a_folder_is_linked_and_deployed(cli: Cli) -> None:
    (cli.folder / "site").mkdir()
    (cli.folder / "site/index.html").write_text("<h1>Hello</h1>", "utf-8")
    assert "Linked to greenroom/platform" in cli.run("link", "--yes", "--project", "platform", within="site")
    deployed = cli.run("deploy", "--yes", "--prod", "--no-wait", within="site")
    assert "Production: https://platform-" in deployed
    path = f"/worlds/{cli.world['id']}"
    cli.server.control("POST", f"{path}/clock/advance", {"seconds": 60})
    assert "Ready" in cli.run("ls", within="site")


def test_it_knows_who_it_is_and_a_wrong_token_gets_nowhere(cli: Cli) -> None:
    assert "greenroom" in cli.run("whoami")
    cli.world["env"]["VERCEL_TOKEN"] = "x" * 24
    assert "token" in cli.run("env", "ls").lower()
