"""Webhooks as the Backend API knows them: an app at Svix, and the address of its dashboard, which a page stands in for."""

from __future__ import annotations

from harness.collection import endpoints_of
from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing, errors
from mocks.clerk.pages import file, page
from mocks.clerk.provider import clerk
from mocks.clerk.resources import instance

ENDPOINTS = endpoints_of("clerk")


@clerk.post("/v1/webhooks/svix", id="CreateSvixApp", tier="P1")
def create_app(tx: Transaction) -> Json:
    """Open an app at Svix for the instance, which it has from the start here unless it was deleted."""
    instance.change(tx, "webhooks", {"app": True})
    return _address(tx)


@clerk.delete("/v1/webhooks/svix", id="DeleteSvixApp", tier="P1", status=204)
def delete_app(tx: Transaction) -> Reply:
    """Delete the app with its endpoints: nothing is delivered any more."""
    _check(tx)
    for endpoint in list(tx.every(ENDPOINTS)):
        tx.delete(ENDPOINTS, endpoint["id"])
    instance.change(tx, "webhooks", {"app": False})
    return Reply()


@clerk.post("/v1/webhooks/svix_url", id="GenerateSvixAuthURL", tier="P1")
def generate_address(tx: Transaction) -> Json:
    """Return where the dashboard of the app is."""
    _check(tx)
    return _address(tx)


def _check(tx: Transaction) -> None:
    if not instance.settings(tx)["webhooks"]["app"]:
        told = "No Svix apps are associated with the current instance."
        raise errors.conflict("svix_app_missing", told)


def _address(tx: Transaction) -> Json:
    return {"svix_url": f"{instance.frontend_url(tx)}/v1/greenroom/webhooks"}


@browsing.get("/v1/greenroom/webhooks", id="showWebhooks", tier="P1")
def show_webhooks(tx: Transaction) -> Reply:
    """The page that stands in for Svix's dashboard: endpoints, and what they subscribe to."""
    return page("webhooks.html", endpoints=list(tx.every(ENDPOINTS)))


@browsing.get("/v1/greenroom/webhooks.css", id="getWebhooksStyle", tier="P1")
def retrieve_style(tx: Transaction) -> Reply:
    """The style sheet of that page."""
    return file("page.css")
