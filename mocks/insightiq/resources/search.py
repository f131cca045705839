"""Creator search: the places of those who pass every filter, in the order asked for, and how results are shown."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from fixtures.creators import Profile, wording
from fixtures.creators.world import day_of
from mocks.insightiq.resources import creators, filters, platforms
from mocks.insightiq.resources.index import index_of
from mocks.insightiq.resources.masks import MASKS, NARROWING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.transaction import Transaction
    from mocks.insightiq.resources.index import Index
    from mocks.insightiq.resources.platforms import WorkPlatform

Json = dict[str, Any]

MOST = 500
"""Results that a search has at most, on all its pages together."""
RANKED = 5_000
"""Matches that an order of `BY_REQUEST` ranks, the largest first: each of them is looked at by itself."""

BY_PROFILE = {
    "FOLLOWER_COUNT": "followers",
    "AVERAGE_LIKES": "likes",
    "AVERAGE_LIKE": "likes",
    "AVERAGE_VIEWS": "views",
    "ENGAGEMENT_RATE": "engagement_rate",
    "CONTENT_COUNT": "posts",
    "REELS_VIEWS": "reels",
    "FOLLOWER_GROWTH": "growth",
    "TOTAL_VIEWS_GROWTH": "growth",
    "TOTAL_LIKES_GROWTH": "growth",
    "PEAK_VIEWERS": "followers",
    "AVG_CONCURRENT_VIEWERS": "followers",
    "AIRTIME": "followers",
    "HOURS_WATCHED": "followers",
}
"""Orders that depend on the profile alone, and the index's name for each. Nobody streams: there followers decide."""

BY_REQUEST: dict[str, Callable[[Profile, Json], float]] = {
    "DESCRIPTION": lambda profile, told: sum(
        filters.text_of(profile).count(word) for word in told.get("description_keywords", "").lower().split()
    ),
    "AUDIENCE_LOCATIONS": lambda profile, told: sum(
        filters.located(profile, each.get("location_id", "")) for each in told.get("audience_locations", [])
    ),
    "AUDIENCE_LOCATION": lambda profile, told: sum(
        filters.named_place(profile, each.get("name", "")) for each in told.get("audience_location", [])
    ),
    "AUDIENCE_LANGUAGE": lambda profile, told: sum(
        filters.shares(profile.audience.languages).get(each["code"].lower(), 0.0)
        for each in told.get("audience_language", [])
    ),
    "AUDIENCE_BRAND_AFFINITIES": lambda profile, told: filters.best(
        profile.audience.brands, told.get("audience_brand_affinities", [])
    )[1],
    "AUDIENCE_INTERESTS": lambda profile, told: filters.best(
        profile.audience.interests, told.get("audience_interests", [])
    )[1],
    "AUDIENCE_AGE": lambda profile, told: filters.aged(profile, told.get("audience_age", {})),
    "CREATOR_LOOKALIKES": lambda profile, told: filters.likeness(profile, told.get("creator_lookalikes", "")),
    "AUDIENCE_LOOKALIKES": lambda profile, told: filters.likeness(
        profile, told.get("audience_lookalikes", "")
    ),
    "TOPIC_RELEVANCE": lambda profile, told: filters.relevance(
        profile, told.get("topic_relevance", {}).get("name", [])
    ),
}
"""Orders that depend on what is searched; those that are equal go by followers."""


def search(tx: Transaction, told: Json) -> Iterator[Profile]:
    """Go through the profiles that pass all filters, in the order asked for."""
    platform = platforms.find(told["work_platform_id"])
    people = creators.population(tx)
    if platform.key not in people.platforms:
        return iter(())
    index = index_of(people, platform.key, day_of(tx.now))
    tests = [(test, told[name]) for name, test in filters.TESTS.items() if name in told]
    field = told["sort_by"]["field"]
    places = index.order(BY_PROFILE.get(field, "followers"))
    passing = places[_masked(index, told)[places]]
    profiles = (
        creators.profile_of(people, number, platform.key, index.day) for number in _numbers(index, passing)
    )
    matching = (profile for profile in profiles if all(test(profile, wanted) for test, wanted in tests))
    if field not in BY_REQUEST:
        return matching
    value = BY_REQUEST[field]
    return iter(sorted(islice(matching, RANKED), key=lambda profile: -value(profile, told)))


def _masked(index: Index, told: Json) -> Any:
    """Return who may pass: true for each place that no filter leaves out."""
    found = np.ones(len(index.table), dtype=bool)
    for masks in (MASKS, NARROWING):
        for name, mask in masks.items():
            if name in told:
                found &= mask(index, told[name])
    return found


def _numbers(index: Index, places: Any) -> Iterator[int]:
    """Go through the creators at some places, some hundred at once."""
    for first in range(0, len(places), MOST):
        yield from index.table.index[places[first : first + MOST]].tolist()


def page(tx: Transaction, told: Json, limit: int, offset: int) -> list[Profile]:
    """Return a page of a search."""
    return list(islice(search(tx, told), min(offset, MOST), min(offset + limit, MOST)))


def beginning(tx: Transaction, text: str, platform: WorkPlatform, limit: int) -> list[Profile]:
    """Return the profiles whose handle or name begins with a text, the largest first."""
    people = creators.population(tx)
    if platform.key not in people.platforms:
        return []
    index, wanted = index_of(people, platform.key, day_of(tx.now)), text.lower().lstrip("@")
    places = index.order("followers")
    places = places[wording.might_begin(index.table, wanted)[places]]
    profiles = (
        creators.profile_of(people, number, platform.key, index.day) for number in _numbers(index, places)
    )
    found = (
        each
        for each in profiles
        if each.creator.handle.startswith(wanted) or each.creator.full_name.lower().startswith(wanted)
    )
    return list(islice(found, limit))


def result(tx: Transaction, profile: Profile, told: Json) -> Json:
    """Show a profile as a result, with what the filters found."""
    matched = {name: value(profile, told[name]) for name, value in filters.MATCHES.items() if name in told}
    return {
        **quick(tx, profile),
        "average_likes": profile.average_likes,
        "average_views": profile.average_views,
        "creator_location": creators.place(tx, profile),
        "contact_details": creators.contacts(profile),
        "filter_match": matched,
    }


def quick(tx: Transaction, profile: Profile) -> Json:
    """Show a profile as a quick search does, but for its place."""
    platform = platforms.named(profile.platform)
    return {
        **creators.basic(tx, profile),
        "work_platform": platform.attribute() if platform else None,
        **creators.person(tx, profile),
        "content_count": profile.content_count,
        "engagement_rate": creators.rate(tx, profile),
    }
