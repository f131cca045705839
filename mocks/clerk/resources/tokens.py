"""Tokens that the instance signs: of sessions, from templates, and the tickets inside links; and the key they need.

Session tokens are stamped with real time, whatever the world's clock says: every SDK checks them against its host's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from harness import instants, keys
from harness.chance import HEX
from harness.collection import Collection
from mocks.clerk.resources import claims, factor_ages, instance, memberships, roles
from mocks.clerk.resources.organizations import ORGANIZATIONS

if TYPE_CHECKING:
    from jwt.types import Options

    from harness.transaction import Transaction

Json = dict[str, Any]

SIGNING_KEYS = Collection("clerk.signing_key")
LIFETIME = 60
"""Seconds that a session token lives."""

SKEW = 10
"""Seconds that `nbf` lies before `iat`."""

CATEGORY = "cl_B7d4PD111AAA"
"""The header `cat` of session tokens, which tells them from those of machines."""

RESERVED = ("azp", "exp", "iat", "iss", "jti", "nbf", "sub")
"""Claims that no template may set."""

OWN = (
    *RESERVED,
    "sid",
    "v",
    "fva",
    "sts",
    "o",
    "org_id",
    "org_role",
    "org_slug",
    "org_permissions",
    "act",
    "pla",
    "fea",
)
"""Claims of session tokens that custom ones cannot change."""


UNCHECKED: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_sub": False,
}
"""Of a token that the instance has made itself, only the signature is of interest."""


def signing_key(tx: Transaction) -> str:
    """Return the world's private key (PEM), made at its first use.

    It follows from the secret key, so that a world keeps it, and `default` has the same one everywhere; a fork has
    its own, since it has credentials of its own.
    """
    id = instance.id_of(tx)
    kept = tx.get(SIGNING_KEYS, id)
    if kept is None:
        kept = tx.insert(SIGNING_KEYS, {"id": id, "pem": keys.rsa_pem(instance.secret_of(tx))})
    pem: str = kept["pem"]
    return pem


def jwks(tx: Transaction) -> Json:
    """Show the public key that tokens are checked with."""
    public = keys.public_jwk(signing_key(tx))
    return {"keys": [{"use": "sig", "kid": instance.id_of(tx), "alg": "RS256"} | public]}


def of_session(
    tx: Transaction, session: Json, user: Json, *, seconds: int | None = None, origin: str | None = None
) -> str:
    """Return a session token in the version that the instance is set to; `origin` becomes `azp`."""
    settings = instance.settings(tx)["session_token"]
    now = tx.real_seconds
    body = _standing(tx, user, now, seconds or LIFETIME, SKEW, origin)
    body |= {"sid": session["id"], "fva": factor_ages.of(tx, session)}
    if session["actor"] is not None:
        body["act"] = session["actor"]
    if settings["version"] == 2:
        body |= {"jti": tx.token("token.jti", 20, HEX), "v": 2, "sts": session["status"]}
    body |= _organization(tx, session, user, settings["version"])
    custom = claims.fill(settings["claims"], claims.context(tx, user, session))
    body = {name: value for name, value in custom.items() if name not in OWN} | body
    return signed(tx, body, cat=CATEGORY)


def of_template(
    tx: Transaction, template: Json, session: Json, user: Json, *, seconds: int | None = None
) -> str:
    """Return a token made from a JWT template: few claims of its own, the template's beside them."""
    now, skew = tx.real_seconds, template["allowed_clock_skew"]
    body = _standing(tx, user, now, seconds or template["lifetime"], skew, None)
    body["jti"] = tx.token("token.jti", 20, HEX)
    body = claims.fill(template["claims"], claims.context(tx, user, session)) | body
    if template["custom_signing_key"]:
        return encode(body, template["signing_key"], template["signing_algorithm"])
    return signed(tx, body, cat=CATEGORY)


def ticket(tx: Transaction, kind: str, id: str, lifetime: int) -> str:
    """Return the ticket of an invitation or sign-in token; `lifetime` in microseconds of world time."""
    seconds = lifetime // instants.SECOND
    body = {"eis": seconds, "exp": tx.seconds + seconds, "iid": instance.id_of(tx), "sid": id, "st": kind}
    return encode(body, keys.private_key(signing_key(tx)), "RS256")


def ticket_url(tx: Transaction, kind: str, id: str, lifetime: int) -> str:
    """Return the link that redeems a ticket at the Frontend API."""
    return f"{instance.frontend_url(tx)}/v1/tickets/accept?ticket={ticket(tx, kind, id, lifetime)}"


def verified(tx: Transaction, token: str) -> Json | None:
    """Return the claims of a token that this instance has signed, whatever the time is; None for another's."""
    public = keys.private_key(signing_key(tx)).public_key()
    try:
        body: Json = jwt.decode(token, public, algorithms=["RS256"], options=UNCHECKED)
    except jwt.PyJWTError:
        return None
    return body


def session_of(tx: Transaction, token: str) -> str | None:
    """Return the id of the session that a token of this instance is for; None when it is not signed by it."""
    sid = (verified(tx, token) or {}).get("sid")
    return sid if isinstance(sid, str) else None


def _standing(tx: Transaction, user: Json, now: int, seconds: int, skew: int, origin: str | None) -> Json:
    body: Json = {} if origin is None else {"azp": origin}
    issuer = instance.issuer(tx)
    return body | {
        "exp": now + seconds,
        "iat": now,
        "iss": issuer,
        "nbf": now - skew,
        "sub": user["id"],
    }


def _organization(tx: Transaction, session: Json, user: Json, version: int) -> Json:
    """Return the claims of the active organisation; system permissions never get into a token."""
    organization = tx.get(ORGANIZATIONS, session["last_active_organization_id"] or "")
    if organization is None:
        return {}
    membership = memberships.of(tx, organization["id"], user["id"])
    if membership is None:
        return {}
    role: str = membership["role"]
    allowed = [key for key in roles.granted(tx, role) if not key.startswith("org:sys_")]
    if version == 2:
        own = {"id": organization["id"], "rol": role.removeprefix("org:"), "slg": organization["slug"]}
        return {"o": own} if not allowed else _by_feature(own, allowed)
    return {
        "org_id": organization["id"],
        "org_permissions": allowed,
        "org_role": role,
        "org_slug": organization["slug"],
    }


def _by_feature(own: Json, allowed: list[str]) -> Json:
    """Write permissions as version 2 does: features in `fea`, the permissions' names in `per`, and who has which in `fpm`.

    The number of a feature is that of its permissions as bits, the first name's the lowest.
    """
    pairs = [key.removeprefix("org:").split(":") for key in allowed]
    features, names = [list(dict.fromkeys(each[place] for each in pairs)) for place in (0, 1)]
    masks = dict.fromkeys(features, 0)
    for feature, name in pairs:
        masks[feature] |= 1 << names.index(name)
    own |= {"per": ",".join(names), "fpm": ",".join(map(str, masks.values()))}
    return {"o": own, "fea": ",".join(f"o:{feature}" for feature in features)}


def signed(tx: Transaction, body: Json, *, cat: str | None = None) -> str:
    """Sign claims with the instance's key; `cat` is the category of the token."""
    headers = {"kid": instance.id_of(tx)} | ({} if cat is None else {"cat": cat})
    return encode(body, keys.private_key(signing_key(tx)), "RS256", headers)


def encode(body: Json, key: Any, algorithm: str, headers: Json | None = None) -> str:
    """Sign claims; raise ValueError (or TypeError, or PyJWTError) for a key that does not fit the algorithm."""
    return jwt.encode(body, key, algorithm=algorithm, headers=headers)
