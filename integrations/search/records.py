"""What the search engine holds of each thing: the record's form, and where it comes from."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from integrations.models import Campaign, IndexKind, Study

Record = dict[str, Any]

#: The attribute by which searches keep within an organisation.
ORGANISATION = "orgId"


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """How one kind is loaded and found."""

    table: type[Any]
    record: Callable[[Any], Record]
    searchable: Sequence[str]
    facets: Sequence[str]
    ranking: Sequence[str]

    def load(self, session: Session, ids: Collection[str] | None = None) -> dict[str, Record]:
        """Return records by id, all where no ids are given; an id without record has been deleted."""
        query = select(self.table)
        if ids is not None:
            query = query.where(self.table.id.in_(ids))
        return {each.id: self.record(each) for each in session.scalars(query)}

    def count(self, session: Session) -> int:
        """Return how many records there are."""
        return session.scalar(select(func.count()).select_from(self.table)) or 0

    @property
    def settings(self) -> dict[str, Any]:
        """The index's settings. Without the organisation among the facets, a search within an organisation finds nothing."""
        return {
            "searchableAttributes": list(self.searchable),
            "attributesForFaceting": [f"filterOnly({ORGANISATION})", *self.facets],
            "customRanking": list(self.ranking),
        }


def campaign_record(campaign: Campaign) -> Record:
    """Return a campaign as it is indexed; what is not known is left out."""
    return _without_nothing(
        {
            "objectID": campaign.id,
            "id": campaign.id,
            ORGANISATION: campaign.organisation_id,
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
            ORGANISATION: study.organisation_id,
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


PLANS = {
    IndexKind.CAMPAIGNS: IndexPlan(
        table=Campaign,
        record=campaign_record,
        searchable=("campaignName", "brand", "unordered(description)"),
        facets=("status", "platform", "primaryKPI", "currency"),
        ranking=("desc(startDate)", "asc(campaignName)"),
    ),
    IndexKind.STUDIES: IndexPlan(
        table=Study,
        record=study_record,
        searchable=("name", "campaignName"),
        facets=("studyStatus", "funnelStage", "primaryKpi"),
        ranking=("desc(updatedAt)", "asc(name)"),
    ),
}


def _iso(moment: date | datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _without_nothing(record: Record) -> Record:
    return {name: value for name, value in record.items() if value is not None}
