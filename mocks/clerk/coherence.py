"""What holds between Clerk's documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.coherence import Coherence, Link
from mocks.clerk.resources.memberships import MEMBERSHIPS
from mocks.clerk.resources.roles import ROLES
from mocks.clerk.resources.sessions import ALIVE
from mocks.clerk.resources.users import USERS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

USER, ORGANIZATION, CLIENT = ("clerk.user",), ("clerk.organization",), ("clerk.client",)


def _role(tx: Transaction, document: Json) -> str | None:
    role = document["role"]
    return None if tx.first(ROLES, key=role) is not None else f"there is no role {role}"


def _once(tx: Transaction, membership: Json) -> str | None:
    pair = f"{membership['organization_id']}/{membership['user_id']}"
    twins = [each["id"] for each in tx.every(MEMBERSHIPS, pair=pair)]
    return None if twins == [membership["id"]] else f"the user is in the organisation by {', '.join(twins)}"


def _signed_in(tx: Transaction, session: Json) -> str | None:
    """A session outlives its user, but nobody is signed in who is not there."""
    if session["status"] not in ALIVE or tx.get(USERS, session["user_id"]) is not None:
        return None
    return f"{session['user_id']} is signed in, and no user"


def _primary(_: Transaction, user: Json) -> str | None:
    primary, own = user["primary_email_address_id"], {each["id"] for each in user["email_addresses"]}
    return None if primary is None or primary in own else f"its primary address {primary} is none of its own"


def _addresses(tx: Transaction, user: Json) -> str | None:
    for each in user["email_addresses"]:
        holders = [other["id"] for other in tx.every(USERS, email_address=each["email_address"])]
        if holders != [user["id"]]:
            return f"{each['email_address']} is the address of {', '.join(holders) or 'nobody'}"
    return None


COHERENCE = Coherence(
    links={
        "clerk.membership": (Link("organization_id", ORGANIZATION), Link("user_id", USER)),
        "clerk.organization": (Link("created_by", USER),),
        "clerk.organization_invitation": (Link("organization_id", ORGANIZATION),),
        "clerk.organization_domain": (Link("organization_id", ORGANIZATION),),
        "clerk.organization_suggestion": (Link("organization_id", ORGANIZATION), Link("user_id", USER)),
        "clerk.role": (Link("permissions[].id", ("clerk.permission",)),),
        "clerk.session": (Link("client_id", CLIENT),),
        "clerk.waitlist_entry": (Link("invitation_id", ("clerk.invitation",)),),
    },
    orders=dict.fromkeys(
        ("clerk.user", "clerk.organization", "clerk.membership", "clerk.organization_invitation"),
        (("created_at", "updated_at"),),
    ),
    rules={
        "clerk.membership": {"role": _role, "one membership": _once},
        "clerk.organization_invitation": {"role": _role},
        "clerk.session": {"user": _signed_in},
        "clerk.user": {"primary address": _primary, "addresses are of one user": _addresses},
    },
)
