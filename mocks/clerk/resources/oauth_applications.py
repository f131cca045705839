"""OAuth applications: others that may sign people in with this instance, as its dashboard keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.chance import ALPHANUMERIC
from harness.collection import Collection
from mocks.clerk import errors
from mocks.clerk.dialect import milliseconds
from mocks.clerk.resources import external_accounts, ids, instance

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

APPLICATIONS = Collection("clerk.oauth_application", "client_id")
SCOPES = (
    "openid",
    "profile",
    "email",
    "public_metadata",
    "private_metadata",
    "offline_access",
    "user:org:read",
)


def create(tx: Transaction, wanted: Json) -> Json:
    """Add an application."""
    issuer = instance.issuer(tx)
    made: Json = {
        "object": "oauth_application",
        "id": ids.new(tx, "oa"),
        "instance_id": instance.id_of(tx),
        "client_id": tx.token("oauth_application.client", 16, ALPHANUMERIC),
        "client_uri": None,
        "client_image_url": None,
        "dynamically_registered": False,
        "consent_screen_enabled": wanted.get("consent_screen_enabled") is not False,
        "pkce_required": bool(wanted.get("pkce_required")),
        "public": bool(wanted.get("public")),
        "authorize_url": f"{issuer}/oauth/authorize",
        "token_fetch_url": f"{issuer}/oauth/token",
        "user_info_url": f"{issuer}/oauth/userinfo",
        "discovery_url": f"{issuer}/.well-known/openid-configuration",
        "token_introspection_url": f"{issuer}/oauth/token_info",
        "created_at": milliseconds(tx.now),
        "internal": {"secret": "" if wanted.get("public") else _secret(tx)},
    }
    _describe(tx, made, {"scopes": "profile email", "redirect_uris": [], **wanted})
    return tx.insert(APPLICATIONS, made, fresh=True)


def _secret(tx: Transaction) -> str:
    return tx.token("oauth_application.secret", 32)


def _describe(tx: Transaction, application: Json, given: Json) -> None:
    if given.get("name") is not None:
        if not given["name"].strip():
            raise errors.invalid("name", "name is invalid. Must be not empty")
        application["name"] = given["name"].strip()
    if given.get("scopes") is not None:
        unknown = [each for each in given["scopes"].split() if each not in SCOPES]
        if unknown:
            told = (
                f"{unknown[0][:100]} does not match the allowed values for parameter scopes. Allowed values: "
            )
            raise errors.invalid("scopes", told + ", ".join(SCOPES))
        application["scopes"] = " ".join(dict.fromkeys(given["scopes"].split()))
    uris = given.get("redirect_uris")
    if given.get("callback_url"):
        uris = [given["callback_url"], *(uris or ())]
    if uris is not None:
        application["redirect_uris"] = [
            external_accounts.checked_redirect(each, "redirect_uris") for each in dict.fromkeys(uris)
        ]
    application["callback_url"] = (application["redirect_uris"] or [""])[0]
    for name in ("consent_screen_enabled", "pkce_required", "public"):
        if given.get(name) is not None:
            application[name] = given[name]
    application["updated_at"] = milliseconds(tx.now)


def find(tx: Transaction, id: str) -> Json:
    """Return an application; refuse an unknown id."""
    found = tx.get(APPLICATIONS, id)
    if found is None:
        raise errors.not_found(f"No OAuth application was found with id {id}", "OAuth application not found")
    return found


def update(tx: Transaction, application: Json, given: Json) -> None:
    """Change an application."""
    _describe(tx, application, given)
    tx.save(APPLICATIONS, application)


def rotate(tx: Transaction, application: Json) -> None:
    """Give an application a new secret."""
    if application["public"]:
        told = "Public clients have no secret."
        raise errors.conflict("oauth_application_public_has_no_secret", "no secret", told, status=403)
    application["internal"]["secret"] = _secret(tx)
    application["updated_at"] = milliseconds(tx.now)
    tx.save(APPLICATIONS, application)


def delete(tx: Transaction, application: Json) -> Json:
    """Remove an application; return the deleted object."""
    tx.delete(APPLICATIONS, application["id"])
    return {"object": "oauth_application", "id": application["id"], "deleted": True}


def shown(application: Json, *, secret: bool = False) -> Json:
    """Show an application; its secret only when that was just made."""
    answer = {name: value for name, value in application.items() if name != "internal"}
    return answer | ({"client_secret": application["internal"]["secret"]} if secret else {})
