"""Two-step verification: the authenticator application and the backup codes of a user, set up and taken away."""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from harness.chance import LOWER
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, instance, users

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

STEP = 30
"""Seconds that a code of an authenticator application is good for (RFC 6238)."""

BACKUP_CODES = 10


def begin(tx: Transaction, user: Json) -> Json:
    """Return a new secret for an authenticator application, which a code of it must confirm; refuse a second one."""
    if user["totp_enabled"]:
        told = "TOTP is already enabled on your account."
        raise errors.conflict("totp_already_enabled", "TOTP already enabled", told)
    now = milliseconds(tx.now)
    user["internal"]["totp"] = {
        "id": ids.new(tx, "totp"),
        "secret": b32encode(tx.draw("totp.secret", 20)).decode(),
        "created_at": now,
        "updated_at": now,
    }
    tx.save(users.USERS, user)
    return shown(user, user["internal"]["totp"])


def confirm(tx: Transaction, user: Json, code: str | None) -> Json:
    """Check the first code of an authenticator application: from then on it is a second factor, with backup codes."""
    begun = user["internal"].get("totp")
    if begun is None:
        raise errors.not_found("TOTP not found", "TOTP not found")
    if not code:
        raise errors.missing("code")
    if code not in codes(begun["secret"], tx.real_seconds):
        raise errors.incorrect_code(keep=False)
    user["internal"]["totp_secret"] = begun["secret"]
    begun["updated_at"] = milliseconds(tx.now)
    user["totp_enabled"] = True
    made = None if user["backup_code_enabled"] else _new_codes(tx, user)
    settle(tx, user)
    users.save(tx, user)
    return shown(user, begun, backup_codes=made)


def shown(user: Json, totp: Json, *, backup_codes: list[str] | None = None) -> Json:
    """Show an authenticator application's secret, only as long as it is not confirmed."""
    name = quote(f"{instance.APPLICATION}:{users.identifier(user)}")
    open_ = not user["totp_enabled"]
    uri = f"otpauth://totp/{name}?secret={totp['secret']}&issuer={quote(instance.APPLICATION)}&algorithm=SHA1&digits=6&period={STEP}"
    return {
        "object": "totp",
        "id": totp["id"],
        "secret": totp["secret"] if open_ else None,
        "uri": uri if open_ else None,
        "verified": user["totp_enabled"],
        "backup_codes": backup_codes,
        "created_at": totp["created_at"],
        "updated_at": totp["updated_at"],
    }


def remove(tx: Transaction, user: Json) -> str:
    """Take the authenticator application from a user; return its id. Refuse where there is none."""
    if not user["totp_enabled"]:
        raise errors.not_found("TOTP not found", "TOTP not found")
    id: str = (user["internal"].get("totp") or {"id": ids.new(tx, "totp")})["id"]
    drop_totp(tx, user)
    users.save(tx, user)
    return id


def drop_totp(tx: Transaction, user: Json) -> None:
    """Take the authenticator application from a user, if there is one, without keeping the user."""
    user["internal"] |= {"totp": None, "totp_secret": None}
    user["totp_enabled"] = False
    settle(tx, user)


def drop_codes(user: Json) -> None:
    """Take the backup codes from a user, without keeping the user."""
    user["internal"]["backup_codes"] = []
    user["backup_code_enabled"] = False


def renew_codes(tx: Transaction, user: Json) -> Json:
    """Give a user new backup codes in the place of the old ones; refuse a user without two-step verification."""
    if not user["two_factor_enabled"]:
        told = "Two-step verification must be enabled before backup codes can be made."
        raise errors.conflict("backup_codes_not_available", "backup codes not available", told, status=403)
    made = _new_codes(tx, user)
    users.save(tx, user)
    now = milliseconds(tx.now)
    return {
        "object": "backup_code",
        "id": ids.new(tx, "bkp"),
        "codes": made,
        "created_at": now,
        "updated_at": now,
    }


def _new_codes(tx: Transaction, user: Json) -> list[str]:
    made = [tx.token("backup.code", 8, LOWER) for _ in range(BACKUP_CODES)]
    user["internal"]["backup_codes"] = made
    user["backup_code_enabled"] = True
    return list(made)


def settle(tx: Transaction, user: Json) -> None:
    """Let two-step verification be on where a user has a second factor; backup codes alone are none."""
    on = user["totp_enabled"] or any(each["reserved_for_second_factor"] for each in user["phone_numbers"])
    if on != user["two_factor_enabled"]:
        user["two_factor_enabled"] = on
        user["mfa_enabled_at" if on else "mfa_disabled_at"] = milliseconds(tx.now)


def disable(tx: Transaction, user: Json) -> None:
    """Take every second factor from a user."""
    for each in user["phone_numbers"]:
        each |= {"reserved_for_second_factor": False, "default_second_factor": False}
    drop_codes(user)
    drop_totp(tx, user)
    users.save(tx, user)


def verify(tx: Transaction, user: Json, code: str) -> str:
    """Return what a right code is, `totp` or `backup_code` (which is used up with that); refuse a wrong one."""
    if not user["totp_enabled"]:
        told = "This user does not have TOTP enabled in their account"
        raise errors.conflict("totp_disabled", "TOTP is disabled", told)
    internal = user["internal"]
    if code in internal["backup_codes"]:
        internal["backup_codes"] = [each for each in internal["backup_codes"] if each != code]
        tx.save(users.USERS, user)
        return "backup_code"
    if len(code) != 6:
        told = "The provided TOTP code must be 6 characters long."
        raise errors.conflict("totp_invalid_length", "invalid length", told, status=422, param="code")
    if code not in codes(internal["totp_secret"], tx.real_seconds):
        told = "The provided TOTP code is incorrect"
        raise errors.conflict("totp_incorrect_code", "incorrect TOTP", told, status=422, param="code")
    return "totp"


# --- codes -------------------------------------------------------------------------------------------------------


def codes(secret: str, seconds: int) -> list[str]:
    """Return the codes that an authenticator application may show: of this half minute and the two beside it."""
    key = _key(secret)
    return [] if key is None else [_hotp(key, seconds // STEP + shift) for shift in (-1, 0, 1)]


def checked_secret(secret: str) -> str:
    """Return a secret that another system made; refuse what is not base32."""
    if not _key(secret):
        told = "The TOTP secret is invalid, please provide a valid one base32 encoded"
        raise errors.broken(422, "invalid_totp_secret_code", "invalid TOTP secret", told, param="totp_secret")
    return secret


def _key(secret: str) -> bytes | None:
    try:
        return b32decode(secret.upper() + "=" * (-len(secret) % 8))
    except (NotBase32, ValueError):
        return None


def _hotp(key: bytes, counter: int) -> str:
    digest = hmac.digest(key, counter.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
