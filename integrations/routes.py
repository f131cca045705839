"""The app's JSON routes: those of each area, and the health check."""

from fastapi import APIRouter, Response

from integrations import audit_routes as audit
from integrations.access import ServicesOf
from integrations.billing import routes as billing
from integrations.creators import routes as creators
from integrations.health import exposition
from integrations.identity import routes as identity
from integrations.images import routes as images
from integrations.mail import routes as mail
from integrations.schemas import Health, InStep, PartInStep
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
    mail.leaving,
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


@health.get("/health/synchronisation")
def show_synchronisation(services: ServicesOf) -> InStep:
    """Tell how far this layer is in step with the providers: what waits, since when, and what was given up."""
    return InStep(parts=[PartInStep.model_validate(part) for part in services.synchronisation.parts()])


@health.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def show_metrics(services: ServicesOf) -> Response:
    """Show the same to Prometheus, with the providers that are being left alone."""
    content, media_type = exposition(services.synchronisation.parts(), services.circuits())
    return Response(content, media_type=media_type)
