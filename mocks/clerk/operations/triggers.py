"""What people do in browsers and in the dashboard, on demand: `greenroom trigger clerk session.created user_id=…`.

A trigger takes what its fields name, or makes what it needs, and goes through the functions that the API uses.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from harness.errors import InvalidInput
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.clerk.parameters import Object
from mocks.clerk.provider import clerk
from mocks.clerk.resources import (
    instance,
    memberships,
    organization_invitations,
    organizations,
    sessions,
    users,
)
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.organization_invitations import INVITATIONS
from mocks.clerk.resources.organizations import ORGANIZATIONS
from mocks.clerk.resources.sessions import SESSIONS
from mocks.clerk.resources.tokens import OWN
from mocks.clerk.resources.users import USERS


class SignUp(Params):
    """Who signs up; without an address, somebody new."""

    email_address: str | None = None
    first_name: str | None = "Robin"
    last_name: str | None = "Example"
    public_metadata: Object = {}


class OfUser(Params):
    """Which user: the newest when none is named, a new one when there is none."""

    user_id: str | None = None


class UserChange(OfUser):
    """What a user changes."""

    first_name: str | None = None
    last_name: str | None = None


class SignIn(OfUser):
    """Who signs in, with which organisation active."""

    organization_id: str | None = None


class OfSession(Params):
    """Which session: the newest that lives when none is named, a new one when there is none."""

    session_id: str | None = None


class NewOrganization(Params):
    """The organisation that somebody makes."""

    name: str = "Triggered"
    created_by: str | None = None


class OfOrganization(Params):
    """Which organisation: the newest when none is named, a new one when there is none."""

    organization_id: str | None = None


class OrganizationChange(OfOrganization):
    """What is changed of an organisation."""

    name: str = "Renamed"


class OfMember(OfOrganization):
    """Which member: the newest when none is named."""

    user_id: str | None = None
    role: str = "org:member"


class Invitation(OfOrganization):
    """Who is invited, in which role."""

    email_address: str | None = None
    role: str = "org:member"


class OfInvitation(Params):
    """Which invitation: the newest that is pending when none is named, a new one when there is none."""

    invitation_id: str | None = None


class SessionToken(Params):
    """What the dashboard customises of session tokens: their version, and claims whose names are taken literally."""

    version: int | None = Field(None, ge=1, le=2)
    claims: Object | None = None


@clerk.trigger("user.created")
def sign_up(tx: Transaction, params: SignUp) -> Json:
    """Somebody signs up."""
    return users.shown(tx, _new_user(tx, params))


@clerk.trigger("user.updated")
def change_user(tx: Transaction, params: UserChange) -> Json:
    """A user changes the profile."""
    user = user_for(tx, params.user_id)
    given = {name: value for name, value in params.given().items() if name != "user_id"}
    users.update(tx, user, given)
    return users.shown(tx, user)


@clerk.trigger("user.deleted")
def delete_user(tx: Transaction, params: OfUser) -> Json:
    """A user deletes the account."""
    return users.delete(tx, user_for(tx, params.user_id))


@clerk.trigger("session.created")
def sign_in(tx: Transaction, params: SignIn) -> Json:
    """A user signs in."""
    return sessions.create(tx, user_for(tx, params.user_id), organization=params.organization_id)


@clerk.trigger("session.pending")
def sign_in_without_organization(tx: Transaction, params: OfUser) -> Json:
    """A user signs in and must choose an organisation first."""
    return sessions.create(tx, user_for(tx, params.user_id), pending=True)


@clerk.trigger("session.ended")
def end_session(tx: Transaction, params: OfSession) -> Json:
    """A user signs out everywhere."""
    return _ended(tx, params, "ended")


@clerk.trigger("session.removed")
def remove_session(tx: Transaction, params: OfSession) -> Json:
    """A user signs out."""
    return _ended(tx, params, "removed")


@clerk.trigger("session.revoked")
def revoke_session(tx: Transaction, params: OfSession) -> Json:
    """An administrator or another device ends a session."""
    return _ended(tx, params, "revoked")


@clerk.trigger("organization.created")
def make_organization(tx: Transaction, params: NewOrganization) -> Json:
    """Somebody makes an organisation."""
    creator = user_for(tx, params.created_by)["id"]
    return organizations.create(tx, {"name": params.name, "created_by": creator})


@clerk.trigger("organization.updated")
def rename_organization(tx: Transaction, params: OrganizationChange) -> Json:
    """Somebody renames an organisation."""
    organization = organization_for(tx, params.organization_id)
    organizations.update(tx, organization, {"name": params.name})
    return organization


@clerk.trigger("organization.deleted")
def delete_organization(tx: Transaction, params: OfOrganization) -> Json:
    """Somebody deletes an organisation."""
    return organizations.delete(tx, organization_for(tx, params.organization_id))


@clerk.trigger("organizationMembership.created")
def join(tx: Transaction, params: OfMember) -> Json:
    """A user joins an organisation: the one named, or a new one."""
    organization = organization_for(tx, params.organization_id)
    user = _new_user(tx, SignUp()) if params.user_id is None else user_for(tx, params.user_id)
    made = memberships.create(tx, organization, user["id"], params.role)
    return memberships.shown(tx, made)


@clerk.trigger("organizationMembership.updated")
def change_role(tx: Transaction, params: OfMember) -> Json:
    """A member gets another role."""
    membership = _membership(tx, params)
    memberships.update(tx, membership, params.role)
    return memberships.shown(tx, membership)


@clerk.trigger("organizationMembership.deleted")
def leave(tx: Transaction, params: OfMember) -> Json:
    """A member leaves."""
    return memberships.delete(tx, _membership(tx, params))


@clerk.trigger("organizationInvitation.created")
def invite(tx: Transaction, params: Invitation) -> Json:
    """A member invites somebody."""
    return organization_invitations.shown(tx, _new_invitation(tx, params))


@clerk.trigger("organizationInvitation.accepted")
def accept_invitation(tx: Transaction, params: OfInvitation) -> Json:
    """Somebody follows the link of an invitation, and signs up when there is no such user yet."""
    membership = organization_invitations.accept(tx, _invitation(tx, params.invitation_id))
    return memberships.shown(tx, membership)


@clerk.trigger("organizationInvitation.revoked")
def revoke_invitation(tx: Transaction, params: OfInvitation) -> Json:
    """A member takes an invitation back."""
    invitation = _invitation(tx, params.invitation_id)
    organization_invitations.revoke(tx, invitation, None)
    return organization_invitations.shown(tx, invitation)


@clerk.trigger("sessionToken.customized")
def customize_session_token(tx: Transaction, params: SessionToken) -> Json:
    """Customise session tokens, as the dashboard's page "Sessions" does; nothing is announced."""
    for claim in params.claims or {}:
        if claim in OWN:
            raise InvalidInput(f"{claim!r} is a claim of Clerk's own; a custom claim needs another name")
    return instance.change(tx, "session_token", params.model_dump(exclude_none=True))


