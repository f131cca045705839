"""What people do in the dashboard and in browsers with roles, permissions, domains, the waitlist and messages, on demand."""

from __future__ import annotations

from harness.errors import InvalidInput
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.clerk.operations.triggers import organization_for, user_for
from mocks.clerk.provider import clerk
from mocks.clerk.resources import codes, domains, roles, waitlist
from mocks.clerk.resources.domains import DOMAINS
from mocks.clerk.resources.roles import PERMISSIONS, ROLES
from mocks.clerk.resources.waitlist import ENTRIES


class NewRole(Params):
    """A role to add."""

    name: str = "Editor"
    key: str | None = None


class OfRole(Params):
    """Which role: the newest that may be changed when none is named, a new one when there is none."""

    key: str | None = None


class NewDomain(Params):
    """A domain to add to an organisation."""

    organization_id: str | None = None
    name: str | None = None


class OfDomain(Params):
    """Which domain: the newest when none is named, a new one when there is none."""

    domain_id: str | None = None


class Waiting(Params):
    """Who joins the waitlist."""

    email_address: str | None = None


class OfEntry(Params):
    """Which entry of the waitlist: the newest that waits, a new one when there is none."""

    waitlist_entry_id: str | None = None


class Message(Params):
    """Who gets a code."""

    user_id: str | None = None
    phone_number: str = "+441632960100"


# --- roles and permissions ---------------------------------------------------------------------------------------


@clerk.trigger("role.created")
def create_role(tx: Transaction, params: NewRole) -> Json:
    """Somebody adds a role."""
    return roles.create(tx, {"name": params.name, "key": params.key or f"org:role_{_drawn(tx)}"})


@clerk.trigger("role.updated")
def update_role(tx: Transaction, params: OfRole) -> Json:
    """Somebody renames a role."""
    role = _role(tx, params.key)
    roles.update(tx, role, {"name": f"{role['name']} (changed)"})
    return role


@clerk.trigger("role.deleted")
def delete_role(tx: Transaction, params: OfRole) -> Json:
    """Somebody removes a role."""
    return roles.delete(tx, _role(tx, params.key))


@clerk.trigger("permission.created")
def create_permission(tx: Transaction, params: NewRole) -> Json:
    """Somebody adds a permission."""
    wanted = {"name": params.name, "key": params.key or f"org:feature_{_drawn(tx)}:manage"}
    return roles.create_permission(tx, wanted)


@clerk.trigger("permission.updated")
def update_permission(tx: Transaction, params: OfRole) -> Json:
    """Somebody renames a permission."""
    permission = _permission(tx, params.key)
    roles.update_permission(tx, permission, {"name": f"{permission['name']} (changed)"})
    return permission


@clerk.trigger("permission.deleted")
def delete_permission(tx: Transaction, params: OfRole) -> Json:
    """Somebody removes a permission."""
    return roles.delete_permission(tx, _permission(tx, params.key))


def _drawn(tx: Transaction) -> str:
    return tx.token("trigger.key", 8).lower()


def _role(tx: Transaction, key: str | None) -> Json:
    if key is not None:
        found = tx.first(ROLES, key=key)
        if found is None:
            raise InvalidInput(f"there is no role {key!r}; see GET /v1/organization_roles")
        return found
    own = [
        each for each in tx.every(ROLES, newest_first=True) if each["key"] not in (roles.ADMIN, roles.MEMBER)
    ]
    return own[0] if own else create_role(tx, NewRole())


def _permission(tx: Transaction, key: str | None) -> Json:
    if key is not None:
        found = tx.first(PERMISSIONS, key=key)
        if found is None:
            raise InvalidInput(f"there is no permission {key!r}; see GET /v1/organization_permissions")
        return found
    own = [each for each in tx.every(PERMISSIONS, newest_first=True) if each["type"] == "user"]
    return own[0] if own else create_permission(tx, NewRole())


# --- domains, the waitlist, messages -----------------------------------------------------------------------------


@clerk.trigger("organizationDomain.created")
def create_domain(tx: Transaction, params: NewDomain) -> Json:
    """An organisation adds a domain."""
    organization = organization_for(tx, params.organization_id)
    name = params.name or f"{_drawn(tx)}.test"
    return domains.shown(tx, domains.create(tx, organization, name, None))


@clerk.trigger("organizationDomain.updated")
def update_domain(tx: Transaction, params: OfDomain) -> Json:
    """An organisation proves that a domain is its own."""
    domain = _domain(tx, params.domain_id)
    domains.update(tx, domain, mode=None, verified=True)
    return domains.shown(tx, domain)


@clerk.trigger("organizationDomain.deleted")
def delete_domain(tx: Transaction, params: OfDomain) -> Json:
    """An organisation removes a domain."""
    return domains.delete(tx, _domain(tx, params.domain_id))


def _domain(tx: Transaction, id: str | None) -> Json:
    if id is None:
        found = tx.first(DOMAINS) or tx.get(DOMAINS, create_domain(tx, NewDomain())["id"])
    else:
        found = tx.get(DOMAINS, id)
    if found is None:
        raise InvalidInput(f"there is no domain {id!r}; see GET /v1/organization_domains")
    return found


@clerk.trigger("waitlistEntry.created")
def join_waitlist(tx: Transaction, params: Waiting) -> Json:
    """Somebody joins the waitlist."""
    address = params.email_address or f"waiting-{_drawn(tx)}@greenroom.test"
    return waitlist.shown(tx, waitlist.join(tx, address, notify=True))


@clerk.trigger("waitlistEntry.updated")
def invite_from_waitlist(tx: Transaction, params: OfEntry) -> Json:
    """Somebody on the waitlist is invited."""
    if params.waitlist_entry_id is None:
        entry = tx.first(ENTRIES, status="pending") or tx.get(ENTRIES, join_waitlist(tx, Waiting())["id"])
    else:
        entry = tx.get(ENTRIES, params.waitlist_entry_id)
    if entry is None:
        raise InvalidInput(f"there is no entry {params.waitlist_entry_id!r}; see GET /v1/waitlist_entries")
    waitlist.invite(tx, entry, ignore_existing=True)
    return waitlist.shown(tx, entry)


@clerk.trigger("email.created")
def send_code(tx: Transaction, params: Message) -> Json:
    """A user gets a code by mail."""
    user = user_for(tx, params.user_id)
    if not user["email_addresses"]:
        raise InvalidInput(f"user {user['id']} has no mail address")
    first = user["email_addresses"][0]
    return codes.send(tx, "email_code", first["email_address"], user=user, identification=first["id"])[0]


@clerk.trigger("sms.created")
def send_text_message(tx: Transaction, params: Message) -> Json:
    """A user gets a code by text message."""
    return codes.send(tx, "phone_code", params.phone_number, user=user_for(tx, params.user_id))[0]
