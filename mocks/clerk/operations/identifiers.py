"""The allowlist, the blocklist, and redirect URLs."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import counted, paginated
from mocks.clerk.parameters import Body, Listing, Paginated
from mocks.clerk.provider import clerk
from mocks.clerk.resources import identifiers, listing
from mocks.clerk.resources.identifiers import ALLOWED, BLOCKED, REDIRECTS


class NewIdentifier(Body):
    """The body of `POST /blocklist_identifiers`."""

    identifier: str


class NewAllowed(NewIdentifier):
    """The body of `POST /allowlist_identifiers`."""

    notify: bool = False


class NewRedirect(Body):
    """The body of `POST /redirect_urls`."""

    url: str


@clerk.get("/v1/allowlist_identifiers", id="ListAllowlistIdentifiers", tier="P1")
def list_allowed(tx: Transaction, params: Paginated) -> Json:
    """List who may sign up."""
    items, total = listing.window(tx, ALLOWED, params)
    return paginated(params, items, total, dict)


@clerk.post("/v1/allowlist_identifiers", id="CreateAllowlistIdentifier", tier="P1")
def allow(tx: Transaction, params: NewAllowed) -> Json:
    """Put somebody on the allowlist."""
    return identifiers.add(tx, ALLOWED, "alid", params.identifier)


@clerk.delete("/v1/allowlist_identifiers/{identifier_id}", id="DeleteAllowlistIdentifier", tier="P1")
def disallow(tx: Transaction, identifier_id: str) -> Json:
    """Take somebody from the allowlist."""
    return identifiers.remove(tx, ALLOWED, identifier_id)


@clerk.get("/v1/blocklist_identifiers", id="ListBlocklistIdentifiers", tier="P1")
def list_blocked(tx: Transaction, params: Listing) -> Json:
    """List who may not sign up."""
    items, total = listing.window(tx, BLOCKED, params)
    return counted(items, total, dict)


@clerk.post("/v1/blocklist_identifiers", id="CreateBlocklistIdentifier", tier="P1")
def block(tx: Transaction, params: NewIdentifier) -> Json:
    """Put somebody on the blocklist."""
    return identifiers.add(tx, BLOCKED, "blid", params.identifier)


@clerk.delete("/v1/blocklist_identifiers/{identifier_id}", id="DeleteBlocklistIdentifier", tier="P1")
def unblock(tx: Transaction, identifier_id: str) -> Json:
    """Take somebody from the blocklist."""
    return identifiers.remove(tx, BLOCKED, identifier_id)


@clerk.get("/v1/redirect_urls", id="ListRedirectURLs", tier="P1")
def list_redirects(tx: Transaction, params: Paginated) -> Json:
    """List redirect URLs."""
    items, total = listing.window(tx, REDIRECTS, params)
    return paginated(params, items, total, dict)


@clerk.post("/v1/redirect_urls", id="CreateRedirectURL", tier="P1")
def create_redirect(tx: Transaction, params: NewRedirect) -> Json:
    """Allow a redirect URL."""
    return identifiers.add_redirect(tx, params.url)


@clerk.get("/v1/redirect_urls/{id}", id="GetRedirectURL", tier="P1")
def retrieve_redirect(tx: Transaction, id: str) -> Json:
    """Retrieve a redirect URL."""
    return identifiers.find_redirect(tx, id)


@clerk.delete("/v1/redirect_urls/{id}", id="DeleteRedirectURL", tier="P1")
def delete_redirect(tx: Transaction, id: str) -> Json:
    """Remove a redirect URL."""
    return identifiers.remove_redirect(tx, id)
