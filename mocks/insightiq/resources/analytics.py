"""Creator analytics: everything that is known of a public profile at an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.insightiq.dialect import timestamp
from mocks.insightiq.resources import creators, pictures
from mocks.insightiq.resources.platforms import named

if TYPE_CHECKING:
    from fixtures.creators import Audience, Post, Profile
    from harness.transaction import Transaction

Json = dict[str, Any]

ALIKE = 5
_BANDS = 10


def report(tx: Transaction, profile: Profile, at: int) -> Json:
    """Return `profile`, `pricing` and `pricing_explanations` at an instant."""
    return {
        "profile": full(tx, profile, at),
        "pricing": _pricing(profile),
        "pricing_explanations": _explanations(profile),
    }


def full(tx: Transaction, profile: Profile, at: int) -> Json:
    """Show a profile in all detail."""
    creator, feed = profile.creator, profile.feed
    shown = {
        **creators.basic(tx, profile),
        **creators.person(tx, profile),
        "average_likes": profile.average_likes,
        "average_comments": profile.average_comments,
        "average_views": profile.average_views,
        "average_reels_views": profile.average_reels_views,
        "engagement_rate": creators.rate(tx, profile),
        "content_count": profile.content_count,
        "sponsored_posts_performance": _sponsored_performance(profile, at),
        "reputation_history": _history(profile),
        "location": creators.place(tx, profile),
        "top_hashtags": [{"name": name} for name in creator.topics],
        "top_mentions": [{"name": name} for post in feed.sponsored(3, at) for name in post.mentions],
        "top_interests": [{"name": share.name} for share in profile.audience.interests[:3]],
        "brand_affinity": [{"name": name, "value": value} for name, value in creator.brands],
        "top_contents": [content(tx, profile, post, at) for post in feed.top(6, at)],
        "recent_contents": [content(tx, profile, post, at) for post in feed.recent(12, at)],
        "sponsored_contents": [content(tx, profile, post, at) for post in feed.sponsored(6, at)],
        "posts_hidden_likes_percentage_value": 0.0,
        "lookalikes": _alike(tx, profile),
        "audience": audience(tx, profile),
        "audience_likers": _likers(tx, profile),
        "engagement_rate_histogram": _histogram(profile),
        "audience_likes": [{"credibility": band} for band in _bands(float)],
        "contact_details": creators.contacts(profile),
    }
    if creators.settings(tx)["extras"]:
        shown |= extras(profile)
    return shown


def extras(profile: Profile) -> Json:
    """Return what a platform may read of a profile although InsightIQ does not send it; a scenario asks for it."""
    platform = named(profile.platform)
    return {
        "work_platform": platform.attribute() if platform else None,
        "external_id": profile.external_id,
        "platform_profile_id": profile.external_id,
        "reputation": {"follower_count": profile.followers, "following_count": profile.following},
    }


def content(tx: Transaction, profile: Profile, post: Post, at: int) -> Json:
    """Show a post in short."""
    counts = profile.feed.counts(post, at)
    return {
        "type": post.kind,
        "url": post.url,
        "description": post.caption,
        "thumbnail_url": pictures.thumbnail(tx, post.key),
        "engagement": {"like_count": counts.likes, "comment_count": counts.comments},
        "published_at": timestamp(post.published),
    }


def audience(tx: Transaction, profile: Profile) -> Json:
    """Show who follows; follower types are known on Instagram only."""
    group = profile.audience
    alike = _alike(tx, profile)
    types = group.types if profile.platform == "instagram" else []
    return {
        **demographics(group),
        "ethnicities": _named(group.ethnicities),
        "languages": [{"code": share.name, "value": share.value} for share in group.languages],
        "brand_affinity": _named(group.brands),
        "interests": _named(group.interests),
        "follower_types": _named(types),
        "lookalikes": alike,
        "credibility_score": group.credibility,
        "credibility_score_band": _bands(str),
        "significant_followers_percentage": group.significant,
        "significant_followers": (alike or [creators.basic(tx, profile)])[0],
    }


def _likers(tx: Transaction, profile: Profile) -> Json:
    group = profile.audience.likers
    types = group.types if profile.platform == "instagram" else []
    return {
        **demographics(group),
        "ethnicities": _named(group.ethnicities),
        "languages": [{"code": share.name, "value": share.value} for share in group.languages],
        "brand_affinity": _named(group.brands),
        "interests": _named(group.interests),
        "follower_types": [{"type": share.name, "value": share.value} for share in types],
        "significant_likers_percentage": group.significant,
        "significant_likers": _alike(tx, profile)[:3],
        "credibility_score": group.credibility,
    }


def demographics(group: Audience) -> Json:
    """Show where an audience lives, its genders and ages; also what a connected account's audience is."""
    return {
        "countries": [{"code": share.name, "value": share.value} for share in group.countries],
        "cities": _named(group.cities),
        "gender_age_distribution": [
            {"gender": gender, "age_range": ages, "value": value}
            for gender, ages, value in group.genders_and_ages
        ],
    }


