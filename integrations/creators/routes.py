"""Creators by HTTP. What is known of them is the platform's, not one organisation's."""

from typing import Annotated

from fastapi import APIRouter, Query

from integrations.access import PROBLEMS, CallerOf, ServicesOf
from integrations.creators.credibility import Credibility
from integrations.creators.insightiq_gateway import CreatorHit
from integrations.creators.schemas import (
    AccountView,
    Connect,
    ConnectionView,
    CreatorHitView,
    CreatorView,
    CredibilityView,
    Discover,
    SyncCreator,
)
from integrations.models import ConnectedAccount, Creator, Platform

router = APIRouter(prefix="/creators", responses=PROBLEMS)


@router.post("/discover", response_model=list[CreatorHitView])
def discover(body: Discover, _caller: CallerOf, services: ServicesOf) -> list[CreatorHit]:
    """Find creators at InsightIQ, the most followed first."""
    return services.creators.discover(body.platform, body.filters())


@router.post("", status_code=202, response_model=CreatorView)
def sync_creator(body: SyncCreator, _caller: CallerOf, services: ServicesOf) -> Creator:
    """Keep a creator and have them analysed and screened."""
    return services.creators.sync(body.platform, body.handle, wait=body.wait)


@router.get("", response_model=list[CreatorView])
def list_creators(
    _caller: CallerOf,
    services: ServicesOf,
    platform: Platform | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Creator]:
    """List the creators that are kept, the least risky first."""
    return services.creators.list(platform=platform, limit=limit)


@router.post("/connections", status_code=201)
def connect(body: Connect, caller: CallerOf, services: ServicesOf) -> ConnectionView:
    """Make a token with which somebody connects their accounts."""
    if caller.session is None or caller.session.user_id != body.external_id:
        caller.demand_everywhere()
    made = services.connections.invite(body.external_id, body.name)
    return ConnectionView(
        user_id=made.user_id, sdk_token=made.token.sdk_token, expires_at=made.token.expires_at
    )


@router.get("/connections/{external_id}", response_model=list[AccountView])
def list_accounts(external_id: str, caller: CallerOf, services: ServicesOf) -> list[ConnectedAccount]:
    """List the accounts that somebody connected."""
    if caller.session is None or caller.session.user_id != external_id:
        caller.demand_everywhere()
    return services.connections.list(external_id)


@router.get("/{creator_id}", response_model=CreatorView)
def show_creator(creator_id: str, _caller: CallerOf, services: ServicesOf) -> Creator:
    """Show a creator, and where their risk score comes from."""
    return services.creators.get(creator_id)


@router.get("/{creator_id}/credibility", response_model=CredibilityView)
def show_credibility(creator_id: str, _caller: CallerOf, services: ServicesOf) -> Credibility:
    """Show how far a creator's numbers can be believed, and why."""
    return services.creators.credibility(creator_id)


@router.delete("/{creator_id}", status_code=204)
def erase_creator(creator_id: str, caller: CallerOf, services: ServicesOf) -> None:
    """Forget a creator."""
    caller.demand_everywhere()
    services.creators.erase(creator_id)
