"""Brand safety: screenings and the criteria they follow."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from harness.transaction import Transaction
from mocks.insightiq.dialect import find, listed
from mocks.insightiq.parameters import Body, Listing, Text, Texts
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import jobs, screening
from mocks.insightiq.resources.screening import CRITERIA

Json = dict[str, Any]


class Screening(Body):
    """A profile or a post to screen, by its address."""

    work_platform_id: Text
    profile_url: Text | None = None
    content_url: Text | None = None
    flagging_criteria_id: Text | None = None


class Screened(Listing):
    """Which of the posts: those with risks, or all."""

    include_all: bool = False


class Platform(Body):
    """A work platform."""

    id: Text


class Keyword(Body):
    """A word to look for."""

    term: Text
    action: Literal["INCLUDE", "EXCLUDE"]
    match_type: list[Literal["EXACT", "STEMMING", "SYNONYM"]] = Field(default_factory=lambda: ["EXACT"])  # type: ignore[arg-type]


class Criteria(Body):
    """What a screening looks for, and how far back."""

    name: Text
    media_types: list[Literal["IMAGE", "VIDEO"]] | None = None
    time_period_in_months: Annotated[int, Field(ge=1, le=120)] | None = None
    content_limit: Annotated[int, Field(ge=1, le=500)] | None = None
    work_platforms: list[Platform] | None = None
    categories: Texts | None = None
    keywords: list[Keyword] | None = None


@insightiq.post("/v1/safety/social-profile-screening", id="get-v1-analytics-safety", tier="P0", status=202)
def begin_screening(tx: Transaction, params: Screening) -> Json:
    """Begin to screen a profile or a post."""
    job = screening.start(tx, params.model_dump(exclude_none=True))
    return {"id": job["id"], "status": job["status"]}


@insightiq.get("/v1/safety/social-profile-screening/{id}", id="get-v1-analytics-safety-id", tier="P0")
def retrieve_screening(tx: Transaction, id: str) -> Json:
    """Retrieve a screening."""
    return screening.report(tx, jobs.find(tx, "screening", id))


@insightiq.get(
    "/v1/safety/social-profile-screening/{id}/contents", id="get-v1-analytics-safety-contents", tier="P1"
)
def list_screened(tx: Transaction, params: Screened, id: str) -> Json:
    """List the posts that a screening flagged, newest first, or all that it looked at."""
    found = screening.findings(tx, jobs.find(tx, "screening", id))
    shown = []
    if found is not None:
        profile, seen = found
        posts = seen.posts if params.include_all else seen.flagged
        page = posts[params.offset : params.offset + params.limit]
        shown = [screening.content(tx, profile, post, risks) for post, risks in page]
    return {"data": shown, "metadata": {"offset": params.offset, "limit": params.limit}}


@insightiq.post("/v1/safety/flagging-criteria", id="post-v1-analytics-safety-flagging-criteria", tier="P1")
def create_criteria(tx: Transaction, params: Criteria) -> Json:
    """Add flagging criteria."""
    return screening.add_criteria(tx, params.model_dump(exclude_none=True))


@insightiq.get("/v1/safety/flagging-criteria", id="get-v1-analytics-safety-flagging-criteria", tier="P1")
def list_criteria(tx: Transaction, params: Listing) -> Json:
    """List flagging criteria, newest first."""
    shown = listed(tx, CRITERIA, params, lambda kept: kept)
    return {**shown, "metadata": {"offset": params.offset, "limit": params.limit}}


@insightiq.get(
    "/v1/safety/flagging-criteria/{id}", id="get-v1-analytics-safety-flagging-criteria-id", tier="P1"
)
def retrieve_criteria(tx: Transaction, id: str) -> Json:
    """Retrieve flagging criteria. The published document gives this operation the id of the list."""
    return find(tx, CRITERIA, id, "flagging_criteria")
