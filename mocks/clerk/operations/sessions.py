"""Sessions, their tokens, and the clients they live in."""

from __future__ import annotations

from typing import Literal

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.dialect import paginated
from mocks.clerk.parameters import Body, Expiring, Object, Paginated
from mocks.clerk.provider import clerk
from mocks.clerk.resources import jwt_templates, listing, refreshing, sessions, tokens, users
from mocks.clerk.resources.sessions import ALIVE, SESSIONS


class SessionList(Paginated):
    """The query of `GET /sessions`."""

    client_id: str | None = None
    user_id: str | None = None
    status: (
        Literal["abandoned", "active", "ended", "expired", "pending", "removed", "replaced", "revoked"] | None
    ) = None


class NewSession(Body):
    """The body of `POST /sessions`."""

    user_id: str
    active_organization_id: str | None = None


class Refresh(Body):
    """The body of `POST /sessions/{session_id}/refresh`."""

    expired_token: str
    refresh_token: str
    request_origin: str
    request_headers: Object | None = None
    request_originating_ip: str | None = None
    format: Literal["token", "cookie"] | None = None


class Token(Body):
    """A session token."""

    token: str


@clerk.get("/v1/sessions", id="GetSessionList", tier="P1")
def list_sessions(tx: Transaction, params: SessionList) -> Json:
    """List sessions: of a user or client, or all, which Clerk discourages and still documents."""
    items, total = listing.window(
        tx, SESSIONS, params, user_id=params.user_id, client_id=params.client_id, status=params.status
    )
    return paginated(params, items, total, dict)


@clerk.post("/v1/sessions", id="createSession", tier="P1")
def create_session(tx: Transaction, params: NewSession) -> Json:
    """Sign a user in: for tests, in development instances."""
    user = users.find(tx, params.user_id)
    return sessions.create(tx, user, organization=params.active_organization_id or None)


@clerk.get("/v1/sessions/{session_id}", id="GetSession", tier="P1")
def retrieve_session(tx: Transaction, session_id: str) -> Json:
    """Retrieve a session."""
    return sessions.find(tx, session_id)


@clerk.post("/v1/sessions/{session_id}/revoke", id="RevokeSession", tier="P1")
def revoke_session(tx: Transaction, session_id: str) -> Json:
    """End a session."""
    session = sessions.find(tx, session_id)
    sessions.revoke(tx, session)
    return session


@clerk.post("/v1/sessions/{session_id}/refresh", id="RefreshSession", tier="P1")
def refresh_session(tx: Transaction, params: Refresh, session_id: str) -> Json:
    """Make a session token for a server that has one which is over, and a refresh token."""
    return refreshing.refresh(tx, session_id, params.given())


@clerk.post("/v1/sessions/{session_id}/tokens", id="CreateSessionToken", tier="P1")
def create_token(tx: Transaction, params: Expiring, session_id: str) -> Json:
    """Make a session token."""
    session, user = _living(tx, session_id)
    return {
        "object": "token",
        "jwt": tokens.of_session(tx, session, user, seconds=params.expires_in_seconds),
    }


@clerk.post(
    "/v1/sessions/{session_id}/tokens/{template_name}", id="CreateSessionTokenFromTemplate", tier="P1"
)
def create_template_token(tx: Transaction, params: Expiring, session_id: str, template_name: str) -> Json:
    """Make a token from a JWT template."""
    session, user = _living(tx, session_id)
    template = jwt_templates.named(tx, template_name)
    seconds = params.expires_in_seconds
    return {"object": "token", "jwt": tokens.of_template(tx, template, session, user, seconds=seconds)}


def _living(tx: Transaction, id: str) -> tuple[Json, Json]:
    """Return a session that lives, and its user; one that has ended gives no tokens."""
    session = sessions.find(tx, id)
    if session["status"] not in ALIVE:
        raise errors.not_found(f"No session was found with id {id}", "Session not found")
    return session, users.find(tx, session["user_id"])


@clerk.get("/v1/clients", id="GetClientList", tier="P2")
def list_clients(tx: Transaction) -> Json:
    """Refuse to list clients, as Clerk does since it gave this up."""
    raise errors.deprecated()


@clerk.post("/v1/clients/verify", id="VerifyClient", tier="P1")
def verify_client(tx: Transaction, params: Token) -> Json:
    """Return the client of a session token."""
    id = tokens.session_of(tx, params.token)
    session = None if id is None else tx.get(SESSIONS, id)
    if session is None or session["status"] not in ALIVE:
        told = "The token provided could not be successfully verified"
        raise errors.conflict("invalid_session_token", "Invalid session token", told)
    return sessions.shown_client(tx, sessions.find_client(tx, session["client_id"]))


@clerk.get("/v1/clients/{client_id}", id="GetClient", tier="P1")
def retrieve_client(tx: Transaction, client_id: str) -> Json:
    """Retrieve a client with its sessions."""
    return sessions.shown_client(tx, sessions.find_client(tx, client_id))
