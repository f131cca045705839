from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import needs
from tests.mocks.clerk.published import Frontend, Published, frontend, published
from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import Tab


@pytest.fixture(scope="session")
def documents() -> Published | None:
    """Clerk's documents where they were pulled; without them, the tests that need them are skipped."""
    return None if needs.missing_specs() else published(needs.spec_folder())


@pytest.fixture
async def room(tmp_path: Path, documents: Published | None) -> AsyncIterator[Room]:
    """Clerk in this process, strict."""
    room = Room.open(tmp_path / "data", documents)
    yield room
    await room.close()


@pytest.fixture
async def lenient(tmp_path: Path, documents: Published | None) -> AsyncIterator[Room]:
    """Clerk in this process, lenient."""
    room = Room.open(tmp_path / "lenient", documents, lenient=["clerk"])
    yield room
    await room.close()


@pytest.fixture(scope="session")
def frontend_document() -> Frontend | None:
    """The Frontend API's document where it was pulled."""
    return None if needs.missing_specs() else frontend(needs.spec_folder())


@pytest.fixture
async def tab(room: Room, frontend_document: Frontend | None) -> Tab:
    """A tab of a browser that has a token and nothing else."""
    return await Tab(room, frontend_document).open()


@pytest.fixture
async def other(room: Room, frontend_document: Frontend | None) -> Tab:
    """A tab of another browser."""
    return await Tab(room, frontend_document).open()
