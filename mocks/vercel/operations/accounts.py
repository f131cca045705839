"""The user, teams and their members, and access tokens."""

from __future__ import annotations

from pydantic import Field

from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel import errors
from mocks.vercel.dialect import listed, pagination
from mocks.vercel.parameters import Body, Listing
from mocks.vercel.provider import vercel
from mocks.vercel.resources import accounts, tokens
from mocks.vercel.resources.accounts import MEMBERS, TEAMS, USERS, Role
from mocks.vercel.resources.tokens import TOKENS


class Invitation(Body):
    """Who is invited to a team, as what."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    role: Role = "MEMBER"


class Invitations(Body):
    """The body of `POST /v2/teams/{teamId}/members`: an array."""

    items: list[Invitation] = Field(min_length=1, max_length=100)


class Membership(Body):
    """What can be changed of a member."""

    role: Role | None = None
    confirmed: bool | None = None


class NewToken(Body):
    """A token to make; `expiresAt` in milliseconds."""

    name: str
    expiresAt: int | None = Field(None, ge=0)


class NewTeam(Body):
    """The body of `POST /v1/teams`; where its maker came from is not kept."""

    slug: str = Field(min_length=1, max_length=48)
    name: str | None = Field(None, max_length=256)
    attribution: dict[str, Json] | None = None


@vercel.get("/v2/user", id="getAuthUser", tier="P1")
def retrieve_user(tx: Transaction) -> Json:
    """Return the user that the token belongs to."""
    return {"user": accounts.shown_user(tx.get(USERS, accounts.USER_ID) or {})}


@vercel.get("/v2/teams", id="getTeams", tier="P1")
@vercel.get("/v1/teams", id="getTeams-v1", tier="P1")
def list_teams(tx: Transaction, params: Listing) -> Json:
    """List the user's teams."""
    return listed(tx, TEAMS, params, "teams", lambda team: accounts.shown_team(tx, team))


@vercel.post("/v1/teams", id="createTeam", tier="P2")
def create_team(tx: Transaction, params: NewTeam) -> Json:
    """Make a team, which the user owns; without a name it has its slug's."""
    if accounts.found_team(tx, params.slug) is not None:
        raise errors.bad_request("The slug is already in use", rule="slug_taken")
    name = params.name or params.slug.replace("-", " ").title()
    made = accounts.team(tx, f"team_{tx.token('team.id', 24)}", params.slug, name)
    return {"id": made["id"], "slug": made["slug"]}


@vercel.get("/v2/teams/{teamId}", id="getTeam", tier="P1")
@vercel.get("/teams/{teamId}", id="getTeam-unversioned", tier="P1")
def retrieve_team(tx: Transaction, teamId: str) -> Json:
    """Return a team, by id or slug."""
    return accounts.shown_team(tx, _team(tx, teamId))


@vercel.get("/v3/teams/{teamId}/members", id="getTeamMembers", tier="P1")
def list_members(tx: Transaction, params: Listing, teamId: str) -> Json:
    """List the members of a team."""
    team = _team(tx, teamId)
    found = listed(
        tx, MEMBERS, params, "members", lambda each: accounts.shown_member(tx, each), team=team["id"]
    )
    return found | {"pagination": found["pagination"] | {"hasNext": found["pagination"]["next"] is not None}}


@vercel.post("/v2/teams/{teamId}/members", id="inviteUserToTeam", tier="P1")
def invite_members(tx: Transaction, params: Invitations, teamId: str) -> Json:
    """Invite people to a team; the answer shows the first of them (SDK: InvitedTeamMember)."""
    team = _team(tx, teamId)
    first, *_ = [_invited(tx, team, each) for each in params.items]
    return first


@vercel.patch("/v1/teams/{teamId}/members/{uid}", id="updateTeamMember", tier="P1")
def update_member(tx: Transaction, params: Membership, teamId: str, uid: str) -> Json:
    """Change what a member may do."""
    team = _team(tx, teamId)
    member = _member(tx, team["id"], uid)
    tx.save(MEMBERS, member | params.model_dump(exclude_none=True))
    return {"id": team["id"]}


@vercel.delete("/v1/teams/{teamId}/members/{uid}", id="removeTeamMember", tier="P1")
def remove_member(tx: Transaction, teamId: str, uid: str) -> Json:
    """Take somebody out of a team; its owner stays."""
    team = _team(tx, teamId)
    member = _member(tx, team["id"], uid)
    if uid == team["creatorId"]:
        raise errors.forbidden("The owner of a team cannot be removed.", rule="owner_stays", subject="uid")
    tx.delete(MEMBERS, member["id"])
    return {"id": team["id"]}


@vercel.get("/v6/user/tokens", id="listAuthTokens", tier="P1")
@vercel.get("/v5/user/tokens", id="listAuthTokens-v5", tier="P1")
def list_tokens(tx: Transaction) -> Json:
    """List the user's tokens, never with their secrets."""
    found = list(tx.every(TOKENS, newest_first=True))
    return {
        "tokens": [tokens.shown(each) for each in found],
        "pagination": pagination([each["createdAt"] for each in found]),
    }


@vercel.post("/v3/user/tokens", id="createAuthToken", tier="P1")
def create_token(tx: Transaction, params: NewToken) -> Json:
    """Make a token, for one team where the query names one; its secret is shown this once."""
    token, secret = tokens.create(tx, params.name, params.expiresAt)
    return {"token": tokens.shown(token), "bearerToken": secret}


@vercel.get("/v5/user/tokens/{tokenId}", id="getAuthToken", tier="P1")
def retrieve_token(tx: Transaction, tokenId: str) -> Json:
    """Return a token, or by `current` the one that the request came with."""
    return {"token": tokens.shown(_token(tx, tokenId))}


@vercel.delete("/v3/user/tokens/{tokenId}", id="deleteAuthToken", tier="P1")
def delete_token(tx: Transaction, tokenId: str) -> Json:
    """Delete a token: requests with it are refused from now on."""
    token = _token(tx, tokenId)
    tx.delete(TOKENS, token["id"])
    return {"tokenId": token["id"]}


def _invited(tx: Transaction, team: Json, wanted: Invitation) -> Json:
    member = accounts.invite(tx, team["id"], wanted.email, wanted.role)
    user = tx.get(USERS, member["user"]) or {}
    return {
        "uid": member["user"],
        "username": user["username"],
        "email": wanted.email,
        "role": wanted.role,
        "teamRoles": [wanted.role],
        "teamPermissions": [],
    }


def _team(tx: Transaction, id_or_slug: str) -> Json:
    team = accounts.found_team(tx, id_or_slug)
    if team is None:
        raise errors.not_found("Team")
    return team


def _member(tx: Transaction, team: str, user: str) -> Json:
    member = tx.get(MEMBERS, f"{team}:{user}")
    if member is None:
        raise errors.not_found("Member")
    return member


def _token(tx: Transaction, id: str) -> Json:
    token = tx.get(TOKENS, tokens.current(tx) if id == "current" else id)
    if token is None:
        raise errors.not_found("Token")
    return token
