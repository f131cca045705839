"""What users prove themselves with, as administrators see and end it: second factors, accounts elsewhere, wallets."""

from __future__ import annotations

from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.dialect import paginated
from mocks.clerk.parameters import Body, Paginated
from mocks.clerk.provider import clerk
from mocks.clerk.resources import (
    external_accounts,
    identifications,
    second_steps,
    user_standing,
    users,
)
from mocks.clerk.resources.identifications import WALLET


class Code(Body):
    """A code of an authenticator application, or a backup code."""

    code: str


class Compromised(Body):
    """What else ends with a password that others know."""

    revoke_all_sessions: bool | None = None


@clerk.post("/v1/users/{user_id}/verify_totp", id="VerifyTOTP", tier="P1")
def verify_totp(tx: Transaction, params: Code, user_id: str) -> Json:
    """Check a code of a user's; a backup code is used up with that."""
    kind = second_steps.verify(tx, users.find(tx, user_id), params.code)
    return {"verified": True, "code_type": kind}


@clerk.delete("/v1/users/{user_id}/mfa", id="DisableMFA", tier="P1")
def disable_mfa(tx: Transaction, user_id: str) -> Json:
    """Take every second factor from a user."""
    second_steps.disable(tx, users.find(tx, user_id))
    return {"user_id": user_id}


@clerk.delete("/v1/users/{user_id}/totp", id="DeleteTOTP", tier="P1")
def delete_totp(tx: Transaction, user_id: str) -> Json:
    """Take the authenticator application from a user."""
    user = users.find(tx, user_id)
    second_steps.drop_totp(tx, user)
    users.save(tx, user)
    return {"user_id": user_id}


@clerk.delete("/v1/users/{user_id}/backup_code", id="DeleteBackupCode", tier="P1")
def delete_backup_codes(tx: Transaction, user_id: str) -> Json:
    """Take the backup codes from a user."""
    user = users.find(tx, user_id)
    second_steps.drop_codes(user)
    users.save(tx, user)
    return {"user_id": user_id}


@clerk.post("/v1/users/{user_id}/password/set_compromised", id="SetUserPasswordCompromised", tier="P1")
def set_compromised(tx: Transaction, params: Compromised, user_id: str) -> Json:
    """Note that others know a user's password, which must be replaced at the next sign-in."""
    user = users.find(tx, user_id)
    user_standing.compromise(tx, user, compromised=True, sign_out=bool(params.revoke_all_sessions))
    return users.shown(tx, user)


@clerk.post("/v1/users/{user_id}/password/unset_compromised", id="UnsetUserPasswordCompromised", tier="P1")
def unset_compromised(tx: Transaction, user_id: str) -> Json:
    """Take that back."""
    user = users.find(tx, user_id)
    user_standing.compromise(tx, user, compromised=False, sign_out=False)
    return users.shown(tx, user)


@clerk.get("/v1/users/{user_id}/oauth_access_tokens/{provider}", id="GetOAuthAccessToken", tier="P1")
def list_access_tokens(tx: Transaction, params: Paginated, user_id: str, provider: str) -> Json:
    """List the tokens that another identity provider has given for a user; `oauth_` before its name is optional."""
    found = external_accounts.access_tokens(tx, users.find(tx, user_id), provider)
    page = found[params.offset : params.offset + params.limit]
    return paginated(params, page, len(found), dict)


@clerk.delete(
    "/v1/users/{user_id}/external_accounts/{external_account_id}", id="DeleteExternalAccount", tier="P1"
)
def delete_external_account(tx: Transaction, user_id: str, external_account_id: str) -> Json:
    """Disconnect an account at another identity provider."""
    return external_accounts.remove(tx, users.find(tx, user_id), external_account_id)


@clerk.delete(
    "/v1/users/{user_id}/web3_wallets/{web3_wallet_identification_id}", id="UserWeb3WalletDelete", tier="P2"
)
def delete_wallet(tx: Transaction, user_id: str, web3_wallet_identification_id: str) -> Json:
    """Take a wallet from a user."""
    user = users.find(tx, user_id)
    wallet = identifications.own(user, WALLET, web3_wallet_identification_id)
    identifications.remove(tx, user, WALLET, wallet)
    return {"object": WALLET, "id": wallet["id"], "deleted": True}
