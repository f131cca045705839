"""Tokens of OAuth applications: whose they are, and their end."""

from __future__ import annotations

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.parameters import Body
from mocks.clerk.provider import clerk
from mocks.clerk.resources import oauth_applications, oauth_tokens


class Shown(Body):
    """The body of `POST /oauth_applications/access_tokens/verify`; `secret` is the older name."""

    access_token: str | None = None
    secret: str | None = None


class Revoked(Body):
    """The body of `POST /oauth_applications/{oauth_application_id}/revoke_token`."""

    token: str = Field(min_length=1)


@clerk.post("/v1/oauth_applications/access_tokens/verify", id="verifyOAuthAccessToken", tier="P1")
def verify_token(tx: Transaction, params: Shown) -> Json:
    """Tell whose an access token is."""
    found = oauth_tokens.verify(tx, params.access_token or params.secret)
    return oauth_tokens.shown(tx, found)


@clerk.post(
    "/v1/oauth_applications/{oauth_application_id}/revoke_token",
    id="RevokeOAuthApplicationToken",
    tier="P1",
    status=204,
)
def revoke_token(tx: Transaction, params: Revoked, oauth_application_id: str) -> Json:
    """End a grant, by either of its tokens."""
    application = oauth_applications.find(tx, oauth_application_id)
    oauth_tokens.revoke(tx, application, params.token)
    return None
