"""Machines and the tokens they show each other."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import counted
from mocks.clerk.parameters import Body, Ordered, Query
from mocks.clerk.provider import clerk
from mocks.clerk.resources import credentials, listing, machines
from mocks.clerk.resources.credentials import M2M_TOKENS
from mocks.clerk.resources.machines import MACHINES


class NewMachine(Body):
    """The body of `POST /machines`."""

    name: str = Field(max_length=256)
    scoped_machines: list[str] | None = Field(None, max_length=machines.MOST_SCOPES)
    default_token_ttl: int | None = Field(None, ge=1, le=315_360_000)


class MachineChanges(Body):
    """The body of `PATCH /machines/{machine_id}`."""

    name: str | None = Field(None, max_length=256)
    default_token_ttl: int | None = Field(None, ge=1, le=315_360_000)


class MachineList(Ordered):
    """The query of `GET /machines`."""

    query: str | None = None


class Rotation(Body):
    """The body of `POST /machines/{machine_id}/secret_key/rotate`."""

    previous_token_ttl: int = Field(ge=0, le=28_800)


class Scope(Body):
    """The body of `POST /machines/{machine_id}/scopes`."""

    to_machine_id: str


class NewToken(Body):
    """The body of `POST /m2m_tokens`."""

    token_format: Literal["opaque", "jwt"] | None = None
    seconds_until_expiration: float | None = Field(None, gt=0, le=315_360_000)
    claims: Any = None
    min_remaining_ttl_seconds: int | None = Field(None, ge=0, le=315_360_000)


class TokenList(Query):
    """The query of `GET /m2m_tokens`."""

    subject: str
    revoked: bool = False
    expired: bool = False
    limit: int = Field(10, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1 << 31)


class Reason(Body):
    """Why a token is revoked."""

    revocation_reason: str | None = None


class Shown(Body):
    """The body of `POST /m2m_tokens/verify`; one of Clerk's SDKs calls the token a secret."""

    token: str | None = None
    secret: str | None = None


@clerk.get("/v1/machines", id="ListMachines", tier="P1")
def list_machines(tx: Transaction, params: MachineList) -> Json:
    """List machines."""
    field, descending = listing.ordered(params.order_by, ("created_at", "name"))
    query = params.query or ""
    found = [
        each for each in tx.every(MACHINES) if each["id"] == query or listing.contains(each["name"], query)
    ]
    items, total = listing.sifted(
        found, params, lambda each: (each[field], each["id"]), descending=descending
    )
    return counted(items, total, lambda each: machines.shown(tx, each))


@clerk.post("/v1/machines", id="CreateMachine", tier="P1")
def create_machine(tx: Transaction, params: NewMachine) -> Json:
    """Add a machine."""
    return machines.shown(tx, machines.create(tx, params.given()), secret=True)


@clerk.get("/v1/machines/{machine_id}", id="GetMachine", tier="P1")
def retrieve_machine(tx: Transaction, machine_id: str) -> Json:
    """Retrieve a machine."""
    return machines.shown(tx, machines.find(tx, machine_id))


@clerk.patch("/v1/machines/{machine_id}", id="UpdateMachine", tier="P1")
def update_machine(tx: Transaction, params: MachineChanges, machine_id: str) -> Json:
    """Change a machine."""
    machine = machines.find(tx, machine_id)
    machines.update(tx, machine, params.given())
    return machines.shown(tx, machine)


@clerk.delete("/v1/machines/{machine_id}", id="DeleteMachine", tier="P1")
def delete_machine(tx: Transaction, machine_id: str) -> Json:
    """Remove a machine."""
    return machines.delete(tx, machines.find(tx, machine_id))


@clerk.get("/v1/machines/{machine_id}/secret_key", id="GetMachineSecretKey", tier="P1")
def retrieve_secret_key(tx: Transaction, machine_id: str) -> Json:
    """Show a machine's secret key."""
    secret = machines.find(tx, machine_id)["internal"]["secret"]
    return {"object": "machine_secret_key", "secret": secret}


@clerk.post("/v1/machines/{machine_id}/secret_key/rotate", id="RotateMachineSecretKey", tier="P1")
def rotate_secret_key(tx: Transaction, params: Rotation, machine_id: str) -> Json:
    """Give a machine a new secret key."""
    return {"object": "machine_secret_key", "secret": machines.rotate(tx, machines.find(tx, machine_id))}


@clerk.post("/v1/machines/{machine_id}/scopes", id="CreateMachineScope", tier="P1")
def create_scope(tx: Transaction, params: Scope, machine_id: str) -> Json:
    """Let a machine speak to another."""
    return machines.allow(tx, machines.find(tx, machine_id), params.to_machine_id)


@clerk.delete("/v1/machines/{machine_id}/scopes/{other_machine_id}", id="DeleteMachineScope", tier="P1")
def delete_scope(tx: Transaction, machine_id: str, other_machine_id: str) -> Json:
    """Let a machine speak to another no more."""
    return machines.forbid(tx, machines.find(tx, machine_id), other_machine_id)


# --- tokens ------------------------------------------------------------------------------------------------------


@clerk.post("/v1/m2m_tokens", id="createM2MToken", tier="P1", status=201)
def create_token(tx: Transaction, params: NewToken) -> Json:
    """Make a token of the machine whose secret key is shown."""
    made = credentials.create_token(tx, credentials.machine_of(tx), params.given())
    return credentials.shown(tx, made, under="token")


@clerk.get("/v1/m2m_tokens", id="getM2MTokens", tier="P1")
def list_tokens(tx: Transaction, params: TokenList) -> Json:
    """List a machine's tokens."""
    found = credentials.listed(tx, M2M_TOKENS, params.subject, revoked=params.revoked, expired=params.expired)
    page = found[params.offset : params.offset + params.limit]
    return {"m2m_tokens": [credentials.shown(tx, each) for each in page], "total_count": len(found)}


@clerk.post("/v1/m2m_tokens/{m2m_token_id}/revoke", id="revokeM2MToken", tier="P1")
def revoke_token(tx: Transaction, params: Reason, m2m_token_id: str) -> Json:
    """Revoke a token."""
    token = credentials.find(tx, M2M_TOKENS, m2m_token_id)
    credentials.revoke(tx, M2M_TOKENS, token, params.revocation_reason)
    return credentials.shown(tx, token)


@clerk.post("/v1/m2m_tokens/verify", id="verifyM2MToken", tier="P1")
def verify_token(tx: Transaction, params: Shown) -> Json:
    """Tell whose a token is."""
    found = credentials.verify(tx, M2M_TOKENS, params.token or params.secret or "")
    return credentials.shown(tx, found)
