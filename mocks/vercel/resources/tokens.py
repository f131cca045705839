"""Access tokens: the account's own, which the environment names, and those that the API makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from harness.dialect import bearer_of
from mocks.vercel.dialect import added, milliseconds
from mocks.vercel.resources import accounts

if TYPE_CHECKING:
    from harness.dialect import Grant
    from harness.transaction import Transaction

Json = dict[str, Any]

TOKENS = Collection("vercel.token")
OWN = "greenroomaccounttoken0000"
"""The id of the account's own token, the same in every world: its secret is drawn before there is a document of it."""


def open_account_token(tx: Transaction) -> None:
    """Keep the account's own token; it reaches the user's account and every team."""
    added(tx, TOKENS, _document(OWN, "Greenroom", None, None))


def create(tx: Transaction, name: str, expires: int | None) -> tuple[Json, str]:
    """Make a token, for one team where the request names one; return it with its secret, which is shown this once."""
    owner = accounts.scope(tx)
    team = None if owner == accounts.USER_ID else owner
    token = _document(tx.token("token.id", 24), name, team, expires)
    # Worlds of one seed must not hand out the same credentials: the purpose names the world.
    secret = tx.token(f"token.secret.{tx.world.id}", 24)
    tx.grant(secret, "token", {"id": token["id"]})
    return added(tx, TOKENS, token), secret


def use(tx: Transaction, grant: Grant) -> Json | None:
    """Return the token of a request's grant; None when it was deleted or has expired."""
    token = tx.get(TOKENS, grant.data.get("id", OWN))
    if token is None or (token["expiresAt"] is not None and token["expiresAt"] <= milliseconds(tx)):
        return None
    return token


def current(tx: Transaction) -> str:
    """Return the id of the token that a request came with."""
    request = tx.request
    secret = "" if request is None else bearer_of(request)
    grant = tx.world.directory.find("vercel", secret)
    return OWN if grant is None else str(grant.data.get("id", OWN))


def shown(token: Json) -> Json:
    """Show a token, never its secret."""
    kind = {"type": "user", "createdAt": token["createdAt"], "origin": "manual"}
    if token["team"] is not None:
        kind = {"type": "team", "teamId": token["team"], "origin": "manual", "createdAt": token["createdAt"]}
    if token["expiresAt"] is not None:
        kind["expiresAt"] = token["expiresAt"]
    shown = {
        "id": token["id"],
        "name": token["name"],
        "type": "token",
        "origin": "manual",
        "scopes": [kind],
        "activeAt": token["createdAt"],
        "createdAt": token["createdAt"],
    }
    return shown if token["expiresAt"] is None else shown | {"expiresAt": token["expiresAt"]}


def _document(id: str, name: str, team: str | None, expires: int | None) -> Json:
    return {"id": id, "name": name, "team": team, "expiresAt": expires}
