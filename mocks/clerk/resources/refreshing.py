"""Refresh tokens: how a server whose session token is over gets a new one, without sending the browser anywhere.

A handshake leaves one in the cookie `__refresh_<suffix>`, which only servers read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.resources import handshakes, sessions, tokens
from mocks.clerk.resources.sessions import ALIVE, SESSIONS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.errors import Refusal
    from harness.transaction import Transaction

Json = dict[str, Any]

REFRESH_TOKENS = Collection("clerk.refresh_token", "session_id")
OLDEST = 7 * 24 * 3600
"""Seconds after which a session token is too old to be refreshed: a session lives no longer."""


def token_of(tx: Transaction, session: Json) -> str:
    """Return the refresh token of a session; make it at its first use."""
    kept = tx.first(REFRESH_TOKENS, session_id=session["id"])
    if kept is None:
        made = {"id": f"rt_{tx.token('refresh.token', 40)}", "session_id": session["id"]}
        kept = tx.insert(REFRESH_TOKENS, made, fresh=True)
    return str(kept["id"])


def refresh(tx: Transaction, session_id: str, given: Json) -> Json:
    """Return a new token for one that is over, as a token or as cookies; every refusal is a 401, so that SDKs fall back."""
    claims = _claims(tx, session_id, given["expired_token"])
    if _origin(given["request_origin"]) != claims["azp"]:
        told = "The request_origin parameter does not match the 'azp' claim of expired_token"
        raise _refusal("refresh_request_origin_azp_mismatch", "Request origin does not match azp claim", told)
    session = tx.get(SESSIONS, session_id)
    user = None if session is None else tx.get(USERS, session["user_id"])
    if session is None or user is None:
        told = f"No session was found with id {session_id[:100]}"
        raise _refusal("session_refresh_session_not_found", "Session not found", told)
    if session["status"] not in ALIVE:
        raise _refusal(
            "session_refresh_inactive_session", "session inactive", "The provided session is not active"
        )
    kept = tx.get(REFRESH_TOKENS, given["refresh_token"])
    if kept is None or kept["session_id"] != session_id:
        told = "The provided refresh token was not found"
        raise _refusal("refresh_token_not_found", "Refresh token not found", told)
    jwt = tokens.of_session(tx, session, user, origin=claims["azp"])
    if given.get("format") != "cookie":
        return {"object": "token", "jwt": jwt}
    client = sessions.find_client(tx, session["client_id"])
    return {"object": "cookies", "cookies": handshakes.signed_in(tx, client, session, jwt)}


def _claims(tx: Transaction, session_id: str, token: str) -> Json:
    """Return the claims of a token that is over; refuse one that is not of the session, or is too old."""
    claims = tokens.verified(tx, token)
    if claims is None:
        told = "The session token provided could not be successfully verified"
        raise _refusal("expired_session_token_invalid", "Invalid expired_token param", told)
    if "sid" not in claims:
        told = "No 'sid' claim present in the provided expired session token"
        raise _refusal("expired_session_token_missing_sid", "missing 'sid' claim", told)
    if claims["sid"] != session_id:
        told = "The 'sid' claim of the provided expired session token does not match the session ID provided in the request path"
        raise _refusal("refresh_sid_mismatch", "Session ID does not match the 'sid' claim", told)
    if "azp" not in claims:
        told = "No 'azp' claim present in the provided expired session token"
        raise _refusal("expired_session_token_missing_azp", "missing 'azp' claim", told)
    if tx.real_seconds - claims["iat"] > OLDEST:
        told = "The provided expired session token is too old"
        raise _refusal("session_refresh_expired_session_token_too_old", "session token too old", told)
    return claims


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not parts.netloc:
        told = "The request_origin parameter could not be parsed"
        raise _refusal("refresh_request_origin_invalid", "Request origin is invalid", told)
    return f"{parts.scheme}://{parts.netloc}"


def _refusal(code: str, message: str, told: str) -> Refusal:
    return errors.conflict(code, message, told, status=401)
