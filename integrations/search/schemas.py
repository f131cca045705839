"""The JSON of campaigns and search."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from integrations.models import CampaignStatus, IndexKind, Kpi, Platform
from integrations.schemas import Body, Id, Name, View

Budget = Annotated[int, Field(ge=0, le=10**12)]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Text = Annotated[str, Field(max_length=5000)]


class CampaignValues(Body):
    """What can be said about a campaign. Budgets are whole units of the currency."""

    description: Text | None = None
    start_date: date | None = None
    end_date: date | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    primary_kpi: Kpi | None = None
    brand: Name | None = None
    platform: Platform | None = None
    currency: CurrencyCode | None = None
    total_budget: Budget | None = None
    social_media_budget: Budget | None = None

    @model_validator(mode="after")
    def _end_follows_start(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("end_date must not be before start_date")
        return self

    def values(self) -> dict[str, Any]:
        """Return what was said, by column."""
        given = self.model_dump(exclude_unset=True, exclude={"organisation_id"})
        if given.get("description", "") is None:
            given["description"] = ""
        return given


class NewCampaign(CampaignValues):
    """Body of POST /campaigns."""

    organisation_id: Id
    name: Name


class ChangedCampaign(CampaignValues):
    """Body of PATCH /campaigns/{campaign_id}: what is left out stays, null clears."""

    name: Name = ""


class CampaignView(View):
    """A campaign."""

    id: str
    organisation_id: str
    name: str
    description: str
    status: CampaignStatus
    start_date: date | None
    end_date: date | None
    time_zone: str | None
    primary_kpi: Kpi | None
    brand: str | None
    platform: Platform | None
    currency: str | None
    total_budget: int | None
    social_media_budget: int | None
    created_at: datetime
    updated_at: datetime


class SearchResult(View):
    """One page of hits, each a record of the index; `page` counts from 0."""

    hits: list[dict[str, Any]]
    total: int
    page: int
    pages: int


class SearchKeyView(View):
    """A key for searching from a browser, and the names of the indexes it opens."""

    app_id: str
    key: str
    indices: dict[IndexKind, str]
    expires_at: datetime


class Reindexed(BaseModel):
    """How many records an index holds after it was filled anew."""

    kind: IndexKind
    records: int


class SyncStatusView(View):
    """How far an index is behind; `indexed` is null while there is no index."""

    kind: IndexKind
    index: str
    stored: int
    indexed: int | None
    waiting: int
    refused: int
    lag_seconds: float
    last_error: str | None
    drift: list[str]
    in_step: bool


class DivergenceView(View):
    """Ids of records that an index lacked, that differed, and that it should not have had."""

    missing: list[str]
    stale: list[str]
    extra: list[str]
