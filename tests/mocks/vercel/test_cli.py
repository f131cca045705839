"""Vercel's own command line against the mock, over TLS: it is judged by what it writes and changes, not by its exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
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


def call(cli: Cli, method: str, path: str, body: Any = None) -> Any:
    """Call the API itself, for what the command line has no command for."""
    env = cli.world["env"]
    answer = httpx.request(
        method,
        f"{env['VERCEL_API_URL']}{path}",
        headers={"Authorization": f"Bearer {env['VERCEL_TOKEN']}"},
        params={"teamId": env["VERCEL_ORG_ID"]},
        json=body,
        trust_env=False,
        timeout=60,
    )
    assert answer.is_success, answer.text
    return answer.json()


def deployed(cli: Cli, text: str) -> str:
    """Deploy a page to production; return its address."""
    body = {"name": "platform", "target": "production", "files": [{"file": "index.html", "data": text}]}
    made = call(cli, "POST", "/v13/deployments", body | {"project": cli.world["env"]["VERCEL_PROJECT_ID"]})
    cli.server.control("POST", f"/worlds/{cli.world['id']}/clock/advance", {"seconds": 60})
    return f"https://{made['url']}"


def scoped(cli: Cli, *words: str) -> str:
    """Run a command for the team, as somebody who has logged in does without saying so."""
    return cli.run(*words, "--scope", "greenroom")


def test_domains_and_their_certificates(cli: Cli) -> None:
    assert "added to project platform" in scoped(cli, "domains", "add", "shop.test")
    assert "shop.test" in scoped(cli, "domains", "ls")
    assert "Registrar" in scoped(cli, "domains", "inspect", "shop.test")
    assert "shop.test" not in scoped(cli, "certs", "ls")
    cli.server.control("POST", f"/worlds/{cli.world['id']}/clock/advance", {"seconds": 10})
    call(cli, "POST", f"/v9/projects/{cli.world['env']['VERCEL_PROJECT_ID']}/domains/shop.test/verify")
    assert "shop.test" in scoped(cli, "certs", "ls")
    assert "removed" in scoped(cli, "domains", "rm", "shop.test", "--yes")
    assert "shop.test" not in scoped(cli, "domains", "ls")


def test_deployments_are_looked_at_and_production_is_led_back(cli: Cli) -> None:
    first, second = deployed(cli, "one"), deployed(cli, "two")
    assert "Ready" in scoped(cli, "inspect", first)
    assert "Ready" in scoped(cli, "ls")
    assert "mine.vercel.app" in scoped(cli, "alias", "set", first, "mine.vercel.app")
    assert "mine.vercel.app" in scoped(cli, "alias", "ls")
    assert "removed" in scoped(cli, "alias", "rm", "mine.vercel.app", "--yes")
    assert "No logs found" in scoped(cli, "logs", "--no-follow")
    scoped(cli, "logs", first)
    assert "Success" in scoped(cli, "rollback", first, "--yes", "--timeout", "0s")
    scoped(cli, "promote", second, "--yes", "--timeout", "0s")
    project = call(cli, "GET", "/v9/projects/platform")
    assert second == f"https://{project['targets']['production']['url']}"
    assert project["lastAliasRequest"]["type"] == "promote"
    assert "https://platform-" in scoped(cli, "redeploy", first, "--no-wait")
    scoped(cli, "rm", first, "--yes")
    left = call(cli, "GET", "/v6/deployments")["deployments"]
    assert first not in [f"https://{each['url']}" for each in left]


def test_accounts_projects_and_tokens_are_listed(cli: Cli) -> None:
    assert "greenroom" in scoped(cli, "teams", "ls")
    assert "shop" in scoped(cli, "project", "add", "shop")
    listed = scoped(cli, "project", "ls")
    assert "platform" in listed
    assert "shop" in listed
    assert "Greenroom" in scoped(cli, "tokens", "ls")
    assert "production" in scoped(cli, "target", "ls").lower()


def test_what_is_not_served_is_loud(cli: Cli) -> None:
    for words in (("certs", "issue", "shop.test"), ("dns", "add", "shop.test", "www", "A", "127.0.0.1")):
        assert "Error" in scoped(cli, *words)
    requests = cli.server.control("GET", f"/worlds/{cli.world['id']}/requests", provider="vercel")["requests"]
    unserved = [each for each in requests if each["operation"] is None]
    assert unserved
    assert all(each["status"] == 404 for each in unserved)
