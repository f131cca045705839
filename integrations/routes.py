"""The app's JSON routes: those of each area, and the health check."""

from fastapi import APIRouter

from integrations import audit_routes as audit
from integrations.access import ServicesOf
from integrations.billing import routes as billing
from integrations.creators import routes as creators
from integrations.identity import routes as identity
from integrations.images import routes as images
from integrations.mail import routes as mail
from integrations.schemas import Health
from integrations.search import routes as search
from integrations.studies import routes as studies
from integrations.video import routes as video

health = APIRouter()

#: What the platform itself calls; webhooks stand apart.
routers = (
    health,
    identity.router,
    billing.router,
    mail.router,
    search.router,
    video.router,
    images.router,
    creators.router,
    studies.router,
    studies.surveys,
    audit.router,
)


@health.get("/healthz")
def check_health(services: ServicesOf) -> Health:
    """Say whether the database answers (503 if not) and which providers are being left alone."""
    services.database.check()
    return Health(status="ok", circuits=services.circuits())
