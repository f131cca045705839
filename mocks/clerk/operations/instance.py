"""Settings of the instance."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.clerk.parameters import Body
from mocks.clerk.provider import clerk
from mocks.clerk.resources import instance, roles


class InstanceChanges(Body):
    """The body of `PATCH /instance`."""

    test_mode: bool | None = None
    hibp: bool | None = None
    support_email: str | None = None
    clerk_js_version: str | None = None
    development_origin: str | None = None
    allowed_origins: list[str] | None = None
    cookieless_dev: bool | None = None
    url_based_session_syncing: bool | None = None
    preferred_sign_in_strategy_when_password_required: Literal["password", "otp", ""] | None = None


class Restrictions(Body):
    """The body of `PATCH /instance/restrictions`."""

    allowlist: bool | None = None
    blocklist: bool | None = None
    allowlist_blocklist_disabled_on_sign_in: bool | None = None
    block_email_subaddresses: bool | None = None
    block_disposable_email_domains: bool | None = None


class OrganizationSettings(Body):
    """The body of `PATCH /instance/organization_settings`."""

    enabled: bool | None = None
    max_allowed_memberships: int | None = Field(None, ge=0, le=1 << 31)
    admin_delete_enabled: bool | None = None
    domains_enabled: bool | None = None
    slug_disabled: bool | None = None
    domains_enrollment_modes: (
        list[Literal["manual_invitation", "automatic_invitation", "automatic_suggestion"]] | None
    ) = None
    creator_role_id: str | None = None
    domains_default_role_id: str | None = None


@clerk.get("/v1/instance", id="GetInstance", tier="P1")
def retrieve_instance(tx: Transaction) -> Json:
    """Show the instance."""
    return instance.shown(tx)


@clerk.patch("/v1/instance", id="UpdateInstance", tier="P1", status=204)
def update_instance(tx: Transaction, params: InstanceChanges) -> Reply:
    """Change the instance's settings."""
    instance.change(tx, "general", _given(params))
    return Reply()


@clerk.patch("/v1/instance/restrictions", id="UpdateInstanceRestrictions", tier="P1")
def update_restrictions(tx: Transaction, params: Restrictions) -> Json:
    """Change who may sign up."""
    instance.change(tx, "restrictions", _given(params))
    return instance.shown_restrictions(tx)


@clerk.get("/v1/instance/organization_settings", id="GetInstanceOrganizationSettings", tier="P1")
def retrieve_organization_settings(tx: Transaction) -> Json:
    """Show the settings of organisations."""
    return instance.shown_organizations(tx)


@clerk.patch("/v1/instance/organization_settings", id="UpdateInstanceOrganizationSettings", tier="P1")
def update_organization_settings(tx: Transaction, params: OrganizationSettings) -> Json:
    """Change the settings of organisations; roles are given by id and shown by key."""
    given = _given(params)
    for name in ("creator_role", "domains_default_role"):
        id = given.pop(f"{name}_id", None)
        if id is not None:
            given[name] = roles.find(tx, id)["key"]
    instance.change(tx, "organizations", given)
    return instance.shown_organizations(tx)


def _given(params: Body) -> Json:
    return {name: value for name, value in params.given().items() if value is not None}
