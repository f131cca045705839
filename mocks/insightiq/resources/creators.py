"""Creators: the world's population of public profiles, derived from the seed, and how a profile is shown in short."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fixtures.creators import LARGEST, PLATFORMS, Population, Profile
from fixtures.creators.world import day_of
from harness.collection import Collection
from harness.errors import InvalidInput
from mocks.insightiq import errors
from mocks.insightiq.dialect import blank
from mocks.insightiq.resources import pictures, platforms

if TYPE_CHECKING:
    from fixtures.creators import Creator
    from harness.transaction import Transaction
    from mocks.insightiq.resources.platforms import WorkPlatform

Json = dict[str, Any]

SETTINGS = Collection("insightiq.settings")
DEFAULT_SIZE = 2_000
UNITS = ("fraction", "percent")


def configure(tx: Transaction, told: Json) -> None:
    """Set the world's population: `seed`, `size`, `platforms`, `engagement_rate_unit` (fraction or percent), `extras`.

    `extras` adds what a platform may read of an analytics profile or a search result although InsightIQ does not
    send it. Raises InvalidInput for values that there are not.
    """
    wanted: Json = {**settings(tx), **{name: value for name, value in told.items() if value is not None}}
    wanted["seed"] = str(wanted["seed"])
    if unknown := set(told) - set(settings(tx)):
        raise InvalidInput(
            f"creators have no {', '.join(sorted(unknown))}; they have {', '.join(settings(tx))}"
        )
    size, names = wanted["size"], wanted["platforms"]
    if not isinstance(size, int) or not 1 <= size <= LARGEST:
        raise InvalidInput(f"creators.size is a whole number from 1 to {LARGEST}, not {size!r}")
    if not names or not set(names) <= set(PLATFORMS):
        raise InvalidInput(f"creators.platforms are some of {', '.join(PLATFORMS)}, not {names!r}")
    if wanted["engagement_rate_unit"] not in UNITS:
        raise InvalidInput(f"creators.engagement_rate_unit is one of {', '.join(UNITS)}")
    document = {"id": "creators", **wanted}
    if tx.get(SETTINGS, "creators") is None:
        tx.insert(SETTINGS, document)
    else:
        tx.save(SETTINGS, document)


def settings(tx: Transaction) -> Json:
    """Return what the world's population is, by default 2,000 creators of the world's own seed."""
    usual = {
        "seed": tx.world.seed,
        "size": DEFAULT_SIZE,
        "platforms": list(PLATFORMS),
        "engagement_rate_unit": "fraction",
        "extras": False,
    }
    kept = tx.get(SETTINGS, "creators") or {}
    return {name: kept.get(name, value) for name, value in usual.items()}


def population(tx: Transaction) -> Population:
    """Return the world's population."""
    told = settings(tx)
    return Population(told["seed"], told["size"], tuple(told["platforms"]))


@lru_cache(8192)
def profile_of(population: Population, index: int, platform: str, day: int) -> Profile:
    """Return a profile as it stands on a day, the same object for all who ask."""
    return Profile(population.creator(index), platform, day)


def profile(tx: Transaction, creator: Creator, platform: WorkPlatform) -> Profile:
    """Return a creator's profile at the world's present."""
    return profile_of(population(tx), creator.index, platform.key, day_of(tx.now))


def then(tx: Transaction, profile: Profile, instant: int) -> Profile:
    """Return a profile as it stood at an earlier instant."""
    return profile_of(population(tx), profile.creator.index, profile.platform, day_of(instant))


def look_up(tx: Transaction, identifier: str, platform: WorkPlatform) -> Profile | None:
    """Find a profile by handle (in any case, with or without `@`) or address."""
    people = population(tx)
    creator = (
        people.by_url(identifier)[0]
        if "/" in identifier
        else people.by_handle(identifier.strip().lstrip("@"))
    )
    if creator is None or not (platform.key in creator.platforms or platforms.is_newsletter(platform)):
        return None
    return profile(tx, creator, platform)


def find(tx: Transaction, identifier: str, work_platform_id: str) -> Profile:
    """Find a profile of a platform that creator discovery covers; refuse an unknown one (404)."""
    found = look_up(tx, identifier, platforms.of_creators(work_platform_id))
    if found is None:
        raise errors.unknown_creator()
    return found


# --- how it is shown ---------------------------------------------------------------------------------------------


def counts(tx: Transaction, profile: Profile) -> Json:
    """Return followers and subscribers: YouTube counts subscribers, other platforms followers.

    The published schema has no null there: YouTube's subscribers then stand in both, elsewhere subscribers are 0.
    """
    if profile.platform == "youtube":
        shown = {"follower_count": blank(tx, None, profile.followers), "subscriber_count": profile.followers}
    else:
        shown = {"follower_count": profile.followers, "subscriber_count": blank(tx, None, 0)}
    return shown


def basic(tx: Transaction, profile: Profile) -> Json:
    """Show a profile in the fewest words, as lists of look-alikes do."""
    return {
        "platform_username": profile.creator.handle,
        "url": profile.url,
        "image_url": pictures.profile(tx, profile.creator.handle),
        **counts(tx, profile),
        "is_verified": profile.verified,
    }


def person(tx: Transaction, profile: Profile) -> Json:
    """Show what a profile tells of the person behind it."""
    creator = profile.creator
    known = not creator.discreet
    return {
        "full_name": creator.full_name,
        "introduction": creator.bio,
        "platform_account_type": creator.account_type,
        "gender": blank(tx, creator.gender if known else None, ""),
        "age_group": blank(tx, age_group(creator.age) if known else None, ""),
        "language": creator.country.language,
    }


def place(tx: Transaction, profile: Profile) -> Json:
    """Show where a creator is, as far as the profile tells."""
    creator = profile.creator
    if creator.homeless:
        return {name: blank(tx, None, "") for name in ("city", "state", "country")}
    city, state = creator.city
    return {"city": city, "state": state, "country": creator.country.name}


def contacts(profile: Profile) -> list[Json]:
    """Show how a creator can be reached."""
    creator = profile.creator
    found = []
    if creator.email is not None:
        found.append({"type": "email", "value": creator.email})
    if creator.link is not None:
        found.append({"type": "linktree", "value": creator.link})
    return found


def rate(tx: Transaction, profile: Profile) -> float:
    """Show the engagement rate in the world's unit, by default a fraction: 0.05 is five percent."""
    unit = settings(tx)["engagement_rate_unit"]
    return profile.engagement_rate if unit == "fraction" else round(100 * profile.engagement_rate, 4)


def age_group(age: int) -> str:
    """Return the range that an age lies in."""
    for low, high in ((18, 24), (25, 34), (35, 44), (45, 54)):
        if age <= high:
            return f"{low}-{high}"
    return "55-64"
