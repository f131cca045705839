"""Keys and tokens of the instance: JWKS, sign-in tokens, actor tokens, testing tokens; and whether all is well."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.clerk.parameters import Body
from mocks.clerk.provider import clerk
from mocks.clerk.resources import tickets, tokens
from mocks.clerk.resources.tickets import ACTOR_TOKENS, SIGN_IN_TOKENS

LONGEST = 315_360_000
"""Seconds: ten years."""


class NewSignInToken(Body):
    """The body of `POST /sign_in_tokens`."""

    user_id: str
    org_id: str | None = None
    expires_in_seconds: int | None = Field(None, ge=1, le=LONGEST)


class Actor(Params):
    """Who acts; further fields are kept."""

    model_config = ConfigDict(extra="allow", strict=True)

    sub: str


class NewActorToken(Body):
    """The body of `POST /actor_tokens`."""

    user_id: str
    actor: Actor
    expires_in_seconds: int | None = Field(None, ge=1, le=LONGEST)
    session_max_duration_in_seconds: int | None = Field(None, ge=1, le=LONGEST)


@clerk.get("/v1/jwks", id="GetJWKS", tier="P0")
def retrieve_jwks(tx: Transaction) -> Json:
    """Show the key that session tokens are checked with."""
    return tokens.jwks(tx)


@clerk.post("/v1/sign_in_tokens", id="CreateSignInToken", tier="P1")
def create_sign_in_token(tx: Transaction, params: NewSignInToken) -> Json:
    """Make a token that signs a user in once."""
    return tickets.shown(tickets.sign_in(tx, params.user_id, params.org_id, params.expires_in_seconds))


@clerk.post("/v1/sign_in_tokens/{sign_in_token_id}/revoke", id="RevokeSignInToken", tier="P1")
def revoke_sign_in_token(tx: Transaction, sign_in_token_id: str) -> Json:
    """Take a sign-in token back."""
    return tickets.shown(tickets.revoke(tx, SIGN_IN_TOKENS, sign_in_token_id))


@clerk.post("/v1/actor_tokens", id="CreateActorToken", tier="P1")
def create_actor_token(tx: Transaction, params: NewActorToken) -> Json:
    """Make a token that lets somebody act as a user."""
    actor: dict[str, Any] = params.actor.given()
    return tickets.act(tx, params.user_id, actor, params.expires_in_seconds)


@clerk.post("/v1/actor_tokens/{actor_token_id}/revoke", id="RevokeActorToken", tier="P1")
def revoke_actor_token(tx: Transaction, actor_token_id: str) -> Json:
    """Take an actor token back."""
    return tickets.revoke(tx, ACTOR_TOKENS, actor_token_id)


@clerk.post("/v1/testing_tokens", id="CreateTestingToken", tier="P0")
def create_testing_token(tx: Transaction) -> Json:
    """Make a testing token."""
    return tickets.testing(tx)


@clerk.get("/v1/health", id="getHealth", tier="P2", public=True)
def health(tx: Transaction) -> Json:
    """Tell that the Frontend API is well, as its own document has it."""
    return {"status": "healthy"}
