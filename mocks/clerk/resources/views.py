"""How browsers are shown things: less than servers are, and clients and sessions with all that belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.clerk.resources import (
    browsers,
    factor_ages,
    memberships,
    organization_invitations,
    organizations,
    sessions,
    sign_ins,
    sign_ups,
    tokens,
    users,
)
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.organizations import ORGANIZATIONS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_PRIVATE = ("private_metadata", "locale", "bypass_client_trust", "scim", "internal")


def client(tx: Transaction, document: Json) -> Json:
    """Show a client with its sessions; `updated_at` is real time, since the cookie `__client_uat` is made of it.

    SDKs take a token that is older than that for stale, so it is never later than the tokens shown with it.
    """
    living = browsers.living(tx, document)
    sign_in = tx.get(sign_ins.SIGN_INS, document["sign_in_id"] or "")
    sign_up = tx.get(sign_ups.SIGN_UPS, document["sign_up_id"] or "")
    stamped = sessions.stamped(tx, document) * 1000
    return {
        "object": "client",
        "id": document["id"],
        "sessions": [session(tx, each) for each in living],
        "sign_in": None if sign_in is None else sign_ins.shown(tx, sign_in),
        "sign_up": None if sign_up is None else sign_ups.shown(sign_up),
        "last_active_session_id": document["last_active_session_id"]
        or (living[-1]["id"] if living else None),
        "last_authentication_strategy": document["last_authentication_strategy"],
        "cookie_expires_at": None,
        "captcha_bypass": False,
        "created_at": document["created_at"],
        "updated_at": stamped or document["updated_at"],
    }


def session(tx: Transaction, document: Json) -> Json:
    """Show a session with its user and, while it lives, a fresh token."""
    person = tx.get(USERS, document["user_id"])
    answer = {
        name: document[name]
        for name in (
            *("object", "id", "status", "expire_at", "abandon_at", "last_active_at", "actor"),
            *("last_active_organization_id", "created_at", "updated_at"),
        )
    }
    token = None
    if person is not None and document["status"] in sessions.ALIVE:
        jwt = tokens.of_session(tx, document, person, origin=browsers.origin_of(tx))
        token = {"object": "token", "jwt": jwt}
    answer |= {
        "tasks": document["tasks"],
        "last_active_token": token,
        "factor_verification_age": factor_ages.of(tx, document),
        "public_user_data": None if person is None else public_user_data(person),
    }
    return answer if person is None else answer | {"user": user(tx, person)}


def public_user_data(person: Json) -> Json:
    """Show what others see of a user."""
    return users.public_data(person) | {
        "profile_image_url": person["profile_image_url"],
        "username": person["username"],
        "banned": person["banned"],
        "deprovisioned": person["deprovisioned"],
    }


def user(tx: Transaction, person: Json) -> Json:
    """Show users themselves: with their memberships, without what only servers may see."""
    answer = {name: value for name, value in users.shown(tx, person).items() if name not in _PRIVATE}
    if answer["create_organizations_limit"] is None:
        del answer["create_organizations_limit"]
    for name in ("email_addresses", "phone_numbers", "web3_wallets"):
        answer[name] = [identification(each) for each in person[name]]
    own = list(tx.every(MEMBERSHIPS, user_id=person["id"]))
    return answer | {"organization_memberships": [membership(tx, each) for each in own]}


def identification(document: Json) -> Json:
    """Show an address, number or wallet; browsers are not told which client has verified it."""
    found = document["verification"]
    if found is None or "verified_at_client" not in found:
        return document
    kept = {name: value for name, value in found.items() if name != "verified_at_client"}
    return document | {"verification": kept}


def membership(tx: Transaction, document: Json) -> Json:
    """Show a membership."""
    answer = memberships.shown(tx, document)
    del answer["private_metadata"]
    group = tx.get(ORGANIZATIONS, document["organization_id"])
    assert group is not None  # noqa: S101 - memberships go with their organisation
    return answer | {"organization": organization(tx, group)}


def organization(tx: Transaction, document: Json) -> Json:
    """Show an organisation."""
    answer = organizations.shown(tx, document, count=True)
    hidden = ("private_metadata", "created_by", "role_set_key", "last_active_at")
    return {name: value for name, value in answer.items() if name not in hidden} | {
        "self_serve_sso_enabled": False,
        "logo_url": document["image_url"] or None,
    }


def invitation(tx: Transaction, document: Json) -> Json:
    """Show an invitation to an organisation."""
    answer = organization_invitations.shown_with_organization(tx, document)
    return {name: value for name, value in answer.items() if name not in ("private_metadata", "inviter_id")}
