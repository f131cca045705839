"""The filters of a creator search: for each the test that a profile must pass, and what a result tells of the match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fixtures.creators import LANGUAGES, Profile
from fixtures.creators.feed import handle_of
from harness import instants
from harness.errors import InvalidInput
from mocks.insightiq import errors
from mocks.insightiq.resources.dictionaries import cities_of, locations

Json = dict[str, Any]
Test = Callable[[Profile, Any], Any]
Value = Callable[[Profile, Any], Any]

MATTERS = 10.0
"""Percent of an audience from which on a filter without a percentage takes notice."""


# --- values ------------------------------------------------------------------------------------------------------


def shares(pairs: Any) -> dict[str, float]:
    """Return a breakdown as a dict."""
    return {share.name: share.value for share in pairs}


def located(profile: Profile, id: str) -> float:
    """Return the percentage of an audience that lives in a place."""
    place = locations().get(id.lower())
    if place is None:
        return 0.0
    if place.type == "COUNTRY":
        return shares(profile.audience.countries).get(place.country, 0.0)
    wanted = cities_of(place)
    return round(sum(share.value for share in profile.audience.cities if share.name in wanted), 2)


def named_place(profile: Profile, name: str) -> float:
    """Return the percentage of an audience that lives in a place given by name."""
    found = [each.id for each in locations().values() if each.name.lower() == name.lower()]
    return max((located(profile, id) for id in found), default=0.0)


def relevance(profile: Profile, names: list[str]) -> float:
    """Return which part of some topics is a creator's own, 0 to 1."""
    own = {*profile.creator.topics, profile.creator.niche.name.lower()}
    return sum(name.lower().lstrip("#") in own for name in names) / len(names) if names else 0.0


def likeness(profile: Profile, niche: str) -> float:
    """Return how much a profile resembles those of a niche, 0 to 1."""
    return 0.9 if profile.creator.niche.name == niche else 0.0


def text_of(profile: Profile) -> str:
    """Return what a profile says of itself: handle, name and introduction, small."""
    creator = profile.creator
    return f"{creator.handle} {creator.full_name} {creator.bio}".lower()


def best(pairs: Any, names: list[str]) -> tuple[str, float]:
    """Return the one of some names that has most of a breakdown."""
    known = shares(pairs)
    return max(((name, known.get(name, 0.0)) for name in names), key=lambda pair: pair[1], default=("", 0.0))


def aged(profile: Profile, wanted: Json) -> float:
    """Return the percentage of an audience between two ages."""
    return profile.audience.aged(wanted.get("min", 0), wanted.get("max", 99))


def gendered(profile: Profile, wanted: Json) -> float:
    """Return the percentage of an audience that is of a gender."""
    return 100.0 if wanted["type"] == "ANY" else profile.audience.gender(wanted["type"])


# --- tests -------------------------------------------------------------------------------------------------------


