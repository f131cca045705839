from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.lab import Lab


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    """A running Greenroom with the sample provider, in this process, without sockets of its own."""
    lab = Lab.open(tmp_path / "data")
    lab.runtime.start()
    yield lab
    await lab.close()
