"""The command: `python -m benchmarks [--quick] [--only NAME] [--rounds N] [--json FILE]`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks import (
    billing,
    creators,
    dashboard,
    deliveries,
    fielding,
    growth,
    hot_paths,
    interception,
    mails,
    scenarios,
    searching,
    startup,
    video,
    worlds,
)
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Figure, machine, markdown, table
from benchmarks.plan import Plan

PARTS: dict[str, Callable[[Plan], Iterator[Figure]]] = {
    "startup": startup.measure,
    "requests": hot_paths.measure,
    "growth": growth.measure,
    "worlds": worlds.measure,
    "scenarios": scenarios.measure,
    "billing": billing.measure,
    "deliveries": deliveries.measure,
    "mails": mails.measure,
    "searching": searching.measure,
    "creators": creators.measure,
    "fielding": fielding.measure,
    "video": video.measure,
    "interception": interception.measure,
    "dashboard": dashboard.measure,
}
RESULTS = Path(__file__).parent / "results"
BASE_PORT = 24400
NOISY_SPREAD = 0.3


def main() -> int:
    """Measure, print and write down; return 1 when a run was rejected."""
    given = _arguments()
    plan = Plan(given.port, given.rounds)
    if given.quick:
        plan = plan.quicker()
    signal.signal(signal.SIGTERM, _interrupted)  # so that the servers end with this program
    about = machine()
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    figures: list[Figure] = []
    try:
        for name in given.only or PARTS:
            started = time.perf_counter()
            found = list(PARTS[name](plan))
            print(f"\n{name} ({time.perf_counter() - started:.0f} s)\n\n{table(found)}", flush=True)
            figures += found
    except BenchmarkError as error:
        print(f"\nThis run does not count: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; the servers were ended", file=sys.stderr)
        return 130
    warnings = noise(figures, about)
    for warning in warnings:
        print(f"warning: {warning}")
    _write(given.json, about, figures, warnings)
    if given.markdown:
        print(f"\n{markdown(figures)}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed and memory.")
    parser.add_argument(
        "--quick", action="store_true", help="few and short rounds: shows that all runs, figures are rough"
    )
    parser.add_argument(
        "--only", action="append", choices=list(PARTS), help="measure this part alone (repeatable)"
    )
    parser.add_argument(
        "--rounds", type=int, default=7, help="interleaved rounds; medians are reported (default 7)"
    )
    parser.add_argument(
        "--port", type=int, default=BASE_PORT, help=f"first of 100 free ports (default {BASE_PORT})"
    )
    parser.add_argument("--json", type=Path, help="where to write the figures (default benchmarks/results/)")
    parser.add_argument("--markdown", action="store_true", help="also print the table of BENCHMARKS.md")
    given = parser.parse_args()
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    if given.json is not None and given.json.is_dir():
        parser.error(f"--json names a file to write, and {given.json} is a folder")
    return given


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def noise(figures: list[Figure], about: dict[str, Any]) -> list[str]:
    """Return why the figures should be taken with care: a busy machine, or a reference that varies between rounds."""
    found = []
    if about["load_at_start"] > 0.3 * (os.cpu_count() or 1):
        found.append(
            f"the machine was busy before the run began (load {about['load_at_start']}): run it again when idle"
        )
    for figure in figures:
        spread = figure.data.get("spread", 0.0)
        if spread > NOISY_SPREAD:
            found.append(f"{figure.name} varied by {spread:.0%} between rounds: trust ratios, not times")
    return found


def _write(path: Path | None, about: dict[str, Any], figures: list[Figure], warnings: list[str]) -> None:
    now = datetime.now(UTC)
    path = path or RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "measured_at": now.isoformat(timespec="seconds"),
        "machine": about,
        "warnings": warnings,
        "figures": [figure.stored() for figure in figures],
    }
    path.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(f"\nwritten to {path}")


if __name__ == "__main__":
    sys.exit(main())