def percentage(text: str, field: str) -> float:
    """Read a percentage that comes as text; refuse what is none."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1000:
        raise errors.invalid([field], "It must be a percentage.")
    return value


def instant(text: str, field: str) -> int:
    """Read an instant or a day; refuse what is none."""
    try:
        return instants.parse(text)
    except InvalidInput:
        raise errors.invalid([field], "It must be a date.") from None


def _lives(profile: Profile, wanted: list[str]) -> bool:
    creator = profile.creator
    if creator.homeless:
        return False
    for id in wanted:
        place = locations().get(id.lower())
        if place is None or place.country != creator.country.code:
            continue
        if place.state in ("", creator.city[1]) and place.city in ("", creator.city[0]):
            return True
    return False


def _mentions(profile: Profile, wanted: list[Json]) -> bool:
    known = {handle_of(brand) for brand in profile.feed.brands}
    return any(each["name"].lower().lstrip("@") in known for each in wanted)


def _brands(profile: Profile) -> list[str]:
    return [name for name, _ in profile.creator.brands]


def _languages(profile: Profile, wanted: list[Json]) -> bool:
    known = shares(profile.audience.languages)
    return all(
        known.get(each["code"].lower(), 0.0) > percentage(each["percentage_value"], "audience_language")
        for each in wanted
    )


def _affinities(profile: Profile, wanted: list[Json]) -> bool:
    known = shares(profile.audience.interests)
    return all(
        known.get(each.get("value", ""), 0.0)
        > percentage(each.get("percentage_value", "0"), "audience_interest_affinities")
        for each in wanted
    )


TESTS: dict[str, Test] = {
    "creator_brand_affinities": lambda profile, wanted: any(brand in wanted for brand in _brands(profile)),
    "description_keywords": lambda profile, wanted: all(
        word in text_of(profile) for word in wanted.lower().split()
    ),
    "bio_phrase": lambda profile, wanted: wanted.lower() in profile.creator.bio.lower(),
    "mentions": _mentions,
    "has_sponsored_posts": lambda profile, wanted: bool(profile.feed.brands) is wanted,
    "brand_sponsors": lambda profile, wanted: any(brand in wanted for brand in profile.feed.brands),
    "audience_language": _languages,
    "audience_interests": lambda profile, wanted: best(profile.audience.interests, wanted)[1] > MATTERS,
    "audience_interest_affinities": _affinities,
    "audience_brand_affinities": lambda profile, wanted: best(profile.audience.brands, wanted)[1] > 0,
    "audience_locations": lambda profile, wanted: all(
        located(profile, each.get("location_id", "")) > each.get("percentage_value", 0) for each in wanted
    ),
    "audience_location": lambda profile, wanted: all(
        named_place(profile, each.get("name", "")) > each.get("percentage_value", 0) for each in wanted
    ),
}
"""What a profile must pass by itself, where `masks` does not decide. The cheap ones come first, in this order."""

TAKEN = frozenset({"audience_source", "exclude_private_profiles", "has_audience_info"})
"""Filters that every profile passes: none is private, all have an audience, which is the same by every source."""


# --- what a result tells of the match ----------------------------------------------------------------------------


def _named(pair: tuple[str, float]) -> Json:
    return {"name": pair[0], "percentage_value": pair[1]}


def _language(profile: Profile, wanted: list[Json]) -> Json:
    code, value = best(profile.audience.languages, [each["code"].lower() for each in wanted])
    return {"code": code, "name": LANGUAGES.get(code, code), "percentage_value": value}


def _place(profile: Profile, wanted: list[Json]) -> Json:
    ids = [each.get("location_id", "") for each in wanted]
    id, value = max(((each, located(profile, each)) for each in ids), key=lambda pair: pair[1])
    place = locations().get(id.lower())
    return {"name": place.name if place else "", "location_id": id, "percentage_value": value}


MATCHES: dict[str, Value] = {
    "brand_sponsors": lambda profile, wanted: [brand for brand in profile.feed.brands if brand in wanted],
    "creator_age": lambda profile, _wanted: {"min": profile.creator.age, "max": profile.creator.age},
    "creator_brand_affinities": lambda profile, wanted: [b for b in _brands(profile) if b in wanted],
    "follower_growth": lambda profile, wanted: profile.growth(wanted["interval"]),
    "subscriber_growth": lambda profile, wanted: profile.growth(wanted["interval"]),
    "creator_gender": lambda profile, _wanted: profile.creator.gender,
    "creator_interests": lambda profile, _wanted: [profile.creator.niche.name],
    "creator_language": lambda profile, _wanted: {
        "code": profile.creator.country.language,
        "name": LANGUAGES[profile.creator.country.language],
    },
    "creator_locations": lambda profile, wanted: [id for id in wanted if _lives(profile, [id])],
    "creator_lookalikes": likeness,
    "content_count": lambda profile, _wanted: profile.content_count,
    "instagram_options": lambda profile, _wanted: {"reel_views": profile.average_reels_views},
    "audience_age": lambda profile, wanted: {
        "min": wanted.get("min", 13),
        "max": wanted.get("max", 65),
        "percentage_value": aged(profile, wanted),
    },
    "audience_gender": lambda profile, wanted: {
        "type": wanted["type"],
        "percentage_value": gendered(profile, wanted),
    },
    "audience_brand_affinities": lambda profile, wanted: _named(best(profile.audience.brands, wanted)),
    "audience_interests": lambda profile, wanted: _named(best(profile.audience.interests, wanted)),
    "audience_language": _language,
    "audience_locations": _place,
    "audience_lookalikes": likeness,
}
"""What `filter_match` says of a result, for the filters that it speaks of."""
