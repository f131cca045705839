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


def within(value: float, wanted: Json) -> bool:
    """Tell whether a value lies in a range; either end may be missing."""
    return bool(wanted.get("min", value) <= value <= wanted.get("max", value))


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


def _ranged(value: Callable[[Profile], float]) -> Test:
    return lambda profile, wanted: within(value(profile), wanted)


def _gender(profile: Profile, wanted: str) -> bool:
    if wanted == "ANY":
        return True
    creator = profile.creator
    if creator.discreet or wanted in ("GENDER_NEUTRAL", "ORGANIZATION"):
        return False
    return wanted in ("MALE_OR_FEMALE", creator.gender)


def _contact(profile: Profile, wanted: list[Json]) -> bool:
    has = {"EMAIL": profile.creator.email is not None, "LINKTREE": profile.creator.link is not None}
    must = [each for each in wanted if each.get("preference") == "MUST_HAVE"]
    should = [each for each in wanted if each not in must]
    if not all(has.get(each.get("type", ""), False) for each in must):
        return False
    return not should or bool(must) or any(has.get(each.get("type", ""), False) for each in should)


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


def _grows(profile: Profile, wanted: Json) -> bool:
    return bool(profile.growth(wanted["interval"]) > wanted["percentage_value"])


def _tagged(profile: Profile, wanted: list[Json]) -> bool:
    return any(each["name"].lower().lstrip("#") in profile.creator.topics for each in wanted)


def _mentions(profile: Profile, wanted: list[Json]) -> bool:
    known = {handle_of(brand) for brand in profile.feed.brands}
    return any(each["name"].lower().lstrip("@") in known for each in wanted)


def _brands(profile: Profile) -> list[str]:
    return [name for name, _ in profile.creator.brands]


def _posted_since(profile: Profile, wanted: str) -> bool:
    last = profile.feed.latest(profile.day * instants.DAY)
    return last is not None and last >= instant(wanted, "last_post_timestamp")


def _account(profile: Profile, wanted: str | list[str]) -> bool:
    types = [wanted] if isinstance(wanted, str) else wanted
    return "ANY" in types or profile.creator.account_type in types


def _audience_ages(profile: Profile, wanted: Json) -> bool:
    return bool(aged(profile, wanted) > wanted.get("percentage_value", MATTERS))


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
    "follower_count": _ranged(lambda profile: profile.followers),
    "subscriber_count": _ranged(lambda profile: profile.followers if profile.platform == "youtube" else 0),
    "is_verified": lambda profile, wanted: profile.verified is wanted,
    "engagement_rate": lambda profile, wanted: (
        100 * profile.engagement_rate >= percentage(wanted["percentage_value"], "engagement_rate")
    ),
    "average_likes": _ranged(lambda profile: profile.average_likes),
    "average_views": _ranged(lambda profile: profile.average_views),
    "content_count": _ranged(lambda profile: profile.content_count),
    "total_engagements": _ranged(lambda profile: profile.average_likes + profile.average_comments),
    "share_count": _ranged(lambda profile: int(profile.average_likes * 0.06)),
    "save_count": _ranged(lambda profile: int(profile.average_likes * 0.11)),
    "instagram_options": lambda profile, wanted: within(
        profile.average_reels_views, wanted.get("reel_views", {})
    ),
    "creator_gender": _gender,
    "creator_age": lambda profile, wanted: (
        not profile.creator.discreet and within(profile.creator.age, wanted)
    ),
    "creator_age_bracket": lambda profile, wanted: profile.creator.age >= int(wanted.removeprefix("OVER_")),
    "creator_language": lambda profile, wanted: (
        wanted.get("code", "").lower() in ("", profile.creator.country.language)
    ),
    "creator_locations": _lives,
    "creator_interests": lambda profile, wanted: profile.creator.niche.name in wanted,
    "creator_brand_affinities": lambda profile, wanted: any(brand in wanted for brand in _brands(profile)),
    "creator_lookalikes": lambda profile, wanted: likeness(profile, wanted) > 0,
    "platform_account_type": _account,
    "creator_account_type": _account,
    "description_keywords": lambda profile, wanted: all(
        word in text_of(profile) for word in wanted.lower().split()
    ),
    "bio_phrase": lambda profile, wanted: wanted.lower() in profile.creator.bio.lower(),
    "hashtags": _tagged,
    "mentions": _mentions,
    "topic_relevance": lambda profile, wanted: (
        relevance(profile, wanted.get("name", [])) >= wanted.get("threshold", 0.55)
    ),
    "has_contact_details": lambda profile, wanted: (
        (profile.creator.email is not None or profile.creator.link is not None) is wanted
    ),
    "specific_contact_details": _contact,
    "last_post_timestamp": _posted_since,
    "has_sponsored_posts": lambda profile, wanted: bool(profile.feed.brands) is wanted,
    "brand_sponsors": lambda profile, wanted: any(brand in wanted for brand in profile.feed.brands),
    "follower_growth": _grows,
    "subscriber_growth": lambda profile, wanted: profile.platform == "youtube" and _grows(profile, wanted),
    "audience_gender": lambda profile, wanted: gendered(profile, wanted) > wanted["percentage_value"],
    "audience_age": _audience_ages,
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
    "audience_lookalikes": lambda profile, wanted: likeness(profile, wanted) > 0,
    "audience_credibility_category": lambda profile, wanted: profile.audience.category in wanted,
    "audience_credibility_score": lambda profile, wanted: profile.credibility >= wanted,
    "is_official_artist": lambda profile, wanted: (
        not wanted or (profile.verified and profile.creator.niche.name == "Music & Dance")
    ),
}
"""What a profile must pass, by the filter's name. The cheap ones come first: they are tried in this order."""

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
