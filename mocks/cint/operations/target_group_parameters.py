"""What a target group is made of, as requests have it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from mocks.cint.parameters import INT32, Body, Instant, Listing, Locale, Money, Status

Percentage = Annotated[int, Field(ge=0, le=100)]
Nominal = Annotated[int, Field(ge=0, le=INT32)]
Url = Annotated[str, Field(max_length=3000)]
_duration = re.compile(r"P([0-9]{1,3}D)?(T([0-9]{1,4}H)?([0-9]{1,5}M)?([0-9]{1,7}S)?)?")


def _interval(text: str) -> str:
    """Accept a duration as ISO 8601 writes it, of days and less."""
    if not _duration.fullmatch(text) or text.endswith(("P", "T")):
        raise ValueError("must be an ISO 8601 duration")
    return text


Interval = Annotated[str, AfterValidator(_interval)]


class RangeItem(Body):
    """From `min` to `max`, both included."""

    min: int = Field(ge=0, le=INT32)
    max: int = Field(ge=0, le=INT32)


class SelectionItem(Body):
    """One answer of a question."""

    option: str = Field(max_length=200)


class ZipItem(Body):
    """Postal codes, or all of them."""

    zip_codes: list[str] = []
    allow_all_zip: bool = False


class Ranges(Body):
    """Conditions on a number."""

    object: Literal["range_conditions_details_template"]
    data: list[RangeItem] = Field(max_length=200)


class Selections(Body):
    """Conditions on a choice."""

    object: Literal["selection_conditions_details_template"]
    data: list[SelectionItem] = Field(max_length=200)


class Zips(Body):
    """Conditions on a postal code."""

    object: Literal["zip_conditions_details_template"]
    data: list[ZipItem] = Field(max_length=200)


class Quota(Body):
    """How many of those who meet one condition."""

    index: int = Field(ge=0, le=INT32)
    quota_percentage: Percentage
    quota_nominal: Nominal | None = None


class GroupedQuota(Body):
    """How many of those who meet one of several conditions."""

    indexes: list[Nominal] = Field(max_length=200)
    name: str = Field("", max_length=64)
    quota_percentage: Percentage
    quota_nominal: Nominal | None = None


class Quotas(Body):
    """The quotas of a profile."""

    ungrouped: list[Quota] = []
    grouped: list[GroupedQuota] = []


class DraftProfile(Body):
    """Who may enter, by one question."""

    question_id: int = Field(ge=0, le=INT32)
    quotas_enabled: bool = False
    conditions: Annotated[Ranges | Selections | Zips, Field(discriminator="object")]
    quotas: Quotas = Quotas()


class Profile(Body):
    """Who may enter, by all questions."""

    profile_adjustment_type: Literal["percentage"] | None = None
    drafts: list[DraftProfile] | None = Field(None, max_length=50)
    interlocked_profiles: list[Any] | None = None


class Period(Body):
    """When respondents are let in."""

    start_at: Instant
    end_at: Instant


class DynamicPricing(Body):
    """Prices that Cint changes by itself."""

    type: Literal["dynamic"]
    total_budget: Money | None = None
    maximum_cpi: Money | None = None
    minimum_cpi: Money | None = None


class RateCardPricing(Body):
    """Prices of the rate card."""

    type: Literal["rate_card"]
    maximum_cpi: Money | None = None
    boost_cpi: Money | None = None


class QuotaOverlay(Body):
    """How quotas are watched."""

    prevent_overfill: bool
    balance_fill: bool


class TimedPacing(Body):
    """Pacing by time."""

    type: Literal["linear", "adaptive"]
    increment_interval: Interval


class Gemini(Body):
    """Pacing of a control group by its exposed target group."""

    type: Literal["gemini"]
    exposed_target_group_id: str = Field(max_length=26)


class SoftLaunch(Body):
    """A careful beginning."""

    end_at: Instant
    filling_goal_percentage: int = Field(ge=1, le=100)
    demographics_strictness_percentage: Percentage


class Assistant(Body):
    """What the fielding assistant does; `{}` is nothing."""

    pricing: Annotated[DynamicPricing | RateCardPricing, Field(discriminator="type")] | None = None
    quota_overlay: QuotaOverlay | None = None
    pacing: Annotated[TimedPacing | Gemini, Field(discriminator="type")] | None = None
    soft_launch: SoftLaunch | None = None


class ExclusionEntities(Body):
    """Respondents or groups whose respondents are kept out."""

    entity_type: str = Field(max_length=64)
    entity_ids: list[str] = []


class Exclusion(Body):
    """Who is kept out."""

    enabled: bool = False
    entries: list[ExclusionEntities] = Field([], alias="list")


class Supplier(Body):
    """A supplier by its number."""

    id: int = Field(ge=0, le=INT32)


class SupplyGroup(Body):
    """The part of some suppliers."""

    type: Literal["group"]
    name: str = Field(min_length=1, max_length=200)
    percentage_max: Percentage
    percentage_min: Percentage | None = None
    suppliers: list[Supplier] = []


class SupplyExchange(Body):
    """The part of all other suppliers."""

    type: Literal["exchange"]
    percentage_max: Percentage
    percentage_min: Percentage | None = None


class SupplyBlocked(Body):
    """Suppliers that are left out."""

    type: Literal["blocked"]
    suppliers: list[Supplier] = []


Supply = Annotated[SupplyGroup | SupplyExchange | SupplyBlocked, Field(discriminator="type")]


class Draft(Body):
    """The body that makes a target group, or a draft anew."""

    name: str = Field(min_length=1, max_length=10_000)
    business_unit_id: str
    locale: Locale
    collects_pii: bool
    study_type_code: str = Field("adhoc", max_length=64)
    industry_code: str = Field("other", max_length=64)
    cost_per_interview: Money | None = None
    client_cost_per_interview_note: Money | None = None
    project_manager_id: str
    client_id: int | None = Field(None, ge=-INT32 - 1, le=INT32)
    fielding_specification: Period
    filling_goal: int = Field(ge=0, le=INT32)
    expected_length_of_interview_minutes: int = Field(ge=1, le=45)
    expected_incidence_rate: float = Field(ge=0, le=1)
    exclusion: Exclusion = Exclusion()
    industry_lockout_code: str = Field("no_lock_out", max_length=64)
    live_url: Url
    test_url: Url
    fielding_assistant_assignment: Assistant | None = None
    profile: Profile
    supply_allocations: list[Supply] | None = None


class Details(Body):
    """What can be changed of a target group once it was launched."""

    name: str = Field(min_length=1, max_length=10_000)
    project_manager_id: str
    expected_length_of_interview_minutes: int = Field(ge=1, le=45)
    expected_incidence_rate: float = Field(ge=0, le=1)
    industry_lockout_code: str | None = Field(None, max_length=64)
    client_cpi: Money | None = None
    live_url: Url
    test_url: Url


class NewPrice(Body):
    """The body of a change of price."""

    target_group_cpi: Money


class NewStrategy(Body):
    """The body of a change of strategy."""

    filling_strategy: Literal["automated", "prescreens", "completes"]


class TargetGroupListing(Listing):
    """The query of a list of target groups."""

    name: str | None = None
    search_string: str | None = None
    human_readable_ids: list[str] | None = None
    status: list[Status] | None = None
    country: list[str] | None = None
    language: list[str] | None = None
    exclusion_status: bool | None = None


class Filters(Body):
    """By status, country and language."""

    status: list[Status] | None = None
    country: list[str] | None = None
    language: list[str] | None = None


class Transitions(Body):
    """The query of what can be done with which target groups."""

    search_string: str | None = None
    filters: Filters = Filters()
    included_target_group_ids: list[str] | None = None
    excluded_target_group_ids: list[str] = []
