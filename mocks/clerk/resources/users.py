"""Users: their shape, how they are made and changed, and what that announces.

A user's document is what the API shows, plus `internal`, which it never shows: so reading one costs a copy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.clerk import errors, validation
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import events, ids, metadata, passwords

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

USERS = Collection(
    "clerk.user",
    "external_id",
    "username",
    email_address=lambda user: [each["email_address"] for each in user["email_addresses"]],
    phone_number=lambda user: [each["phone_number"] for each in user["phone_numbers"]],
    web3_wallet=lambda user: [each["web3_wallet"] for each in user["web3_wallets"]],
    external_account=lambda user: [
        f"{each['provider']}/{each['provider_user_id']}" for each in user["external_accounts"]
    ],
    identification=lambda user: [
        each["id"] for name in ("email_addresses", "phone_numbers", "web3_wallets") for each in user[name]
    ],
)

ATTEMPTS = 100
"""Failed verifications that lock a user."""

_USERNAME = re.compile(r"[a-z0-9_-]+")
_NULLABLE = ("first_name", "last_name", "locale", "create_organizations_limit")
_PLAIN = (*_NULLABLE, "delete_self_enabled", "create_organization_enabled", "bypass_client_trust")


def blank(tx: Transaction, *, at: int | None = None) -> Json:
    """Return a user without anything; `at` is when it was made."""
    made = milliseconds(tx.now if at is None else at)
    return {
        "id": ids.new(tx, "user", at=at),
        "object": "user",
        "external_id": None,
        "primary_email_address_id": None,
        "primary_phone_number_id": None,
        "primary_web3_wallet_id": None,
        "username": None,
        "first_name": None,
        "last_name": None,
        "locale": None,
        "profile_image_url": "",
        "image_url": "",
        "has_image": False,
        "public_metadata": {},
        "private_metadata": {},
        "unsafe_metadata": {},
        "email_addresses": [],
        "phone_numbers": [],
        "web3_wallets": [],
        "passkeys": [],
        "password_enabled": False,
        "two_factor_enabled": False,
        "totp_enabled": False,
        "backup_code_enabled": False,
        "mfa_enabled_at": None,
        "mfa_disabled_at": None,
        "password_last_updated_at": None,
        "external_accounts": [],
        "saml_accounts": [],
        "enterprise_accounts": [],
        "last_sign_in_at": None,
        "banned": False,
        "locked": False,
        "deprovisioned": False,
        "lockout_expires_in_seconds": None,
        "verification_attempts_remaining": ATTEMPTS,
        "updated_at": made,
        "created_at": made,
        "delete_self_enabled": True,
        "create_organization_enabled": True,
        "create_organizations_limit": None,
        "last_active_at": None,
        "legal_accepted_at": None,
        "bypass_client_trust": False,
        "scim": None,
        "internal": {"password": None, "totp_secret": None, "backup_codes": [], "locked_until": None},
    }


def find(tx: Transaction, id: str) -> Json:
    """Return a user; refuse an unknown id."""
    user = tx.get(USERS, id)
    if user is None:
        raise errors.not_found(f"No user was found with id {id}")
    return user


def create(tx: Transaction, wanted: Json, *, how: Json | None = None) -> Json:
    """Make a user of what the API takes; refuse identifiers that are taken, weak passwords, and one without anything.

    `how` is how identifications were verified, by their kind; those that it does not name are vouched for by the API.
    """
    from mocks.clerk.resources import user_standing

    at = validation.instant(wanted["created_at"], "created_at") if wanted.get("created_at") else None
    user = blank(tx, at=at)
    _identify(tx, user, wanted, how or {})
    _describe(tx, user, wanted)
    for kind in validation.METADATA:
        user[kind] = wanted.get(kind) or {}
    validation.check_metadata(user)
    if wanted.get("banned"):
        user["banned"] = True
    tx.insert(USERS, user, at=at, fresh=True)
    if wanted.get("external_accounts"):
        user["external_accounts"] = wanted["external_accounts"]
        tx.save(USERS, user)
    if wanted.get("locked"):
        user_standing.shut(tx, user)
        tx.save(USERS, user)
    events.emit(tx, "user.created", shown(tx, user))
    return user


def _identify(tx: Transaction, user: Json, wanted: Json, how: Json) -> None:
    from mocks.clerk.resources import identifications as own

    readers = {own.EMAIL: validation.email, own.PHONE: validation.phone, own.WALLET: _wallet}
    for kind, read in readers.items():
        values = [read(each, kind) for each in wanted.get(kind) or ()]
        if len(set(values)) < len(values):
            told = f"{kind} contains duplicate values"
            raise errors.broken(422, "form_param_duplicate", "duplicate values", told, param=kind)
        statuses = wanted.get(f"{kind}_identification_status") or []
        for number, value in enumerate(values):
            own.check_free(tx, kind, value)
            reserved = number < len(statuses) and statuses[number] == "reserved"
            made = own.new(tx, kind, value, verified=True, reserved=reserved)
            made["verification"] = how.get(kind, made["verification"])
            user[own.LISTS[kind]].append(made)
        own.settle_primary(user, kind)
    if wanted.get("username"):
        user["username"] = username(tx, user, wanted["username"])
    named = user["username"] or any(user[name] for name in own.LISTS.values())
    if not named and not wanted.get("skip_user_requirement"):
        raise errors.data_missing(["email_address"])


def _describe(tx: Transaction, user: Json, given: Json) -> None:
    """Set what a new user and a changed one take alike."""
    for name in _PLAIN:
        if name in given and (given[name] is not None or name in _NULLABLE):
            user[name] = given[name]
    if "external_id" in given:
        user["external_id"] = _external_id(tx, user, given["external_id"])
    if given.get("legal_accepted_at"):
        user["legal_accepted_at"] = milliseconds(
            validation.instant(given["legal_accepted_at"], "legal_accepted_at")
        )
    _set_password(tx, user, given)
    if given.get("totp_secret"):
        from mocks.clerk.resources import second_steps

        user["internal"]["totp_secret"] = second_steps.checked_secret(given["totp_secret"])
        user |= {"totp_enabled": True, "two_factor_enabled": True}
    if given.get("backup_codes"):
        user["internal"]["backup_codes"] = given["backup_codes"]
        user["backup_code_enabled"] = True
    if user["two_factor_enabled"] and user["mfa_enabled_at"] is None:
        user["mfa_enabled_at"] = milliseconds(tx.now)


def _set_password(tx: Transaction, user: Json, given: Json) -> None:
    password, digest = given.get("password"), given.get("password_digest")
    if password is None and digest is None:
        return
    if password is not None:
        if not given.get("skip_password_checks"):
            passwords.check(password)
        user["internal"]["password"] = passwords.digest(tx, password)
    elif digest is not None:
        user["internal"]["password"] = passwords.imported(given.get("password_hasher"), digest)
    user |= {"password_enabled": True, "password_last_updated_at": milliseconds(tx.now)}
    user["internal"]["compromised"] = False


def username(tx: Transaction, user: Json, text: str) -> str:
    """Return a user name as it is kept; refuse one that breaks the rules or is another's."""
    name = text.strip().lower()
    if not 4 <= len(name) <= 64:
        told = "Your username must be between 4 and 64 characters long."
        raise errors.broken(422, "form_username_invalid_length", told, param="username")
    if not _USERNAME.fullmatch(name):
        told = "Your username can only contain letters, numbers and '_' or '-'."
        raise errors.broken(422, "form_username_invalid_character", told, param="username")
    if name.isdigit():
        told = "Username must contain one non-number character."
        raise errors.broken(422, "form_username_needs_non_number_char", told, param="username")
    holder = tx.first(USERS, username=name)
    if holder is not None and holder["id"] != user["id"]:
        raise errors.identifier_exists("username", "username")
    return name


