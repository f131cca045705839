"""The verifier sees a broken mock. A sample runs always, all of them with MUTATIONS=all (`make mutations`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from harness.verify.mocks import Mocks
from tests.contracts.mutations import Bench, Mutation, all_pacts, mutations
from tests.harness.serving import Served

ALL = mutations(all_pacts())
LEAST = 50
CHOSEN = ALL if os.environ.get("MUTATIONS") == "all" else ALL[:: len(ALL) // 6]
pytestmark = pytest.mark.xdist_group("mutations")  # one world for each provider


@pytest.fixture(scope="module")
def bench(server: Served) -> Iterator[Callable[[str], Bench]]:
    """Give the bench of a provider."""
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    with Mocks(server.url) as mocks:
        known: dict[str, Bench] = {}
        yield lambda provider: known.setdefault(provider, Bench(mocks, all_pacts()[provider]))


@pytest.mark.parametrize("mutation", CHOSEN, ids=str)
def test_a_broken_answer_is_seen(bench: Callable[[str], Bench], mutation: Mutation) -> None:
    (found,) = bench(mutation.provider).results(mutation, mutation.interaction)
    assert (found.outcome, found.told != "") == ("failed", True)


@pytest.mark.parametrize("provider", sorted({each.provider for each in CHOSEN}))
def test_the_same_answer_unbroken_holds(bench: Callable[[str], Bench], provider: str) -> None:
    name = next(each.interaction for each in ALL if each.provider == provider)
    (found,) = bench(provider).results(None, name)
    assert found.outcome == "passed", found.told


def test_there_are_enough_ways() -> None:
    assert len(ALL) >= LEAST
