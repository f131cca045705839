"""Frontend API: the client of a browser, its sessions, and their tokens."""

from __future__ import annotations

from typing import Literal

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import browsing, errors
from mocks.clerk.browsing import Form
from mocks.clerk.resources import browsers, jwt_templates, session_activity, sessions, tokens, views
from mocks.clerk.resources.sessions import SESSIONS


class Touch(Form):
    """Why a session is touched, and which organisation is active from now on: none when the text is empty."""

    active_organization_id: str | None = None
    intent: Literal["focus", "select_session", "select_org"] | None = None


class ForOrganization(Form):
    """The organisation that a token is for; an empty text is the user's own account."""

    organization_id: str | None = None


@browsing.get("/v1/client", id="getClient", tier="P0")
def retrieve_client(tx: Transaction) -> Reply:
    """Show the browser's client, null where it has none."""
    return browsing.of_client(tx, browsers.of_request(tx))


@browsing.post("/v1/client", id="postClient", tier="P0")
def create_client(tx: Transaction) -> Reply:
    """Give the browser a client."""
    browser = browsers.of_request(tx)
    browser.own_client(tx)
    return browsing.of_client(tx, browser)


@browsing.operation("PUT", "/v1/client", id="putClient", tier="P0")
def replace_client(tx: Transaction) -> Reply:
    """Give the browser a client, or show the one it has."""
    return create_client(tx)


@browsing.delete("/v1/client", id="deleteClientSessions", tier="P0")
def delete_client(tx: Transaction) -> Reply:
    """Sign out of every session and take the client from the browser."""
    browser = browsers.of_request(tx)
    for session in browsers.living(tx, browser.client):
        sessions.end(tx, session, "removed")
    browser.forget(tx)
    return browsing.of_client(tx, browser)


@browsing.delete("/v1/client/sessions", id="removeClientSessionsAndRetainCookie", tier="P0")
def delete_sessions(tx: Transaction) -> Reply:
    """Sign out of every session; the browser keeps its client."""
    browser = browsers.of_request(tx)
    if browser.client is None:
        raise errors.signed_out()
    for session in browsers.living(tx, browser.client):
        sessions.end(tx, session, "removed")
    return browsing.of_client(tx, browser)


@browsing.get("/v1/client/sessions/{session_id}", id="getSession", tier="P1")
def retrieve_session(tx: Transaction, session_id: str) -> Reply:
    """Show a session."""
    own = browsing.own_session(tx, session_id)
    return browsing.wrapped(tx, own.browser, views.session(tx, own.session))


@browsing.post("/v1/client/sessions/{session_id}/touch", id="touchSession", tier="P0")
def touch_session(tx: Transaction, params: Touch, session_id: str) -> Reply:
    """Note that a session is in use, and set its active organisation."""
    own = browsing.own_session(tx, session_id)
    if "active_organization_id" in params.model_fields_set:
        sessions.activate(tx, own.session, own.user, params.active_organization_id or None)
    sessions.touch(tx, own.session, own.user)
    return browsing.wrapped(tx, own.browser, views.session(tx, own.session))


@browsing.post("/v1/client/sessions/{session_id}/end", id="endSession", tier="P0")
def end_session(tx: Transaction, session_id: str) -> Reply:
    """End a session."""
    own = browsing.own_session(tx, session_id)
    sessions.end(tx, own.session, "ended")
    return browsing.wrapped(tx, own.browser, views.session(tx, own.session))


@browsing.post("/v1/client/sessions/{session_id}/remove", id="removeSession", tier="P0")
def remove_session(tx: Transaction, session_id: str) -> Reply:
    """Sign out of a session."""
    own = browsing.own_session(tx, session_id)
    sessions.end(tx, own.session, "removed")
    return browsing.wrapped(tx, own.browser, views.session(tx, own.session))


@browsing.post("/v1/client/sessions/{session_id}/tokens", id="createSessionToken", tier="P0")
def create_token(tx: Transaction, params: ForOrganization, session_id: str) -> Json:
    """Make a session token, for an organisation of the user's when one is named."""
    own = browsing.own_session(tx, session_id)
    session = own.session
    if "organization_id" in params.model_fields_set:
        session = session | {
            "last_active_organization_id": sessions.own_organization(tx, own.user, params.organization_id)
        }
    jwt = tokens.of_session(tx, session, own.user, origin=browsers.origin_of(tx))
    return {"object": "token", "jwt": jwt}


@browsing.post(
    "/v1/client/sessions/{session_id}/tokens/{template_name}", id="createSessionTokenWithTemplate", tier="P0"
)
def create_template_token(tx: Transaction, session_id: str, template_name: str) -> Json:
    """Make a token from a JWT template."""
    own = browsing.own_session(tx, session_id)
    template = jwt_templates.named(tx, template_name)
    return {"object": "token", "jwt": tokens.of_template(tx, template, own.session, own.user)}


# --- a user's sessions, in whatever browser ----------------------------------------------------------------------


@browsing.get("/v1/me/sessions/active", id="getSessions", tier="P1")
def list_active_sessions(tx: Transaction) -> Json:
    """List the user's sessions that live, bare, with the browsers that they live in."""
    user = browsing.me(tx).user
    return [session_activity.shown(each) for each in tx.every(SESSIONS, alive=user["id"])]


@browsing.get("/v1/me/sessions", id="getUsersSessions", tier="P1")
def list_sessions(tx: Transaction) -> Json:
    """List all sessions of the user, bare, the newest first."""
    user = browsing.me(tx).user
    return [views.session(tx, each) for each in tx.every(SESSIONS, user_id=user["id"], newest_first=True)]


@browsing.post("/v1/me/sessions/{session_id}/revoke", id="revokeSession", tier="P1")
def revoke_session(tx: Transaction, session_id: str) -> Reply:
    """Sign another browser of the user out."""
    me = browsing.me(tx)
    session = tx.get(SESSIONS, session_id)
    if session is None or session["user_id"] != me.user["id"]:
        raise errors.not_found(f"No session was found with id {session_id}", "Session not found")
    sessions.revoke(tx, session)
    return browsing.wrapped(tx, me.browser, views.session(tx, session))
