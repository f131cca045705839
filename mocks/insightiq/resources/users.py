"""Users: the consumer's own users as InsightIQ knows them, and the tokens with which they connect accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from harness import instants
from harness.collection import Collection
from mocks.insightiq import errors
from mocks.insightiq.dialect import timestamp

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

USERS = Collection("insightiq.user", "external_id")
TOKENS = Collection("insightiq.sdk_token")
TOKEN = "sdk_token"  # noqa: S105 - the name of a kind of credential
TOKEN_LASTS = 7 * instants.DAY


def create(tx: Transaction, name: str, external_id: str) -> Json:
    """Add a user; an external id is given once."""
    if tx.first(USERS, external_id=external_id) is not None:
        raise errors.external_id_taken(external_id)
    user = {
        "id": tx.uuid("user.id"),
        "name": name,
        "external_id": external_id,
        "status": "ACTIVE",
        "created": tx.now,
        "products": [],
    }
    return tx.insert(USERS, user)


def ensure(tx: Transaction, external_id: str, name: str) -> Json:
    """Return the user of an external id, made if there is none."""
    return tx.first(USERS, external_id=external_id) or create(tx, name, external_id)


def by_external_id(tx: Transaction, external_id: str) -> Json:
    """Return the user of an external id, or refuse an unknown one."""
    user = tx.first(USERS, external_id=external_id)
    if user is None:
        raise errors.unknown("user")
    return user


def token(tx: Transaction, user: Json, products: list[str]) -> Json:
    """Give a token for the Connect SDK, valid for exactly seven days; the user's accounts get its products."""
    user["products"] = products
    tx.save(USERS, user)
    expires = tx.now + TOKEN_LASTS
    id = tx.uuid("sdk_token.id")
    claims: Json = {"jti": id, "sub": user["id"], "products": products}
    claims |= {"exp": instants.seconds(expires), "iat": tx.seconds}
    made = jwt.encode(claims, tx.token("sdk_token.key", 48), algorithm="HS256")
    tx.insert(TOKENS, {"id": id, "user_id": user["id"], "products": products, "expires": expires})
    tx.grant(made, TOKEN, {"id": id})
    return {"sdk_token": made, "expires_at": timestamp(expires)}


def render(user: Json) -> Json:
    """Show a user."""
    stamp = timestamp(user["created"])
    shown = {name: user[name] for name in ("id", "name", "external_id", "status")}
    return {**shown, "created_at": stamp, "updated_at": stamp}


def attribute(user: Json) -> Json:
    """Show a user inside another object."""
    return {"id": user["id"], "name": user["name"]}
