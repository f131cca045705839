"""The verifier sees a broken mock. A sample runs always, all of them with MUTATIONS=all (`make mutations`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from harness.verify.mocks import Mocks
from tests.contracts.mutations import (
    WEBHOOKS,
    Bench,
    Mutation,
    all_pacts,
    mutations,
    of_deliveries,
    webhook_pacts,
)
from tests.harness.serving import Served

ALL = mutations(all_pacts())
DELIVERIES = of_deliveries()
LEAST = 100
EVERYTHING = os.environ.get("MUTATIONS") == "all"
CHOSEN = ALL if EVERYTHING else ALL[:: len(ALL) // 6]
CHOSEN_DELIVERIES = DELIVERIES if EVERYTHING else DELIVERIES[::5]
pytestmark = pytest.mark.xdist_group("mutations")  # one world for each provider


@pytest.fixture(scope="module")
def bench(server: Served) -> Iterator[Callable[[str], Bench]]:
    """Give the bench of a provider."""
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    with Mocks(server.url) as mocks:
        known: dict[str, Bench] = {}
        yield lambda provider: known.setdefault(provider, Bench(mocks, all_pacts()[provider]))


@pytest.fixture(scope="module")
def of_events(server: Served) -> Iterator[Callable[[str], Bench]]:
    """Give the bench of a provider's webhooks."""
    with Mocks(server.url) as mocks:
        known: dict[str, Bench] = {}
        yield lambda provider: known.setdefault(provider, Bench(mocks, webhook_pacts()[provider]))


@pytest.mark.parametrize("mutation", CHOSEN_DELIVERIES, ids=str)
def test_a_broken_delivery_is_seen(of_events: Callable[[str], Bench], mutation: Mutation) -> None:
    found = of_events(mutation.provider).deliveries(mutation.change)
    assert (found[mutation.interaction].outcome, found[mutation.interaction].told != "") == ("failed", True)


@pytest.mark.parametrize("provider", WEBHOOKS)
def test_deliveries_that_are_not_broken_hold(of_events: Callable[[str], Bench], provider: str) -> None:
    found = of_events(provider).deliveries(None)
    assert {each.outcome for each in found.values()} == {"passed"}, found


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
    assert len(ALL) + len(DELIVERIES) >= LEAST
