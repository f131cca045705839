"""The committed surface files say what the code serves, and nothing else is there."""

import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT


def test_the_surface_files_are_those_of_the_code(tmp_path: Path) -> None:
    command: list[str | Path] = [sys.executable, ROOT / ".ci/surfaces.py", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    committed = {path.parent.name: path.read_text() for path in (ROOT / "contracts").glob("*/surface.yaml")}
    made = {path.parent.name: path.read_text() for path in tmp_path.glob("*/surface.yaml")}
    assert committed == made, "renew them with `make surfaces`"
