"""The filters of a creator search that are answered for a whole platform at once: arrays of true and false.

`MASKS` decide. `NARROWING` only leave out creators who cannot pass: the filter's test in `filters` then looks at each
of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from fixtures.creators import NICHES, wording
from fixtures.creators.audience import BEST_CATEGORY, CATEGORIES
from fixtures.creators.creator import ACCOUNT_TYPES
from fixtures.creators.world import NATIONS
from mocks.insightiq.resources import filters
from mocks.insightiq.resources.dictionaries import locations

if TYPE_CHECKING:
    from fixtures.creators.draws import Flags
    from mocks.insightiq.resources.index import Index

Json = dict[str, Any]
Mask = Callable[["Index", Any], Any]

_NATION = {nation.code: number for number, nation in enumerate(NATIONS)}


def _within(column: Any, wanted: Json) -> Any:
    found = np.ones(len(column), dtype=bool)
    if "min" in wanted:
        found &= column >= wanted["min"]
    if "max" in wanted:
        found &= column <= wanted["max"]
    return found


def _ranged(name: str, share: float = 1.0) -> Mask:
    """Return the mask of a range of a column, or of a share of it in whole numbers."""
    if share == 1.0:
        return lambda index, wanted: _within(index.column(name), wanted)
    return lambda index, wanted: _within((index.column(name) * share).astype(np.int64), wanted)


def _all(index: Index) -> Any:
    return np.ones(len(index.table), dtype=bool)


def _none(index: Index) -> Any:
    return np.zeros(len(index.table), dtype=bool)


def _niches(fits: Callable[[Any], bool]) -> Any:
    """Return for each niche whether it fits."""
    return np.array([fits(niche) for niche in NICHES])


def _gender(index: Index, wanted: str) -> Any:
    known = ~index.table.told["discreet"]
    if wanted == "ANY":
        return _all(index)
    if wanted == "MALE_OR_FEMALE":
        return known
    if wanted in ("FEMALE", "MALE"):
        return known & (index.table.woman == (wanted == "FEMALE"))
    return _none(index)


def _contact(index: Index, wanted: list[Json]) -> Any:
    told = {"EMAIL": index.table.told["email"], "LINKTREE": index.table.told["link"]}

    def has(each: Json) -> Any:
        return told.get(each.get("type", ""), _none(index))

    must = [each for each in wanted if each.get("preference") == "MUST_HAVE"]
    should = [each for each in wanted if each not in must]
    if must or not should:
        return np.logical_and.reduce([_all(index), *(has(each) for each in must)])
    return np.logical_or.reduce([has(each) for each in should])


def _lives(index: Index, wanted: list[str]) -> Any:
    table, found = index.table, _none(index)
    for id in wanted:
        place = locations().get(id.lower())
        if place is None:
            continue
        here = table.country == _NATION[place.country]
        if place.state or place.city:
            cities = NATIONS[_NATION[place.country]].cities
            fitting = [
                number
                for number, (city, state) in enumerate(cities)
                if state == place.state and place.city in ("", city)
            ]
            here &= np.isin(table.city, fitting)
        found |= here
    return found & ~table.told["homeless"]


def _account(index: Index, wanted: str | list[str]) -> Any:
    types = [wanted] if isinstance(wanted, str) else wanted
    if "ANY" in types:
        return _all(index)
    numbers = [number for number, name in enumerate(ACCOUNT_TYPES[0].items) if name in types]
    return np.isin(index.table.account_type, numbers)


def _of_niche(fits: Callable[[Any, Any], bool]) -> Mask:
    return lambda index, wanted: _niches(lambda niche: fits(niche, wanted))[index.table.niche]


def _about(niche: Any, names: Iterable[str]) -> int:
    """Return how many of some topics are a niche's own."""
    own = {*niche.topics, niche.name.lower()}
    return sum(name.lower().lstrip("#") in own for name in names)


def _relevant(niche: Any, wanted: Json) -> bool:
    names = wanted.get("name", [])
    part = _about(niche, names) / len(names) if names else 0.0
    return bool(part >= wanted.get("threshold", 0.55))


def _grows(index: Index, wanted: Json) -> Any:
    return index.growth(wanted["interval"]) > wanted["percentage_value"]


def _posted(index: Index, wanted: str) -> Any:
    latest = index.column("latest")
    return (latest > 0) & (latest >= filters.instant(wanted, "last_post_timestamp"))


def _credible(index: Index, wanted: list[str]) -> Any:
    bounds = np.array([bound for bound, _ in CATEGORIES])
    names = [name for _, name in CATEGORIES] + [BEST_CATEGORY]
    places = np.searchsorted(bounds, index.table.credibility, side="right")
    return np.isin(places, [number for number, name in enumerate(names) if name in wanted])


