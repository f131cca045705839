"""The pact files are those of the tests: none is left over, and none holds an interaction that nobody tells of."""

import json
from importlib import import_module
from pathlib import Path

from tests.contracts.pacts import FOLDER, Pacts


def described(file: Path) -> set[str]:
    """Return the descriptions of a file's interactions."""
    return {each["description"] for each in json.loads(file.read_text("utf-8"))["interactions"]}


def test_each_file_holds_what_the_tests_tell() -> None:
    for module in Path(__file__).parent.glob("test_*_pact*.py"):
        import_module(f"tests.contracts.{module.stem}")
    told = {pact.file.name: pact.described for pact in Pacts.all}
    assert {file.name: described(file) for file in FOLDER.iterdir()} == told, "renew them with `make pacts`"
