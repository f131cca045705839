"""Frontend API: what users change of themselves."""

from __future__ import annotations

from pydantic import Field

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.clerk import browsing, errors
from mocks.clerk.browsing import Form
from mocks.clerk.resources import (
    external_accounts,
    factors,
    notices,
    passwords,
    sessions,
    sign_ups,
    user_standing,
    users,
    views,
)


class Changes(Form):
    """What a user changes; an empty text takes a value away."""

    username: str | None = Field(None, max_length=256)
    first_name: str | None = Field(None, max_length=256)
    last_name: str | None = Field(None, max_length=256)
    primary_email_address_id: str | None = None
    primary_phone_number_id: str | None = None
    primary_web3_wallet_id: str | None = None
    unsafe_metadata: str | None = None


class Metadata(Form):
    """What is merged into a user's own metadata, as the text of a JSON object."""

    unsafe_metadata: str


class PasswordChange(Form):
    """A new password, and the present one where there is one."""

    current_password: str | None = None
    new_password: str
    sign_out_of_other_sessions: bool | None = None


class PasswordRemoval(Form):
    """The present password."""

    current_password: str | None = None


class NewExternalAccount(Form):
    """The identity provider to connect with."""

    strategy: str
    redirect_url: str | None = None
    action_complete_redirect_url: str | None = None


@browsing.get("/v1/me", id="getUser", tier="P1")
def retrieve_me(tx: Transaction) -> Reply:
    """Show the user."""
    me = browsing.me(tx)
    return browsing.wrapped(tx, me.browser, views.user(tx, me.user))


@browsing.patch("/v1/me", id="patchUser", tier="P1")
def update_me(tx: Transaction, params: Changes) -> Reply:
    """Change the user's name, user name, primary identifications and own metadata."""
    me, given = browsing.me(tx), params.given()
    for name in ("first_name", "last_name", "username"):
        if name in given:
            given[name] = given[name] or None
    if given.get("unsafe_metadata") is not None:
        given["unsafe_metadata"] = sign_ups.metadata_of(given["unsafe_metadata"], "unsafe_metadata")
    users.update(tx, me.user, given)
    return browsing.wrapped(tx, me.browser, views.user(tx, me.user))


@browsing.patch("/v1/me/metadata", id="patchUserMetadata", tier="P1")
def merge_my_metadata(tx: Transaction, params: Metadata) -> Reply:
    """Merge into the user's own metadata."""
    me = browsing.me(tx)
    changes = sign_ups.metadata_of(params.unsafe_metadata, "unsafe_metadata")
    users.merge_metadata(tx, me.user, {"unsafe_metadata": changes})
    return browsing.wrapped(tx, me.browser, views.user(tx, me.user))


@browsing.delete("/v1/me", id="deleteUser", tier="P1")
def delete_me(tx: Transaction) -> Reply:
    """Delete the user, where users may delete themselves."""
    me = browsing.me(tx)
    if not me.user["delete_self_enabled"]:
        told = "You are not authorized to delete your user."
        raise errors.conflict("user_delete_self_not_enabled", "deletion not allowed", told, status=403)
    gone = users.delete(tx, me.user)
    return browsing.wrapped(tx, me.browser, {name: gone[name] for name in ("object", "id", "deleted")})


@browsing.post("/v1/me/change_password", id="changePassword", tier="P1")
def change_password(tx: Transaction, params: PasswordChange) -> Reply:
    """Set the user's password, whose present one must be told."""
    me = browsing.me(tx)
    if me.user["password_enabled"]:
        factors.check_password(tx, me.user, params.current_password, "current_password")
    passwords.check(params.new_password, param="new_password")
    users.update(tx, me.user, {"password": params.new_password})
    notices.password_changed(tx, me.user)
    if params.sign_out_of_other_sessions:
        sessions.end_others(tx, me.session)
    return browsing.wrapped(tx, me.browser, views.user(tx, me.user))


@browsing.post("/v1/me/remove_password", id="removePassword", tier="P1")
def remove_password(tx: Transaction, params: PasswordRemoval) -> Reply:
    """Take the user's password away."""
    me = browsing.me(tx)
    if me.user["password_enabled"]:
        factors.check_password(tx, me.user, params.current_password, "current_password")
    user_standing.remove_password(tx, me.user, sign_out=False)
    notices.password_removed(tx, me.user)
    return browsing.wrapped(tx, me.browser, views.user(tx, me.user))


@browsing.post("/v1/me/external_accounts", id="postOAuthAccounts", tier="P1")
def connect_account(tx: Transaction, params: NewExternalAccount) -> Reply:
    """Begin to connect an account at another identity provider."""
    me = browsing.me(tx)
    begun = external_accounts.begin(tx, params.strategy, "user", me.user["id"], params.given())
    blank = {"id": "", "email_address": "", "first_name": "", "last_name": ""}
    shown = external_accounts.account(tx, params.strategy, blank)
    kept = {name: value for name, value in begun.items() if name != "error"}
    return browsing.wrapped(tx, me.browser, shown | {"verification": kept})


@browsing.delete("/v1/me/external_accounts/{external_account_id}", id="deleteExternalAccount", tier="P1")
def disconnect_account(tx: Transaction, external_account_id: str) -> Reply:
    """Disconnect an account at another identity provider."""
    me = browsing.me(tx)
    return browsing.wrapped(tx, me.browser, external_accounts.remove(tx, me.user, external_account_id))
