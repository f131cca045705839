"""Campaigns and search by HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from integrations.access import PROBLEMS, Caller, CallerOf, ServicesOf
from integrations.errors import NotFoundError
from integrations.models import Campaign, IndexKind
from integrations.search.algolia_gateway import Hits
from integrations.search.schemas import (
    CampaignView,
    ChangedCampaign,
    DivergenceView,
    NewCampaign,
    Reindexed,
    SearchKeyView,
    SearchResult,
    SyncStatusView,
)
from integrations.search.search import SearchKey
from integrations.search.sync import Divergence, SyncStatus
from integrations.services import Services

router = APIRouter(responses=PROBLEMS)


def own_campaign(campaign_id: str, caller: Caller, services: Services) -> Campaign:
    """Return a campaign that the caller may see; another organisation's is as if it did not exist."""
    campaign = services.campaigns.get(campaign_id)
    if not caller.may_act_for(campaign.organisation_id):
        raise NotFoundError("campaign", campaign_id)
    return campaign


@router.post("/campaigns", status_code=201, response_model=CampaignView)
def create_campaign(body: NewCampaign, caller: CallerOf, services: ServicesOf) -> Campaign:
    """Make a draft of a campaign."""
    return services.campaigns.create(caller.demand(body.organisation_id), body.values())


@router.get("/campaigns", response_model=list[CampaignView])
def list_campaigns(organisation_id: str, caller: CallerOf, services: ServicesOf) -> list[Campaign]:
    """List an organisation's campaigns, newest first."""
    return services.campaigns.list(caller.demand(organisation_id))


@router.get("/campaigns/{campaign_id}", response_model=CampaignView)
def show_campaign(campaign_id: str, caller: CallerOf, services: ServicesOf) -> Campaign:
    """Show a campaign."""
    return own_campaign(campaign_id, caller, services)


@router.patch("/campaigns/{campaign_id}", response_model=CampaignView)
def change_campaign(
    campaign_id: str, body: ChangedCampaign, caller: CallerOf, services: ServicesOf
) -> Campaign:
    """Change a campaign."""
    own_campaign(campaign_id, caller, services)
    return services.campaigns.update(campaign_id, body.values())


@router.post("/campaigns/{campaign_id}/submit", response_model=CampaignView)
def submit_campaign(campaign_id: str, caller: CallerOf, services: ServicesOf) -> Campaign:
    """Submit a campaign."""
    own_campaign(campaign_id, caller, services)
    return services.campaigns.submit(campaign_id)


@router.delete("/campaigns/{campaign_id}", status_code=204)
def delete_campaign(campaign_id: str, caller: CallerOf, services: ServicesOf) -> None:
    """Delete a campaign."""
    own_campaign(campaign_id, caller, services)
    services.campaigns.delete(campaign_id)


@router.get("/search", response_model=SearchResult)
def search(
    caller: CallerOf,
    services: ServicesOf,
    organisation_id: str,
    kind: IndexKind = IndexKind.CAMPAIGNS,
    query: Annotated[str, Query(max_length=512)] = "",
    page: Annotated[int, Query(ge=0, le=1000)] = 0,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Hits:
    """Search an organisation's campaigns or studies."""
    return services.search.find(caller.demand(organisation_id), kind, query, page=page, per_page=per_page)


@router.post("/search/key", response_model=SearchKeyView)
def make_search_key(organisation_id: str, caller: CallerOf, services: ServicesOf) -> SearchKey:
    """Make a key with which a browser finds this organisation's things, and no others."""
    return services.search.key(caller.demand(organisation_id))


@router.post("/search/reindex/{kind}")
def reindex(kind: IndexKind, caller: CallerOf, services: ServicesOf) -> Reindexed:
    """Fill an index anew from the database; the old one is searched until the new one is whole."""
    caller.demand_everywhere()
    return Reindexed(kind=kind, records=services.search_sync.rebuild(kind))


@router.get("/search/status", response_model=list[SyncStatusView])
def sync_status(caller: CallerOf, services: ServicesOf) -> list[SyncStatus]:
    """Tell how far the indexes are behind the database."""
    caller.demand_everywhere()
    return [services.search_sync.status(kind) for kind in IndexKind]


@router.post("/search/repair/{kind}", response_model=DivergenceView)
def repair(kind: IndexKind, caller: CallerOf, services: ServicesOf) -> Divergence:
    """Compare an index with the database record by record, and have indexed what differs."""
    caller.demand_everywhere()
    return services.search_sync.repair(kind)
