"""Pacts against the mocks: every interaction is played by Pact's own verifier, every message is made to happen."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from contextlib import contextmanager, redirect_stderr, suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from harness.errors import ConfigurationError, GreenroomError
from harness.verify.deliveries import Deliveries
from harness.verify.mocks import Caller
from harness.verify.results import Result
from harness.verify.states import States

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from harness.provider import Provider
    from harness.verify.happenings import Happenings
    from harness.verify.mocks import Mocks
    from harness.verify.states import StateServer

Json = dict[str, Any]
WEBHOOKS = "-webhooks"
REFUSED = 401
WRONG_KEY = "refuse a wrong key"
"""An interaction with this answer, or of this name, is played with the credentials that stand in it."""
PATIENCE = 60_000
"""Milliseconds for a call or a state change."""


@dataclass(frozen=True, slots=True)
class PactFile:
    """One pact: what a consumer relies on of a provider's API (`http`) and of its events (`messages`)."""

    file: Path
    consumer: str
    provider: str
    http: list[Json]
    messages: list[Json]


def read(folder: Path, providers: Iterable[str]) -> list[PactFile]:
    """Return the pacts of a folder with these providers, their webhooks included; raise ConfigurationError."""
    if not folder.is_dir():
        raise ConfigurationError(f"there are no pacts: {folder} is no folder; name one with --pacts")
    found, wanted = [], set(providers)
    for file in sorted(folder.glob("*.json")):
        try:
            told = json.loads(file.read_text("utf-8"))
            consumer, name = told["consumer"]["name"], told["provider"]["name"]
            interactions = told.get("interactions", [])
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{file} is no pact: {error!r}") from error
        provider = name.removesuffix(WEBHOOKS)
        if provider in wanted:
            http = [each for each in interactions if "request" in each]
            messages = [each for each in interactions if "contents" in each]
            found.append(PactFile(file, consumer, provider, http, messages))
    return found


def chosen(pact: PactFile, only: tuple[str, ...]) -> PactFile:
    """Return a pact with the interactions of these descriptions only; without any, as it is."""
    if not only:
        return pact
    return replace(
        pact,
        http=[each for each in pact.http if each["description"] in only],
        messages=[each for each in pact.messages if each["description"] in only],
    )


def in_groups(
    interactions: Iterable[Json], proof: Callable[[str], Mapping[str, str]]
) -> list[tuple[dict[str, str], list[Json]]]:
    """Return interactions by the headers they are played with: those of the account, or none for wrong credentials."""
    groups: dict[tuple[tuple[str, str], ...], list[Json]] = {}
    for each in interactions:
        refused = each["description"] == WRONG_KEY or each["response"].get("status") == REFUSED
        path = each["request"]["path"]
        headers = {} if refused else proof(path if isinstance(path, str) else "/")
        groups.setdefault(tuple(sorted(headers.items())), []).append(each)
    return [(dict(headers), some) for headers, some in groups.items()]


class Player:
    """Plays the pacts of one provider in a world of its own."""

    def __init__(self, mocks: Mocks, provider: Provider, happenings: Happenings) -> None:
        """Needs the package pact-python."""
        try:
            import pact  # noqa: F401 - only whether it is there
        except ImportError as error:
            raise ConfigurationError(
                "verifying pacts needs pact-python: pip install 'greenroom[verify]'"
            ) from error
        os.environ.setdefault("PACT_DO_NOT_TRACK", "true")  # noqa: TID251 - the verifier reads it, and tells nobody of us
        self.mocks = mocks
        self.provider = provider
        self.happenings = happenings

    def play(self, pact: PactFile) -> list[Result]:
        """Play one pact."""
        world = self.mocks.world()
        caller = Caller(self.mocks, self.provider, world)
        with States(self.mocks, world) as states:
            return [
                *self._http(pact, caller, states),
                *self._messages(pact, caller, states),
                *Deliveries(self.mocks, caller, self.happenings).play(pact.messages, states),
            ]

    def _http(self, pact: PactFile, caller: Caller, states: States) -> list[Result]:
        found: list[Result] = []
        for headers, some in in_groups(pact.http, caller.proof):
            verifier = Verifying(pact, self.provider.name, some)
            verifier.pact.add_transport(url=caller.base)
            if headers:
                verifier.pact.add_custom_headers(headers)
            verifier.pact.state_handler(states.url, teardown=False, body=True)
            found += verifier.run("pacts", self.provider.name, states)
        return found

    def _messages(self, pact: PactFile, caller: Caller, states: States) -> list[Result]:
        if not pact.messages:
            return []
        from pact.types import Message

        causes: dict[str, str] = {}

        def announce(name: str, metadata: Mapping[str, Any] | None) -> Message:
            del metadata
            try:
                body = self.happenings.announced(caller, states.path, name, states.values)
            except GreenroomError as error:
                causes[name] = str(error)
                body = {}
            return Message(contents=json.dumps(body).encode(), metadata={}, content_type="application/json")

        verifier = Verifying(pact, f"{self.provider.name}{WEBHOOKS}", pact.messages)
        verifier.pact.message_handler(announce).state_handler(states.url, teardown=False, body=True)
        return verifier.run("messages", self.provider.name, states, causes)


