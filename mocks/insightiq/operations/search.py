"""Searching creators: pages, quick search, and the export, a job without the limit of 500 results."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import Field

from harness.transaction import Transaction
from mocks.insightiq import errors
from mocks.insightiq.dialect import metadata
from mocks.insightiq.parameters import LARGEST, Body, Count, Listing, Query, Text, Texts, Uuid
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import creators, filters, jobs, platforms, search
from mocks.insightiq.resources.analytics import extras

Json = dict[str, Any]
Percentage = Annotated[float, Field(ge=0, le=100)]
Gender = Literal["ANY", "FEMALE", "GENDER_NEUTRAL", "MALE", "ORGANIZATION", "MALE_OR_FEMALE"]
Category = Literal["BAD", "LOW", "NORMAL", "HIGH", "EXCELLENT"]
AccountType = Literal["ANY", "BUSINESS", "CREATOR", "PERSONAL", "PARTNERS", "AFFILIATES", "NULL"]

PostType = Literal["ALL (default)", "ALL", "VIDEOS", "SHORTS", "STREAMS"]


class Range(Body):
    """A range of counts, both ends included."""

    min: Count | None = None
    max: Count | None = None


class Named(Body):
    """A hashtag or a mention."""

    name: Text


class Coded(Body):
    """A language."""

    code: Text | None = None


class AudienceGender(Body):
    """More than a percentage of an audience of one gender."""

    type: Literal["ANY", "FEMALE", "MALE"]
    operator: Literal["GT"]
    percentage_value: Percentage


class AudienceAge(Range):
    """More than a percentage of an audience between two ages."""

    percentage_value: Percentage | None = None


class AudienceLanguage(Body):
    """More than a percentage of an audience that speaks a language."""

    code: Text
    percentage_value: Text


class Affinity(Body):
    """More than a percentage of an audience with an interest."""

    value: Text | None = None
    operation: Literal["GT"] | None = None
    percentage_value: Text | None = None


class AudiencePlace(Body):
    """More than a percentage of an audience in a place, by its id or by its name."""

    location_id: Uuid | None = None
    name: Text | None = None
    percentage_value: Percentage | None = None
    operator: Literal["GT"] | None = None


class Growth(Body):
    """More than a percentage of growth within some months."""

    interval: Annotated[int, Field(ge=1, le=24)]
    interval_unit: Literal["MONTH"]
    operator: Literal["GT"]
    percentage_value: Annotated[int, Field(ge=-100, le=LARGEST)]


class Contact(Body):
    """A way to reach a creator."""

    type: Text | None = None
    preference: Literal["MUST_HAVE", "SHOULD_HAVE"] | None = None


class Topics(Body):
    """Topics, and how much of them a creator must be about."""

    name: Texts | None = None
    weight: Annotated[float, Field(ge=0, le=1)] | None = None
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None


class Rate(Body):
    """At least a percentage."""

    percentage_value: Text


class Reels(Body):
    """Instagram alone."""

    reel_views: Range | None = None


class SortBy(Body):
    """The order."""

    field: Text
    order: Literal["DESCENDING"]


class Filters(Body):
    """What all three searches take."""

    work_platform_id: Text
    sort_by: SortBy
    follower_count: Range | None = None
    subscriber_count: Range | None = None
    content_count: Range | None = None
    audience_gender: AudienceGender | None = None
    creator_gender: Gender | None = None
    audience_age: AudienceAge | None = None
    creator_age: Range | None = None
    description_keywords: str | Texts | None = None
    is_verified: bool | None = None
    has_contact_details: bool | None = None
    specific_contact_details: list[Contact] | None = None
    last_post_timestamp: Text | None = None
    audience_language: list[AudienceLanguage] | None = None
    creator_language: Coded | None = None
    audience_interests: Texts | None = None
    audience_interest_affinities: list[Affinity] | None = None
    creator_interests: Texts | None = None
    audience_brand_affinities: Texts | None = None
    creator_brand_affinities: Texts | None = None
    average_likes: Range | None = None
    average_views: Range | None = None
    engagement_rate: Rate | None = None
    has_sponsored_posts: bool | None = None
    brand_sponsors: Texts | None = None
    instagram_options: Reels | None = None
    audience_locations: Annotated[list[AudiencePlace], Field(min_length=1)] | None = None
    creator_locations: Annotated[list[Uuid], Field(max_length=100)] | None = None
    follower_growth: Growth | None = None
    subscriber_growth: Growth | None = None
    bio_phrase: Text | None = None
    hashtags: list[Named] | None = None
    mentions: list[Named] | None = None
    topic_relevance: Topics | None = None
    audience_lookalikes: Text | None = None
    platform_account_type: AccountType | None = None
    creator_account_type: list[AccountType] | None = None
    creator_lookalikes: Text | None = None
    audience_location: list[AudiencePlace] | None = None
    audience_source: Literal["ANY", "LIKERS", "FOLLOWERS", "COMMENTERS"] | None = None
    total_engagements: Range | None = None
    audience_credibility_category: list[Category] | None = None
    audience_credibility_score: Annotated[float, Field(ge=0, le=1)] | None = None
    is_official_artist: bool | None = None
    has_audience_info: bool | None = None
    share_count: Range | None = None
    save_count: Range | None = None
    exclude_private_profiles: bool | None = None
    creator_age_bracket: Literal["OVER_18", "OVER_21"] | None = None
    livestream_options: dict[str, Any] | None = None
    post_type: PostType | None = None


class Search(Filters):
    """A page of a search: at most 500 results altogether."""

    limit: Annotated[int, Field(ge=1, le=500)] = 10
    offset: Annotated[int, Field(ge=0, le=LARGEST)] = 0


class Export(Filters):
    """A search as a job."""

    max_results: Annotated[int, Field(ge=1, le=100_000)]


class ExportPage(Query):
    """A page of an export's results."""

    limit: int = Field(100, ge=1, le=500)
    offset: int = Field(0, ge=0, le=1_000_000)


