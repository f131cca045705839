"""What a user can prove to be itself with: first factors, second factors, and how each is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.clerk import errors
from mocks.clerk.resources import codes, passwords, second_steps, user_standing
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

EMAIL_STRATEGIES = ("email_code", "reset_password_email_code")
PHONE_STRATEGIES = ("phone_code", "reset_password_phone_code")
RESETS = ("reset_password_email_code", "reset_password_phone_code")


def first_factors(user: Json) -> list[Json]:
    """Return how a user may begin to sign in."""
    found: list[Json] = [{"strategy": "password"}] if user["password_enabled"] else []
    found += _emails(user, "email_code") + _phones(user, "phone_code")
    found += [
        {"strategy": f"oauth_{each['provider'].removeprefix('oauth_')}"} for each in user["external_accounts"]
    ]
    if user["password_enabled"]:
        found += _emails(user, "reset_password_email_code") + _phones(user, "reset_password_phone_code")
    return found


def second_factors(user: Json) -> list[Json]:
    """Return how a user with two-step verification goes on."""
    found: list[Json] = [{"strategy": "totp"}] if user["totp_enabled"] else []
    found += [
        {
            "strategy": "phone_code",
            "phone_number_id": each["id"],
            "safe_identifier": masked(each["phone_number"]),
            "default": each["default_second_factor"],
        }
        for each in user["phone_numbers"]
        if each["reserved_for_second_factor"]
    ]
    return found + ([{"strategy": "backup_code"}] if user["backup_code_enabled"] else [])


def _emails(user: Json, strategy: str) -> list[Json]:
    return [
        {
            "strategy": strategy,
            "email_address_id": each["id"],
            "safe_identifier": masked(each["email_address"]),
            "primary": each["id"] == user["primary_email_address_id"],
        }
        for each in user["email_addresses"]
    ]


def _phones(user: Json, strategy: str) -> list[Json]:
    return [
        {
            "strategy": strategy,
            "phone_number_id": each["id"],
            "safe_identifier": masked(each["phone_number"]),
            "primary": each["id"] == user["primary_phone_number_id"],
        }
        for each in user["phone_numbers"]
        if not each["reserved_for_second_factor"]
    ]


def masked(identifier: str) -> str:
    """Return an address or number as it is shown to somebody who may not be its owner: `a***@b.test`."""
    local, at, domain = identifier.partition("@")
    return f"{local[:1]}*****@{domain}" if at else f"{identifier[:2]}*******{identifier[-4:]}"


def find(user: Json, strategy: str, id: str | None, *, second: bool = False) -> Json:
    """Return the factor of a strategy, the primary one unless an id says which; refuse what the user does not have."""
    offered = [
        each for each in (second_factors if second else first_factors)(user) if each["strategy"] == strategy
    ]
    if id is not None:
        offered = [
            each for each in offered if id in (each.get("email_address_id"), each.get("phone_number_id"))
        ]
    if not offered:
        told = "The verification strategy is not valid for this account"
        raise errors.conflict("strategy_for_user_invalid", "Invalid verification strategy", told)
    return next((each for each in offered if each.get("primary")), offered[0])


def prepare(tx: Transaction, user: Json, factor: Json) -> tuple[Json, str]:
    """Send the code of a factor; return the verification that waits for it, and the code."""
    id = factor.get("email_address_id") or factor.get("phone_number_id")
    values = {each["id"]: each["email_address"] for each in user["email_addresses"]}
    values |= {each["id"]: each["phone_number"] for each in user["phone_numbers"]}
    return codes.send(tx, factor["strategy"], values[id], user=user, identification=id)


def password_verification() -> Json:
    """Return the verification of somebody who gave the right password."""
    return _plain("password")


def _plain(strategy: str) -> Json:
    return {
        "object": f"verification_{strategy}",
        "status": "verified",
        "strategy": strategy,
        "attempts": None,
        "expire_at": None,
    }


def check_password(tx: Transaction, user: Json, password: str | None, param: str = "password") -> Json:
    """Return the verification of a right password; refuse a wrong one, which is counted."""
    if not user["password_enabled"]:
        told = "The verification strategy is not valid for this account"
        raise errors.conflict("strategy_for_user_invalid", "Invalid verification strategy", told)
    if password is None:
        raise errors.missing(param)
    if not passwords.matches(password, user["internal"]["password"]):
        user_standing.count_failure(tx, user)
        told = "Password is incorrect. Try again, or use another method."
        found = errors.password("incorrect", told, param)
        found.keep, found.rule = True, None
        raise found
    return password_verification()


def check_second(tx: Transaction, user: Json, strategy: str, code: str | None) -> Json:
    """Return the verification of a right code of an authenticator application, or of a backup code, which it uses up."""
    find(user, strategy, None, second=True)
    if not code:
        raise errors.missing("code")
    internal = user["internal"]
    if strategy == "backup_code" and code in internal["backup_codes"]:
        internal["backup_codes"] = [each for each in internal["backup_codes"] if each != code]
        tx.save(USERS, user)
        return _plain(strategy)
    if strategy == "totp" and code in second_steps.codes(internal["totp_secret"] or "", tx.real_seconds):
        return _plain(strategy)
    user_standing.count_failure(tx, user)
    raise errors.incorrect_code()
