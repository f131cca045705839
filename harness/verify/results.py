"""What a verification found: one result for each thing that was verified, the same for the same code every time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from harness.verify.redaction import clean_text

Outcome = Literal["passed", "failed", "skipped"]
EXIT_CODES = {
    0: "everything that was verified holds",
    1: "something does not hold",
    2: "the command was used wrongly",
    3: "it could not be verified: no server, a missing package, missing or refused credentials",
}


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One thing that was verified. `suite` is pacts, messages, deliveries, documents, fuzzing.<phase> or live."""

    suite: str
    provider: str
    name: str
    outcome: Outcome
    told: str = ""


@dataclass(slots=True)
class Report:
    """All results, by suite, provider and name; `notes` say what was left out, and why."""

    results: list[Result] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *results: Result) -> None:
        """Add results; what they tell of answers may hold what must not be written down."""
        self.results.extend(replace(each, told=clean_text(each.told)) for each in results)
        self.results.sort()

    @property
    def failed(self) -> list[Result]:
        """What does not hold."""
        return [each for each in self.results if each.outcome == "failed"]

    @property
    def exit_code(self) -> int:
        """What the command ends with (`EXIT_CODES`)."""
        return 1 if self.failed else 0

    def counts(self) -> dict[tuple[str, str], dict[str, int]]:
        """Count the outcomes by suite and provider."""
        found: dict[tuple[str, str], dict[str, int]] = {}
        for each in self.results:
            counted = found.setdefault((each.suite, each.provider), {"passed": 0, "failed": 0, "skipped": 0})
            counted[each.outcome] += 1
        return found
