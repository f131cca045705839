"""Passwords: what Clerk refuses, and digests that can be checked again."""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import md5, pbkdf2_hmac, sha256
from typing import TYPE_CHECKING, Any

from mocks.clerk import errors

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SHORTEST, LONGEST = 8, 72
ROUNDS = 1000
"""Few, because these passwords protect nothing."""

MOST_ROUNDS = 2_000_000

KNOWN_HASHERS = ("md5", "sha256", "pbkdf2_sha256_django")
"""Hashers whose digests can be checked with what Python has; the others need libraries and are not served."""

PWNED = frozenset(
    {
        *("12345678", "123456789", "1234567890", "password", "password1", "password123", "passw0rd"),
        *("qwertyui", "qwerty123", "qwertyuiop", "11111111", "iloveyou", "sunshine", "letmein1", "abc12345"),
    }
)
"""Clerk asks a service with hundreds of millions of leaked passwords; these few stand for them."""


def check(password: str, *, leaked: bool = True, param: str = "password") -> None:
    """Refuse a password that Clerk would not take; without `leaked`, those that were leaked too."""
    if len(password) < SHORTEST:
        told = f"Passwords must be {SHORTEST} characters or more."
        raise errors.password("length_too_short", told, param)
    if len(password) > LONGEST:
        raise errors.password("length_too_long", f"Passwords must be {LONGEST} characters or less.", param)
    if leaked and password.lower() in PWNED:
        told = "Password has been found in an online data breach. For account safety, please use a different password."
        raise errors.password("pwned", told, param)


def digest(tx: Transaction, password: str) -> str:
    """Return what is kept of a password, in the form that Django writes."""
    return _django(password, tx.token("password.salt", 16), ROUNDS)


def imported(hasher: str | None, text: str) -> str:
    """Return what is kept of a digest that another system made; refuse what cannot be checked later."""
    if hasher is None:
        told = "`password_hasher` is required when `password_digest` is present."
        raise errors.broken(
            422, "form_conditional_param_missing", "is missing", told, param="password_hasher"
        )
    if hasher not in KNOWN_HASHERS:
        raise errors.unserved("password_hasher", hasher[:100])
    if not _well_formed(hasher, text):
        told = f"The password digest provided is not valid for the {hasher} hasher."
        raise errors.broken(422, "form_password_digest_invalid_code", told, param="password_digest")
    return text if hasher == "pbkdf2_sha256_django" else f"{hasher}${text.lower()}"


def matches(password: str, kept: str) -> bool:
    """Tell whether a password is the one that a digest was made of."""
    hasher, _, rest = kept.partition("$")
    plain = password.encode("utf-8", "replace")
    if hasher == "md5":
        made = md5(plain, usedforsecurity=False).hexdigest()
        return hmac.compare_digest(made, rest)
    if hasher == "sha256":
        return hmac.compare_digest(sha256(plain).hexdigest(), rest)
    rounds, salt, _ = rest.split("$")
    return hmac.compare_digest(_django(password, salt, int(rounds)).encode(), kept.encode())


def _django(password: str, salt: str, rounds: int) -> str:
    derived = pbkdf2_hmac("sha256", password.encode("utf-8", "replace"), salt.encode(), rounds)
    return f"pbkdf2_sha256${rounds}${salt}${b64encode(derived).decode()}"


def _well_formed(hasher: str, text: str) -> bool:
    if hasher == "pbkdf2_sha256_django":
        parts = text.split("$")
        if len(parts) != 4 or parts[0] != "pbkdf2_sha256" or not (parts[1].isascii() and parts[1].isdigit()):
            return False
        return len(parts[1]) <= 7 and 0 < int(parts[1]) <= MOST_ROUNDS and text.isascii()
    length = 32 if hasher == "md5" else 64
    return len(text) == length and all(each in "0123456789abcdefABCDEF" for each in text)
