"""One-time codes: six digits that go to a mail address or phone number, and the verifications that wait for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.chance import DIGITS
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import instance, mails

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

TEST_CODE = "424242"
"""The code of test addresses and test numbers (Clerk's documentation on test mode)."""

LIFETIME = 10 * instants.MINUTE
_TEST_NUMBER = re.compile(r"\+1\d{3}55501\d{2}")

MAIL_TEMPLATES = {"email_code": "verification_code", "reset_password_email_code": "reset_password_code"}
SMS_TEMPLATES = {"phone_code": "verification_code", "reset_password_phone_code": "reset_password_code"}


def is_test(tx: Transaction, identifier: str) -> bool:
    """Tell whether an address or number is one for tests, which get no message and always the same code."""
    if not instance.settings(tx)["general"]["test_mode"]:
        return False
    return mails.TEST_LABEL in identifier or _TEST_NUMBER.fullmatch(identifier) is not None


def send(
    tx: Transaction,
    strategy: str,
    identifier: str,
    *,
    user: Json | None = None,
    identification: str | None = None,
) -> tuple[Json, str]:
    """Send a new code; return the verification that waits for it, and the code."""
    test = is_test(tx, identifier)
    code = TEST_CODE if test else tx.token("verification.code", 6, DIGITS)
    whose = {"user_id": None if user is None else user["id"], "identification": identification}
    if strategy in MAIL_TEMPLATES:
        mails.code(tx, MAIL_TEMPLATES[strategy], identifier, code, user=user, identification=identification)
    elif not test:
        mails.text_message(tx, SMS_TEMPLATES[strategy], identifier, code, **whose)
    return waiting(tx, strategy), code


def waiting(tx: Transaction, strategy: str) -> Json:
    """Return a verification that waits for its code."""
    return {
        "object": "verification_otp",
        "status": "unverified",
        "strategy": strategy,
        "attempts": 0,
        "expire_at": milliseconds(tx.now + LIFETIME),
    }


def attempt(
    tx: Transaction, verification: Json | None, strategy: str, code: str | None, given: str | None
) -> bool:
    """Try a code; count the attempt in the verification, and tell whether it was right. The caller keeps it."""
    if verification is None or verification["strategy"] != strategy or code is None:
        told = "You need to send a verification code before attempting to verify."
        raise errors.conflict("verification_missing", "missing verification", told)
    if verification["status"] == "verified":
        told = "This verification has already been verified."
        raise errors.conflict("verification_already_verified", "already verified", told)
    if milliseconds(tx.now) >= verification["expire_at"]:
        told = "This verification has expired. You must create a new verification."
        raise errors.conflict("verification_expired", "expired", told)
    if not given:
        raise errors.missing("code")
    verification["attempts"] += 1
    if given != code:
        return False
    verification["status"] = "verified"
    return True
