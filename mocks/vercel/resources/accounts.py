"""Who uses Vercel: the user that tokens belong to, the teams, and what a member may do in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs

from harness.collection import Collection
from mocks.vercel import errors
from mocks.vercel.dialect import added, milliseconds

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Role = Literal[
    "OWNER", "MEMBER", "DEVELOPER", "SECURITY", "BILLING", "VIEWER", "VIEWER_FOR_PLUS", "CONTRIBUTOR"
]

USERS = Collection("vercel.user")
TEAMS = Collection("vercel.team", "slug")
MEMBERS = Collection("vercel.member", "team", "user")

USER_ID = "GreenroomUser0000000user"
TEAM_ID = "team_GreenroomTeam0000000team"
"""Ids of the account that every world has, the same in each: the environment of a world names the team's."""
SLUG, USERNAME = "greenroom", "greenroom-owner"
"""The team's name and the user's: no two accounts share one, and the command line takes either for a scope."""
EMAIL = "owner@greenroom.test"

EDITORS = frozenset({"OWNER", "MEMBER", "DEVELOPER"})
PRODUCTION_EDITORS = frozenset({"OWNER", "MEMBER"})
"""Roles that may see and change production's variables (Vercel docs: access roles); developers may all but these."""


def open_account(tx: Transaction) -> None:
    """Keep the user, and a team that the user owns."""
    now = milliseconds(tx)
    user = {"id": USER_ID, "email": EMAIL, "name": "Greenroom", "username": USERNAME, "avatar": None}
    tx.insert(USERS, user | {"createdAt": now, "defaultTeamId": TEAM_ID})
    team(tx, TEAM_ID, SLUG, "Greenroom")


def team(tx: Transaction, id: str, slug: str, name: str) -> Json:
    """Add a team that the user owns."""
    made = added(tx, TEAMS, {"id": id, "slug": slug, "name": name, "creatorId": USER_ID})
    join(tx, id, USER_ID, "OWNER")
    return made


def join(tx: Transaction, team: str, user: str, role: str, *, confirmed: bool = True) -> Json:
    """Make a user a member of a team."""
    member = {"id": f"{team}:{user}", "team": team, "user": user, "role": role, "confirmed": confirmed}
    return added(tx, MEMBERS, member, team=team)


def invite(tx: Transaction, team: str, email: str, role: str) -> Json:
    """Invite somebody to a team: a user of that address, who has not confirmed yet."""
    local = email.partition("@")[0]
    id = tx.token("user.id", 24)
    user = {"id": id, "email": email, "name": None, "username": local, "avatar": None}
    tx.insert(USERS, user | {"createdAt": milliseconds(tx), "defaultTeamId": None})
    return join(tx, team, id, role, confirmed=False)


# --- the account that a request is about -------------------------------------------------------------------------


def check_scope(tx: Transaction, token: Json) -> None:
    """Refuse a team in the query that does not exist or that the token is not for."""
    wanted = _named(tx)
    if wanted is None:
        return
    found = found_team(tx, wanted)
    if found is None or (token["team"] is not None and token["team"] != found["id"]):
        raise errors.forbidden(rule="foreign_team", subject="teamId")


def scope(tx: Transaction) -> str:
    """Return the id of the account that a request is about: the query's team, else the user's own."""
    wanted = _named(tx)
    found = None if wanted is None else found_team(tx, wanted)
    return USER_ID if found is None else str(found["id"])


def found_team(tx: Transaction, id_or_slug: str) -> Json | None:
    """Return a team by its id or slug."""
    return tx.get(TEAMS, id_or_slug) or tx.first(TEAMS, slug=id_or_slug)


def slug_of(tx: Transaction, owner: str) -> str:
    """Return the slug that an account's addresses end in."""
    found = tx.get(TEAMS, owner)
    return SLUG if found is None else str(found["slug"])


def _named(tx: Transaction) -> str | None:
    if tx.request is None:
        return None
    query = parse_qs(tx.request.query)
    named = query.get("teamId") or query.get("slug")
    return named[0] if named else None


def role(tx: Transaction) -> str:
    """Return what the token's user is in the account that a request is about."""
    owner = scope(tx)
    if owner == USER_ID:
        return "OWNER"
    member = tx.get(MEMBERS, f"{owner}:{USER_ID}")
    return "VIEWER" if member is None else str(member["role"])


def may_edit(tx: Transaction, target: list[str]) -> bool:
    """Tell whether the token's user may see and change variables of these environments."""
    return role(tx) in (PRODUCTION_EDITORS if "production" in target else EDITORS)


# --- how they are shown ------------------------------------------------------------------------------------------


def shown_user(user: Json) -> Json:
    """Show the user; `limited` accounts are those whose token does not reach everything, so this one is whole.

    A `northstar` account has its things in teams: the command line then looks into `defaultTeamId` by itself.
    """
    return {
        "createdAt": user["createdAt"],
        "softBlock": None,
        "billing": None,
        "resourceConfig": {},
        "stagingPrefix": user["username"],
        "hasTrialAvailable": False,
        "id": user["id"],
        "email": user["email"],
        "name": user["name"],
        "username": user["username"],
        "avatar": user["avatar"],
        "defaultTeamId": user["defaultTeamId"],
        "version": "northstar",
    }


def shown_team(tx: Transaction, team: Json) -> Json:
    """Show a team with the user's membership."""
    member = tx.get(MEMBERS, f"{team['id']}:{USER_ID}")
    membership = None
    if member is not None:
        membership = {
            "uid": USER_ID,
            "teamId": team["id"],
            "confirmed": member["confirmed"],
            "role": member["role"],
            "createdAt": member["createdAt"],
            "created": member["createdAt"],
            "teamRoles": [member["role"]],
            "teamPermissions": [],
            "entitlements": [],
        }
    return {
        "id": team["id"],
        "slug": team["slug"],
        "name": team["name"],
        "creatorId": team["creatorId"],
        "createdAt": team["createdAt"],
        "updatedAt": team["createdAt"],
        "avatar": None,
        "description": None,
        "stagingPrefix": team["slug"],
        "membership": membership,
        "limitedBy": [],
        "billing": {"plan": "pro"},
    }


def shown_member(tx: Transaction, member: Json) -> Json:
    """Show a member of a team."""
    user = tx.get(USERS, member["user"]) or {}
    return {
        "uid": member["user"],
        "email": user.get("email", ""),
        "username": user.get("username", ""),
        "name": user.get("name") or user.get("username", ""),
        "role": member["role"],
        "confirmed": member["confirmed"],
        "createdAt": member["createdAt"],
    }
