"""Campaigns: made, changed, submitted and deleted; each change is indexed by the outbox."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.clock import Clock
from integrations.database import Database
from integrations.errors import ConflictError, NotFoundError
from integrations.identifiers import new_id
from integrations.identity.organisations import require_organisation
from integrations.models import Campaign, CampaignStatus, IndexKind, Study
from integrations.search.outbox import SearchOutbox


def require_campaign(session: Session, campaign_id: str) -> Campaign:
    """Return a campaign; raises `NotFoundError`."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFoundError("campaign", campaign_id)
    return campaign


class Campaigns:
    """Keeps campaigns."""

    def __init__(self, database: Database, outbox: SearchOutbox, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock

    def create(self, organisation_id: str, values: Mapping[str, Any]) -> Campaign:
        """Make a draft; `values` are columns of `Campaign`. Raises `NotFoundError` for an unknown organisation."""
        now = self._clock.now()
        campaign = Campaign(
            id=new_id(),
            organisation_id=organisation_id,
            status=CampaignStatus.DRAFT,
            created_at=now,
            updated_at=now,
            **values,
        )
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            session.add(campaign)
            self._outbox.note(session, IndexKind.CAMPAIGNS, campaign.id)
        return campaign

    def get(self, campaign_id: str) -> Campaign:
        """Return a campaign; raises `NotFoundError`."""
        with self._database.transaction() as session:
            return require_campaign(session, campaign_id)

    def list(self, organisation_id: str) -> list[Campaign]:
        """Return an organisation's campaigns, newest first."""
        with self._database.transaction() as session:
            require_organisation(session, organisation_id)
            query = select(Campaign).where(Campaign.organisation_id == organisation_id)
            return list(session.scalars(query.order_by(Campaign.created_at.desc(), Campaign.id)))

    def update(self, campaign_id: str, values: Mapping[str, Any]) -> Campaign:
        """Change a campaign; its studies, whose records name it, are indexed again as well."""
        with self._database.transaction() as session:
            campaign = require_campaign(session, campaign_id)
            for name, value in values.items():
                setattr(campaign, name, value)
            self._touch(session, campaign)
            studies = session.scalars(select(Study.id).where(Study.campaign_id == campaign_id)).all()
            for study_id in sorted(studies) if "name" in values else ():
                self._outbox.note(session, IndexKind.STUDIES, study_id)
        return campaign

    def submit(self, campaign_id: str) -> Campaign:
        """Submit a campaign; repeating it changes nothing."""
        with self._database.transaction() as session:
            campaign = require_campaign(session, campaign_id)
            if campaign.status is not CampaignStatus.SUBMITTED:
                campaign.status = CampaignStatus.SUBMITTED
                self._touch(session, campaign)
        return campaign

    def delete(self, campaign_id: str) -> None:
        """Delete a campaign; raises `ConflictError` when it is being studied."""
        with self._database.transaction() as session:
            campaign = require_campaign(session, campaign_id)
            if session.scalars(select(Study.id).where(Study.campaign_id == campaign_id).limit(1)).first():
                raise ConflictError(f"Campaign {campaign_id} has studies: delete those first.")
            session.delete(campaign)
            self._outbox.note(session, IndexKind.CAMPAIGNS, campaign_id)

    def _touch(self, session: Session, campaign: Campaign) -> None:
        campaign.updated_at = self._clock.now()
        self._outbox.note(session, IndexKind.CAMPAIGNS, campaign.id)
