"""What the search engine holds of each thing: the record's form, and where it comes from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.models import Campaign, IndexKind, Study

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """How one kind is loaded and found. The records are taken by id; an id without record has been deleted."""

    load: Callable[[Session, Iterable[str] | None], dict[str, Record]]
    searchable: Sequence[str]
    facets: Sequence[str]
    ranking: Sequence[str]

    @property
    def settings(self) -> dict[str, Any]:
        """The index's settings. Without `orgId` among the facets, a search within an organisation finds nothing."""
        return {
            "searchableAttributes": list(self.searchable),
            "attributesForFaceting": ["filterOnly(orgId)", *self.facets],
            "customRanking": list(self.ranking),
        }


def campaign_record(campaign: Campaign) -> Record:
    """Return a campaign as it is indexed; what is not known is left out."""
    return _without_nothing(
        {
            "objectID": campaign.id,
            "id": campaign.id,
            "orgId": campaign.organisation_id,
            "campaignName": campaign.name,
            "description": campaign.description,
            "status": campaign.status.value,
            "startDate": _iso(campaign.start_date),
            "endDate": _iso(campaign.end_date),
            "timeZone": campaign.time_zone,
            "primaryKPI": campaign.primary_kpi and campaign.primary_kpi.value,
            "brand": campaign.brand,
            "platform": campaign.platform and campaign.platform.value,
            "currency": campaign.currency,
            "totalBudget": campaign.total_budget,
            "socialMediaBudget": campaign.social_media_budget,
        }
    )


def study_record(study: Study) -> Record:
    """Return a study as it is indexed."""
    return _without_nothing(
        {
            "objectID": study.id,
            "id": study.id,
            "orgId": study.organisation_id,
            "name": study.name,
            "studyStatus": study.status.value,
            "funnelStage": study.funnel_stage,
            "primaryKpi": study.primary_kpi.value,
            "secondaryKpis": study.secondary_kpis,
            "campaignSubmissionId": study.campaign_id,
            "campaignName": study.campaign.name,
            "createdAt": _iso(study.created_at),
            "updatedAt": _iso(study.updated_at),
        }
    )


def _load_campaigns(session: Session, ids: Iterable[str] | None) -> dict[str, Record]:
    query = select(Campaign) if ids is None else select(Campaign).where(Campaign.id.in_(list(ids)))
    return {each.id: campaign_record(each) for each in session.scalars(query)}


def _load_studies(session: Session, ids: Iterable[str] | None) -> dict[str, Record]:
    query = select(Study) if ids is None else select(Study).where(Study.id.in_(list(ids)))
    return {each.id: study_record(each) for each in session.scalars(query)}


PLANS = {
    IndexKind.CAMPAIGNS: IndexPlan(
        load=_load_campaigns,
        searchable=("campaignName", "brand", "unordered(description)"),
        facets=("status", "platform", "primaryKPI", "currency"),
        ranking=("desc(startDate)", "asc(campaignName)"),
    ),
    IndexKind.STUDIES: IndexPlan(
        load=_load_studies,
        searchable=("name", "campaignName"),
        facets=("studyStatus", "funnelStage", "primaryKpi"),
        ranking=("desc(updatedAt)", "asc(name)"),
    ),
}


def _iso(moment: date | datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _without_nothing(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None}
