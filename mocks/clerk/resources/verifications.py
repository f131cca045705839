"""Verifying what a user adds to the account: a code goes to the new address or number, and proves who owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import codes
from mocks.clerk.resources import identifications as own
from mocks.clerk.resources.users import USERS, save

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

STRATEGIES = {own.EMAIL: "email_code", own.PHONE: "phone_code"}


def prepare(tx: Transaction, user: Json, kind: str, identification: Json, strategy: str) -> None:
    """Send the code that verifies an address or number."""
    if strategy != STRATEGIES[kind]:
        told = f"{strategy[:100]} does not match one of the allowed values for parameter strategy"
        raise errors.invalid("strategy", told)
    if own.is_verified(identification):
        told = "This verification has already been verified."
        raise errors.conflict("verification_already_verified", "already verified", told)
    value, id = identification[kind], identification["id"]
    identification["verification"], code = codes.send(tx, strategy, value, user=user, identification=id)
    user["internal"].setdefault("codes", {})[id] = code
    tx.save(USERS, user)


def attempt(tx: Transaction, user: Json, kind: str, identification: Json, code: str | None) -> None:
    """Check the code; a right one verifies the address or number, which becomes the primary one if it is the first."""
    waiting = user["internal"].setdefault("codes", {})
    right = codes.attempt(
        tx, identification["verification"], STRATEGIES[kind], waiting.get(identification["id"]), code
    )
    if not right:
        tx.save(USERS, user)
        raise errors.incorrect_code()
    del waiting[identification["id"]]
    identification["updated_at"] = milliseconds(tx.now)
    own.settle_primary(user, kind)
    save(tx, user)
