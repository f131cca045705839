"""Every operation of every provider's documents is answered, and as the documents say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from harness.inprocess import InProcess
from harness.runtime import BASE_PORT
from harness.specs.reading import count
from harness.specs.serving import Inferred
from harness.specs.trying import Tried
from harness.verify.mocks import Mocks, conformance
from harness.verify.trials import Trials
from tests.needs import ROOT

PROVIDERS = ("algolia", "cint", "clerk", "insightiq", "mux", "resend", "stripe", "vercel")
TRIALS = Trials.read(ROOT / "contracts" / "trials.yaml")
pytestmark = pytest.mark.xdist_group("conformance")  # what one test found, the others need
LEAST = 0.98
"""Of the inferred operations whose answers must be valid."""


@pytest.fixture(scope="module")
def greenroom(specs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    logging.getLogger("greenroom").setLevel(logging.CRITICAL)
    with InProcess(tmp_path_factory.mktemp("conformance"), specs=specs) as running:
        yield running
    logging.getLogger("greenroom").setLevel(logging.NOTSET)


@pytest.fixture(scope="module")
def inferred(specs: Path, tmp_path_factory: pytest.TempPathFactory) -> Inferred:
    return Inferred(specs, tmp_path_factory.mktemp("read"))


@pytest.fixture(scope="module")
def results(greenroom: InProcess, inferred: Inferred) -> Callable[[str], list[Tried]]:
    """What came of a provider's operations."""
    known: dict[str, list[Tried]] = {}

    def tried(provider: str) -> list[Tried]:
        if provider not in known:
            with Mocks(f"http://127.0.0.1:{BASE_PORT}", transport=greenroom.transport) as mocks:
                known[provider] = conformance(
                    mocks, greenroom.providers[provider], inferred, trials=TRIALS.get(provider)
                )
        return known[provider]

    return tried


def listed(found: Iterable[Tried]) -> str:
    return "\n".join(f"{each.operation}: {each.outcome} {each.status} {each.told}" for each in found)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_answer_is_other_than_the_documents_say(
    results: Callable[[str], list[Tried]], provider: str
) -> None:
    wrong = [each for each in results(provider) if each.outcome == "invalid" or (each.status or 0) >= 500]
    assert not wrong, listed(wrong)


def test_nearly_all_inferred_operations_succeed(results: Callable[[str], list[Tried]]) -> None:
    found = [each for provider in PROVIDERS for each in results(provider) if not each.written]
    rest = [each for each in found if each.outcome != "valid"]
    assert len(rest) <= (1 - LEAST) * len(found), listed(rest)


def test_what_browsers_call_is_known_as_written_by_hand(
    results: Callable[[str], list[Tried]], inferred: Inferred
) -> None:
    catalogue = inferred.catalogue("clerk")
    assert catalogue is not None
    browser = {each.id for each in catalogue.operations.values() if each.document.source.public}
    written = {each.operation for each in results("clerk") if each.written}
    assert {"getClient", "createSignIn"} <= browser & written


def test_all_operations_of_the_documents_are_known(inferred: Inferred) -> None:
    documents = [
        each for name in PROVIDERS for each in (inferred.catalogue(name) or pytest.fail(name)).documents
    ]
    known = sum(len(each.operations) for each in documents)
    leftovers = sum(len(each.source.leftovers) for each in documents)
    assert known + leftovers == sum(count(each.tree) for each in documents)
    assert known > 1900
