from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import needs
from tests.mocks.vercel.room import Room, Spec


@pytest.fixture(scope="session")
def spec() -> Spec | None:
    """Vercel's document where it was pulled; without it, `test_spec.py` and `test_fuzz.py` alone are skipped."""
    return None if needs.missing_specs() else Spec(needs.spec_folder())


@pytest.fixture
async def room(tmp_path: Path, spec: Spec | None) -> AsyncIterator[Room]:
    """Vercel in this process, strict."""
    room = Room.open(tmp_path / "data", spec)
    yield room
    await room.close()
