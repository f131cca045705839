"""`greenroom verify --live`: the same pacts at the live sandbox, with the states set up through the provider's own API."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
import yaml

from harness import realtime
from harness.errors import ConfigurationError, GreenroomError
from harness.specs.calls import Sent
from harness.specs.sources import published
from harness.verify.pacts import Verifying, chosen, in_groups, read
from harness.verify.passage import Passage, refuse_live
from harness.verify.results import Report, Result
from harness.verify.states import StateServer
from harness.verify.steps import call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.provider import Provider
    from harness.verify.pacts import PactFile
    from harness.verify.running import Plan

Json = dict[str, Any]
SANDBOXES = Path("contracts/sandboxes.yaml")
_VALUE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where a provider's sandbox is, how fast it may be asked, and how its states are set up."""

    base: str
    rate: float
    states: Mapping[str, list[Json]]
    skipped: Mapping[str, str]
    """Interactions that a sandbox cannot be held to, and why."""


class LiveStates(StateServer):
    """States of a live account, set up before each interaction and taken back after it."""

    def __init__(
        self, provider: Provider, sandbox: Sandbox, passage: Passage, env: Mapping[str, str]
    ) -> None:
        """`env` has the credentials and whatever else the states name."""
        super().__init__()
        self.provider = provider
        self.sandbox = sandbox
        self.passage = passage
        self.env = env
        self.left: list[str] = []
        self._undo: list[tuple[Json, Json]] = []

    def proof(self, path: str) -> Mapping[str, str]:
        """Return the headers that show the account."""
        return self.provider.dialect.proof(self.env, path, self._ask)

    def _ask(self, method: str, path: str, body: Any) -> Any:
        content = b"" if body is None else orjson.dumps(body)
        return self.passage.send(Sent(method, path, {"Content-Type": "application/json"}, content)).json

    def set(self, name: str, faults: list[Json] | None = None) -> Json:
        """Set a state up, after taking back what is left of the one before."""
        self.clear()
        self.passage.mark = f"{realtime.now():x}"  # a key that was used before would be answered as before
        if faults:
            raise GreenroomError("faults cannot be injected into a live sandbox")
        values: Json = dict(self.env)
        for step in self.sandbox.states.get(name, ()):
            call(self.passage.send, self.proof, step, values)
            if "undo" in step:
                self._undo.append((step, dict(values)))
        self.values = values
        return values

    def clear(self) -> None:
        """Take back what was set up, the last first; what could not be taken back is kept in `left`."""
        while self._undo:
            step, values = self._undo.pop()
            try:
                call(self.passage.send, self.proof, step, values, key="undo")
            except GreenroomError as error:
                if "(404)" not in str(error):  # an interaction may have removed it itself
                    self.left.append(str(error))

    def __exit__(self, *about: object) -> None:
        """Take back what is left, also when the run was broken off, and stop."""
        self.clear()
        super().__exit__(*about)


def sandboxes(file: Path, env: Mapping[str, str]) -> dict[str, Sandbox]:
    """Read where the sandboxes are; raise ConfigurationError.

    Where nothing is told (the file is the usual one, and not there), they are where the providers have them.
    """
    try:
        if file == SANDBOXES and not file.is_file():
            told: Json = {name: {"base": each.sandbox or ""} for name, each in published().items()}
        else:
            told = yaml.safe_load(file.read_text("utf-8"))
        return {
            name: Sandbox(
                base=env.get(_address(name), each.get("base", "")),
                rate=float(each.get("rate", 2)),
                states=each.get("states", {}),
                skipped=each.get("skip", {}),
            )
            for name, each in told.items()
        }
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise ConfigurationError(f"the sandboxes {file} cannot be used: {error!r}") from error


def _address(provider: str) -> str:
    """Return the variable that says where a provider's sandbox is."""
    return f"GREENROOM_LIVE_{provider.upper()}_URL"


