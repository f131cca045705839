"""pytest plugin: a Greenroom for the session, and a fresh world for each test that asks for one.

Loaded by itself where `greenroom-client` is installed (entry point `pytest11`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from greenroom import _shared
from greenroom._client import Greenroom
from greenroom._errors import ControlError, GreenroomError
from greenroom._server import running
from greenroom._world import World

_MARKER = "greenroom"
_ALLOWED = frozenset({"seed", "clock", "lenient", "live"})
_SCENARIO = "scenario"
_SHARED = pytest.StashKey[Path]()
_WORLD = pytest.StashKey[World]()
_SHOWN = 10


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the option and the ini setting that name a running Greenroom."""
    group = parser.getgroup("greenroom")
    group.addoption(
        "--greenroom-url",
        metavar="URL",
        help="control address of a running Greenroom; without it GREENROOM_URL and the ini setting greenroom_url "
        "are asked, and else one is started for this run",
    )
    parser.addini("greenroom_url", "control address of a running Greenroom (see --greenroom-url)", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        "greenroom(seed=..., clock=..., lenient=[...], live=[...]): how the test's world is created: seed of ids and chance, "
        'clock such as {"mode": "frozen", "now": "2026-01-31T09:00:00Z"}, providers that let deviations pass',
    )
    config.addinivalue_line(
        "markers",
        "scenario(name, seed=..., scale=..., parameters={...}, play=True): what the test's world holds from the start; "
        "played, its timeline is over and what it expects was found",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a pytest-xdist worker the folder through which all of them share one server."""
    stash = node.config.stash
    if _SHARED not in stash:
        stash[_SHARED] = Path(tempfile.mkdtemp(prefix="greenroom-"))
    node.workerinput["greenroom_shared"] = str(stash[_SHARED])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server that the workers shared; they are gone by now."""
    if (folder := config.stash.get(_SHARED, None)) is not None:
        _shared.end(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def greenroom(pytestconfig: pytest.Config) -> Iterator[Greenroom]:
    """The running Greenroom: the one named by --greenroom-url, GREENROOM_URL or ini, else one for this run."""
    named = pytestconfig.getoption("--greenroom-url") or os.environ.get("GREENROOM_URL")
    url = named or pytestconfig.getini("greenroom_url") or None
    shared: str | None = getattr(pytestconfig, "workerinput", {}).get("greenroom_shared")
    with ExitStack() as stack:
        try:
            if url is None and shared is not None:
                client = _shared.join(Path(shared))
            else:
                client = stack.enter_context(running(url))
        except GreenroomError as error:
            pytest.fail(f"Greenroom is not available: {error}", pytrace=False)
        yield client


@pytest.fixture
def world(greenroom: Greenroom, request: pytest.FixtureRequest) -> Iterator[World]:
    """A fresh world of the test's own, deleted after it; the marker `greenroom` says how it is created."""
    wishes = _wishes(request.node)
    if _is_played(request.node):
        for name in ("scenario", "scale", "parameters"):  # it is loaded when it is played
            wishes.pop(name, None)
    created = greenroom.create_world(**wishes)
    request.node.stash[_WORLD] = created
    _play(created, request.node)
    yield created
    try:
        created.delete()
    except ControlError as error:
        if error.status != 404:  # The test may have deleted it itself.
            raise


def _wishes(node: pytest.Item) -> dict[str, Any]:
    """Return what the markers on a test, its class and its module ask for; the nearest one wins."""
    wishes: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers(_MARKER))):
        unknown = sorted(marker.kwargs.keys() - _ALLOWED)
        if marker.args or unknown:
            wrong = ", ".join([*map(repr, marker.args), *unknown])
            pytest.fail(
                f"@pytest.mark.greenroom does not take {wrong}: give {', '.join(sorted(_ALLOWED))} by name",
                pytrace=False,
            )
        wishes |= marker.kwargs
    return wishes | _told(node)


def _told(node: pytest.Item) -> dict[str, Any]:
    """Return what the nearest scenario marker of a test asks for."""
    marker = node.get_closest_marker(_SCENARIO)
    if marker is None:
        return {}
    if len(marker.args) != 1 or marker.kwargs.keys() - {"seed", "scale", "parameters", "play"}:
        pytest.fail(
            'say @pytest.mark.scenario("name", seed=..., scale=..., parameters={...}, play=True)',
            pytrace=False,
        )
    return {"scenario": marker.args[0], **{key: each for key, each in marker.kwargs.items() if key != "play"}}


def _is_played(node: pytest.Item) -> bool:
    marker = node.get_closest_marker(_SCENARIO)
    return marker is not None and bool(marker.kwargs.get("play"))


def _play(created: World, node: pytest.Item) -> None:
    """Play what the nearest scenario marker names, where it says so; fail the test when the world is not as expected."""
    if not _is_played(node):
        return
    wishes = _told(node)
    verdict = created.scenario(
        wishes["scenario"], scale=wishes.get("scale"), parameters=wishes.get("parameters")
    )
    if not verdict:
        pytest.fail(
            f"the scenario {wishes['scenario']} did not play as it expects:\n{verdict}", pytrace=False
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the test's world saw to the report of a failure."""
    report = yield
    world = item.stash.get(_WORLD, None)
    if report.failed and report.when != "teardown" and world is not None:
        report.sections.append((f"Greenroom world {world.id}", _summary(world)))
    return report


def _summary(world: World) -> str:
    """Return a world's last requests, oldest first, and its violations, a line each."""
    try:
        requests, violations = world.requests(limit=_SHOWN), world.violations()
    except GreenroomError as error:
        return f"what happened in it could not be read: {error}"
    lines = [f"last {len(requests)} requests:" if requests else "no requests reached it"]
    lines += [
        f"  {one.provider} {one.method} {one.path} -> {one.status or 'no answer'} ({one.milliseconds:.0f} ms)"
        for one in reversed(requests)
    ]
    if violations:
        lines.append("violations of the providers' rules:")
        lines += [
            f"  {one.provider} {one.operation}: {one.message} (x{one.count})" for one in violations[:_SHOWN]
        ]
    return "\n".join(lines)