class Verifying:
    """Pact's verifier for some interactions of a pact."""

    def __init__(self, pact: PactFile, name: str, interactions: list[Json]) -> None:
        """`name` is the provider's name in the pact."""
        from pact import Verifier

        self.interactions = interactions
        self._folder = tempfile.TemporaryDirectory(prefix="greenroom-pact-")
        file = Path(self._folder.name) / "pact.json"
        told = {
            "consumer": {"name": pact.consumer},
            "provider": {"name": name},
            "interactions": [_stricter(each) for each in interactions],
            "metadata": {"pactSpecification": {"version": "4.0"}},
        }
        file.write_text(json.dumps(told), "utf-8")
        self.pact: Any = Verifier(name, host="127.0.0.1").add_source(str(file))
        self.pact.set_request_timeout(PATIENCE).set_coloured_output(enabled=False)

    def run(
        self, suite: str, provider: str, states: StateServer, causes: Mapping[str, str] | None = None
    ) -> list[Result]:
        """Return a result for each interaction; what went wrong with its state is told with it."""
        with suppress(RuntimeError), _quiet():  # it says only that something failed; `results` say what
            self.pact.verify()
        told = self.pact.results
        for part in ("_message_producer", "_state_handler"):
            server = getattr(getattr(self.pact, part, None), "_server", None)
            if server is not None:
                server.server_close()  # the verifier stops it and leaves its socket open
        self._folder.cleanup()
        outcomes = {
            each.get("description", each.get("interactionDescription")): each
            for each in told.get("interactionResults", [])
        }
        return [
            self._result(suite, provider, each, outcomes, states, causes or {}) for each in self.interactions
        ]

    @staticmethod
    def _result(
        suite: str,
        provider: str,
        interaction: Json,
        outcomes: Mapping[str, Any],
        states: StateServer,
        causes: Mapping[str, str],
    ) -> Result:
        name = interaction["description"]
        outcome = outcomes.get(name)
        state = next((each["name"] for each in interaction.get("providerStates", ())), "")
        if name in causes:
            return Result(suite, provider, name, "failed", causes[name])
        if state in states.failures:
            return Result(suite, provider, name, "failed", f"the state {state!r}: {states.failures[state]}")
        if outcome is None:
            return Result(suite, provider, name, "failed", "the verifier has not played it")
        if outcome["result"] == "OK":
            return Result(suite, provider, name, "passed")
        if interaction.get("pending"):
            return Result(suite, provider, name, "skipped", "pending: " + _mismatches(outcome))
        return Result(suite, provider, name, "failed", _mismatches(outcome))


def _stricter(interaction: Json) -> Json:
    """Return an interaction whose texts must be texts.

    Pact holds a regular expression against whatever is written there: a word may be a number, or null.
    """
    made = deepcopy(interaction)
    for part in (made.get("response"), made.get("contents"), made):
        rules = ((part or {}).get("matchingRules") or {}).get("body") or {}
        for rule in rules.values():
            kinds = {each.get("match") for each in rule.get("matchers", ())}
            if kinds == {"regex"} and rule.get("combine", "AND") == "AND":
                rule["matchers"].append({"match": "type"})
    return made


class _WithoutAccesses(io.TextIOBase):
    """Standard error without the lines that the verifier's own servers write for each request."""

    def __init__(self, target: TextIO) -> None:
        self._target = target

    def write(self, text: str) -> int:
        """Write what is no such line."""
        return len(text) if "/_pact/" in text else self._target.write(text)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the verifier from writing its own report to standard output: ours says the same in one place."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        with redirect_stderr(_WithoutAccesses(sys.stderr)):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _mismatches(outcome: Json) -> str:
    mismatch = outcome.get("mismatch") or {}
    found = mismatch.get("mismatches") or [mismatch]
    lines = []
    for each in found:
        where = each.get("path") or each.get("key") or each.get("type", "")
        lines.append(f"{where}: {each.get('mismatch') or each.get('message') or each}")
    return "\n".join(sorted(map(str, lines)))
