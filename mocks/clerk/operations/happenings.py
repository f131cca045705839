"""What scenarios let happen at Clerk in plain words: what people do, and what is done about them."""

from __future__ import annotations

from harness.errors import InvalidInput
from harness.happenings import told
from harness.params import Params
from harness.transaction import Transaction
from mocks.clerk.provider import clerk
from mocks.clerk.resources import memberships, organizations, roles, sessions, user_standing, users


class OfPerson(Params):
    """Who."""

    user: str = told("clerk.person", by="person")


class OfOrganisation(Params):
    """Which organisation."""

    organization: str = told("clerk.organisation", by="organisation")


class Membership(OfPerson, OfOrganisation):
    """Who, in which organisation."""


@clerk.happening("person signs in")
def sign_in(tx: Transaction, params: OfPerson) -> None:
    """A person signs in in a new browser."""
    sessions.create(tx, users.find(tx, params.user))


@clerk.happening("person is locked out")
def lock(tx: Transaction, params: OfPerson) -> None:
    """A person is locked after too many wrong passwords, and may try again when the lock is over."""
    user_standing.lock(tx, users.find(tx, params.user))


@clerk.happening("person is banned")
def ban(tx: Transaction, params: OfPerson) -> None:
    """A person is banned; all sessions end."""
    user_standing.ban(tx, users.find(tx, params.user))


@clerk.happening("person is erased")
def erase(tx: Transaction, params: OfPerson) -> None:
    """A person's account is deleted, with memberships and sessions."""
    users.delete(tx, users.find(tx, params.user))


@clerk.happening("person joins")
def join(tx: Transaction, params: Membership) -> None:
    """A person becomes a member of one more organisation."""
    memberships.create(tx, organizations.find(tx, params.organization), params.user, roles.MEMBER)


@clerk.happening("person leaves")
def leave(tx: Transaction, params: Membership) -> None:
    """A member leaves an organisation."""
    found = memberships.of(tx, params.organization, params.user)
    if found is None:
        raise InvalidInput(f"{params.user} is no member of {params.organization}")
    memberships.delete(tx, found)


@clerk.happening("person becomes admin")
def promote(tx: Transaction, params: Membership) -> None:
    """A member becomes an admin of an organisation."""
    memberships.update(tx, memberships.find(tx, params.organization, params.user), roles.ADMIN)


@clerk.happening("organisation is deleted")
def delete(tx: Transaction, params: OfOrganisation) -> None:
    """An organisation is deleted, with all memberships."""
    organizations.delete(tx, organizations.find(tx, params.organization))
