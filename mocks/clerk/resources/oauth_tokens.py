"""Tokens that OAuth applications were given for users: what their grants are known by, and end with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.chance import HEX
from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import credentials

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

OAUTH_TOKENS = Collection(
    "clerk.oauth_token",
    "client_id",
    secret=lambda token: [token["internal"]["secret"], token["internal"]["refresh"]],
)
LIFETIME = instants.DAY


def issue(tx: Transaction, application: Json, user: Json, scopes: list[str]) -> Json:
    """Grant an application access to a user; the access token lives a day, and can be refreshed."""
    made = {
        "object": "clerk_idp_oauth_access_token",
        "id": f"oat_{tx.token('oauth_token.id', 32, HEX)}",
        "client_id": application["client_id"],
        "subject": user["id"],
        "scopes": scopes,
        "revoked": False,
        "revocation_reason": None,
        "expiration": milliseconds(tx.now + LIFETIME),
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
        "internal": {
            "secret": f"oat_{tx.token('oauth_token.secret', 40)}",
            "refresh": f"ort_{tx.token('oauth_token.refresh', 40)}",
        },
    }
    return tx.insert(OAUTH_TOKENS, made, fresh=True)


def verify(tx: Transaction, secret: str | None) -> Json:
    """Return the token of a secret; refuse an unknown one, and one that is over."""
    if not secret:
        raise errors.missing("access_token")
    found = tx.first(OAUTH_TOKENS, secret=secret)
    usable = found is not None and secret == found["internal"]["secret"] and not found["revoked"]
    if found is None or not usable or credentials.is_expired(tx, found):
        raise errors.not_found("OAuth access token not found", "OAuth access token not found")
    return found


def revoke(tx: Transaction, application: Json, secret: str) -> None:
    """End a grant of an application's, by its access token or its refresh token; refuse an unknown one."""
    found = tx.first(OAUTH_TOKENS, secret=secret)
    if found is None or found["client_id"] != application["client_id"]:
        raise errors.not_found("OAuth token not found", "OAuth token not found")
    found |= {"revoked": True, "revocation_reason": None, "updated_at": milliseconds(tx.now)}
    tx.save(OAUTH_TOKENS, found)


def shown(tx: Transaction, token: Json) -> Json:
    """Show a token, without its secrets."""
    answer = {name: value for name, value in token.items() if name != "internal"}
    return answer | {"expired": credentials.is_expired(tx, token)}
