"""What a new world's account holds, and what a scenario tells to it: only the size of its population of creators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.insightiq.resources import creators

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def open_account(tx: Transaction) -> dict[str, str]:
    """Leave the account as it is: 2,000 creators on three platforms follow from the world's seed."""
    return {}


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Set the population from `story["creators"]` (`size`, `platforms` …), of the story's seed."""
    told = story.get("creators")
    if told is not None:
        creators.configure(tx, {"seed": story.get("seed"), **told})
    return {}
