"""Which operations the official SDKs drive in a run of the tests: one that none drives fails the run.

Each test of an SDK hands in what its world's journal holds of that SDK. When all files of a room's SDKs have run whole, every
operation in tiers P0 and P1 must have been answered a success to each of the room's SDKs, but for those of which
`driven.toml` says why it cannot be.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from harness import registry

Driven = set[tuple[str, str, str]]
"""(provider, SDK, operation)."""
TIERS = ("P0", "P1")
AGENT = "user-agent"
NAME, SEEN = "greenroom-driven", "greenroom_driven"
Json = Any


@dataclass(frozen=True, slots=True)
class Room:
    """A room's SDKs: how each one's User-Agents begin, the files of their tests, and what each cannot drive.

    `told_in` is the parameter of the query that an SDK names itself in, where it does not in its headers.
    """

    name: str
    agents: dict[str, tuple[str, ...]]
    files: frozenset[str]
    never: dict[str, frozenset[str]]
    told_in: str = AGENT


def rooms() -> dict[str, Room]:
    """Return the rooms that `driven.toml` tells of."""
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {name: _room(name, each) for name, each in told.items()}


def _room(name: str, told: Json) -> Room:
    agents = {sdk: tuple(each) for sdk, each in told["agents"].items()}
    never = {
        sdk: frozenset(
            id for each in told.get("never", ()) if each["sdk"] == sdk for id in each["operations"]
        )
        for sdk in agents
    }
    return Room(name, agents, frozenset(told["files"]), never, told.get("told_in", AGENT))


def served(room: str) -> set[str]:
    """Return the operations of a room in tiers P0 and P1 that a client calls with its credentials."""
    provider = registry.providers()[room]
    provider.load()
    return {id for id, each in provider.operations.items() if each.tier in TIERS and not each.public}


def lacking(room: Room, operations: Iterable[str], driven: Driven) -> list[str]:
    """Return what is wrong: operations that an SDK does not drive, and reasons given of those that it does."""
    found = []
    for sdk in room.agents:
        never = room.never[sdk]
        mine = {id for name, by, id in driven if (name, by) == (room.name, sdk)}
        found += [
            f"{room.name}: no test calls {id} by the SDK of {sdk} (or tests/harness/driven.toml says why)"
            for id in sorted(set(operations) - mine - never)
        ]
        found += [
            f"{room.name}: {id} is called by the SDK of {sdk}: driven.toml need not excuse it"
            for id in sorted(mine & never)
        ]
        found += [
            f"{room.name}: driven.toml excuses {id}, which is not served"
            for id in sorted(never - set(operations))
        ]
    return found


def of_requests(requests: Iterable[Json], known: dict[str, Room]) -> Iterator[tuple[str, str, str]]:
    """Yield which operations an SDK was answered, of a world's requests as the control API shows them."""
    for each in requests:
        room, operation = known.get(each["provider"]), each["operation"]
        if room is None or operation is None or not 200 <= (each["status"] or 0) < 400:
            continue
        headers = {name.lower(): value for name, value in each["request_headers"].items()}
        query = parse_qs(each["query"]).get(room.told_in, [""])[0]
        for sdk, agents in room.agents.items():
            if headers.get(AGENT, "").startswith(agents) or query.startswith(agents):
                yield room.name, sdk, operation


def _partial(config: pytest.Config) -> bool:
    """Tell whether only some tests of the files were asked for."""
    option = config.option
    chosen = option.keyword or option.markexpr or option.deselect or getattr(option, "lf", False)
    return bool(chosen) or any("::" in each for each in config.args)


class Run:
    """A run of the tests: what its SDKs drove, and which files ran whole. Registered with pytest as a plugin."""

    def __init__(self, config: pytest.Config) -> None:
        """Nothing has run yet."""
        self.rooms = rooms()
        self.driven: Driven = set()
        self.complaints: list[str] = []
        self._config = config
        self._passed: set[str] = set()
        self._spoiled: set[str] = set()

    def of(self, file: str) -> Room | None:
        """Return the room whose SDK a test file drives."""
        return next((room for room in self.rooms.values() if file in room.files), None)

    def take(self, requests: Iterable[Json]) -> None:
        """Keep what the SDKs were answered, of a world's requests as the control API shows them."""
        self.driven |= set(of_requests(requests, self.rooms))

    def whole(self) -> list[Room]:
        """Return the rooms all of whose files have run, without a failure or a skipped test."""
        return [room for room in self.rooms.values() if room.files <= self._passed - self._spoiled]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note which files run, and which of them not without fault."""
        (self._passed if report.passed else self._spoiled).add(report.nodeid.partition("::")[0])

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of pytest-xdist has seen."""
        self.driven |= {(name, sdk, id) for name, sdk, id in getattr(node, "workeroutput", {}).get(SEEN, ())}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what was seen, or judge it."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[SEEN] = sorted(self.driven)
            return
        if not _partial(self._config):
            self.complaints = [
                each for room in self.whole() for each in lacking(room, served(room.name), self.driven)
            ]
        if self.complaints and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what is wrong."""
        if self.complaints:
            terminalreporter.section("operations that no SDK drives", red=True)
            for each in self.complaints:
                terminalreporter.line(each)


def of(config: pytest.Config) -> Run | None:
    """Return the run that a test is part of, None where none is watched."""
    run = config.pluginmanager.get_plugin(NAME)
    return run if isinstance(run, Run) else None


def pytest_configure(config: pytest.Config) -> None:
    """Watch the run."""
    config.pluginmanager.register(Run(config), NAME)
