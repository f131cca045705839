"""Frontend API: authenticator application and backup codes of the user."""

from __future__ import annotations

from harness.messages import Reply
from harness.transaction import Transaction
from mocks.clerk import browsing
from mocks.clerk.browsing import Form
from mocks.clerk.resources import second_steps


class Code(Form):
    """What the authenticator application shows."""

    code: str | None = None


@browsing.post("/v1/me/totp", id="postTOTP", tier="P1")
def begin_totp(tx: Transaction) -> Reply:
    """Make a secret for an authenticator application."""
    me = browsing.me(tx)
    return browsing.wrapped(tx, me.browser, second_steps.begin(tx, me.user))


@browsing.post("/v1/me/totp/attempt_verification", id="verifyTOTP", tier="P1")
def confirm_totp(tx: Transaction, params: Code) -> Reply:
    """Confirm the secret by a first code."""
    me = browsing.me(tx)
    return browsing.wrapped(tx, me.browser, second_steps.confirm(tx, me.user, params.code))


@browsing.delete("/v1/me/totp", id="deleteTOTP", tier="P1")
def delete_totp(tx: Transaction) -> Reply:
    """Give the authenticator application up."""
    me = browsing.me(tx)
    id = second_steps.remove(tx, me.user)
    return browsing.wrapped(tx, me.browser, {"object": "totp", "id": id, "deleted": True})


@browsing.post("/v1/me/backup_codes", id="createBackupCodes", tier="P1")
def create_backup_codes(tx: Transaction) -> Reply:
    """Make new backup codes."""
    me = browsing.me(tx)
    return browsing.wrapped(tx, me.browser, second_steps.renew_codes(tx, me.user))
