"""Files and functions stay small enough to be read in one go."""

import ast
import statistics
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.sources import ROOT, code_files, files_of_tests

FILE_MEDIAN, FILE_P95, FILE_MAX = 150, 400, 800
FUNCTION_P95, FUNCTION_MAX = 45, 80


@dataclass(frozen=True, slots=True)
class Size:
    """How many lines a file or a function has, the first and the last included."""

    lines: int
    name: str

    def __str__(self) -> str:
        """Show the size as a line of the failure message."""
        return f"{self.lines:5d} {self.name}"


def file_sizes(files: list[Path]) -> list[Size]:
    """Measure the files that hold code; an `__init__.py` with a docstring only says nothing about the median."""
    sizes = []
    for file in files:
        text = file.read_text("utf-8")
        if len(ast.parse(text).body) > 1:
            sizes.append(Size(lines=text.count("\n"), name=str(file.relative_to(ROOT))))
    return sizes


def function_sizes(files: list[Path]) -> list[Size]:
    """Measure each function from `def` to its last line, the docstring included."""
    return [
        Size(node.end_lineno - node.lineno + 1, f"{file.relative_to(ROOT)}:{node.lineno} {node.name}")
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    ]


def percentile_95(sizes: list[Size]) -> int:
    """The size that 95 of 100 do not exceed."""
    ordered = sorted(size.lines for size in sizes)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def largest(sizes: list[Size], above: int) -> str:
    """List what is larger than it should be, the largest first."""
    found = sorted((size for size in sizes if size.lines > above), key=lambda size: -size.lines)
    return "\n".join(map(str, found))


@pytest.fixture(scope="module")
def code() -> list[Path]:
    """The files under measure."""
    files = code_files()
    assert len(files) > 10, "the measure lost sight of the code"
    return files


def test_no_file_is_too_long(code: list[Path]) -> None:
    too_long = largest(file_sizes(code + files_of_tests()), above=FILE_MAX)
    assert not too_long, f"split these files (at most {FILE_MAX} lines):\n{too_long}"


def test_few_files_are_long(code: list[Path]) -> None:
    sizes = file_sizes(code)
    assert percentile_95(sizes) <= FILE_P95, f"too many long files:\n{largest(sizes, above=FILE_P95)}"


def test_most_files_are_short(code: list[Path]) -> None:
    sizes = file_sizes(code)
    median = statistics.median(size.lines for size in sizes)
    assert median <= FILE_MEDIAN, f"the median is {median}:\n{largest(sizes, above=FILE_MEDIAN)}"


def test_no_function_is_too_long(code: list[Path]) -> None:
    too_long = largest(function_sizes(code + files_of_tests()), above=FUNCTION_MAX)
    assert not too_long, f"split these functions (at most {FUNCTION_MAX} lines):\n{too_long}"


def test_few_functions_are_long(code: list[Path]) -> None:
    sizes = function_sizes(code)
    assert percentile_95(sizes) <= FUNCTION_P95, f"many long functions:\n{largest(sizes, above=FUNCTION_P95)}"


def test_the_measure_counts_as_it_says() -> None:
    sizes = [Size(lines, "") for lines in range(1, 101)]
    assert percentile_95(sizes) == 95
    assert percentile_95([Size(7, "")]) == 7
    assert largest(sizes, above=98).split() == ["100", "99"]
