"""What tests of interception share: both modes that intercept, and a world for each module."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.intercept import running
from tests.harness.serving import Served


@pytest.fixture(params=["hook", "netns"], scope="module")
def mode(request: pytest.FixtureRequest) -> str:
    """A mode that intercepts; skipped where it cannot be had."""
    wanted: str = request.param
    running.require(wanted)
    return wanted


@pytest.fixture(scope="module")
def world(server: Served) -> Iterator[dict[str, Any]]:
    """A world for the module."""
    made = server.create_world(seed=7)
    yield made
    server.http.delete(f"/_greenroom/worlds/{made['id']}")
