"""The rules for clocks, chance, environment and imports bite: broken on purpose, they are reported."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

PROGRAMS = Path(sys.executable).parent

FORBIDDEN = [
    "import time\n\nNOW = time.time()\n",
    "from time import time_ns\n\nNOW = time_ns()\n",
    "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
    "import datetime as dt\n\nTODAY = dt.date.today()\n",
    "import random\n\nCHANCE = random.random()\n",
    "import secrets\n\nCHANCE = secrets.token_hex()\n",
    "from uuid import uuid4\n\nNAME = uuid4()\n",
    "import os\n\nHOME = os.environ['HOME']\n",
    "from os import getenv\n\nHOME = getenv('HOME')\n",
    "import os\n\nENTROPY = os.urandom(8)\n",
]


def ruff(source: str, name: str) -> str:
    """Report what ruff says of a source text under a file name of the project."""
    command = [str(PROGRAMS / "ruff"), "check", "--select", "TID251", "--output-format", "concise"]
    done = subprocess.run(
        [*command, "--stdin-filename", name, "-"],
        input=source,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("source", FORBIDDEN)
@pytest.mark.parametrize("room", ["harness", "mocks/stripe", "integrations"])
def test_time_chance_and_environment_have_one_door(room: str, source: str) -> None:
    assert "TID251" in ruff(source, f"{room}/somewhere.py")


@pytest.mark.parametrize("door", ["harness/realtime.py", "integrations/settings.py"])
def test_the_doors_are_open(door: str) -> None:
    assert "TID251" not in ruff(FORBIDDEN[0] + FORBIDDEN[7], door)


def linted_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of the project against the rooms in `folder`."""
    command = [str(PROGRAMS / "lint-imports"), "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("harness/engine.py", "mocks.stripe"),
        ("harness/engine.py", "integrations"),
        ("harness/engine.py", "fixtures"),
        ("integrations/app.py", "harness"),
        ("integrations/app.py", "mocks.stripe"),
        ("mocks/stripe/provider.py", "integrations"),
        ("mocks/stripe/provider.py", "mocks.resend"),
        (None, None),
    ],
)
def test_arrows_between_rooms_go_one_way(tmp_path: Path, module: str | None, imported: str | None) -> None:
    for room in ("harness", "integrations", "mocks", "mocks/stripe", "mocks/resend", "fixtures"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    (tmp_path / "mocks/stripe/signing.py").write_text("import harness\nimport fixtures\n", "utf-8")
    if module is not None:
        (tmp_path / module).write_text(f"import {imported}\n", "utf-8")
    done = linted_imports(tmp_path)
    assert done.returncode == (0 if module is None else 1), done.stdout + done.stderr
    assert ("BROKEN" in done.stdout) == (module is not None)
