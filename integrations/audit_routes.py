"""What was asked of the providers and came from them, for those who may see everything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from integrations.access import PROBLEMS, CallerOf, ServicesOf
from integrations.models import AuditEntry, Direction

router = APIRouter(responses=PROBLEMS)


class AuditView(BaseModel):
    """One call of a provider, or one delivery."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    direction: Direction
    provider: str
    operation: str | None
    actor: str
    reason: str
    organisation_id: str | None
    outcome: str
    status: int | None
    code: str | None
    reference: str | None
    attempts: int
    milliseconds: int


@router.get("/audit", response_model=list[AuditView])
def list_audit(
    caller: CallerOf,
    services: ServicesOf,
    provider: str | None = None,
    direction: Direction | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Sequence[AuditEntry]:
    """List calls and deliveries, newest first: who, what, why, and how it ended."""
    caller.demand_everywhere()
    return services.audit.list(provider=provider, direction=direction, limit=limit)
