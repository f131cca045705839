"""The parameters that several of Clerk's operations share."""

from __future__ import annotations

from typing import Any, Protocol

from pydantic import ConfigDict, Field

from harness.params import Params

Object = dict[str, Any]
LATEST = 253_402_300_799_999
"""Milliseconds: the end of the year 9999."""


class Body(Params):
    """A JSON body; nothing is converted, unknown parameters are refused."""

    model_config = ConfigDict(strict=True)


class Query(Params):
    """A query; unknown parameters are let pass."""

    model_config = ConfigDict(extra="ignore")


class Window(Protocol):
    """Which part of a list."""

    @property
    def limit(self) -> int:
        """How many, at most."""

    @property
    def offset(self) -> int:
        """How many are left out before them."""


class Listing(Query):
    """A page of a list."""

    limit: int = Field(10, ge=1, le=500)
    offset: int = Field(0, ge=0, le=1 << 31)


class Paginated(Listing):
    """A page of a list that is bare, or counted when the request asks for that."""

    paginated: bool = False


class Ordered(Listing):
    """A page of a list whose order can be chosen."""

    order_by: str = "-created_at"


class UserQuery(Query):
    """Which users: every filter that lists and counts of users take. Lists match any of their values."""

    email_address: list[str] | None = Field(None, max_length=100)
    phone_number: list[str] | None = Field(None, max_length=100)
    external_id: list[str] | None = Field(None, max_length=100)
    username: list[str] | None = Field(None, max_length=100)
    web3_wallet: list[str] | None = Field(None, max_length=100)
    user_id: list[str] | None = Field(None, max_length=100)
    organization_id: list[str] | None = Field(None, max_length=100)
    query: str | None = None
    email_address_query: str | None = None
    phone_number_query: str | None = None
    username_query: str | None = None
    name_query: str | None = None
    banned: bool | None = None
    last_active_at_before: int | None = Field(None, ge=0, le=LATEST)
    last_active_at_after: int | None = Field(None, ge=0, le=LATEST)
    last_active_at_since: int | None = Field(None, ge=0, le=LATEST)
    created_at_before: int | None = Field(None, ge=0, le=LATEST)
    created_at_after: int | None = Field(None, ge=0, le=LATEST)
    last_sign_in_at_before: int | None = Field(None, ge=0, le=LATEST)
    last_sign_in_at_after: int | None = Field(None, ge=0, le=LATEST)
    provider: str | None = None
    provider_user_id: list[str] | None = Field(None, max_length=100)


class MemberQuery(Query):
    """Which members of an organisation."""

    user_id: list[str] | None = Field(None, max_length=100)
    email_address: list[str] | None = Field(None, max_length=100)
    phone_number: list[str] | None = Field(None, max_length=100)
    username: list[str] | None = Field(None, max_length=100)
    web3_wallet: list[str] | None = Field(None, max_length=100)
    role: list[str] | None = Field(None, max_length=100)
    query: str | None = None
    email_address_query: str | None = None
    phone_number_query: str | None = None
    username_query: str | None = None
    name_query: str | None = None
    last_active_at_before: int | None = Field(None, ge=0, le=LATEST)
    last_active_at_after: int | None = Field(None, ge=0, le=LATEST)
    created_at_before: int | None = Field(None, ge=0, le=LATEST)
    created_at_after: int | None = Field(None, ge=0, le=LATEST)


class Metadata(Body):
    """What is merged into, or put in place of, the metadata of a thing."""

    public_metadata: Object | None = None
    private_metadata: Object | None = None


class UserMetadata(Metadata):
    """The same of a user, who has a third kind."""

    unsafe_metadata: Object | None = None


class Expiring(Body):
    """How long a token is to live."""

    expires_in_seconds: int | None = Field(None, ge=30, le=315_360_000)
