"""JWT templates: tokens for others than Clerk, with claims of one's own."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import jwt

from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import ids, tokens

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

TEMPLATES = Collection("clerk.jwt_template", "name")
LIFETIME, SKEW = 60, 5
OWN_ALGORITHM = "RS256"
ALGORITHMS = ("RS256", "RS384", "RS512", "HS256", "HS384", "HS512", "ES256", "ES384", "ES512")
"""What templates with a key of their own may sign with."""


def find(tx: Transaction, id: str) -> Json:
    """Return a template by its id; refuse an unknown one."""
    template = tx.get(TEMPLATES, id)
    if template is None:
        raise errors.not_found(f"No JWT template exists with id: {id}", "JWT template not found")
    return template


def named(tx: Transaction, name: str) -> Json:
    """Return a template by its name; refuse an unknown one."""
    template = tx.first(TEMPLATES, name=name)
    if template is None:
        raise errors.not_found(f"No JWT template exists with name: {name}", "JWT template not found")
    return template


def create(tx: Transaction, wanted: Json) -> Json:
    """Make a template."""
    template: Json = {
        "object": "jwt_template",
        "id": ids.new(tx, "jtmp"),
        "created_at": milliseconds(tx.now),
    }
    _set(tx, template, wanted)
    return tx.insert(TEMPLATES, template, fresh=True)


def update(tx: Transaction, template: Json, wanted: Json) -> None:
    """Change a template: what is not given returns to its default, as name and claims must always be given."""
    _set(tx, template, wanted)
    tx.save(TEMPLATES, template)


def _set(tx: Transaction, template: Json, wanted: Json) -> None:
    name = wanted["name"].strip()
    if not name:
        raise errors.invalid("name", "name is invalid. Must be not empty")
    holder = tx.first(TEMPLATES, name=name)
    if holder is not None and holder["id"] != template["id"]:
        raise errors.already_exists("name", f"A JWT template with name {name}")
    for claim in wanted["claims"]:
        if claim in tokens.RESERVED:
            told = f"You can't use the reserved claim: '{claim}'"
            raise errors.broken(
                400, "jwt_template_reserved_claim", "reserved claim used", told, param="claims"
            )
    lifetime, skew = wanted.get("lifetime"), wanted.get("allowed_clock_skew")
    template |= {
        "name": name,
        "claims": wanted["claims"],
        "lifetime": LIFETIME if lifetime is None else lifetime,
        "allowed_clock_skew": SKEW if skew is None else skew,
        "custom_signing_key": bool(wanted.get("custom_signing_key")),
        **_key(wanted),
        "updated_at": milliseconds(tx.now),
    }


def _key(wanted: Json) -> Json:
    if not wanted.get("custom_signing_key"):
        return {"signing_algorithm": OWN_ALGORITHM, "signing_key": None}
    algorithm, key = wanted.get("signing_algorithm"), wanted.get("signing_key")
    for name, value in (("signing_algorithm", algorithm), ("signing_key", key)):
        if not value:
            told = f"`{name}` is required when `custom_signing_key` is `true`."
            raise errors.broken(422, "form_conditional_param_missing", "is missing", told, param=name)
    if algorithm not in ALGORITHMS:
        told = (
            f"{str(algorithm)[:20]} does not match the allowed values for parameter signing_algorithm. "
            f"Allowed values: {', '.join(ALGORITHMS)}"
        )
        raise errors.invalid("signing_algorithm", told)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # keys that are short for their algorithm are the consumer's own affair
            tokens.encode({}, key, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        told = f"signing_key is not valid for the {algorithm} signing algorithm."
        raise errors.invalid("signing_key", told) from None
    return {"signing_algorithm": algorithm, "signing_key": key}


def delete(tx: Transaction, template: Json) -> Json:
    """Remove a template; return the deleted object."""
    tx.delete(TEMPLATES, template["id"])
    return {"object": "jwt_template", "id": template["id"], "deleted": True}


def shown(template: Json) -> Json:
    """Show a template; its signing key is never shown again."""
    return {name: value for name, value in template.items() if name != "signing_key"}
