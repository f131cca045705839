"""The Connect dialog: what it offers to the holder of an SDK token, and what becomes of it; and links that open it."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jwt

from fixtures.creators.world import NEWSLETTERS
from harness.collection import Collection
from harness.dialect import bearer_of
from mocks.insightiq import errors
from mocks.insightiq.dialect import find, timestamp
from mocks.insightiq.resources import accounts, creators, platforms, users
from mocks.insightiq.resources.accounts import ACCOUNTS
from mocks.insightiq.resources.users import TOKENS, USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.insightiq.resources.platforms import WorkPlatform

Json = dict[str, Any]

INVITES = Collection("insightiq.invite")
_UNSIGNED: Any = {"verify_signature": False, "verify_exp": False, "verify_iat": False}


def offered(tx: Transaction) -> list[str]:
    """Return where accounts can be connected: where the world's creators are, and newsletters."""
    return [*creators.settings(tx)["platforms"], *NEWSLETTERS]


def somebody(tx: Transaction, platform: WorkPlatform, number: int) -> str:
    """Return the handle of the first creator on a platform from a number on."""
    people = creators.population(tx)
    first = number % people.size
    numbers = (*range(first, people.size), *range(first))
    anywhere = platforms.is_newsletter(platform)
    found = (each for each in map(people.creator, numbers) if anywhere or platform.key in each.platforms)
    return next((each.handle for each in found), "nobody")


# --- the holder of a token ---------------------------------------------------------------------------------------


def session(tx: Transaction) -> tuple[Json, Json]:
    """Return the token of a request and its user; refuse a token that has expired by the world's clock."""
    claims = jwt.decode("" if tx.request is None else bearer_of(tx.request), options=_UNSIGNED)
    token = tx.get(TOKENS, claims["jti"])
    if token is None or token["expires"] <= tx.now:
        raise errors.wrong_token()
    return token, find(tx, USERS, token["user_id"], "user")


def show(tx: Transaction, user: Json) -> Json:
    """Show what the dialog begins with: platforms, and the accounts that are connected already."""
    found = [platforms.named(name) for name in offered(tx)]
    connected = tx.every(ACCOUNTS, user_id=user["id"])
    return {
        "user": users.attribute(user),
        "work_platforms": [each.attribute() for each in found if each is not None],
        "accounts": [_account(tx, each) for each in connected if each["status"] == "CONNECTED"],
    }


def _account(tx: Transaction, account: Json) -> Json:
    shown = accounts.render(tx, account)
    return {name: shown[name] for name in ("id", "user", "work_platform", "platform_username", "status")}


def approve(tx: Transaction, token: Json, user: Json, platform: WorkPlatform, username: str) -> Json:
    """Connect an account as the user approves: that of the creator with the name, or else of anybody there.

    As in InsightIQ's sandbox any name will do; the same one leads to the same creator.
    """
    if platform.key not in offered(tx):
        raise errors.unsupported_platform()
    profile = creators.look_up(tx, username, platform)
    if profile is None:
        digest = blake2b(username.lower().encode("utf-8", "replace"), digest_size=8).digest()
        handle = somebody(tx, platform, int.from_bytes(digest, "big"))
        profile = creators.look_up(tx, handle, platform)
    if profile is None:
        raise errors.unknown_creator()
    known = tx.first(ACCOUNTS, who=f"{user['id']}:{profile.creator.index}:{profile.platform}")
    if known is not None and known["status"] == "CONNECTED":
        return _account(tx, known)
    return _account(tx, accounts.connect(tx, user, profile, token["products"]))


def leave(tx: Transaction, user: Json, account_id: str) -> Json:
    """Disconnect one of the user's own accounts."""
    account = find(tx, ACCOUNTS, account_id, "account")
    if account["user_id"] != user["id"]:
        raise errors.unknown("account")
    return _account(tx, accounts.disconnect(tx, account))


def expire(tx: Transaction, token: Json) -> None:
    """Let a token expire before its time."""
    token["expires"] = tx.now
    tx.save(TOKENS, token)


# --- links -------------------------------------------------------------------------------------------------------


def link(tx: Transaction, external_id: str, name: str) -> Json:
    """Make a page that opens the dialog for a user, who is made if there is none."""
    user = users.ensure(tx, external_id, name)
    invite = {"id": tx.uuid("invite.id"), "user_id": user["id"], "created": tx.now}
    tx.insert(INVITES, invite)
    origin = tx.request.origin if tx.request is not None else "https://api.insightiq.ai"
    return {
        "created_at": timestamp(tx.now),
        "microsite_url": f"{origin}/~{quote(tx.world.name)}/connect/links/{invite['id']}",
        "invite_id": invite["id"],
        "external_id": user["external_id"],
    }


def accept(tx: Transaction, invite_id: str) -> Json:
    """Give whoever opens a link a token for its user."""
    invite = find(tx, INVITES, invite_id, "invite")
    user = find(tx, USERS, invite["user_id"], "user")
    return users.token(tx, user, user["products"] or accounts.USUAL)
