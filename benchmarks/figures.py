"""What was measured: figures with their bars, the table, and the machine they were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach, in the figure's own unit; `aim` is what we would like."""

    limit: float
    sense: Literal["at most", "at least"] = "at most"
    aim: float | None = None

    def met(self, value: float) -> bool:
        """Tell whether a value reaches the bar."""
        return value <= self.limit if self.sense == "at most" else value >= self.limit

    def __str__(self) -> str:
        """Show the bar as in `≤ 3.0 (aim 2.2)`."""
        sign = "≤" if self.sense == "at most" else "≥"
        return f"{sign} {self.limit:g}" + (f" (aim {self.aim:g})" if self.aim is not None else "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `detail` explains it in the table, `data` holds the numbers behind it for the JSON file."""

    name: str
    value: float
    unit: str
    bar: Bar | None = None
    detail: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Return met, not met, or nothing where there is no bar."""
        if self.bar is None:
            return ""
        return "met" if self.bar.met(self.value) else "NOT MET"

    def cells(self) -> tuple[str, ...]:
        """Return the row of the table."""
        bar = "" if self.bar is None else f"{self.bar} {self.unit}"
        return self.name, f"{_short(self.value)} {self.unit}", bar, self.verdict, self.detail

    def stored(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        bar = None if self.bar is None else asdict(self.bar) | {"met": self.bar.met(self.value)}
        return {"name": self.name, "value": self.value, "unit": self.unit, "bar": bar, **self.data}


HEADS = ("figure", "measured", "bar", "", "detail")


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for a terminal."""
    rows = [HEADS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS) - 1)]
    widths.append(0)
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join((lines[0], "-" * min(150, max(map(len, lines))), *lines[1:]))


def markdown(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for BENCHMARKS.md."""
    rows = [HEADS, ("---",) * len(HEADS), *(figure.cells() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def median(values: Iterable[float]) -> float:
    """Return the median of one measure over the rounds."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> float:
    """Return by how much the largest of some values exceeds the smallest: 0.1 is ten per cent."""
    return max(values) / min(values) - 1


def machine() -> dict[str, Any]:
    """Describe what the figures were measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=no"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / (1 << 30), 1),
        "system": platform.platform(terse=True),
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "commit": commit.stdout.strip() + (" with changes" if changed.stdout.strip() else ""),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value < 10 else f"{value:.1f}"
