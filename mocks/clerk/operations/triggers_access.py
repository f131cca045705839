"""What lets people and programs in without an event of its own: accounts elsewhere, and grants to OAuth applications."""

from __future__ import annotations

from harness.errors import InvalidInput
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.clerk.operations.triggers import user_for
from mocks.clerk.provider import clerk
from mocks.clerk.resources import external_accounts, instance, oauth, oauth_applications, oauth_tokens, users
from mocks.clerk.resources.oauth_applications import APPLICATIONS


class Account(Params):
    """Whose account elsewhere is connected: the newest user's unless one is named."""

    user_id: str | None = None
    provider: str = "oauth_google"
    email_address: str | None = None


class Consent(Params):
    """Which user lets which OAuth application in: the newest of each unless named, new ones where there are none."""

    user_id: str | None = None
    oauth_application_id: str | None = None
    scopes: list[str] = ["profile", "email"]


@clerk.trigger("externalAccount.connected")
def connect_account(tx: Transaction, params: Account) -> Json:
    """A user connects an account at another identity provider, which `user.updated` announces."""
    user = user_for(tx, params.user_id)
    if params.provider not in instance.settings(tx)["environment"]["social"]:
        raise InvalidInput(f"{params.provider!r} is not on; see the trigger instance.customized")
    address = params.email_address or users.primary_email(user) or f"{user['id'][5:]}@greenroom.test"
    return external_accounts.connect(tx, user, params.provider, oauth.identity(address, "", ""))


@clerk.trigger("oauthAccessToken.issued")
def issue_access_token(tx: Transaction, params: Consent) -> Json:
    """A user lets an OAuth application in, which gets its tokens with that; nothing is announced."""
    id = params.oauth_application_id
    application = tx.first(APPLICATIONS) if id is None else tx.get(APPLICATIONS, id)
    if id is None and application is None:
        application = oauth_applications.create(tx, {"name": "Triggered"})
    if application is None:
        raise InvalidInput(f"there is no OAuth application {id!r}; see GET /v1/oauth_applications")
    made = oauth_tokens.issue(tx, application, user_for(tx, params.user_id), params.scopes)
    secrets = made["internal"]
    return oauth_tokens.shown(tx, made) | {
        "access_token": secrets["secret"],
        "refresh_token": secrets["refresh"],
    }
