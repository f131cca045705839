"""Whoever knows one provider's room knows all: the same files, the same sections; and the harness knows none of them."""

import ast
import re
from collections.abc import Iterator

import pytest

from harness import registry
from tests.house.sources import ROOT, code_files

ROOMS = sorted(registry.providers())
FILES = ("README.md", "coherence.py", "dialect.py", "errors.py", "parameters.py", "provider.py", "seed.py")
TESTS = ("conftest.py", "room.py", "test_determinism.py", "test_fuzz.py")
SECTIONS = [
    "Point a consumer at it",
    "Served",
    "Not served",
    "Rules that strict mode enforces, and lenient mode only records",
    "How it differs from the real one",
    "Unconfirmed",
    "Sources",
]
OWN = "what a room has besides stands before this"
PROVIDER_LINES = 80
FOR_PEOPLE = frozenset({"description", "examples", "help"})


def _sections(room: str) -> list[str]:
    return re.findall(r"^## (.+)$", (ROOT / "mocks" / room / "README.md").read_text("utf-8"), re.MULTILINE)


def _said(tree: ast.Module) -> Iterator[str]:
    """Yield the names and texts of a module, without what is told to people: docstrings, help and descriptions."""
    told: set[int] = set()
    for node in ast.walk(tree):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if docstring or (isinstance(node, ast.keyword) and node.arg in FOR_PEOPLE):
            told |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_the_same_files_as_the_others(room: str) -> None:
    folder = ROOT / "mocks" / room
    assert [name for name in FILES if not (folder / name).is_file()] == []
    assert [
        name for name in ("operations", "resources") if not (folder / name / "__init__.py").is_file()
    ] == []
    webhooks = registry.providers()[room].webhooks is not None
    assert (folder / "signing.py").is_file() is webhooks


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_tests_have_the_same_files_as_the_others(room: str) -> None:
    assert [name for name in TESTS if not (ROOT / "tests" / "mocks" / room / name).is_file()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_readme_has_the_sections_of_the_others_in_their_order(room: str) -> None:
    found = _sections(room)
    assert [each for each in found if each in SECTIONS] == SECTIONS
    between = found.index("Not served")
    assert found[between:] == SECTIONS[SECTIONS.index("Not served") :], OWN


@pytest.mark.parametrize("room", ROOMS)
def test_what_the_harness_finds_of_a_room_is_short(room: str) -> None:
    lines = (ROOT / "mocks" / room / "provider.py").read_text("utf-8").count("\n")
    assert lines <= PROVIDER_LINES


def test_what_new_provider_writes_has_the_same_files() -> None:
    templates = ROOT / "harness" / "scaffold" / "templates"
    wanted = [*(f"room/{name}" for name in (*FILES, "signing.py")), *(f"tests/{name}" for name in TESTS)]
    assert [name for name in wanted if not (templates / f"{name}.j2").is_file()] == []
    text = (templates / "room" / "README.md.j2").read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS


def test_the_harness_names_no_provider() -> None:
    named = re.compile(rf"(?:^|[^a-z])(?:{'|'.join(ROOMS)})(?:$|[^a-z])", re.IGNORECASE)
    harness = [file for file in code_files() if file.is_relative_to(ROOT / "harness")]
    assert len(harness) > 100, "the test lost sight of the harness"
    found = [
        f"{file.relative_to(ROOT)}: {text[:80]}"
        for file in harness
        for text in _said(ast.parse(file.read_text("utf-8")))
        if named.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "source", ['HEADER = "x-algolia-api-key"\n', "stripe = 1\n", 'f("mocks.mux.provider")\n']
)
def test_a_providers_name_is_seen(source: str) -> None:
    named = re.compile(rf"(?:^|[^a-z])(?:{'|'.join(ROOMS)})(?:$|[^a-z])", re.IGNORECASE)
    assert any(named.search(text) for text in _said(ast.parse(source)))


def test_what_is_told_to_people_may_name_one() -> None:
    source = '"""Like Stripe."""\nf(description="`stripe.customer`")\n'
    assert "stripe" not in " ".join(_said(ast.parse(source))).lower()
