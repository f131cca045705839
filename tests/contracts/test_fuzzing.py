"""The mocks stand what Schemathesis makes of the providers' documents, in all phases, within a budget (`make fuzz` gives more)."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.inprocess import InProcess
from harness.runtime import BASE_PORT
from harness.verify.fuzzing import fuzz
from harness.verify.mocks import Mocks
from harness.verify.parity import Baseline
from harness.verify.probes import PHASES
from harness.verify.results import Report
from harness.verify.running import Plan
from tests.needs import ROOT

PROVIDERS = ("algolia", "cint", "clerk", "insightiq", "mux", "resend", "stripe", "vercel")
SECONDS = float(os.environ.get("FUZZ_SECONDS", "8"))
"""For each provider; ten cases a second."""
KNOWN, REGRESSIONS = ROOT / "contracts" / "fuzzing.yaml", ROOT / "contracts" / "regressions.yaml"


@pytest.fixture(scope="module")
def greenroom(specs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    logging.getLogger("greenroom").setLevel(logging.CRITICAL)
    with InProcess(tmp_path_factory.mktemp("fuzzing"), specs=specs) as running:
        yield running
    logging.getLogger("greenroom").setLevel(logging.NOTSET)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_mock_stands_whatever_is_made_of_the_documents(
    greenroom: InProcess, specs: Path, provider: str
) -> None:
    plan = Plan(None, specs=specs, fuzz_seconds=SECONDS, fuzz_known=KNOWN, fuzz_regressions=REGRESSIONS)
    report = Report()
    with Mocks(f"http://127.0.0.1:{BASE_PORT}", transport=greenroom.transport) as mocks:
        fuzz(report, mocks, [greenroom.providers[provider]], plan)
    assert not report.failed, "\n".join(f"{each.suite} {each.name}\n{each.told}" for each in report.failed)
    lines = [each.split(": ")[:2] for each in report.notes]
    assert lines == [[provider, phase] for phase in PHASES]


def test_what_is_known_is_of_a_provider_and_has_a_reason() -> None:
    names = Baseline.read(KNOWN).reasons
    assert {name.split()[0] for name in names} <= set(PROVIDERS)
