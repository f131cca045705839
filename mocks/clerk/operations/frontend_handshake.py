"""Frontend API: addresses that browsers are sent to, and sent on from: handshakes and the links of tickets."""

from __future__ import annotations

from urllib.parse import urlsplit

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing
from mocks.clerk.browsing import Form
from mocks.clerk.parameters import Query
from mocks.clerk.provider import clerk
from mocks.clerk.resources import handshakes, instance, ticket_use
from mocks.clerk.resources.users import USERS


class Handshake(Form):
    """Where to return to, in which form, and the organisation that the page is for (empty: the user's own account)."""

    redirect_url: str | None = None
    format: str | None = None
    organization_id: str | None = None


class Nonce(Query):
    """The nonce of a handshake."""

    nonce: str | None = None


class Ticket(Form):
    """The ticket of a link in a mail."""

    ticket: str | None = None


@browsing.get("/v1/client/handshake", id="handshakeClient", tier="P0")
def handshake(tx: Transaction, params: Handshake) -> Reply:
    """Send the browser back with fresh cookies."""
    url = handshakes.checked_url(params.redirect_url)
    parts = urlsplit(url)
    cookies, dev = handshakes.directives(tx, f"{parts.scheme}://{parts.netloc}", params.organization_id)
    if params.format == "nonce":
        name, value = "__clerk_handshake_nonce", handshakes.nonce(tx, cookies)
    else:
        name, value = "__clerk_handshake", handshakes.token(tx, cookies)
    if dev is not None:
        return Reply(None, 307, [("Location", handshakes.with_query(url, **{name: value})), NEVER_KEPT])
    domain = (parts.hostname or "").partition(".")[2] or parts.hostname
    cookie = f"{name}={value}; Path=/; Domain={domain}; Max-Age=60; Secure; SameSite=Lax"
    return Reply(None, 307, [("Location", url), ("Set-Cookie", cookie), NEVER_KEPT])


NEVER_KEPT = ("Cache-Control", "no-store")


@clerk.get("/v1/clients/handshake_payload", id="getHandshakePayload", tier="P0")
def retrieve_handshake_payload(tx: Transaction, params: Nonce) -> Json:
    """Give a server the cookies that a nonce stands for."""
    return handshakes.payload(tx, params.nonce)


@browsing.get("/v1/tickets/accept", id="acceptTicket", tier="P1")
def accept_ticket(tx: Transaction, params: Ticket) -> Reply:
    """Send whoever follows a link on to the page that redeems its ticket, to sign in or to sign up."""
    kind, found = ticket_use.read(tx, params.ticket)
    known = kind in ticket_use.TOKENS or tx.first(USERS, email_address=found["email_address"]) is not None
    status = "sign_in" if known else "sign_up"
    page = f"{instance.portal_url(tx)}/{status.replace('_', '-')}"
    url = found.get("redirect_url") or page
    location = handshakes.with_query(url, __clerk_status=status, __clerk_ticket=params.ticket or "")
    return Reply(None, 303, [("Location", location), NEVER_KEPT])
