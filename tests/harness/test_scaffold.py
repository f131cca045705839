"""What `greenroom new-provider` writes: a room that runs, passes its tests and follows the house's style."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from harness import registry, scaffold
from harness.errors import ConfigurationError, Conflict, InvalidInput
from tests.harness.sample import build
from tests.needs import ROOT

COPIED = (
    "harness",
    "mocks",
    "tests/harness",
    "tests/conftest.py",
    "tests/needs.py",
    "conftest.py",
    "pyproject.toml",
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a new provider in it."""
    root = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    done = run(root, "-m", "harness.cli", "new-provider", "acmepay", "--title", "Acme Pay")
    assert done.returncode == 0, done.stderr
    assert 'acmepay = "mocks.acmepay.provider:acmepay"' in done.stdout
    assert "mocks/acmepay/provider.py" in done.stdout
    return root


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a checkout, so that its packages are the ones that are found."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root)}
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, timeout=250, check=False
    )


def test_its_tests_pass(checkout: Path) -> None:
    words = ("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", "tests/mocks/acmepay")
    done = run(checkout, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "15 passed" in done.stdout


@pytest.mark.parametrize("name", ["acmepay", "ab", "abcdefghijklmnopqrst"])
def test_its_style_is_the_houses(tmp_path: Path, name: str) -> None:
    (tmp_path / "mocks").mkdir()
    (tmp_path / "mocks" / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    scaffold.write(tmp_path, name, "Ünïcode & Sons' <b>#1</b>", {})
    for words in (("check",), ("format", "--check")):
        done = run(tmp_path, "-m", "ruff", *words, "--no-cache", f"mocks/{name}", f"tests/mocks/{name}")
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_registered_in_alphabetical_order(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))
    providers = project["project"]["entry-points"]["greenroom.providers"]
    assert providers["acmepay"] == "mocks.acmepay.provider:acmepay"
    assert list(providers) == sorted(providers)
    original = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    del providers["acmepay"]
    assert project == original


def test_the_registry_takes_it_once_it_is_installed(checkout: Path) -> None:
    code = (
        "from importlib.metadata import EntryPoint\n"
        "from harness import registry\n"
        "from harness.cli.surface import operations\n"
        "value = 'mocks.acmepay.provider:acmepay'\n"
        "registry.entry_points = lambda group: [EntryPoint('acmepay', value, group)]\n"
        "(provider,) = registry.providers().values()\n"
        "print(provider.title, provider.port, *(each['operation'] for each in operations(provider)))\n"
    )
    done = run(checkout, "-c", code)
    assert done.stdout.split() == [
        "Acme",
        "Pay",
        "9",
        "listThings",
        "createThing",
        "deleteThing",
        "retrieveThing",
    ], done.stderr


@pytest.mark.parametrize(
    "name",
    [
        *("", "a", "Acme", "acme-pay", "acme_pay", "9lives", "class", "harness", "x" * 40, "../x", "café"),
        *("list", "things", "sign", "httpx"),  # the templates use these names for something else
    ],
)
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "mocks").mkdir()
    (tmp_path / "mocks" / "__init__.py").touch()
    with pytest.raises(InvalidInput, match="cannot be a provider's name"):
        scaffold.write(tmp_path, name, None, {})
    assert [file.name for file in (tmp_path / "mocks").iterdir()] == ["__init__.py"]


@pytest.mark.parametrize("title", ['Acme "Pay"', "Acme\\Pay", "Acme\nPay", " Acme", "x" * 61])
def test_a_title_that_would_break_the_code_is_refused(tmp_path: Path, title: str) -> None:
    (tmp_path / "mocks").mkdir()
    (tmp_path / "mocks" / "__init__.py").touch()
    with pytest.raises(InvalidInput, match="cannot be a provider's title"):
        scaffold.write(tmp_path, "acmepay", title, {})
    assert [file.name for file in (tmp_path / "mocks").iterdir()] == ["__init__.py"]


def test_a_provider_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mocks" / "letter").mkdir(parents=True)
    (tmp_path / "mocks" / "__init__.py").touch()
    for name in ("letter", "stripe"):
        with pytest.raises(Conflict, match="nothing was written"):
            scaffold.write(tmp_path, name, None, registry.providers())
    assert list((tmp_path / "mocks" / "letter").iterdir()) == []
    assert not (tmp_path / "mocks" / "stripe").exists()


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no checkout of Greenroom"):
        scaffold.write(tmp_path, "letter", None, {})
    assert list(tmp_path.iterdir()) == []


def test_without_a_section_the_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "mocks").mkdir()
    (tmp_path / "mocks" / "__init__.py").touch()
    room = scaffold.write(tmp_path, "letter", None, registry.providers())
    assert (room.registered, room.port) == (False, 9)
    assert room.line == 'letter = "mocks.letter.provider:letter"'
    assert all(file.is_file() for file in room.files)


def test_a_room_that_is_not_installed_yet_keeps_its_port(tmp_path: Path) -> None:
    (tmp_path / "mocks").mkdir()
    (tmp_path / "mocks" / "__init__.py").touch()
    ports = [scaffold.write(tmp_path, name, None, registry.providers()).port for name in ("letter", "parcel")]
    assert ports == [9, 10]


def test_the_next_port_is_taken_when_one_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "mocks").mkdir()
    (tmp_path / "mocks" / "__init__.py").touch()
    taken = {str(port): build(port) for port in (9, 10, *range(11, 43))}
    assert scaffold.write(tmp_path, "letter", None, taken).port == 44
