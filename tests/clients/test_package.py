"""What the package promises to those who install it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import tomllib
from pathlib import Path

import greenroom

PACKAGE = Path(greenroom.__file__).parent
PROJECT = Path(__file__).parents[2] / "clients" / "python" / "pyproject.toml"


def test_nothing_but_the_standard_library_is_needed() -> None:
    assert tomllib.loads(PROJECT.read_text())["project"]["dependencies"] == []
    names = ", ".join(f"greenroom.{file.stem}" for file in PACKAGE.glob("_*.py") if file.stem != "__init__")
    # -S and -E: no installed packages and no settings, so an import of anything else fails.
    code = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); import greenroom, {names}"
    subprocess.run([sys.executable, "-S", "-E", "-c", code], check=True)


def test_all_is_complete_and_sorted() -> None:
    public = {
        name
        for name, value in vars(greenroom).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("greenroom")
    }
    assert set(greenroom.__all__) == public
    assert sorted(greenroom.__all__) == list(greenroom.__all__)


def test_records_are_frozen() -> None:
    records = [
        getattr(greenroom, name)
        for name in greenroom.__all__
        if dataclasses.is_dataclass(getattr(greenroom, name))
    ]
    assert len(records) >= 15
    assert all(record.__dataclass_params__.frozen for record in records)


def test_the_types_are_shipped() -> None:
    assert (PACKAGE / "py.typed").exists()
