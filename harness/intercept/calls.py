"""What one run called: a line for each call, and counts for each host."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from harness import instants

KEPT = 10_000
HOSTS_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Call:
    """One intercepted call; `at` is real time in microseconds, `kind` what answers: a room or a stand-in."""

    at: int
    scheme: str
    host: str
    method: str
    path: str
    status: int
    milliseconds: float
    kind: str
    owner: str

    def line(self) -> str:
        """Write it as the journal's file does; the query is left out, it may hold secrets."""
        answered = self.kind if self.kind == self.owner else f"{self.kind} {self.owner}"
        where = f"{self.scheme}://{self.host}{self.path}"
        return f"{instants.iso(self.at)} {self.method} {where} {self.status} {self.milliseconds:.1f} ms ({answered})"

    def shown(self) -> dict[str, Any]:
        """Return what the control API shows."""
        return {
            "at": instants.iso(self.at),
            "scheme": self.scheme,
            "host": self.host,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "milliseconds": round(self.milliseconds, 3),
            "kind": self.kind,
            "owner": self.owner,
        }


@dataclass(slots=True)
class Tally:
    """How often one host was called; `failed` counts answers of 400 and more."""

    host: str
    kind: str
    owner: str
    calls: int = 0
    failed: int = 0


@dataclass(slots=True)
class Calls:
    """All calls of a run: the last ones in memory, each as a line of a file."""

    path: Path
    ring: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT))
    tallies: dict[str, Tally] = field(default_factory=dict)
    _file: TextIO | None = None

    def add(self, call: Call) -> None:
        """Keep a call: in the counts, in memory, in the file."""
        self.ring.append(call)
        tally = self.tallies.get(call.host)
        if tally is None:
            if len(self.tallies) >= HOSTS_KEPT:
                return
            tally = self.tallies[call.host] = Tally(call.host, call.kind, call.owner)
        tally.calls += 1
        tally.failed += call.status >= 400
        if self._file is None:
            self._file = self.path.open("a", encoding="utf-8", buffering=1)
        self._file.write(call.line() + "\n")

    def hosts(self) -> Iterator[Tally]:
        """Yield the counts, the most called first."""
        yield from sorted(self.tallies.values(), key=lambda each: (-each.calls, each.host))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
