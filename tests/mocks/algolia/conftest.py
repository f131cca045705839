from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import needs
from tests.mocks.algolia.conformance import Document
from tests.mocks.algolia.room import Room


@pytest.fixture(scope="session")
def document() -> Document | None:
    """Algolia's document where it was pulled; without it, the tests of conformance alone are skipped."""
    return None if needs.missing_specs() else Document(needs.spec_folder())


@pytest.fixture
async def room(tmp_path: Path, document: Document | None) -> AsyncIterator[Room]:
    """Algolia in this process, strict."""
    room = Room.open(tmp_path / "data", document)
    yield room
    await room.close()


@pytest.fixture
async def lenient(tmp_path: Path, document: Document | None) -> AsyncIterator[Room]:
    """Algolia in this process, lenient."""
    room = Room.open(tmp_path / "lenient", document, lenient=["algolia"])
    yield room
    await room.close()
