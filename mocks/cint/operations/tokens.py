"""Tokens for the Demand API, from a host of their own."""

from __future__ import annotations

import hmac

import jwt

from harness.params import Json
from harness.transaction import Transaction
from mocks.cint import errors
from mocks.cint.parameters import Query
from mocks.cint.provider import cint

AUDIENCE = "https://api.luc.id"
LIFETIME = 86_400
"""Seconds of world time."""


class TokenRequest(Query):
    """A request as Auth0 takes it, with Cint's own `lucid_scopes`."""

    client_id: str
    client_secret: str = ""
    grant_type: str = ""
    audience: str = ""
    lucid_scopes: str = "app:api"


@cint.post("/oauth/token", id="oauth_token", tier="P0")
def issue_token(tx: Transaction, params: TokenRequest) -> Json:
    """Give out a token for a client's id and secret."""
    tokens = tx.world.accounts["cint"]["tokens"]
    if not hmac.compare_digest(params.client_secret.encode(), tokens["client_secret"].encode()):
        raise errors.no_token(401, "access_denied", "Unauthorized", "client_secret")
    if params.grant_type != "client_credentials":
        text = f"Grant type '{params.grant_type[:40]}' not allowed for the client."
        raise errors.no_token(403, "unauthorized_client", text, "grant_type")
    if params.audience != AUDIENCE:
        text = f"Service not found: {params.audience[:80]}"
        raise errors.no_token(403, "access_denied", text, "audience")
    claims = {
        "iss": "https://auth.lucidhq.com/",
        "sub": f"{params.client_id}@clients",
        "aud": AUDIENCE,
        "iat": tx.seconds,
        "exp": tx.seconds + LIFETIME,
        "scope": params.lucid_scopes,
        "gty": "client-credentials",
        "azp": params.client_id,
    }
    token = jwt.encode(claims, tokens["client_secret"], algorithm="HS256")
    return {
        "access_token": token,
        "scope": params.lucid_scopes,
        "expires_in": LIFETIME,
        "token_type": "Bearer",
    }