def _official(index: Index, wanted: bool) -> Any:  # noqa: FBT001 - the filter's own value
    if not wanted:
        return _all(index)
    return index.table.verified & _niches(lambda niche: niche.name == "Music & Dance")[index.table.niche]


def _subscribers(index: Index, wanted: Json) -> Any:
    count = index.column("followers")
    return _within(count if index.table.platform == "youtube" else np.zeros_like(count), wanted)


def _audience_gender(index: Index, wanted: Json) -> Any:
    if wanted["type"] == "ANY":
        return _all(index) & (wanted["percentage_value"] < 100)
    return index.table.people.gender(wanted["type"]) > wanted["percentage_value"]


def _audience_age(index: Index, wanted: Json) -> Any:
    share = index.table.people.aged(wanted.get("min", 0), wanted.get("max", 99))
    return share > wanted.get("percentage_value", filters.MATTERS)


def _posts_of(index: Index, wanted: str) -> Any:
    """Return who posts what is asked for: nobody of a population posts shorts or streams."""
    return _none(index) if wanted in ("SHORTS", "STREAMS") else _all(index)


MASKS: dict[str, Mask] = {
    "follower_count": _ranged("followers"),
    "subscriber_count": _subscribers,
    "is_verified": lambda index, wanted: index.table.verified == wanted,
    "engagement_rate": lambda index, wanted: (
        100 * index.table.engagement_rate >= filters.percentage(wanted["percentage_value"], "engagement_rate")
    ),
    "average_likes": _ranged("likes"),
    "average_views": _ranged("views"),
    "content_count": _ranged("posts"),
    "total_engagements": lambda index, wanted: _within(
        index.column("likes") + index.column("comments"), wanted
    ),
    "share_count": _ranged("likes", 0.06),
    "save_count": _ranged("likes", 0.11),
    "instagram_options": lambda index, wanted: _within(index.column("reels"), wanted.get("reel_views", {})),
    "creator_gender": _gender,
    "creator_age": lambda index, wanted: ~index.table.told["discreet"] & _within(index.table.age, wanted),
    "creator_age_bracket": lambda index, wanted: index.table.age >= int(wanted.removeprefix("OVER_")),
    "creator_language": lambda index, wanted: np.array(
        [wanted.get("code", "").lower() in ("", nation.language) for nation in NATIONS]
    )[index.table.country],
    "creator_locations": _lives,
    "creator_interests": _of_niche(lambda niche, wanted: niche.name in wanted),
    "creator_lookalikes": _of_niche(lambda niche, wanted: niche.name == wanted),
    "audience_lookalikes": _of_niche(lambda niche, wanted: niche.name == wanted),
    "platform_account_type": _account,
    "creator_account_type": _account,
    "hashtags": _of_niche(
        lambda niche, wanted: any(each["name"].lower().lstrip("#") in niche.topics for each in wanted)
    ),
    "topic_relevance": _of_niche(_relevant),
    "has_contact_details": lambda index, wanted: (
        (index.table.told["email"] | index.table.told["link"]) == wanted
    ),
    "specific_contact_details": _contact,
    "last_post_timestamp": _posted,
    "follower_growth": _grows,
    "subscriber_growth": lambda index, wanted: (
        _grows(index, wanted) if index.table.platform == "youtube" else _none(index)
    ),
    "audience_gender": _audience_gender,
    "audience_age": _audience_age,
    "audience_credibility_category": _credible,
    "audience_credibility_score": lambda index, wanted: index.table.credibility >= wanted,
    "is_official_artist": _official,
    "livestream_options": lambda index, _wanted: _none(index),
    "post_type": _posts_of,
}
"""What decides who passes, by the filter's name."""


def _said(index: Index, wanted: str) -> Flags:
    found: Flags = _all(index)
    for word in wanted.lower().split():
        found = found & wording.might_say(index.table, word)
    return found


def _watched(index: Index, wanted: list[Json], names: Callable[[Json], list[str]]) -> Any:
    """Return whose audience could live in each place: that of a city is never more than its country's."""
    found = _all(index)
    for each in wanted:
        places = [locations()[id] for id in names(each)]
        shares = [index.table.abroad.share(_NATION[place.country]) for place in places]
        most = np.maximum.reduce(shares) if shares else np.zeros(len(index.table))
        found &= most > each.get("percentage_value", 0)
    return found


def _by_id(each: Json) -> list[str]:
    id = each.get("location_id", "").lower()
    return [id] if id in locations() else []


def _by_name(each: Json) -> list[str]:
    name = each.get("name", "").lower()
    return [place.id for place in locations().values() if place.name.lower() == name]


NARROWING: dict[str, Mask] = {
    "description_keywords": _said,
    "audience_locations": lambda index, wanted: _watched(index, wanted, _by_id),
    "audience_location": lambda index, wanted: _watched(index, wanted, _by_name),
}
"""What leaves out those who cannot pass, by the filter's name."""
