"""Creator search: an index of each platform for each day, walked in the order asked for until the page is full.

The index holds numbers only (the creators of a platform, in order); everything else is derived again. It is shared by
all worlds with the same population.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from fixtures.creators import Profile
from fixtures.creators.world import day_of
from mocks.insightiq.resources import creators, filters, platforms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fixtures.creators import Population
    from harness.transaction import Transaction
    from mocks.insightiq.resources.platforms import WorkPlatform

Json = dict[str, Any]

MOST = 500
"""Results that a search has at most, on all its pages together."""

BY_PROFILE: dict[str, Callable[[Profile], float]] = {
    "FOLLOWER_COUNT": lambda profile: profile.followers,
    "AVERAGE_LIKES": lambda profile: profile.average_likes,
    "AVERAGE_LIKE": lambda profile: profile.average_likes,
    "AVERAGE_VIEWS": lambda profile: profile.average_views,
    "ENGAGEMENT_RATE": lambda profile: profile.engagement_rate,
    "CONTENT_COUNT": lambda profile: profile.content_count,
    "REELS_VIEWS": lambda profile: profile.average_reels_views,
    "FOLLOWER_GROWTH": lambda profile: profile.growth(1),
    "TOTAL_VIEWS_GROWTH": lambda profile: profile.growth(1),
    "TOTAL_LIKES_GROWTH": lambda profile: profile.growth(1),
}
"""Orders that depend on the profile alone: kept with the index."""

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
"""Orders that depend on what is searched: all matches are sorted, those that are equal by followers."""


class Index:
    """The creators of a platform on a day, the largest first, and further orders as they are asked for."""

    def __init__(self, population: Population, platform: str, day: int) -> None:
        """Derive every creator once."""
        self.population = population
        self.platform = platform
        self.day = day
        sized = sorted(
            (
                (Profile(creator, platform, day).followers, creator.index)
                for creator in population.on(platform)
            ),
            key=lambda pair: (-pair[0], pair[1]),
        )
        self._smallness = array("q", (-followers for followers, _ in sized))
        self._orders = {"FOLLOWER_COUNT": array("L", (index for _, index in sized))}

    def profile(self, index: int) -> Profile:
        """Return a creator's profile on the index's day."""
        return creators.profile_of(self.population, index, self.platform, self.day)

    def order(self, field: str) -> array[int]:
        """Return all creators in one of the orders of `BY_PROFILE`, descending."""
        if field not in self._orders:
            value, largest = BY_PROFILE[field], self._orders["FOLLOWER_COUNT"]
            ranked = sorted(largest, key=lambda index: -value(self.profile(index)))
            self._orders[field] = array("L", ranked)
        return self._orders[field]

    def sized(self, low: int | None, high: int | None) -> array[int]:
        """Return the creators with followers in a range, the largest first."""
        first = 0 if high is None else bisect_left(self._smallness, -high)
        last = len(self._smallness) if low is None else bisect_right(self._smallness, -low)
        return self._orders["FOLLOWER_COUNT"][first:last]


@lru_cache(16)
def index_of(population: Population, platform: str, day: int) -> Index:
    """Return the index of a platform on a day."""
    return Index(population, platform, day)


def search(tx: Transaction, told: Json) -> Iterator[Profile]:
    """Go through the profiles that pass all filters, in the order asked for."""
    platform = platforms.find(told["work_platform_id"])
    people = creators.population(tx)
    if platform.key not in people.platforms:
        return iter(())
    index = index_of(people, platform.key, day_of(tx.now))
    tests = [(test, told[name]) for name, test in filters.TESTS.items() if name in told]
    field = told["sort_by"]["field"]
    matching = _matching(index, _candidates(index, field, told), tests)
    if field not in BY_REQUEST:
        return matching
    value = BY_REQUEST[field]
    return iter(sorted(matching, key=lambda profile: -value(profile, told)))


def _candidates(index: Index, field: str, told: Json) -> Iterable[int]:
    """Return whom to look at: where followers decide the order, only those within the range asked for."""
    if field in BY_PROFILE and field != "FOLLOWER_COUNT":
        return index.order(field)
    size = told.get("follower_count", {})
    return index.sized(size.get("min"), size.get("max"))


def _matching(
    index: Index, candidates: Iterable[int], tests: list[tuple[filters.Test, Any]]
) -> Iterator[Profile]:
    for each in candidates:
        profile = index.profile(each)
        if all(test(profile, wanted) for test, wanted in tests):
            yield profile


def page(tx: Transaction, told: Json, limit: int, offset: int) -> list[Profile]:
    """Return a page of a search."""
    return list(islice(search(tx, told), min(offset, MOST), min(offset + limit, MOST)))


def beginning(tx: Transaction, text: str, platform: WorkPlatform, limit: int) -> list[Profile]:
    """Return the profiles whose handle or name begins with a text, the largest first."""
    people = creators.population(tx)
    if platform.key not in people.platforms:
        return []
    index, wanted = index_of(people, platform.key, day_of(tx.now)), text.lower().lstrip("@")
    profiles = map(index.profile, index.sized(None, None))
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
