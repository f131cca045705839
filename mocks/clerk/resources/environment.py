"""What the Frontend API tells browsers of the instance: which attributes it knows, what is on, where its pages are."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from mocks.clerk.resources import external_accounts, images, instance

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PAGES = {
    "home_url": "/",
    "sign_in_url": "/sign-in",
    "sign_up_url": "/sign-up",
    "user_profile_url": "/user",
    "waitlist_url": "/waitlist",
    "oauth_consent_url": "/oauth-consent",
    "after_sign_in_url": "/default-redirect",
    "after_sign_up_url": "/default-redirect",
    "after_sign_out_one_url": "/sign-in/choose",
    "after_sign_out_all_url": "/sign-in",
    "after_switch_session_url": "/default-redirect",
    "after_join_waitlist_url": "/default-redirect",
    "organization_profile_url": "/organization",
    "create_organization_url": "/create-organization",
    "after_leave_organization_url": "/default-redirect",
    "after_create_organization_url": "/default-redirect",
    "logo_link_url": "/default-redirect",
}
"""The pages of the account portal, by their names in `display_config`."""

_OFF: Json = {
    "enabled": False,
    "required": False,
    "used_for_first_factor": False,
    "first_factors": [],
    "used_for_second_factor": False,
    "second_factors": [],
    "verifications": [],
    "verify_at_sign_up": False,
    "immutable": False,
}
_ATTRIBUTES: Json = {
    "email_address": {
        "enabled": True,
        "required": True,
        "used_for_first_factor": True,
        "first_factors": ["email_code"],
        "verifications": ["email_code"],
        "verify_at_sign_up": True,
    },
    "phone_number": {},
    "username": {},
    "web3_wallet": {},
    "first_name": {"enabled": True},
    "last_name": {"enabled": True},
    "password": {"enabled": True, "required": True},
    "authenticator_app": {
        "enabled": True,
        "used_for_second_factor": True,
        "second_factors": ["totp"],
        "verifications": ["totp"],
    },
    "ticket": {"enabled": True},
    "backup_code": {
        "enabled": True,
        "used_for_second_factor": True,
        "second_factors": ["backup_code"],
    },
    "passkey": {},
}


@cache
def _document() -> Json:
    read: Json = orjson.loads(Path(__file__).parent.with_name("environment.json").read_bytes())
    return read


def shown(tx: Transaction) -> Json:
    """Show the environment."""
    settings, answer = instance.settings(tx), deepcopy(_document())
    id = instance.id_of(tx)
    answer["auth_config"] |= {"id": id, "test_mode": settings["general"]["test_mode"]}
    portal = instance.portal_url(tx)
    answer["display_config"] |= {
        "id": id,
        "instance_environment_type": settings["environment"]["type"],
        "application_name": instance.APPLICATION,
        "support_email": settings["general"]["support_email"],
        **{name: f"{portal}{path}" for name, path in PAGES.items()},
    }
    answer["user_settings"] |= {
        "attributes": {name: _OFF | given for name, given in _ATTRIBUTES.items()},
        "social": {name: _social(tx, name) for name in settings["environment"]["social"]},
        "sign_up": {
            "captcha_enabled": False,
            "captcha_widget_type": "smart",
            "custom_action_required": False,
            "progressive": True,
            "mode": settings["sign_up"]["mode"],
            "legal_consent_enabled": False,
        },
        "restrictions": {name: {"enabled": on} for name, on in settings["restrictions"].items()},
    }
    return answer | {"organization_settings": _organizations(settings["organizations"])}


def _social(tx: Transaction, strategy: str) -> Json:
    """Show an identity provider; of its own ones clerk-js knows the icons, of custom ones it takes `logo_url`."""
    return {
        "enabled": True,
        "required": False,
        "authenticatable": True,
        "block_email_subaddresses": False,
        "strategy": strategy,
        "not_selectable": False,
        "deprecated": False,
        "name": external_accounts.title(strategy),
        "logo_url": images.picture_url(tx, strategy.removeprefix("oauth_")),
    }


def _organizations(settings: Json) -> Json:
    return {
        "enabled": settings["enabled"],
        "max_allowed_memberships": settings["max_allowed_memberships"],
        "actions": {"admin_delete": settings["admin_delete_enabled"]},
        "domains": {
            "enabled": settings["domains_enabled"],
            "enrollment_modes": settings["domains_enrollment_modes"],
            "default_role": settings["domains_default_role"],
        },
        "slug": {"disabled": settings["slug_disabled"]},
        "creator_role": settings["creator_role"],
    }


def portal(tx: Transaction) -> Json:
    """Show the settings of the account portal."""
    at = instance.portal_url(tx)
    names = (
        *("after_sign_in_url", "after_sign_up_url", "after_join_waitlist_url"),
        *("after_create_organization_url", "after_leave_organization_url", "logo_link_url"),
    )
    blank = dict.fromkeys(
        ("background_color_dark", "background_color_light", "primary_color_dark", "primary_color_light")
    )
    return {
        "object": "account_portal",
        "allowed": True,
        "enabled": True,
        "internal_linking": True,
        **{name: f"{at}{PAGES[name]}" for name in names},
        "customization": {"appearance": "auto", **blank},
    }
