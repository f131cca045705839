"""Step-up verification: a signed-in user proves a factor again, so that the session's token says it was just now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.resources import codes, factor_ages, factors, user_standing
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

REVERIFICATIONS = Collection("clerk.reverification")
"""What a session is to prove again, by the session's id; a new one takes the place of the last."""

LEVELS = ("first_factor", "second_factor", "multi_factor")


def start(tx: Transaction, session: Json, user: Json, level: str) -> Json:
    """Begin to prove a level again; without a second factor, every level is the first."""
    if not (user["two_factor_enabled"] and factors.second_factors(user)):
        level = "first_factor"
    tx.delete(REVERIFICATIONS, session["id"])
    begun = {
        "id": session["id"],
        "level": level,
        "status": "needs_second_factor" if level == "second_factor" else "needs_first_factor",
        "first_factor_verification": None,
        "second_factor_verification": None,
        "codes": {},
    }
    return tx.insert(REVERIFICATIONS, begun)


def find(tx: Transaction, session: Json, status: str) -> Json:
    """Return what a session is proving again; refuse one that has begun nothing, or is at another step."""
    found = tx.get(REVERIFICATIONS, session["id"])
    if found is None or found["status"] != status:
        told = f"There is no session reverification in status {status}."
        raise errors.conflict("session_reverification_invalid", "Invalid action", told, status=422)
    return found


def prepare(tx: Transaction, session: Json, user: Json, given: Json, *, second: bool) -> Json:
    """Send the code of a factor."""
    begun = find(tx, session, "needs_second_factor" if second else "needs_first_factor")
    strategy = given.get("strategy", "phone_code")
    if strategy not in (("phone_code",) if second else ("email_code", "phone_code")):
        told = f"{strategy[:100]} does not match one of the allowed values for parameter strategy"
        raise errors.invalid("strategy", told)
    id = given.get("email_address_id") or given.get("phone_number_id")
    factor = factors.find(user, strategy, id, second=second)
    name = _name(second=second)
    begun[name], begun["codes"][name] = factors.prepare(tx, user, factor)
    tx.save(REVERIFICATIONS, begun)
    return begun


def attempt(tx: Transaction, session: Json, user: Json, given: Json, *, second: bool) -> Json:
    """Check a factor: a right one leads on to the second where the level wants both, and is noted of the session."""
    begun = find(tx, session, "needs_second_factor" if second else "needs_first_factor")
    name, strategy = _name(second=second), given["strategy"]
    if strategy in ("email_code", "phone_code"):
        right = codes.attempt(tx, begun[name], strategy, begun["codes"].get(name), given.get("code"))
        tx.save(REVERIFICATIONS, begun)
        if not right:
            user_standing.count_failure(tx, user)
            raise errors.incorrect_code()
    elif second:
        begun[name] = factors.check_second(tx, user, strategy, given.get("code"))
    elif strategy == "password":
        begun[name] = factors.check_password(tx, user, given.get("password"))
    else:
        factors.find(user, strategy, None)
    begun["status"] = "needs_second_factor" if not second and begun["level"] == "multi_factor" else "complete"
    tx.save(REVERIFICATIONS, begun)
    factor_ages.note(tx, session, second=second)
    tx.save(USERS, user)
    return begun


def _name(*, second: bool) -> str:
    return "second_factor_verification" if second else "first_factor_verification"


def shown(tx: Transaction, begun: Json, session: Json, user: Json) -> Json:
    """Show what a session is proving again, and by what its user can."""
    from mocks.clerk.resources import views

    first = [
        each
        for each in factors.first_factors(user)
        if each["strategy"] in ("password", "email_code", "phone_code")
    ]
    return {
        "object": "session_reverification",
        "level": begun["level"],
        "status": begun["status"],
        "supported_first_factors": first,
        "supported_second_factors": factors.second_factors(user),
        "first_factor_verification": begun["first_factor_verification"],
        "second_factor_verification": begun["second_factor_verification"],
        "session": views.session(tx, session),
    }
