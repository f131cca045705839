"""Dictionaries: what the search's filters take."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from fixtures.creators import BRANDS, LANGUAGES, NICHES
from harness.transaction import Transaction
from mocks.insightiq.parameters import Listing, OfCreator, Query, Text
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import creators, dictionaries, pictures, platforms, search

Json = dict[str, Any]


class Places(Listing):
    """Which places."""

    search_string: str = ""


class Handles(Query):
    """Which creators: `type` is what to search by."""

    query_text: Text
    work_platform_id: Text
    type: Text
    limit: int = Field(10, ge=1, le=100)


class Topics(OfCreator):
    """Whose topics."""

    limit: int = Field(25, ge=1, le=100)


class RelevantTopics(OfCreator):
    """Whose topics."""

    limit: int = Field(60, ge=1, le=100)


@insightiq.get(
    "/v1/social/creators/dictionary/locations",
    id="get-v1-social-creators-profiles-dictionary-countries",
    tier="P1",
)
def list_locations(tx: Transaction, params: Places) -> Json:
    """List places by a part of their name."""
    found = dictionaries.search(params.search_string)[params.offset : params.offset + params.limit]
    return {"locations": [{"id": each.id, "name": each.name, "type": each.type} for each in found]}


@insightiq.get(
    "/v1/social/creators/dictionary/languages",
    id="get-v1-social-creators-profiles-dictionary-languages",
    tier="P1",
)
def list_languages(tx: Transaction) -> Json:
    """List languages."""
    return {"languages": [{"name": name, "code": code} for code, name in LANGUAGES.items()]}


@insightiq.get(
    "/v1/social/creators/dictionary/interests",
    id="get-v1-social-creators-profiles-dictionary-interests",
    tier="P1",
)
def list_interests(tx: Transaction) -> Json:
    """List interests."""
    return {"interests": [{"name": niche.name} for niche in NICHES]}


@insightiq.get(
    "/v1/social/creators/dictionary/brands",
    id="get-v1-social-creators-profiles-dictionary-brands",
    tier="P1",
)
def list_brands(tx: Transaction) -> Json:
    """List brands."""
    return {"brands": [{"name": name} for name in BRANDS]}


@insightiq.get(
    "/v1/social/creators/dictionary/userhandles",
    id="get-v1-social-creators-dictionary-userhandles",
    tier="P1",
)
def list_handles(tx: Transaction, params: Handles) -> list[Json]:
    """List creators whose handle or name begins with a text, the largest first."""
    platform = platforms.of_creators(params.work_platform_id)
    found = search.beginning(tx, params.query_text, platform, params.limit)
    return [
        {
            "user_id": profile.external_id,
            "username": profile.creator.handle,
            "fullname": profile.creator.full_name,
            "picture": pictures.profile(tx, profile.creator.handle),
            "followers": str(profile.followers),
            "is_verified": profile.verified,
        }
        for profile in found
    ]


@insightiq.get(
    "/v1/social/creators/dictionary/topics",
    id="get-v1-social-creators-profiles-dictionary-topics",
    tier="P1",
)
def list_topics(tx: Transaction, params: Topics) -> Json:
    """List a creator's topics."""
    profile = creators.find(tx, params.identifier, params.work_platform_id)
    return {"data": [{"name": name, "value": name} for name in profile.creator.topics[: params.limit]]}


@insightiq.get(
    "/v1/social/creators/dictionary/topics/relevance",
    id="get-v1-social-creators-profiles-dictionary-topics-relevance",
    tier="P1",
)
def list_relevant_topics(tx: Transaction, params: RelevantTopics) -> Json:
    """List a creator's topics by how much they are about them."""
    profile = creators.find(tx, params.identifier, params.work_platform_id)
    tags = [tag for post in profile.feed.recent(30, tx.now) for tag in post.hashtags]
    topics = profile.creator.topics[: params.limit]
    return {
        "data": [
            {"name": name, "distance": round(0.1 + 0.12 * place, 2), "frequency": tags.count(name)}
            for place, name in enumerate(topics)
        ]
    }
