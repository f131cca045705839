"""The app's JSON routes: what the platform itself calls."""

import hmac
from typing import Annotated, cast

from fastapi import APIRouter, Depends, HTTPException, Query, Request

from integrations.models import Customer, Dunning, Organisation, User
from integrations.schemas import (
    BillingView,
    CheckoutView,
    CustomerView,
    EmailAddress,
    EnsureCustomer,
    Health,
    InvoiceView,
    MailList,
    MailView,
    NewOrganisation,
    NewUser,
    OrganisationView,
    Problem,
    StartCheckout,
    SubscriptionView,
    UserView,
)
from integrations.services import Services
from integrations.stripe_gateway import CheckoutSession


def services_of(request: Request) -> Services:
    """Return the app's services."""
    return cast("Services", request.app.state.services)


ServicesOf = Annotated[Services, Depends(services_of)]


def require_token(request: Request, services: ServicesOf) -> None:
    """Demand INTEGRATIONS_API_TOKEN as a bearer token, where one is set."""
    expected = services.settings.api_token
    given = request.headers.get("authorization", "")
    if expected is None:
        return
    wanted = f"Bearer {expected.get_secret_value()}"
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise HTTPException(401, "Send the API token as a bearer token.", {"WWW-Authenticate": "Bearer"})


health = APIRouter()
router = APIRouter(
    dependencies=[Depends(require_token)],
    responses={
        status: {"model": Problem, "content": {"application/problem+json": {}}}
        for status in (401, 404, 409, 422, 502, 503)
    },
)


@health.get("/healthz")
def check_health(services: ServicesOf) -> Health:
    """Say whether the database answers (503 if not) and which providers are being left alone."""
    services.database.check()
    return Health(status="ok", circuits=services.circuits())


@router.post("/organisations", status_code=201, response_model=OrganisationView)
def create_organisation(body: NewOrganisation, services: ServicesOf) -> Organisation:
    """Create an organisation."""
    return services.organisations.create(name=body.name, billing_email=body.billing_email)


@router.post("/users", status_code=201, response_model=UserView)
def create_user(body: NewUser, services: ServicesOf) -> User:
    """Add a user to an organisation, and invite them if somebody asked for it."""
    return services.organisations.add_user(
        body.organisation_id, email=body.email, name=body.name, invited_by=body.invited_by
    )


@router.post("/customers", response_model=CustomerView)
def ensure_customer(body: EnsureCustomer, services: ServicesOf) -> Customer:
    """Return the organisation's Stripe customer, made if there was none."""
    return services.customers.ensure(body.organisation_id)


@router.post("/checkout", status_code=201, response_model=CheckoutView)
def start_checkout(body: StartCheckout, services: ServicesOf) -> CheckoutSession:
    """Open a hosted page on which the organisation subscribes to a plan."""
    return services.checkout.start(body.organisation_id, body.plan)


@router.get("/subscriptions/{organisation_id}")
def show_subscriptions(organisation_id: str, services: ServicesOf) -> BillingView:
    """Show what an organisation has subscribed to and owes, from the mirror."""
    subscriptions = services.subscriptions.list(organisation_id)
    invoices = services.invoices.list(organisation_id)
    current = next((each for each in subscriptions if not each.ended), None)
    return BillingView(
        organisation_id=organisation_id,
        current=None if current is None else SubscriptionView.model_validate(current),
        past_due=any(each.dunning is Dunning.PAST_DUE for each in invoices),
        subscriptions=[SubscriptionView.model_validate(each) for each in subscriptions],
        invoices=[InvoiceView.model_validate(each) for each in invoices],
    )


@router.get("/mails")
def list_mails(
    services: ServicesOf,
    organisation_id: str | None = None,
    recipient: EmailAddress | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> MailList:
    """List mails with what became of them, newest first."""
    mails = services.mail.list(organisation_id=organisation_id, recipient=recipient, limit=limit)
    return MailList(mails=[MailView.model_validate(each) for each in mails])
