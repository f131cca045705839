"""What a new world's account holds, and what a scenario tells to it: its population of creators, and who connected."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.insightiq.resources import accounts, creators, jobs, platforms, screening, users

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fixtures.creators import Profile
    from harness.transaction import Transaction

Json = dict[str, Any]

CRITERIA = "scenario"
"""The name of the flagging criteria of a scenario's screenings."""


def open_account(tx: Transaction) -> dict[str, str]:
    """Leave the account as it is: 2,000 creators on three platforms follow from the world's seed."""
    return {}


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Set the population from `story["creators"]` (`size`, `platforms` …), of the story's seed; connect its accounts.

    Returns `insightiq.user.<organisation>`, `.account`, `.analysis`, `.screening` for each organisation in `connected`.
    """
    told = dict(story.get("creators") or {})
    connected = told.pop("connected", ())
    if told:
        creators.configure(tx, {"seed": story.get("seed"), **told})
    told_here = (each for each in story.get("organisations") or () if not each.get("continued"))
    organisations = {each["key"]: each for each in told_here}
    refs: dict[str, str] = {}
    # An hour ago, so that the first sync and the jobs have ended by now.
    with tx.earlier(instants.HOUR if connected else 0):
        for key, profile in zip(connected, islice(_profiles(tx), len(connected)), strict=True):
            if key not in organisations:  # another part of a large story tells of it
                continue
            external = (story.get("refs") or {}).get(f"clerk.organisation.{key}", key)
            user = users.create(tx, organisations[key]["name"], external)
            ids = {"user": user["id"], **_work(tx, user, profile)}
            refs |= {f"insightiq.{kind}.{key}": id for kind, id in ids.items()}
    return refs


def _work(tx: Transaction, user: Json, profile: Profile) -> dict[str, str]:
    """Connect a profile to a user, analyse and screen it."""
    platform = platforms.named(profile.platform)
    assert platform is not None  # noqa: S101 - profiles are on platforms that there are
    handle, criteria = profile.creator.handle, screening.add_criteria(tx, {"name": CRITERIA})
    wanted = {"work_platform_id": platform.id, "profile_url": profile.url}
    return {
        "account": accounts.connect(tx, user, profile)["id"],
        "analysis": jobs.start(tx, "analytics", {"identifier": handle}, [handle], platform.id)["id"],
        "criteria": criteria["id"],
        "screening": screening.start(tx, {**wanted, "flagging_criteria_id": criteria["id"]})["id"],
    }


def _profiles(tx: Transaction) -> Iterator[Profile]:
    """Go through the population's profiles on its first platform."""
    people, key = creators.population(tx), creators.settings(tx)["platforms"][0]
    platform = platforms.named(key)
    for creator in map(people.creator, range(people.size)):
        if platform is not None and key in creator.platforms:
            yield creators.profile(tx, creator, platform)
