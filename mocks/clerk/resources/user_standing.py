"""How users stand: banned, locked, with or without a password that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.clerk import errors
from mocks.clerk.resources import passwords, sessions, users
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

LOCKED_FOR = instants.HOUR
UNLOCK = "user.unlock"


def ban(tx: Transaction, user: Json) -> None:
    """Ban a user, whose sessions end with that."""
    user["banned"] = True
    users.save(tx, user)
    sessions.end_all(tx, user["id"], "revoked")


def unban(tx: Transaction, user: Json) -> None:
    """Let a user in again."""
    user["banned"] = False
    users.save(tx, user)


def lock(tx: Transaction, user: Json) -> None:
    """Lock a user for an hour, as too many failed attempts do."""
    shut(tx, user)
    users.save(tx, user)


def shut(tx: Transaction, user: Json) -> None:
    """Lock a user, without keeping or announcing it."""
    user["locked"] = True
    user["internal"]["locked_until"] = tx.now + LOCKED_FOR
    tx.schedule(UNLOCK, tx.now + LOCKED_FOR, {"user": user["id"]}, key=f"unlock:{user['id']}")


def count_failure(tx: Transaction, user: Json) -> None:
    """Note that somebody failed to prove to be a user: too often, and the user is locked."""
    user["verification_attempts_remaining"] = max(user["verification_attempts_remaining"] - 1, 0)
    if user["verification_attempts_remaining"] == 0 and not user["locked"]:
        lock(tx, user)
    else:
        tx.save(USERS, user)


def unlock(tx: Transaction, user: Json) -> None:
    """Unlock a user."""
    release(tx, user)
    users.save(tx, user)


def release(tx: Transaction, user: Json) -> None:
    """Take the lock from a user, without announcing it: that is what time does."""
    tx.unschedule(f"unlock:{user['id']}")
    user |= {"locked": False, "verification_attempts_remaining": users.ATTEMPTS}
    user["internal"]["locked_until"] = None
    tx.save(USERS, user)


def remove_password(tx: Transaction, user: Json, *, sign_out: bool) -> None:
    """Take the password from a user; `sign_out` ends the sessions too."""
    if not user["password_enabled"]:
        raise _no_password()
    user["internal"]["password"] = None
    user["password_enabled"] = False
    users.save(tx, user)
    if sign_out:
        sessions.end_all(tx, user["id"], "revoked")


def verify_password(user: Json, password: str) -> None:
    """Refuse a password that is not the user's."""
    if not user["password_enabled"]:
        raise _no_password()
    if not passwords.matches(password, user["internal"]["password"]):
        told = "The provided password is not the one the user has set"
        raise errors.conflict("incorrect_password", "incorrect password", told, status=422, param="password")


def _no_password() -> Exception:
    told = "This user does not have a password set for their account"
    return errors.conflict("no_password_set", "no password set", told)


def compromise(tx: Transaction, user: Json, *, compromised: bool, sign_out: bool) -> None:
    """Note that others know a user's password, or take that back; `sign_out` ends the sessions too."""
    if not user["password_enabled"]:
        raise _no_password()
    user["internal"]["compromised"] = compromised
    users.save(tx, user)
    if sign_out:
        sessions.end_all(tx, user["id"], "revoked")
