"""The project's own files, for the tests that hold the house rules."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("benchmarks", "clients/python/src", "demo", "fixtures", "harness", "integrations", "mocks")


def project_files() -> list[Path]:
    """List all files of the project: those under version control and new ones that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    files = (ROOT / name for name in listed.split("\0") if name)
    return sorted(file for file in files if file.is_file())


def code_files() -> list[Path]:
    """List the Python files that are not tests."""
    folders = tuple(ROOT / folder for folder in CODE_FOLDERS)
    return [file for file in project_files() if file.suffix == ".py" and _inside(file, folders)]


def files_of_tests() -> list[Path]:
    """List the Python files of the tests."""
    folders = (ROOT / "tests", ROOT / "clients/python/tests")
    return [file for file in project_files() if file.suffix == ".py" and _inside(file, folders)]


def _inside(file: Path, folders: tuple[Path, ...]) -> bool:
    return any(file.is_relative_to(folder) for folder in folders)