class InstanceSettings(Params):
    """What the dashboard alone can set of an instance."""

    environment_type: Literal["development", "production"] | None = None
    sign_up_mode: Literal["public", "restricted", "waitlist"] | None = None
    social: list[str] | None = None


@clerk.trigger("instance.customized")
def customize_instance(tx: Transaction, params: InstanceSettings) -> Json:
    """Set what only the dashboard can: the kind of instance, who may sign up, which identity providers; nothing is announced."""
    environment = {"type": params.environment_type, "social": params.social}
    changes = {name: value for name, value in environment.items() if value is not None}
    if any(not re.fullmatch(r"oauth_[a-z_]{2,40}", each) for each in params.social or ()):
        raise InvalidInput("identity providers are named like oauth_google")
    if params.sign_up_mode is not None:
        instance.change(tx, "sign_up", {"mode": params.sign_up_mode})
    return instance.change(tx, "environment", changes)


# --- what a trigger acts on --------------------------------------------------------------------------------------


def _new_user(tx: Transaction, params: SignUp) -> Json:
    address = params.email_address or f"robin-{tx.token('trigger.address', 8).lower()}@greenroom.test"
    wanted = params.model_dump() | {"email_address": [address]}
    return users.create(tx, wanted)


def user_for(tx: Transaction, id: str | None) -> Json:
    """Return the user that a trigger names, the newest one, or a new one."""
    if id is None:
        return tx.first(USERS) or _new_user(tx, SignUp())
    found = tx.get(USERS, id)
    if found is None:
        raise _unknown(tx, "user", id, "/users")
    return found


def organization_for(tx: Transaction, id: str | None) -> Json:
    """Return the organisation that a trigger names, the newest one, or a new one."""
    if id is None:
        found = tx.first(ORGANIZATIONS)
        return found or organizations.create(
            tx, {"name": "Triggered", "created_by": user_for(tx, None)["id"], "max_allowed_memberships": 0}
        )
    found = tx.get(ORGANIZATIONS, id)
    if found is None:
        raise _unknown(tx, "organization", id, "/organizations")
    return found


def _membership(tx: Transaction, params: OfMember) -> Json:
    organization = organization_for(tx, params.organization_id)["id"]
    if params.user_id is None:
        found = tx.first(MEMBERSHIPS, organization_id=organization)
    else:
        found = memberships.of(tx, organization, params.user_id)
    if found is None:
        raise _unknown(tx, "member", str(params.user_id), f"/organizations/{organization}/memberships")
    return found


def _new_invitation(tx: Transaction, params: Invitation) -> Json:
    address = params.email_address or f"guest-{tx.token('trigger.address', 8).lower()}@greenroom.test"
    organization = organization_for(tx, params.organization_id)
    wanted = {"email_address": address, "role": params.role}
    (made,) = organization_invitations.create_all(tx, organization, [wanted])
    return made


def _invitation(tx: Transaction, id: str | None) -> Json:
    if id is None:
        return tx.first(INVITATIONS, status="pending") or _new_invitation(tx, Invitation())
    found = tx.get(INVITATIONS, id)
    if found is None:
        raise _unknown(tx, "organization invitation", id, "/organization_invitations")
    return found


def _ended(tx: Transaction, params: OfSession, status: str) -> Json:
    if params.session_id is None:
        session = tx.first(SESSIONS, status="active") or sessions.create(tx, user_for(tx, None))
    else:
        found = tx.get(SESSIONS, params.session_id)
        if found is None:
            raise _unknown(tx, "session", params.session_id, "/sessions")
        session = found
    if session["status"] not in sessions.ALIVE:
        raise InvalidInput(f"session {session['id']} has ended already: it is {session['status']}")
    sessions.end(tx, session, status)
    return session


def _unknown(tx: Transaction, thing: str, id: str, path: str) -> InvalidInput:
    return InvalidInput(f"there is no {thing} {id!r} in world {tx.world.name}; see GET /v1{path}")