def asked(tx: Transaction, params: Filters) -> Json:
    """Return what a search asks for; refuse what the published document does not allow.

    Keywords become one text, and the handles of look-alikes their niche.
    """
    told: Json = params.model_dump(exclude_none=True)
    platforms.find(params.work_platform_id)
    words = told.get("description_keywords")
    if isinstance(words, list):
        tx.deviation(
            errors.invalid(["description_keywords"], "It must be a string.", rule="keywords_as_list")
        )
        told["description_keywords"] = " ".join(words)
    field = params.sort_by.field
    if field not in search.BY_PROFILE and field not in search.BY_REQUEST:
        raise errors.invalid(["sort_by.field"])
    for name, read in (("engagement_rate", filters.percentage), ("last_post_timestamp", filters.instant)):
        if name in told:
            read(told[name]["percentage_value"] if name == "engagement_rate" else told[name], name)
    for name in ("creator_lookalikes", "audience_lookalikes"):
        if name in told:
            alike = creators.population(tx).by_handle(told[name].lstrip("@"))
            told[name] = alike.niche.name if alike else ""
    return told


@insightiq.post("/v1/social/creators/profiles/search", id="postCreatorProfileSearch", tier="P0")
def search_creators(tx: Transaction, params: Search) -> Json:
    """Search creators."""
    told = asked(tx, params)
    found = search.page(tx, told, params.limit, params.offset)
    answer: Json = {
        "data": [search.result(tx, profile, told) for profile in found],
        "metadata": {"offset": params.offset, "limit": params.limit},
    }
    if creators.settings(tx)["extras"]:
        for shown, profile in zip(answer["data"], found, strict=True):
            shown["external_id"] = extras(profile)["external_id"]
        answer["metadata"]["total"] = len(search.page(tx, told, search.MOST, 0))
    return answer


@insightiq.post("/v1/social/creators/profiles/quick-search", id="postQuickCreatorProfileSearch", tier="P1")
def search_quickly(tx: Transaction, params: Search) -> Json:
    """Search creators, without their contacts."""
    found = search.page(tx, asked(tx, params), params.limit, params.offset)
    page = Listing.model_construct(limit=params.limit, offset=params.offset)
    shown = [{**search.quick(tx, each), "location": creators.place(tx, each)} for each in found]
    return {"data": shown, "metadata": metadata(page)}


@insightiq.post(
    "/v1/social/creators/profiles/search-export", id="AsyncCreatorProfileSearch", tier="P1", status=202
)
def export_creators(tx: Transaction, params: Export) -> Json:
    """Search creators as a job."""
    told = asked(tx, params)
    platform = platforms.find(params.work_platform_id)
    job = jobs.start(tx, "export", told, [], platform.id)
    sent = params.model_dump(exclude_none=True)
    shown = {"id": job["id"], "status": job["status"], "work_platform": platform.attribute()}
    return {**shown, "filters": sent}


@insightiq.get("/v1/social/creators/profiles/search-export/{id}", id="getasynccsresults", tier="P1")
def exported_creators(tx: Transaction, params: ExportPage, id: str) -> Json:
    """Retrieve a page of an export's results."""
    job = jobs.find(tx, "export", id)
    shown: Json = {"id": job["id"], "status": job["status"], "data": []}
    if jobs.is_done(job):
        told = job["request"]
        found = islice(search.search(tx, told), told["max_results"])
        page = islice(found, params.offset, params.offset + params.limit)
        shown["data"] = [{**search.quick(tx, each), "location": creators.place(tx, each)} for each in page]
    return shown
