from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.harness.controlling import CLOCK, Control
from tests.harness.lab import Lab


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    """A running Greenroom with the sample provider, in this process, without sockets of its own."""
    lab = Lab.open(tmp_path / "data")
    lab.runtime.start()
    yield lab
    await lab.close()


@pytest.fixture
async def control(lab: Lab) -> Control:
    """The control API of that Greenroom, and a world in it with seed 7 and a frozen clock."""
    world = await Control(lab).call("POST", "/worlds", {"seed": 7, "clock": CLOCK}, status=201)
    return Control(lab, world["id"])