def _named(shares: Any) -> list[Json]:
    return [{"name": share.name, "value": share.value} for share in shares]


def _alike(tx: Transaction, profile: Profile) -> list[Json]:
    """Show profiles that resemble one, as they stand on the same day."""
    people = creators.population(tx)
    alike = people.alike(profile.creator, profile.platform, ALIKE)
    found = [creators.profile_of(people, each.index, profile.platform, profile.day) for each in alike]
    return [creators.basic(tx, each) for each in found]


def _history(profile: Profile) -> list[Json]:
    subscribed = profile.platform == "youtube"
    return [
        {
            "month": month,
            "follower_count": followers,
            "subscriber_count": followers if subscribed else 0,
            "following_count": following,
            "average_likes": likes,
        }
        for month, followers, following, likes in profile.history()
    ]


def _sponsored_performance(profile: Profile, at: int) -> float:
    """Return how sponsored posts do against all others: 1 is as well."""
    posts = profile.feed.sponsored(6, at)
    if not posts:
        return 0.0
    likes = sum(profile.feed.counts(post, at).likes for post in posts) / len(posts)
    return round(likes / profile.average_likes, 4)


def _histogram(profile: Profile) -> list[Json]:
    """Return the bands of engagement around the profile's own."""
    step = profile.engagement_rate / 4
    bounds = [(round(step * place, 6), round(step * (place + 1), 6)) for place in range(8)]
    return [{"engagement_rate_band": {"min": low, "max": high}} for low, high in bounds]


def _bands(upper: type[float | str]) -> list[Json]:
    """Return ten bands of credibility with profiles in each; the published schema has one of their upper ends as text."""
    shares = (0.002, 0.006, 0.014, 0.03, 0.05, 0.1, 0.2, 0.31, 0.24, 0.048)
    return [
        {"min": place / 10, "max": upper((place + 1) / 10), "total_profile_count": round(100_000 * share)}
        for place, share in enumerate(shares)
    ]


def _pricing(profile: Profile) -> Json:
    kinds = {kind: {"min": price.low, "max": price.high} for kind, price in profile.prices.ranges().items()}
    return {"currency": "USD", "post_type": kinds}


def _explanations(profile: Profile) -> Json:
    prices, group = profile.prices, profile.audience
    size = profile.tier_name
    return {
        "engagement": {
            "level": prices.engagement_level,
            "description": "Engagement compared with profiles of the same size.",
        },
        "follower_level": {
            "level": size.capitalize(),
            "description": f"The profile is in the {size} tier by followers.",
        },
        "audience_location": {
            "level": f"Tier {prices.country_tier}",
            "description": "What advertising costs where most of the audience lives.",
        },
        "audience_credibility": {
            "level": group.category.capitalize(),
            "description": "How much of the audience is real.",
        },
    }
