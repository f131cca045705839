"""The locks name every dependency, pinned and hashed, and nothing of the machine that made them."""

import json
import re
import tomllib

import pytest

from tests.house.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
UNLOCKED = frozenset({"dask"})
"""Extras that nothing of a checkout needs: whoever has a cluster of machines has their versions, too."""
PIN = re.compile(r"^([a-z0-9-]+)==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Return the versions that a lock file names, by package."""
    return dict(PIN.findall((ROOT / lock).read_text("utf-8")))


def names(requirements: list[str]) -> set[str]:
    """Return the package names of requirements such as `psycopg[binary]>=3.2`."""
    return {re.split(r"[^A-Za-z0-9._-]", each)[0].lower().replace("_", "-") for each in requirements}


def test_the_lock_of_the_application_has_all_its_dependencies() -> None:
    assert names(PROJECT["dependencies"]) - pins("requirements.lock").keys() == set()


def test_the_lock_of_the_checkout_has_all_that_development_needs() -> None:
    extras = PROJECT["optional-dependencies"]
    wanted = [each for name, group in extras.items() if name not in UNLOCKED for each in group]
    assert names(wanted) - pins("requirements-dev.lock").keys() == set()


def test_a_checkout_runs_on_the_versions_of_the_application() -> None:
    development = pins("requirements-dev.lock")
    differing = {name: pin for name, pin in pins("requirements.lock").items() if development.get(name) != pin}
    assert differing == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    entries = re.split(r"^(?=[a-z])", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)
    assert [entry.split()[0] for entry in entries if entry and "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", [*LOCKS, "tests/node/package-lock.json"])
def test_no_index_and_no_folder_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert re.findall(r"--(?:extra-)?index-url|--find-links|file:/|/(?:tmp|opt|home|root)/", text) == []
    assert '"resolved"' not in text


def test_the_node_sdks_are_pinned_exactly() -> None:
    wanted = json.loads((ROOT / "tests/node/package.json").read_text("utf-8"))["dependencies"]
    assert wanted["stripe-basil"] == "npm:stripe@18.1.1"
    assert wanted["resend-platform"] == "npm:resend@4.5.1"
    assert [
        pin for pin in wanted.values() if not re.fullmatch(r"(?:npm:[@a-z/-]+@)?\d+\.\d+\.\d+", pin)
    ] == []
