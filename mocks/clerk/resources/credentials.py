"""Keys and tokens that programs show: API keys of users and organisations, and tokens of machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from harness.chance import HEX
from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import instance, machines, tokens
from mocks.clerk.resources.machines import MACHINES
from mocks.clerk.resources.organizations import ORGANIZATIONS
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

API_KEYS = Collection("clerk.api_key", "subject", secret=lambda key: key["internal"]["secret"])
M2M_TOKENS = Collection("clerk.m2m_token", "subject", secret=lambda token: token["internal"]["secret"])
MACHINE_CATEGORY = "cl_B7d4PD333AAA"
"""The header `cat` of tokens of machines, which no SDK takes for a session's."""


def _made(tx: Transaction, kind: str, prefix: str, subject: str, wanted: Json) -> Json:
    seconds = wanted.get("seconds_until_expiration")
    return {
        "object": kind,
        "id": f"{prefix}_{tx.token(f'{kind}.id', 32, HEX)}",
        "subject": subject,
        "claims": wanted.get("claims"),
        "scopes": wanted.get("scopes") or [],
        "revoked": False,
        "revocation_reason": None,
        "expiration": None if seconds is None else milliseconds(tx.now + int(seconds * instants.SECOND)),
        "last_used_at": None,
        "created_at": milliseconds(tx.now),
        "updated_at": milliseconds(tx.now),
        "internal": {"secret": f"{prefix}_{tx.token(f'{kind}.secret', 40)}"},
    }


def is_expired(tx: Transaction, credential: Json) -> bool:
    """Tell whether a key or token has come to its end."""
    return credential["expiration"] is not None and milliseconds(tx.now) >= credential["expiration"]


def find(tx: Transaction, collection: Collection, id: str) -> Json:
    """Return a key or token by its id; refuse an unknown one."""
    found = tx.get(collection, id)
    if found is None:
        raise _unknown(collection)
    return found


def _unknown(collection: Collection) -> Exception:
    what = "API key" if collection is API_KEYS else "M2M token"
    return errors.not_found(f"{what} not found", f"{what} not found")


def verify(tx: Transaction, collection: Collection, secret: str) -> Json:
    """Return the key or token of a secret, and note that it was used; refuse an unknown one, and one that is over."""
    found = tx.first(collection, secret=secret)
    if found is None or found["revoked"] or is_expired(tx, found):
        raise _unknown(collection)
    found["last_used_at"] = milliseconds(tx.now)
    return tx.save(collection, found)


def revoke(tx: Transaction, collection: Collection, credential: Json, reason: str | None) -> None:
    """Make a key or token good for nothing."""
    credential |= {"revoked": True, "revocation_reason": reason, "updated_at": milliseconds(tx.now)}
    tx.save(collection, credential)


def listed(
    tx: Transaction, collection: Collection, subject: str, *, revoked: bool, expired: bool
) -> list[Json]:
    """Return a subject's keys or tokens, the newest first, with those that are over when these are asked for."""
    return [
        each
        for each in tx.every(collection, subject=subject, newest_first=True)
        if (revoked or not each["revoked"]) and (expired or not is_expired(tx, each))
    ]


def shown(tx: Transaction, credential: Json, *, under: str = "") -> Json:
    """Show a key or token; `under` names the field that has the secret in it, if any."""
    answer = {name: value for name, value in credential.items() if name != "internal"}
    answer["expired"] = is_expired(tx, credential)
    return answer | ({under: credential["internal"]["secret"]} if under else {})


# --- API keys ----------------------------------------------------------------------------------------------------


def create_key(tx: Transaction, wanted: Json) -> Json:
    """Make an API key of a user or an organisation."""
    subject = wanted["subject"]
    _check_subject(tx, subject)
    key = _made(tx, "api_key", "ak", subject, wanted)
    key |= {
        "type": wanted.get("type") or "api_key",
        "name": wanted["name"],
        "description": wanted.get("description"),
        "created_by": wanted.get("created_by"),
    }
    return tx.insert(API_KEYS, key, fresh=True)


def _check_subject(tx: Transaction, subject: str) -> None:
    kind = {"user_": USERS, "org_": ORGANIZATIONS, "mch_": MACHINES}.get(subject.partition("_")[0] + "_")
    if kind is None or tx.get(kind, subject) is None:
        raise errors.missing_resource("subject")


def update_key(tx: Transaction, key: Json, given: Json) -> None:
    """Change an API key."""
    if given.get("subject") is not None:
        _check_subject(tx, given["subject"])
    for name in ("claims", "scopes", "description", "subject"):
        if name in given and (given[name] is not None or name in ("claims", "description")):
            key[name] = given[name]
    if "seconds_until_expiration" in given:
        seconds = given["seconds_until_expiration"]
        key["expiration"] = None if seconds is None else milliseconds(tx.now + int(seconds * instants.SECOND))
    key["updated_at"] = milliseconds(tx.now)
    tx.save(API_KEYS, key)


# --- tokens of machines ------------------------------------------------------------------------------------------


def create_token(tx: Transaction, machine: Json, wanted: Json) -> Json:
    """Make a token of a machine, for those that it may speak to: opaque, or a signed one that needs no look-up."""
    lifetime = wanted.get("seconds_until_expiration") or machine["default_token_ttl"]
    given = wanted | {"seconds_until_expiration": lifetime, "scopes": machine["internal"]["scopes"]}
    token = _made(tx, "machine_to_machine_token", "mt", machine["id"], given)
    if wanted.get("token_format") == "jwt":
        now = tx.real_seconds
        body = {
            "iss": instance.issuer(tx),
            "sub": machine["id"],
            "aud": token["scopes"],
            "exp": now + int(lifetime),
            "iat": now,
            "nbf": now - tokens.SKEW,
            "jti": token["id"],
            "scopes": " ".join(token["scopes"]),
        }
        claims = wanted.get("claims")
        body = (claims if isinstance(claims, dict) else {}) | body
        token["internal"]["secret"] = tokens.signed(tx, body, cat=MACHINE_CATEGORY)
    return tx.insert(M2M_TOKENS, token, fresh=True)


def machine_of(tx: Transaction) -> Json:
    """Return the machine whose secret key a request shows; refuse the instance's own key, which is no machine's."""
    header = "" if tx.request is None else tx.request.header("authorization") or ""
    machine = machines.of_secret(tx, header.partition(" ")[2].strip())
    if machine is None:
        raise errors.failure(401)
    return machine
