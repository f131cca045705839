"""Users: make, find, change, remove."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk import errors
from mocks.clerk.dialect import METADATA_APART, version
from mocks.clerk.parameters import Body, Listing, Object, UserMetadata, UserQuery
from mocks.clerk.provider import clerk
from mocks.clerk.resources import notices, user_search, users
from mocks.clerk.validation import METADATA

Status = Literal["verified", "reserved"]


class Attributes(Body):
    """What new and changed users take alike."""

    external_id: str | None = Field(None, max_length=256)
    first_name: str | None = Field(None, max_length=256)
    last_name: str | None = Field(None, max_length=256)
    locale: str | None = Field(None, max_length=35)
    username: str | None = Field(None, max_length=256)
    password: str | None = None
    password_digest: str | None = Field(None, max_length=1024)
    password_hasher: str | None = None
    skip_password_checks: bool | None = None
    totp_secret: str | None = None
    backup_codes: list[str] | None = None
    public_metadata: Object | None = None
    private_metadata: Object | None = None
    unsafe_metadata: Object | None = None
    delete_self_enabled: bool | None = None
    legal_accepted_at: str | None = None
    skip_legal_checks: bool | None = None
    create_organization_enabled: bool | None = None
    create_organizations_limit: int | None = Field(None, ge=0, le=1 << 31)
    created_at: str | None = None
    bypass_client_trust: bool | None = None


class NewUser(Attributes):
    """The body of `POST /users`."""

    email_address: list[str] | None = None
    email_address_identification_status: list[Status] | None = None
    phone_number: list[str] | None = None
    phone_number_identification_status: list[Status] | None = None
    web3_wallet: list[str] | None = None
    skip_password_requirement: bool | None = None
    skip_user_requirement: bool | None = None
    banned: bool | None = None
    locked: bool | None = None


class UserChanges(Attributes):
    """The body of `PATCH /users/{user_id}`."""

    primary_email_address_id: str | None = None
    notify_primary_email_address_changed: bool | None = None
    primary_phone_number_id: str | None = None
    primary_web3_wallet_id: str | None = None
    profile_image_id: str | None = None
    sign_out_of_other_sessions: bool | None = None


class UserList(UserQuery, Listing):
    """The query of `GET /users`."""

    order_by: str = "-created_at"
    starting_after: str | None = None


@clerk.get("/v1/users", id="GetUserList", tier="P0")
def list_users(tx: Transaction, params: UserList) -> Json:
    """List users: a bare array, the newest first unless asked otherwise."""
    found = user_search.search(tx, params, params, params.order_by, params.starting_after)
    return [users.shown(tx, user) for user in found]


@clerk.post("/v1/users", id="CreateUser", tier="P1")
def create_user(tx: Transaction, params: NewUser) -> Json:
    """Make a user."""
    return users.shown(tx, users.create(tx, params.given()))


@clerk.get("/v1/users/count", id="GetUsersCount", tier="P0")
def count_users(tx: Transaction, params: UserQuery) -> Json:
    """Count users."""
    return {"object": "total_count", "total_count": user_search.count(tx, params)}


@clerk.get("/v1/users/{user_id}", id="GetUser", tier="P0")
def retrieve_user(tx: Transaction, user_id: str) -> Json:
    """Retrieve a user."""
    return users.shown(tx, users.find(tx, user_id))


@clerk.patch("/v1/users/{user_id}", id="UpdateUser", tier="P1")
def update_user(tx: Transaction, params: UserChanges, user_id: str) -> Json:
    """Change a user; the newest versions of the API take metadata elsewhere."""
    user, given = users.find(tx, user_id), params.given()
    if version(tx.request) >= METADATA_APART:
        for kind in METADATA:
            if kind in given:
                tx.deviation(errors.unknown(kind, " Use the metadata endpoint of this resource instead."))
    with notices.primary_email(tx, user, wanted=params.notify_primary_email_address_changed):
        users.update(tx, user, given)
    return users.shown(tx, user)


@clerk.delete("/v1/users/{user_id}", id="DeleteUser", tier="P1")
def delete_user(tx: Transaction, user_id: str) -> Json:
    """Remove a user."""
    return users.delete(tx, users.find(tx, user_id))


@clerk.patch("/v1/users/{user_id}/metadata", id="UpdateUserMetadata", tier="P1")
def merge_metadata(tx: Transaction, params: UserMetadata, user_id: str) -> Json:
    """Merge into a user's metadata, deeply."""
    user = users.find(tx, user_id)
    users.merge_metadata(tx, user, params.given())
    return users.shown(tx, user)


@clerk.put("/v1/users/{user_id}/metadata", id="ReplaceUserMetadata", tier="P1")
def replace_metadata(tx: Transaction, params: UserMetadata, user_id: str) -> Json:
    """Replace kinds of a user's metadata."""
    user = users.find(tx, user_id)
    users.replace_metadata(tx, user, params.given())
    return users.shown(tx, user)
