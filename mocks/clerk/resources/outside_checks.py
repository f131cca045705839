"""Codes that a backend sends to an address or number of a user's, and checks, in a flow of its own.

They are apart from those that browsers ask for: an address that is verified already can be checked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import codes, ids
from mocks.clerk.resources import identifications as own
from mocks.clerk.resources.users import save
from mocks.clerk.resources.verifications import STRATEGIES

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CHECKS = Collection("clerk.outside_check")
MOST_ATTEMPTS = 3
"""Wrong codes that end a check."""


def prepare(tx: Transaction, kind: str, id: str) -> Json:
    """Send a code to an address or number."""
    user, identification = own.find(tx, kind, id)
    strategy = STRATEGIES[kind]
    waiting, code = codes.send(tx, strategy, identification[kind], user=user, identification=id)
    made = waiting | {"id": ids.new(tx, "ver"), "of": id, "code": code}
    return tx.insert(CHECKS, made, fresh=True)


def attempt(tx: Transaction, kind: str, id: str, given: Json) -> Json:
    """Compare a code: what comes of it is told by the status. A right one verifies the address or number, too."""
    user, identification = own.find(tx, kind, id)
    check = tx.get(CHECKS, given["verification_id"])
    if check is None or check["of"] != id:
        raise errors.not_found("Verification not found", "Verification not found")
    if check["status"] == "verified":
        told = "This verification has already been verified."
        raise errors.conflict("verification_already_verified", "already verified", told)
    check["attempts"] += 1
    if milliseconds(tx.now) >= check["expire_at"]:
        check["status"] = "expired"
    elif check["status"] == "unverified" and given["code"] == check["code"]:
        check["status"] = "verified"
        if not own.is_verified(identification):
            identification["verification"] = {
                name: check[name] for name in ("object", "status", "strategy", "attempts", "expire_at")
            }
            identification["updated_at"] = milliseconds(tx.now)
            own.settle_primary(user, kind)
            save(tx, user)
    elif check["attempts"] >= MOST_ATTEMPTS:
        check["status"] = "failed"
    return tx.save(CHECKS, check)


def shown(check: Json) -> Json:
    """Show a check, without its code."""
    answer = {name: check[name] for name in ("object", "id", "status", "strategy", "attempts", "expire_at")}
    return answer | {"channel": "sms" if check["strategy"] == "phone_code" else None}