def _external_id(tx: Transaction, user: Json, text: str | None) -> str | None:
    if not text:
        return None
    holder = tx.first(USERS, external_id=text)
    if holder is not None and holder["id"] != user["id"]:
        raise errors.identifier_exists("external_id", "external id")
    return text


def _wallet(text: str, param: str) -> str:
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
        told = f"{param} must be a valid web3 wallet address."
        raise errors.invalid(param, told, code="form_param_format_invalid")
    return text.lower()


# --- changes -----------------------------------------------------------------------------------------------------


def update(tx: Transaction, user: Json, given: Json) -> None:
    """Change a user's attributes."""
    _describe(tx, user, given)
    if "username" in given:
        user["username"] = username(tx, user, given["username"]) if given["username"] else None
    for kind in ("email_address", "phone_number", "web3_wallet"):
        _set_primary(user, kind, given.get(f"primary_{kind}_id"))
    metadata.replace(user, {kind: given[kind] for kind in validation.METADATA if kind in given})
    at = None
    if given.get("created_at"):
        at = validation.instant(given["created_at"], "created_at")
        user["created_at"] = milliseconds(at)
    save(tx, user, at=at)
    if given.get("sign_out_of_other_sessions"):
        from mocks.clerk.resources import sessions

        sessions.end_all(tx, user["id"], "revoked")


