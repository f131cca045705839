"""The contracts see a broken integration layer. A sample runs always, all of them with MUTATIONS=all (`make mutations`)."""

from __future__ import annotations

import os

import pytest

from tests.contracts.layer_mutations import CHECKS, MUTANTS, Mutant, broken, run, told_by, wants_layer
from tests.integrations.layer import Layer

LEAST = 30
CHOSEN = MUTANTS if os.environ.get("MUTATIONS") == "all" else MUTANTS[::6]
pytestmark = pytest.mark.xdist_group("layer mutations")  # what one has broken, no other may call


def surroundings(request: pytest.FixtureRequest, test: str) -> Layer | None:
    """The layer with invented providers around it, where the test wants them."""
    found: Layer | None = request.getfixturevalue("layer") if wants_layer(test) else None
    return found


@pytest.mark.parametrize("mutant", CHOSEN, ids=str)
def test_a_broken_layer_is_seen(request: pytest.FixtureRequest, mutant: Mutant) -> None:
    layer = surroundings(request, mutant.test)
    with broken(mutant), pytest.raises(Exception, match=r".*"):
        run(mutant.test, layer)


@pytest.mark.parametrize("test", sorted({each.test for each in CHOSEN}))
def test_the_layer_unbroken_holds(request: pytest.FixtureRequest, test: str) -> None:
    run(test, surroundings(request, test))


def test_there_are_enough_ways() -> None:
    assert len(MUTANTS) >= LEAST
    assert len({(each.module, each.old) for each in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("test", sorted({each.test for each in MUTANTS} - set(CHECKS)))
def test_each_mutant_names_a_test_that_is_there(test: str) -> None:
    assert callable(told_by(test))
