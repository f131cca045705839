"""Every operation of every provider's documents is answered, and as the documents say."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.inprocess import InProcess
from harness.runtime import BASE_PORT
from harness.specs.reading import count
from harness.specs.serving import Inferred
from harness.specs.trying import Tried
from harness.verify.mocks import Mocks, conformance

PROVIDERS = ("algolia", "cint", "clerk", "insightiq", "mux", "resend", "stripe", "vercel")
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


def tried(greenroom: InProcess, inferred: Inferred, provider: str) -> list[Tried]:
    with Mocks(f"http://127.0.0.1:{BASE_PORT}", transport=greenroom.transport) as mocks:
        return conformance(mocks, greenroom.providers[provider], inferred)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_inferred_operations_answer_as_the_documents_say(
    greenroom: InProcess, inferred: Inferred, provider: str
) -> None:
    found = [each for each in tried(greenroom, inferred, provider) if not each.written]
    wrong = [
        f"{each.operation}: {each.outcome} {each.status} {each.told}"
        for each in found
        if each.outcome != "valid"
    ]
    assert not [each for each in found if each.outcome == "invalid"], wrong
    assert not [each for each in found if (each.status or 0) >= 500], wrong
    assert len(wrong) <= (1 - LEAST) * len(found) or len(wrong) <= 1, "\n".join(wrong)


def test_all_operations_of_the_documents_are_known(inferred: Inferred) -> None:
    documents = [
        each for name in PROVIDERS for each in (inferred.catalogue(name) or pytest.fail(name)).documents
    ]
    known = sum(len(each.operations) for each in documents)
    leftovers = sum(len(each.source.leftovers) for each in documents)
    assert known + leftovers == sum(count(each.tree) for each in documents)
    assert known > 1900