def _set_primary(user: Json, kind: str, id: str | None) -> None:
    from mocks.clerk.resources import identifications as own

    if id is None:
        return
    found = next((each for each in user[own.LISTS[kind]] if each["id"] == id), None)
    if found is None:
        raise errors.missing_resource(f"primary_{kind}_id")
    if kind != own.WALLET and not own.is_verified(found):
        raise errors.unverified(f"primary_{kind}_id")
    user[f"primary_{kind}_id"] = id


def save(tx: Transaction, user: Json, *, at: int | None = None) -> None:
    """Keep a changed user and announce it."""
    user["updated_at"] = milliseconds(tx.now)
    tx.save(USERS, user, at=at)
    events.emit(tx, "user.updated", shown(tx, user))


def merge_metadata(tx: Transaction, user: Json, given: Json) -> None:
    """Merge into a user's metadata."""
    metadata.merge(user, given)
    save(tx, user)


def replace_metadata(tx: Transaction, user: Json, given: Json) -> None:
    """Replace kinds of a user's metadata."""
    metadata.replace(user, given)
    save(tx, user)


def delete(tx: Transaction, user: Json) -> Json:
    """Remove a user with its sessions and memberships; return the deleted object."""
    from mocks.clerk.resources import enrolment, memberships, sessions

    sessions.end_all(tx, user["id"], "removed")
    enrolment.forget(tx, user_id=user["id"])
    memberships.leave_all(tx, user["id"])
    tx.unschedule(f"unlock:{user['id']}")
    tx.delete(USERS, user["id"])
    gone: Json = {"object": "user", "id": user["id"], "deleted": True}
    if user["external_id"] is not None:
        gone["external_id"] = user["external_id"]
    events.emit(tx, "user.deleted", gone)
    return gone


# --- how users are shown -----------------------------------------------------------------------------------------


def shown(tx: Transaction, user: Json) -> Json:
    """Show a user."""
    answer = user.copy()
    internal = answer.pop("internal")
    if user["locked"]:
        answer["lockout_expires_in_seconds"] = max((internal["locked_until"] - tx.now) // instants.SECOND, 0)
    return answer


def primary_email(user: Json) -> str | None:
    """Return a user's primary mail address."""
    for each in user["email_addresses"]:
        if each["id"] == user["primary_email_address_id"]:
            address: str = each["email_address"]
            return address
    return None


def identifier(user: Json) -> str:
    """Return what names a user to others: mail address, phone number, wallet or user name, whichever it has first."""
    primary = primary_email(user)
    if primary is not None:
        return primary
    for name in ("email_address", "phone_number", "web3_wallet"):
        for each in user[f"{name}es" if name == "email_address" else f"{name}s"]:
            value: str = each[name]
            return value
    return user["username"] or ""


def public_data(user: Json) -> Json:
    """Show what other members see of a user."""
    return {
        "user_id": user["id"],
        "first_name": user["first_name"],
        "last_name": user["last_name"],
        "image_url": user["image_url"],
        "has_image": user["has_image"],
        "identifier": identifier(user),
    }
