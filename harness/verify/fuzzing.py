"""`greenroom verify --fuzz`: Schemathesis makes requests of the documents, good ones and bad ones; the mocks must stand.

An answer of 5xx fails, and so does a refusal that leaves a trace in what the world holds. Cases are drawn without chance,
so that two runs of the same budget see the same ones, as far as the budget lets each of them come.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from harness import realtime
from harness.errors import ConfigurationError
from harness.specs.reading import Library
from harness.specs.sources import published
from harness.verify.mocks import Caller
from harness.verify.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.provider import Provider
    from harness.verify.mocks import Mocks
    from harness.verify.results import Report
    from harness.verify.running import Plan

Json = dict[str, Any]
EXAMPLES = 8
"""Cases for each operation."""
KEPT = frozenset({"harness"})
"""Documents that refusals may add: violations, counters."""


def fuzz(report: Report, mocks: Mocks, providers: Iterable[Provider], plan: Plan) -> None:
    """Fuzz each provider for as long as the plan gives it; add a result for each operation that was reached."""
    try:
        import schemathesis  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise ConfigurationError("fuzzing needs schemathesis: pip install 'greenroom[verify]'") from error
    if plan.specs is None or plan.fuzz_seconds is None:
        raise ConfigurationError("fuzzing needs the providers' documents: --specs FOLDER")
    for provider in providers:
        if provider.name in published():
            _Fuzzer(report, mocks, provider, plan.fuzz_seconds).run(plan.specs)


class _Fuzzer:
    """Fuzzes one provider in a world of its own."""

    def __init__(self, report: Report, mocks: Mocks, provider: Provider, seconds: float) -> None:
        self.report = report
        self.provider = provider
        self.mocks = mocks
        self.world = mocks.world(scenario="starter")
        self.caller = Caller(mocks, provider, self.world)
        self.ends = realtime.monotonic() + seconds
        self.base = self.caller.base

    def run(self, folder: Path) -> None:
        """Go through all documents."""
        import schemathesis

        left_out = 0
        for source in published()[self.provider.name].sources:
            tree = Library(folder).read(source)
            if tree is None or not tree.get("paths") or source.public:
                continue
            self.base = self.caller.base + source.base
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                schema = schemathesis.openapi.from_dict(tree)
                for found in schema.get_all_operations():
                    if realtime.monotonic() > self.ends:
                        left_out += 1
                        continue
                    self._operation(found)
        if left_out:
            self.report.notes.append(
                f"{self.provider.name}: the time was up before {left_out} operations were fuzzed"
            )

    def _operation(self, found: Any) -> None:
        from hypothesis import HealthCheck, Phase, given, settings
        from hypothesis.errors import HypothesisException
        from schemathesis.core.result import Ok

        if not isinstance(found, Ok):
            return
        operation: Any = found.ok()
        wrong: list[str] = []

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def probe(case: Any) -> None:
            if len(wrong) < 3:
                wrong.extend(self._case(case))

        try:
            probe()
        except HypothesisException as error:
            wrong.append(f"no case could be made: {type(error).__name__}")
            self._add(operation.label, "skipped", wrong)
            return
        self._add(operation.label, "failed" if wrong else "passed", wrong)

    def _add(self, name: str, outcome: Any, told: list[str]) -> None:
        self.report.add(Result("fuzzing", self.provider.name, name, outcome, "\n".join(told)))

    def _case(self, case: Any) -> list[str]:
        before = self._held()
        try:
            answer = case.call(
                base_url=self.base,
                headers={**self.caller.proof(case.operation.path), "User-Agent": "greenroom-verify"},
            )
        except (UnicodeError, ValueError):
            return []  # what no client can send
        told = f"{case.as_curl_command()[:400]}\n    answered {answer.status_code}"
        if answer.status_code >= 500:
            return [told]
        if answer.status_code >= 400 and self._held() != before:
            return [f"{told}, and changed what the world holds"]
        return []

    def _held(self) -> Json:
        kinds = self.mocks.control("GET", f"/worlds/{self.world['id']}/objects", limit=1)["kinds"]
        return {
            f"{each['provider']}.{each['kind']}": each["count"]
            for each in kinds
            if each["provider"] not in KEPT
        }
