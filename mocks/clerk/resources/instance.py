"""The instance: its id, its host, and the settings that Clerk's dashboard and API change."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from mocks.clerk import frontend, keys
from mocks.clerk.resources import ids

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SETTINGS = Collection("clerk.settings")
APPLICATION = "Greenroom"
OPENED = 1_735_689_600
"""Unix seconds in the ids of instances: 2025-01-01."""

DEFAULTS: Json = {
    "id": "instance",
    "general": {"allowed_origins": [], "test_mode": True, "support_email": None},
    "restrictions": {
        "allowlist": False,
        "blocklist": False,
        "allowlist_blocklist_disabled_on_sign_in": False,
        "block_email_subaddresses": False,
        "block_disposable_email_domains": False,
    },
    "organizations": {
        "enabled": True,
        "max_allowed_memberships": 5,
        "max_allowed_roles": 10,
        "max_role_sets_allowed": 10,
        "max_allowed_domains": 10,
        "max_allowed_permissions": 50,
        "creator_role": "org:admin",
        "admin_delete_enabled": True,
        "domains_enabled": False,
        "slug_disabled": False,
        "domains_enrollment_modes": [],
        "domains_default_role": "org:member",
        "initial_role_set_key": None,
    },
    "environment": {
        "type": "development",
        "proxy_url": None,
        "social": ["oauth_google", "oauth_github"],
    },
    "sign_up": {"mode": "public"},
    "webhooks": {"app": True},
    "session_token": {
        "version": 2,
        # The platform reads a claim whose name is literally `metadata.role`, and elsewhere `metadata` with `role` in it.
        "claims": {"metadata.role": "{{user.public_metadata.role}}", "metadata": "{{user.public_metadata}}"},
    },
}


def settings(tx: Transaction) -> Json:
    """Return the instance's settings, each group a dict; changes are kept by `change`."""
    kept = tx.get(SETTINGS, "instance")
    return DEFAULTS if kept is None else DEFAULTS | kept


def change(tx: Transaction, group: str, values: Json) -> Json:
    """Change some values of a group of settings; return the group."""
    kept = tx.get(SETTINGS, "instance")
    if kept is None:
        kept = tx.insert(SETTINGS, dict(DEFAULTS))
    kept[group] = {**(kept.get(group) or DEFAULTS[group]), **values}
    tx.save(SETTINGS, kept)
    changed: Json = kept[group]
    return changed


def host_of(tx: Transaction) -> str:
    """Return the host of the world's Frontend API, which its publishable key names."""
    return _host(tx.world.accounts["clerk"]["tokens"]["publishable_key"])


def is_development(tx: Transaction) -> bool:
    """Tell whether browsers carry a token of their own, as on development instances, or cookies alone."""
    return bool(settings(tx)["environment"]["type"] == "development")


def frontend_url(tx: Transaction) -> str:
    """Return where browsers reach the Frontend API: as the instance's domain says, or as the request came, else its host.

    What came under an address of this machine is answered with such an address, so that links in it open without any
    host name being intercepted.
    """
    proxy: str | None = settings(tx)["environment"]["proxy_url"]
    if proxy is not None:
        return proxy
    if tx.request is None:
        return issuer(tx)
    if frontend.is_frontend(tx.request):
        return frontend.base(tx.request)
    return issuer(tx) if frontend.has_own_host(tx.request) else f"{tx.request.origin}/~{tx.world.name}"


def portal_url(tx: Transaction) -> str:
    """Return where the account portal is."""
    found = frontend_url(tx)
    return found.replace(".clerk.", ".", 1) if found.endswith(frontend.SUFFIX) else found


def issuer(tx: Transaction) -> str:
    """Return who issues the world's tokens: the address of its Frontend API."""
    return f"https://{host_of(tx)}"


def id_of(tx: Transaction) -> str:
    """Return the instance's id, which follows from the world's secret key and is the `kid` of its tokens too."""
    return _id(secret_of(tx))


def domain_of(tx: Transaction) -> str:
    """Return the id of the instance's domain."""
    return f"dmn_{id_of(tx).removeprefix('ins_')}"


def secret_of(tx: Transaction) -> str:
    """Return the world's secret key."""
    key: str = tx.world.accounts["clerk"]["tokens"]["secret_key"]
    return key


@lru_cache(maxsize=1024)
def _host(publishable: str) -> str:
    return keys.frontend_host(publishable)


@lru_cache(maxsize=1024)
def _id(secret: str) -> str:
    return f"ins_{ids.ksuid(OPENED, chance.draw(secret, 'instance', 0, 16))}"


# --- how settings are shown --------------------------------------------------------------------------------------


def shown(tx: Transaction) -> Json:
    """Show the instance."""
    return {
        "object": "instance",
        "id": id_of(tx),
        "environment_type": "development",
        "allowed_origins": settings(tx)["general"]["allowed_origins"],
        "workspace_id": None,
    }


def shown_restrictions(tx: Transaction) -> Json:
    """Show who may sign up."""
    return {"object": "instance_restrictions", **settings(tx)["restrictions"]}


def shown_organizations(tx: Transaction) -> Json:
    """Show the settings of organisations."""
    return {"object": "organization_settings", **settings(tx)["organizations"]}
