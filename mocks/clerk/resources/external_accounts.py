"""Accounts at other identity providers, which a page of Greenroom's own stands in for.

An attempt (a sign-in, a sign-up, a user who connects an account) begins with a *state*; the page returns with what the
person entered there, and `settle` decides what comes of it. A sign-in of somebody unknown becomes transferable to a
sign-up, and the other way round, as Clerk has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness import chance, instants
from harness.collection import Collection
from mocks.clerk import errors, frontend
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance, users
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

STATES = Collection("clerk.oauth_state")
TRANSFERS = Collection("clerk.oauth_transfer")
"""What an identity provider has told of somebody whose attempt may be transferred, by the client it was made in."""

LIFETIME = 10 * instants.MINUTE


def title(strategy: str) -> str:
    """Return what an identity provider is called: `oauth_google` and `oauth_custom_google` are both Google."""
    return strategy.removeprefix("oauth_").removeprefix("custom_").capitalize()


def begin(tx: Transaction, strategy: str, kind: str, id: str, wanted: Json) -> Json:
    """Begin an attempt; return the verification that sends the browser to the identity provider."""
    if strategy not in instance.settings(tx)["environment"]["social"]:
        told = f"{strategy} does not match one of the allowed values for parameter strategy"
        raise errors.invalid("strategy", told)
    back = checked_redirect(wanted.get("redirect_url"), "redirect_url")
    done = wanted.get("action_complete_redirect_url")
    state = {
        "id": tx.token("oauth.state", 32),
        "strategy": strategy,
        "kind": kind,
        "of": id,
        "redirect_url": back,
        "action_complete_redirect_url": checked_redirect(done, "action_complete_redirect_url")
        if done
        else back,
        "expires": tx.now + LIFETIME,
        "identity": None,
    }
    tx.insert(STATES, state, fresh=True)
    url = f"{frontend.base(frontend.request_of(tx.request))}/v1/greenroom/identity?state={state['id']}"
    return verification(tx, strategy, url)


def checked_redirect(url: str | None, param: str) -> str:
    """Return an address that another provider may send a browser back to; refuse scripts, and what is no address."""
    if not url:
        raise errors.missing(param)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if (
        not parts.scheme
        or parts.scheme in ("javascript", "data", "vbscript")
        or not (parts.netloc or parts.path)
    ):
        raise errors.invalid(param, f"{param} must be a valid url with a scheme, such as 'https://'.")
    return url


def verification(tx: Transaction, strategy: str, url: str | None = None, status: str = "unverified") -> Json:
    """Return a verification by another provider."""
    return {
        "object": "verification_oauth",
        "status": status,
        "strategy": strategy,
        "external_verification_redirect_url": url,
        "error": None,
        "expire_at": milliseconds(tx.now + LIFETIME),
        "attempts": None,
    }


def state_of(tx: Transaction, id: str) -> Json:
    """Return the state of an attempt; refuse one that is unknown or too old."""
    state = tx.get(STATES, id)
    if state is None or tx.now >= state["expires"]:
        told = "The external account state is invalid or has expired. Please start over."
        raise errors.conflict("authorization_invalid", "Unauthorized request", told, status=403)
    return state


def account(tx: Transaction, strategy: str, identity: Json) -> Json:
    """Return the external account that an identity makes."""
    provider = strategy
    made = milliseconds(tx.now)
    id = ids.new(tx, "eac")
    return {
        "object": "google_account" if strategy == "oauth_google" else "external_account",
        "id": id,
        "provider": provider,
        "identification_id": ids.new(tx, "idn"),
        "provider_user_id": identity["id"],
        "approved_scopes": "email openid profile",
        "email_address": identity["email_address"],
        "email_address_verified": True,
        "first_name": identity["first_name"],
        "last_name": identity["last_name"],
        "avatar_url": "",
        "image_url": "",
        "username": None,
        "phone_number": None,
        "public_metadata": {},
        "label": None,
        "created_at": made,
        "updated_at": made,
        "verification": {
            "object": "verification_oauth",
            "status": "verified",
            "strategy": strategy,
            "attempts": None,
            "expire_at": milliseconds(tx.now + LIFETIME),
        },
    }


def owner(tx: Transaction, strategy: str, identity: Json) -> Json | None:
    """Return the user whom an identity belongs to, by the account or by a verified mail address of the same name."""
    known = tx.first(USERS, external_account=f"{strategy}/{identity['id']}")
    if known is not None:
        return known
    from mocks.clerk.resources.identifications import is_verified

    user = tx.first(USERS, email_address=identity["email_address"])
    if user is None:
        return None
    verified = {each["email_address"] for each in user["email_addresses"] if is_verified(each)}
    return user if identity["email_address"] in verified else None


def connect(tx: Transaction, user: Json, strategy: str, identity: Json) -> Json:
    """Connect an identity with a user, unless it is already; return the account."""
    for each in user["external_accounts"]:
        if (each["provider"], each["provider_user_id"]) == (strategy, identity["id"]):
            return dict(each)
    made = account(tx, strategy, identity)
    user["external_accounts"].append(made)
    for each in user["email_addresses"]:
        if each["email_address"] == identity["email_address"]:
            each["linked_to"].append({"type": strategy, "id": made["identification_id"]})
    users.save(tx, user)
    return made


def remove(tx: Transaction, user: Json, id: str) -> Json:
    """Take an external account from a user; return the deleted object."""
    found = next((each for each in user["external_accounts"] if each["id"] == id), None)
    if found is None:
        raise errors.not_found("External account not found", "External account not found")
    user["external_accounts"].remove(found)
    for each in user["email_addresses"]:
        each["linked_to"] = [link for link in each["linked_to"] if link["id"] != found["identification_id"]]
    users.save(tx, user)
    return {"object": "external_account", "id": id, "deleted": True}


def access_tokens(tx: Transaction, user: Json, provider: str) -> list[Json]:
    """Return the tokens that a provider has given for a user, one for each account; refuse a provider that is not on."""
    strategy = provider if provider.startswith("oauth_") else f"oauth_{provider}"
    if strategy not in instance.settings(tx)["environment"]["social"]:
        told = "Single-sign on for this OAuth provider is not enabled in the instance settings."
        raise errors.conflict(
            "oauth_token_provider_not_enabled", "OAuth provider not enabled", told, status=404
        )
    return [
        {
            "object": "oauth_access_token",
            "external_account_id": each["id"],
            "provider_user_id": each["provider_user_id"],
            "token": f"greenroom.{chance.spell(chance.draw(tx.world.seed, each['id'], 0, 40), chance.ALPHANUMERIC)}",
            "expires_at": None,
            "provider": strategy,
            "public_metadata": each["public_metadata"],
            "label": each["label"],
            "scopes": each["approved_scopes"].split(),
        }
        for each in user["external_accounts"]
        if each["provider"] == strategy
    ]


# --- from a sign-in to a sign-up, and back -----------------------------------------------------------------------


def keep_transfer(tx: Transaction, client_id: str, strategy: str, identity: Json) -> None:
    """Keep an identity for the other attempt, which the browser begins with `transfer=true`."""
    tx.delete(TRANSFERS, client_id)
    tx.insert(TRANSFERS, {"id": client_id, "strategy": strategy, "identity": identity})


def transferred(tx: Transaction, client: Json) -> Json:
    """Return, once, the identity that was kept for a client."""
    found = tx.get(TRANSFERS, client["id"])
    if found is None:
        told = "There is no account to transfer"
        raise errors.conflict("account_transfer_invalid", "Invalid account transfer", told)
    tx.delete(TRANSFERS, client["id"])
    return found


def transferred_user(tx: Transaction, client: Json) -> Json:
    """Return the user of the identity that was kept for a client."""
    found = transferred(tx, client)
    user = owner(tx, found["strategy"], found["identity"])
    if user is None:
        told = "There is no account to transfer"
        raise errors.conflict("account_transfer_invalid", "Invalid account transfer", told)
    connect(tx, user, found["strategy"], found["identity"])
    return user
