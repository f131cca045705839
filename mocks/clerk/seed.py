"""What a new world's instance holds, and what a scenario brings into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.clerk.resources import memberships, organization_invitations, organizations, roles, users

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def open_account(tx: Transaction) -> dict[str, str]:
    """Keep the system's roles; return the addresses of the consumer's own pages, and that nothing is reported to Clerk."""
    roles.open_account_roles(tx)
    return {
        "NEXT_PUBLIC_CLERK_SIGN_IN_URL": "/sign-in",
        "NEXT_PUBLIC_CLERK_SIGN_UP_URL": "/sign-up",
        "NEXT_PUBLIC_CLERK_SIGN_IN_FORCE_REDIRECT_URL": "/dashboard",
        "NEXT_PUBLIC_CLERK_SIGN_UP_FORCE_REDIRECT_URL": "/dashboard",
        "NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED": "1",
        "CLERK_TELEMETRY_DISABLED": "1",
    }


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Make a story's people, organisations, invitations and memberships, when they were; return ids.

    Who is there already is taken: people by their address, organisations by their slug.
    """
    told = story.get("people") or ()
    people = {each["key"]: _person(tx, each) for each in told}
    refs = {f"clerk.person.{key}": user["id"] for key, user in people.items()}
    made: dict[str, Json] = {}
    for each in story.get("organisations") or ():
        made[each["key"]] = _organization(tx, each, people)
        refs[f"clerk.organisation.{each['key']}"] = made[each["key"]]["id"]
    for each in story.get("invitations") or ():
        if (id := _invite(tx, made[each["organisation"]], people, each)) is not None:
            refs[f"clerk.invitation.{each['key']}"] = id
    for each in story.get("memberships") or [{**each, "person": each["key"]} for each in told]:
        if each.get("organisation") in made:
            user = people.get(each["person"]) or tx.first(users.USERS, email_address=each["email"].lower())
            if user is not None:
                _join(tx, made[each["organisation"]], user, each)
    return refs


def _person(tx: Transaction, person: Json) -> Json:
    known = tx.first(users.USERS, email_address=person["email"].lower())
    if known is not None:
        return known
    wanted = {
        "email_address": [person["email"]],
        "first_name": person.get("first_name"),
        "last_name": person.get("last_name"),
        "locale": (person.get("locale") or "").replace("_", "-") or None,
        # The platform's own authorisation reads this: a session token's claim `metadata.role`.
        "public_metadata": {"role": person["role"]} if person.get("role") else {},
    }
    with tx.earlier(_age(person)):
        return users.create(tx, wanted)


def _organization(tx: Transaction, organization: Json, people: dict[str, Json]) -> Json:
    slug = organization.get("slug")
    known = tx.first(organizations.ORGANIZATIONS, slug=slug) if slug else None
    if known is not None:
        return known
    creator = people.get(organization.get("creator") or "")
    wanted = {
        "name": organization["name"],
        "slug": slug,
        "created_by": None if creator is None else creator["id"],
        "max_allowed_memberships": 0,
        "public_metadata": {
            name: organization[name] for name in ("kind", "country", "currency") if organization.get(name)
        },
    }
    with tx.earlier(_age(organization)):
        return organizations.create(tx, wanted)


def _join(tx: Transaction, organization: Json, user: Json, person: Json) -> None:
    if memberships.of(tx, organization["id"], user["id"]) is None:
        role = roles.ADMIN if person.get("role") == "admin" else roles.MEMBER
        with tx.earlier(_age(person)):
            memberships.create(tx, organization, user["id"], role)


def _invite(tx: Transaction, organization: Json, people: dict[str, Json], invitation: Json) -> str | None:
    """Invite somebody; who accepted became a member a day later. Return the id, None where they are a member already."""
    known = tx.first(users.USERS, email_address=invitation["email"].lower())
    if known is not None and memberships.of(tx, organization["id"], known["id"]) is not None:
        return None
    accepted = invitation["status"] == "accepted"
    inviter = people.get(invitation.get("inviter") or "")
    if inviter is not None and memberships.of(tx, organization["id"], inviter["id"]) is None:
        inviter = None
    role = roles.ADMIN if invitation.get("role") == "admin" else roles.MEMBER
    wanted = {"email_address": invitation["email"], "role": role}
    with tx.earlier(_age(invitation) + (instants.DAY if accepted else 0)):
        given = wanted | {"inviter_user_id": None if inviter is None else inviter["id"]}
        (made,) = organization_invitations.create_all(tx, organization, [given])
        if invitation["status"] == "revoked":
            organization_invitations.revoke(tx, made, None)
    if accepted:
        with tx.earlier(_age(invitation)):
            organization_invitations.accept(tx, made)
    return str(made["id"])


def _age(thing: Json) -> int:
    return int(thing.get("days_ago", 0) * instants.DAY)
