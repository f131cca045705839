"""The JSON of creators."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from integrations.models import Platform, RiskLevel
from integrations.schemas import Body, Id, Name, View

Handle = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^@?[^\s/@]+$")]


class Discover(Body):
    """Body of POST /creators/discover."""

    platform: Platform
    min_followers: Annotated[int, Field(ge=0)] | None = None
    max_followers: Annotated[int, Field(ge=0)] | None = None
    is_verified: bool | None = None
    keywords: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Annotated[int, Field(ge=0, le=500)] = 0

    def filters(self) -> dict[str, Any]:
        """Return InsightIQ's own filters."""
        filters: dict[str, Any] = {"limit": self.limit, "offset": self.offset}
        span = {"min": self.min_followers, "max": self.max_followers}
        if any(bound is not None for bound in span.values()):
            filters["follower_count"] = {name: bound for name, bound in span.items() if bound is not None}
        if self.is_verified is not None:
            filters["is_verified"] = self.is_verified
        if self.keywords is not None:
            filters["description_keywords"] = self.keywords.lower()
        return filters


class CreatorHitView(View):
    """A creator as discovery shows them; `engagement_rate` comes as InsightIQ gave it."""

    platform_username: str
    full_name: str | None
    url: str | None
    image_url: str | None
    follower_count: int | None
    is_verified: bool | None
    engagement_rate: float | None
    introduction: str | None


class SyncCreator(Body):
    """Body of POST /creators; with `wait`, the answer comes when the analysis is done, or after some seconds."""

    platform: Platform
    handle: Handle
    wait: bool = False


class CreatorView(View):
    """A creator. Rates and shares are between 0 and 1; `risk_score` is from 0 to 100, null without enough facts."""

    id: str
    platform: Platform
    handle: str
    full_name: str | None
    url: str | None
    image_url: str | None
    is_verified: bool | None
    follower_count: int | None
    engagement_rate: float | None
    credibility: float | None
    fake_follower_share: float | None
    safety_rating: str | None
    flagged_share: float | None
    risk_score: int | None
    risk_level: RiskLevel | None
    risk_factors: dict[str, Any]
    synced_at: datetime | None


class CredibilityView(View):
    """How far a creator's numbers can be believed: 0 to 100, null without enough facts, and why."""

    score: int | None
    level: str | None
    reasons: list[dict[str, Any]]


class Connect(Body):
    """Body of POST /creators/connections."""

    external_id: Id
    name: Name


class ConnectionView(View):
    """What InsightIQ's browser SDK needs."""

    user_id: str
    sdk_token: str
    expires_at: str


class AccountView(View):
    """An account that somebody connected; `status` is InsightIQ's word."""

    account_id: str
    work_platform_id: str | None
    username: str | None
    status: str
    follower_count: int | None
