from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import needs
from tests.mocks.insightiq.room import Room, Spec


@pytest.fixture(scope="session")
def spec() -> Spec | None:
    """InsightIQ's spec where it was pulled; without it, the tests of conformance alone are skipped."""
    return None if needs.missing_specs() else Spec(needs.spec_folder())


@pytest.fixture
async def room(tmp_path: Path, spec: Spec | None) -> AsyncIterator[Room]:
    """InsightIQ in this process, strict."""
    room = Room.open(tmp_path / "data", spec)
    yield room
    await room.close()


@pytest.fixture
async def lenient(tmp_path: Path, spec: Spec | None) -> AsyncIterator[Room]:
    """InsightIQ in this process, lenient."""
    room = Room.open(tmp_path / "lenient", spec, lenient=["insightiq"])
    yield room
    await room.close()
