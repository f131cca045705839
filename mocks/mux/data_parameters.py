"""What Mux Data's operations take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from harness.params import Params
from mocks.mux.parameters import Body, Listing


class Timeframe(Params):
    """The query of a question about a time; lists are written `timeframe[]=…`."""

    model_config = ConfigDict(extra="ignore")

    timeframe: list[str] = []


class Selection(Timeframe):
    """The query of a question about views."""

    filters: Annotated[list[str], Field(max_length=100)] = []
    metric_filters: Annotated[list[str], Field(max_length=100)] = []
    measurement: Literal["95th", "median", "avg", "count", "sum"] | None = None
    order_direction: Literal["asc", "desc"] | None = None


class Paged(Selection):
    """A question about views whose answer has pages."""

    limit: int = Field(25, ge=1, le=10000)
    page: int = Field(1, ge=1, le=2**31 - 1)
    order_by: Literal["negative_impact", "value", "views", "field"] | None = None


class ViewListing(Paged):
    """The query of the list of views."""

    viewer_id: str | None = None
    error_id: int | None = None


class Breakdown(Paged):
    """The query of a metric's breakdown."""

    group_by: str = "browser"


class Timeseries(Selection):
    """The query of a metric over time."""

    group_by: Literal["minute", "ten_minutes", "hour", "day"] | None = None


class Comparison(Selection):
    """The query of all metrics of one value of a dimension."""

    dimension: str | None = None
    value: str | None = None


class Monitoring(Selection):
    """The query of what happens now."""

    dimension: str = "country"
    timestamp: int | None = Field(None, ge=0, le=2**40)
    limit: int = Field(10, ge=1, le=100)
    order_by: Literal["negative_impact", "value", "views", "field"] | None = None


class Hotspots(Timeframe):
    """The query of the moments that are watched most, or least."""

    limit: int = Field(5, ge=1, le=100)
    order_direction: Literal["asc", "desc"] = "desc"


class Incidents(Listing):
    """The query of the list of incidents."""

    order_by: str | None = None
    order_direction: Literal["asc", "desc"] | None = None
    status: Literal["open", "closed", "expired"] | None = None
    severity: Literal["warning", "alert"] | None = None


class Annotations(Listing):
    """The query of the list of annotations."""

    order_direction: Literal["asc", "desc"] = "desc"
    timeframe: list[str] = []


class AnnotationInput(Body):
    """The body of annotations: `date` is in unix seconds."""

    note: Annotated[str, Field(min_length=1, max_length=10000)]
    date: Annotated[int, Field(ge=0, le=2**40)]
    sub_property_id: Annotated[str, Field(max_length=255)] | None = None


class DeliveryUsage(Timeframe):
    """The query of delivery usage."""

    page: int = Field(1, ge=1, le=2**31 - 1)
    limit: int = Field(100, ge=1, le=100)
    asset_id: str | None = None
    live_stream_id: str | None = None
