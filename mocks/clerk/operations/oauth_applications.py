"""OAuth applications, as far as they are kept: nobody is signed in with them."""

from __future__ import annotations

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Ordered
from mocks.clerk.provider import clerk
from mocks.clerk.resources import listing, oauth_applications
from mocks.clerk.resources.oauth_applications import APPLICATIONS


class Changes(Body):
    """The body of `PATCH /oauth_applications/{oauth_application_id}`."""

    name: str | None = Field(None, max_length=256)
    redirect_uris: list[str] | None = Field(None, max_length=100)
    callback_url: str | None = None
    scopes: str | None = None
    consent_screen_enabled: bool | None = None
    pkce_required: bool | None = None
    public: bool | None = None


class NewApplication(Changes):
    """The body of `POST /oauth_applications`."""

    name: str = Field(max_length=256)


class ApplicationList(Ordered):
    """The query of `GET /oauth_applications`."""

    name_query: str | None = None


@clerk.get("/v1/oauth_applications", id="ListOAuthApplications", tier="P1")
def list_applications(tx: Transaction, params: ApplicationList) -> Json:
    """List OAuth applications."""
    field, descending = listing.ordered(params.order_by, ("created_at", "name"))
    found = [
        each for each in tx.every(APPLICATIONS) if listing.contains(each["name"], params.name_query or "")
    ]
    items, total = listing.sifted(
        found, params, lambda each: (each[field], each["id"]), descending=descending
    )
    return counted(items, total, oauth_applications.shown)


@clerk.post("/v1/oauth_applications", id="CreateOAuthApplication", tier="P1")
def create_application(tx: Transaction, params: NewApplication) -> Json:
    """Add an OAuth application."""
    return oauth_applications.shown(oauth_applications.create(tx, params.given()), secret=True)


@clerk.get("/v1/oauth_applications/{oauth_application_id}", id="GetOAuthApplication", tier="P1")
def retrieve_application(tx: Transaction, oauth_application_id: str) -> Json:
    """Retrieve an OAuth application."""
    return oauth_applications.shown(oauth_applications.find(tx, oauth_application_id))


@clerk.patch("/v1/oauth_applications/{oauth_application_id}", id="UpdateOAuthApplication", tier="P1")
def update_application(tx: Transaction, params: Changes, oauth_application_id: str) -> Json:
    """Change an OAuth application."""
    application = oauth_applications.find(tx, oauth_application_id)
    oauth_applications.update(tx, application, params.given())
    return oauth_applications.shown(application)


@clerk.delete("/v1/oauth_applications/{oauth_application_id}", id="DeleteOAuthApplication", tier="P1")
def delete_application(tx: Transaction, oauth_application_id: str) -> Json:
    """Remove an OAuth application."""
    return oauth_applications.delete(tx, oauth_applications.find(tx, oauth_application_id))


@clerk.post(
    "/v1/oauth_applications/{oauth_application_id}/rotate_secret",
    id="RotateOAuthApplicationSecret",
    tier="P1",
)
def rotate_secret(tx: Transaction, oauth_application_id: str) -> Json:
    """Give an OAuth application a new secret."""
    application = oauth_applications.find(tx, oauth_application_id)
    oauth_applications.rotate(tx, application)
    return oauth_applications.shown(application, secret=True)
