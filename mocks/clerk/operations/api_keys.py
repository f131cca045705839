"""API keys of users and organisations."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Query
from mocks.clerk.provider import clerk
from mocks.clerk.resources import credentials, listing
from mocks.clerk.resources.credentials import API_KEYS


class NewKey(Body):
    """The body of `POST /api_keys`."""

    type: str = Field("api_key", min_length=3, max_length=25)
    name: str = Field(min_length=3, max_length=256, pattern=r"^(\S(.*\S)?)?$")
    description: str | None = Field(None, max_length=255)
    subject: str
    claims: Any = None
    scopes: list[str] | None = None
    created_by: str | None = Field(None, pattern=r"^user_\w{27}$")
    seconds_until_expiration: float | None = Field(None, gt=0, le=315_360_000)


class KeyChanges(Body):
    """The body of `PATCH /api_keys/{apiKeyID}`."""

    claims: Any = None
    scopes: list[str] | None = None
    description: str | None = Field(None, max_length=255)
    subject: str | None = None
    seconds_until_expiration: float | None = Field(None, gt=0, le=315_360_000)


class KeyList(Query):
    """The query of `GET /api_keys`."""

    type: str = Field("api_key", min_length=3)
    subject: str
    include_invalid: Literal["true", "false"] = "false"
    limit: int = Field(10, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1 << 31)
    query: str | None = None


class Reason(Body):
    """Why a key is revoked."""

    revocation_reason: str | None = None


class Shown(Body):
    """The body of `POST /api_keys/verify`."""

    secret: str


@clerk.post("/v1/api_keys", id="createApiKey", tier="P1", status=201)
def create_key(tx: Transaction, params: NewKey) -> Json:
    """Make an API key; its secret is shown this once. The Backend API's document says 200, Clerk's Python SDK takes 201 only."""
    return credentials.shown(tx, credentials.create_key(tx, params.given()), under="secret")


@clerk.get("/v1/api_keys", id="getApiKeys", tier="P1")
def list_keys(tx: Transaction, params: KeyList) -> Json:
    """List the API keys of a user or an organisation."""
    invalid = params.include_invalid == "true"
    found = [
        each
        for each in credentials.listed(tx, API_KEYS, params.subject, revoked=invalid, expired=invalid)
        if each["type"] == params.type and listing.contains(each["name"], params.query or "")
    ]
    page = found[params.offset : params.offset + params.limit]
    return counted(page, len(found), lambda each: credentials.shown(tx, each))


@clerk.get("/v1/api_keys/{apiKeyID}", id="getApiKey", tier="P1")
def retrieve_key(tx: Transaction, apiKeyID: str) -> Json:
    """Retrieve an API key."""
    return credentials.shown(tx, credentials.find(tx, API_KEYS, apiKeyID))


@clerk.patch("/v1/api_keys/{apiKeyID}", id="updateApiKey", tier="P1")
def update_key(tx: Transaction, params: KeyChanges, apiKeyID: str) -> Json:
    """Change an API key."""
    key = credentials.find(tx, API_KEYS, apiKeyID)
    credentials.update_key(tx, key, params.given())
    return credentials.shown(tx, key)


@clerk.delete("/v1/api_keys/{apiKeyID}", id="deleteApiKey", tier="P1")
def delete_key(tx: Transaction, apiKeyID: str) -> Json:
    """Remove an API key."""
    credentials.find(tx, API_KEYS, apiKeyID)
    tx.delete(API_KEYS, apiKeyID)
    return {"object": "api_key", "id": apiKeyID, "deleted": True}


@clerk.get("/v1/api_keys/{apiKeyID}/secret", id="getApiKeySecret", tier="P1")
def retrieve_secret(tx: Transaction, apiKeyID: str) -> Json:
    """Show the secret of an API key."""
    return {"secret": credentials.find(tx, API_KEYS, apiKeyID)["internal"]["secret"]}


@clerk.post("/v1/api_keys/{apiKeyID}/revoke", id="revokeApiKey", tier="P1")
def revoke_key(tx: Transaction, params: Reason, apiKeyID: str) -> Json:
    """Revoke an API key."""
    key = credentials.find(tx, API_KEYS, apiKeyID)
    credentials.revoke(tx, API_KEYS, key, params.revocation_reason)
    return credentials.shown(tx, key)


@clerk.post("/v1/api_keys/verify", id="verifyApiKey", tier="P1")
def verify_key(tx: Transaction, params: Shown) -> Json:
    """Tell whose an API key is."""
    return credentials.shown(tx, credentials.verify(tx, API_KEYS, params.secret))
