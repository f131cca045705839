"""Who makes a request of the app's own routes, and for which organisation they may speak."""

import hmac
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, HTTPException, Request

from integrations.audit import purpose
from integrations.errors import ForbiddenError, SessionInvalidError
from integrations.identity.sessions import ADMINS, SessionClaims
from integrations.schemas import Problem
from integrations.services import Services

#: The errors that any route may answer, for the OpenAPI document.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}}
    for status in (401, 403, 404, 409, 422, 502, 503)
}


def services_of(request: Request) -> Services:
    """Return the app's services."""
    return cast("Services", request.app.state.services)


ServicesOf = Annotated[Services, Depends(services_of)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: a person with a Clerk session, or (without one) the platform's own server, which may do all.

    `organisation_id` is the platform's id of the organisation that is active in the session, `role` what the person
    is there (`admin`, `member`), `platform_role` what they are on the platform itself. These three are as the mirror of
    Clerk knows them, which hears of changes before a session's token does.
    """

    session: SessionClaims | None = None
    organisation_id: str | None = None
    role: str | None = None
    platform_role: str | None = None

    @property
    def clerk_user_id(self) -> str | None:
        """The caller's id at Clerk; None for the platform's own server."""
        return None if self.session is None else self.session.user_id

    @property
    def everywhere(self) -> bool:
        """Whether the caller may act for every organisation."""
        return self.session is None or self.platform_role in ADMINS

    def may_act_for(self, organisation_id: str) -> bool:
        """Say whether the caller may read and change what belongs to an organisation."""
        return self.everywhere or self.organisation_id == organisation_id

    def demand(self, organisation_id: str) -> str:
        """Return the id; raises `ForbiddenError` when it is another organisation's than the session's."""
        if not self.may_act_for(organisation_id):
            raise ForbiddenError("The session does not belong to this organisation.")
        return organisation_id

    def demand_role(self, organisation_id: str, *roles: str) -> str:
        """Return the id; raises `ForbiddenError` for another organisation's, and for people in none of these roles."""
        self.demand(organisation_id)
        if not self.everywhere and self.role not in roles:
            raise ForbiddenError(f"This takes the role {' or '.join(roles)} in the organisation.")
        return organisation_id

    def demand_everywhere(self) -> None:
        """Raise `ForbiddenError` unless the caller may act for every organisation."""
        if not self.everywhere:
            raise ForbiddenError("This takes the API token, or a session whose metadata.role is admin.")

    def scope(self, organisation_id: str | None) -> str | None:
        """Return the organisation a list is about: the one asked for, else the session's; None means all of them."""
        if organisation_id is not None:
            return self.demand(organisation_id)
        if self.everywhere:
            return None
        if self.organisation_id is None:
            raise ForbiddenError("No organisation is active in the session.")
        return self.organisation_id


def person_of(session: SessionClaims, services: Services) -> Caller:
    """Return the person of a session, as the mirror of Clerk knows them; raises `SessionInvalidError` for one who is gone.

    A token is right for a minute about what was so when it was made. Where the mirror knows better, it counts: a role
    that was changed, a membership that ended, a person who was banned or deleted.
    """
    directory = services.directory
    organisation_id = directory.organisation_of(session.organisation_id)
    standing = directory.standing(session.user_id, session.organisation_id if organisation_id else None)
    person = standing.person
    if person is not None and (person.deleted or person.banned):
        raise SessionInvalidError("The session token does not hold: its user is banned or deleted.")
    return Caller(
        session=session,
        organisation_id=organisation_id if standing.role is not None else None,
        role=None if standing.role is None else standing.role.removeprefix("org:"),
        platform_role=session.platform_role if person is None else person.platform_role,
    )


def caller_of(request: Request, services: ServicesOf) -> Caller:
    """Identify the caller by INTEGRATIONS_API_TOKEN or by a Clerk session token (bearer, or cookie `__session`).

    Without an API token set, a request that carries no credentials passes: the app is then for loopback only.
    """
    expected = services.settings.api_token
    given = request.headers.get("authorization", "")
    if expected is not None and hmac.compare_digest(
        given.encode(), f"Bearer {expected.get_secret_value()}".encode()
    ):
        return Caller()
    has_credentials = given.startswith("Bearer ") or "__session" in request.headers.get("cookie", "")
    if has_credentials and services.settings.clerk_secret_key is not None:
        return person_of(services.sessions.authenticate(request.headers), services)
    if expected is None:
        return Caller()
    raise HTTPException(
        401, "Send the API token or a session token as a bearer token.", {"WWW-Authenticate": "Bearer"}
    )


def known_caller(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """Return the caller, and let the audit know who it is."""
    told = purpose()
    told.actor = "platform" if caller.session is None else caller.session.user_id
    told.organisation_id = caller.organisation_id
    return caller


CallerOf = Annotated[Caller, Depends(known_caller)]