def sandbox_of(provider: str, file: Path, env: Mapping[str, str]) -> Sandbox:
    """Return where a provider's sandbox is; raise ConfigurationError where nothing says it."""
    found = sandboxes(file, env).get(provider)
    if found is None or not found.base:
        raise ConfigurationError(
            f"nothing says where the sandbox of {provider} is: set {_address(provider)}, or name it in {file}"
        )
    return found


def replayed(file: Path) -> dict[str, Json]:
    """Return by provider which fields of a recorded request a replay fills in from the world's environment."""
    if not file.is_file():
        return {}
    try:
        return {
            name: each.get("replay", {}) for name, each in yaml.safe_load(file.read_text("utf-8")).items()
        }
    except (OSError, yaml.YAMLError, AttributeError) as error:
        raise ConfigurationError(f"the sandboxes {file} cannot be used: {error!r}") from error


def verify_live(plan: Plan, installed: dict[str, Provider], file: Path = SANDBOXES) -> Report:
    """Play the pacts at the live sandboxes whose credentials the environment has; raise LiveKey for a live key."""
    env = dict(os.environ)  # noqa: TID251 - the one command that takes credentials from it
    report, known = Report(), sandboxes(file, env)
    for found in read(plan.pacts or Path("contracts/pacts"), plan.wanted or installed):
        pact = chosen(found, plan.only)
        provider, sandbox = installed[pact.provider], known.get(pact.provider)
        if not pact.http:
            continue
        missing = _missing(provider, env)
        if sandbox is None or not sandbox.base or missing:
            why = (
                f"{missing} is not set"
                if missing
                else f"neither {file} nor {_address(pact.provider)} says where it is"
            )
            report.add(
                *(Result("live", pact.provider, each["description"], "skipped", why) for each in pact.http)
            )
            continue
        refuse_live({name: env[name] for each in provider.credentials for name in each.env if name in env})
        _play(report, pact, provider, sandbox, env)
    return report


def _missing(provider: Provider, env: Mapping[str, str]) -> str | None:
    """Return the name of a credential that the environment lacks."""
    try:
        provider.dialect.proof(env, "/", lambda *_: {"access_token": ""})
    except KeyError as missing:
        return str(missing.args[0])
    return None


def _play(
    report: Report, pact: PactFile, provider: Provider, sandbox: Sandbox, env: Mapping[str, str]
) -> None:
    host = urlsplit(sandbox.base).hostname or ""
    with (
        Passage(sandbox.base, {host}, rate=sandbox.rate) as passage,
        LiveStates(provider, sandbox, passage, env) as states,
    ):
        playable = []
        for each in pact.http:
            why = _unplayable(each, sandbox, env)
            if why is None:
                playable.append(each)
            else:
                report.add(Result("live", pact.provider, each["description"], "skipped", why))
        for headers, some in in_groups(playable, states.proof):
            verifier = Verifying(pact, provider.name, some)
            verifier.pact.add_transport(url=passage.url)
            if headers:
                verifier.pact.add_custom_headers(headers)
            verifier.pact.state_handler(states.url, teardown=True, body=True)
            report.add(*verifier.run("live", provider.name, states))
        states.clear()
        report.notes += [f"{provider.name}: left behind in the sandbox: {each}" for each in states.left]


def _unplayable(interaction: Json, sandbox: Sandbox, env: Mapping[str, str]) -> str | None:
    """Say why an interaction cannot be played at the sandbox, None when it can."""
    if interaction["description"] in sandbox.skipped:
        return sandbox.skipped[interaction["description"]]
    given: set[str] = set(env)
    for state in interaction.get("providerStates", ()):
        if state.get("params", {}).get("faults"):
            return "faults cannot be injected into a live sandbox"
        if state["name"] not in sandbox.states:
            return f"there is no way to set up the state {state['name']!r} there"
        for step in sandbox.states[state["name"]]:
            given |= set(step.get("save", {}))
    lacking = sorted(set(_VALUE.findall(orjson.dumps(interaction).decode())) - given)
    return f"the state gives no {', '.join(lacking)} there" if lacking else None
