"""A Pact broker: pacts and what became of their verification go there, by Pact's own client, and it says what may be deployed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from harness import __version__
from harness.errors import ConfigurationError, GreenroomError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.verify.pacts import PactFile

Json = dict[str, Any]
SUITES = frozenset({"pacts", "messages", "deliveries"})
"""The parts of a verification's report that are about interactions of pacts."""
RETRIES = "2"
PATIENCE = 30
"""Seconds that a broker has for an answer."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who asks: a token, or a name and a password, or nobody."""

    url: str
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def publish(self, pacts: Iterable[PactFile], version: str, branch: str | None) -> None:
        """Publish pacts of a consumer's version, all at once for each consumer."""
        files: dict[str, list[str]] = {}
        for pact in pacts:
            files.setdefault(pact.consumer, []).append(str(pact.file))
        for each in files.values():
            words = ("--branch", branch) if branch else ()
            self._client("publish", *each, "--consumer-app-version", version, *words)

    def conclude(self, pact: PactFile, concluded: Json, *, consumed: str, branch: str | None) -> None:
        """Publish what became of the verification of a pact of the consumer's version `consumed` (from `outcome`)."""
        name = named(pact)
        if branch:
            provided = concluded["providerApplicationVersion"]
            self._client("create-or-update-version", "-a", name, "-e", provided, "--branch", branch)
        path = f"/pacts/provider/{_segment(name)}/consumer/{_segment(pact.consumer)}/version/{_segment(consumed)}"
        held = self._ask("GET", f"{self.url.rstrip('/')}{path}")
        try:
            link = held["_links"]["pb:publish-verification-results"]["href"]
        except (KeyError, TypeError) as error:
            raise GreenroomError(f"{self.url} takes no verification results for {path}") from error
        self._ask("POST", link, concluded)

    def deployable(self, versions: Iterable[tuple[str, str]], environment: str | None) -> Json:
        """Ask whether these versions of these participants go together, or with what an environment runs.

        Returns what the broker says: `summary` (with `deployable`: true, false or null), `notices` and `matrix`.
        """
        words = [word for name, version in versions for word in ("--pacticipant", name, "--version", version)]
        words += ["--to-environment", environment] if environment else []
        done = self._run("can-i-deploy", *words, "--output", "json")
        try:
            told: Json = json.loads(done.stdout)
        except ValueError as error:
            raise GreenroomError(_complaint(done)) from error
        if "summary" not in told:
            raise GreenroomError(_complaint(done))
        return told

    def _client(self, *words: str) -> None:
        done = self._run(*words)
        if done.returncode:
            raise GreenroomError(_complaint(done))

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Pact's client; what it must not be seen with on the list of processes is in its environment."""
        given = {
            "PACT_BROKER_BASE_URL": self.url,
            "PACT_BROKER_TOKEN": self.token,
            "PACT_BROKER_USERNAME": self.username,
            "PACT_BROKER_PASSWORD": self.password,
            "PACT_BROKER_HTTP_RETRIES": RETRIES,
            "PACT_DO_NOT_TRACK": "true",
        }
        env = {name: value for name, value in os.environ.items() if not name.startswith("PACT_")}  # noqa: TID251 - handed on
        env |= {name: value for name, value in given.items() if value}
        try:
            return subprocess.run(  # noqa: S603 - Pact's own client
                [client(), "broker", *words], env=env, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise ConfigurationError(f"Pact's client cannot be run: {error}") from error

    def _ask(self, method: str, url: str, body: Json | None = None) -> Any:
        """Call the broker for what its client has no command for."""
        headers = {"Accept": "application/hal+json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        auth = (self.username, self.password or "") if self.username else None
        try:
            answer = httpx.request(method, url, json=body, headers=headers, auth=auth, timeout=PATIENCE)
            if answer.is_error:
                raise GreenroomError(f"the broker answers {method} {url} with {answer.status_code}")
            return answer.json() if answer.content else {}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise GreenroomError(f"the broker does not answer {method} {url}: {error}") from error


def client() -> str:
    """Return where Pact's client is (of the package pact-python-cli); raise ConfigurationError."""
    beside = shutil.which("pact", path=sysconfig.get_path("scripts"))
    found = beside or shutil.which("pact")
    if found is None:
        raise ConfigurationError(
            "speaking to a Pact broker needs pact-python-cli: pip install 'greenroom[verify]'"
        )
    return found


def named(pact: PactFile) -> str:
    """Return the provider's name as the pact has it: `stripe`, or `stripe-webhooks` for its events."""
    name: str = json.loads(pact.file.read_text("utf-8"))["provider"]["name"]
    return name


def verification(report: Path, version: str) -> list[Json] | None:
    """Return the results of `greenroom verify --stamp`, None without a report; raise GreenroomError for another version's."""
    if not report.is_file():
        return None
    try:
        told = json.loads(report.read_text("utf-8"))
        commit, results = told["commit"], list(told["results"])
    except (ValueError, KeyError, TypeError) as error:
        raise GreenroomError(f"{report} is no report of `greenroom verify --stamp`: {error!r}") from error
    if commit != version:
        raise GreenroomError(
            f"{report} is of {commit or 'no commit'}, not of {version}: run `greenroom verify --stamp {report}`"
        )
    return results


def outcome(pact: PactFile, results: Iterable[Json], version: str) -> Json | None:
    """Return what became of a pact as a broker takes it; None where an interaction of it was not verified."""
    told: dict[str, list[Json]] = {each["description"]: [] for each in (*pact.http, *pact.messages)}
    for each in results:
        if each["suite"] in SUITES and each["provider"] == pact.provider and each["name"] in told:
            told[each["name"]].append(each)
    if not told or not all(told.values()):
        return None
    failed = {
        name: [each["told"] for each in some if each["outcome"] == "failed"] for name, some in told.items()
    }
    return {
        "success": not any(failed.values()),
        "providerApplicationVersion": version,
        "verifiedBy": {"implementation": "greenroom", "version": __version__},
        "testResults": [
            {
                "interactionDescription": name,
                "success": not some,
                "mismatches": [{"description": each} for each in some],
            }
            for name, some in failed.items()
        ],
    }


def _segment(value: str) -> str:
    return quote(value, safe="")


def _complaint(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip(" ❌⚠️") for line in (done.stderr + "\n" + done.stdout).splitlines()]
    said = next((line for line in lines if line), f"ended with {done.returncode}")
    return f"Pact's client: {said}"
