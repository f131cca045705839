"""Who may do what: the mirror of Clerk counts where a session's token says otherwise."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI

from integrations.access import Caller, CallerOf, caller_of
from integrations.app import create_app
from integrations.errors import ForbiddenError
from tests.integrations.clerk_stub import clerk_error, session_token
from tests.integrations.layer import Layer

# The SDK warns of itself: it reads its own deprecated parameters to build a query.
pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")


def as_(role: str = "admin", **claims: Any) -> dict[str, str]:
    token = session_token(o={"id": "org_acme", "rol": role}, **claims)
    return {"authorization": f"Bearer {token}"}


@pytest.fixture(autouse=True)
def founded(layer: Layer) -> None:
    layer.clerk.add_user()
    layer.clerk.add_organisation()
    layer.clerk.roles["org_acme", "user_ada"] = "org:admin"
    layer.services.directory.refresh_membership("org_acme", "user_ada")


async def me(client: httpx.AsyncClient, headers: dict[str, str]) -> tuple[str | None, str | None, str | None]:
    found = (await client.get("/me", headers=headers)).json()
    return found["organisation_id"], found["organisation_role"], found["platform_role"]


async def test_a_role_that_was_changed_counts_at_once(client: httpx.AsyncClient, layer: Layer) -> None:
    assert await me(client, as_("member")) == ("org_acme", "admin", None)
    layer.clerk.roles["org_acme", "user_ada"] = "org:member"
    layer.deliver_clerk("organizationMembership.updated", layer.clerk.membership("org_acme", "user_ada"))
    assert await me(client, as_("admin")) == ("org_acme", "member", None)
    path = "/organisations/org_acme/invitations"
    answer = await client.post(path, json={"email": "c@acme.test"}, headers=as_("admin"))
    assert answer.status_code == 403


async def test_who_left_an_organisation_is_out_before_the_token_ends(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    del layer.clerk.roles["org_acme", "user_ada"]
    layer.deliver_clerk("organizationMembership.deleted", layer.clerk.membership("org_acme", "user_ada"))
    assert await me(client, as_()) == (None, None, None)
    assert (await client.get("/organisations/org_acme", headers=as_())).status_code == 403


async def test_who_has_just_joined_is_in_before_the_webhook_comes(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    layer.clerk.add_user("user_bob", "bob@acme.test")
    layer.clerk.roles["org_acme", "user_bob"] = "org:member"
    assert await me(client, as_("member", sub="user_bob")) == ("org_acme", "member", None)


async def test_the_role_on_the_platform_is_that_of_the_mirror(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    token = session_token({"metadata.role": "admin"})
    headers = {"authorization": f"Bearer {token}"}
    assert (await client.get("/people/comparison", headers=headers)).status_code == 403
    layer.clerk.users["user_ada"]["public_metadata"] = {"role": "admin"}
    layer.services.directory.refresh_person("user_ada")
    plain = {"authorization": f"Bearer {session_token()}"}
    assert (await client.get("/people/comparison", headers=plain)).status_code == 200


@pytest.mark.parametrize("fate", ["banned", "deleted"])
async def test_who_is_banned_or_deleted_is_signed_out(
    client: httpx.AsyncClient, layer: Layer, fate: str
) -> None:
    user = layer.clerk.users["user_ada"]
    if fate == "banned":
        user["banned"] = True
    else:
        del layer.clerk.users["user_ada"]
    layer.deliver_clerk("user.updated", user)
    answer = await client.get("/me", headers=as_())
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:problem:session-invalid")


async def test_a_membership_that_nobody_can_look_up_gives_no_access(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    await client.get("/me", headers=as_())
    layer.clerk.failures.extend([clerk_error(503, "x")] * 4)
    answer = await client.get("/me", headers=as_(sub="user_bob"))
    assert (answer.status_code, answer.json()["provider"]) == (503, "clerk")


def test_roles_are_demanded_by_name() -> None:
    server = Caller()
    assert server.demand_role("org_acme", "admin") == "org_acme"
    assert (server.clerk_user_id, server.everywhere) == (None, True)
    with pytest.raises(ForbiddenError, match="does not belong"):
        _person("member").demand_role("org_other", "member")
    with pytest.raises(ForbiddenError, match="admin or billing"):
        _person("member").demand_role("org_acme", "admin", "billing")
    assert _person("billing").demand_role("org_acme", "admin", "billing") == "org_acme"


def _person(role: str) -> Caller:
    from integrations.identity.sessions import SessionClaims

    claims = SessionClaims(
        user_id="user_ada",
        session_id="sess_1",
        organisation_id="org_acme",
        organisation_role=role,
        platform_role=None,
    )
    return Caller(session=claims, organisation_id="org_acme", role=role)


async def test_the_dependency_protects_routes_of_an_application(layer: Layer) -> None:
    app: FastAPI = create_app(layer.settings, layer.services)

    def administrator(caller: CallerOf) -> Caller:
        caller.demand_role("org_acme", "admin")
        return caller

    @app.get("/own/{thing}")
    def own(thing: str, caller: Annotated[Caller, Depends(caller_of)]) -> dict[str, str | None]:
        return {"thing": thing, "by": caller.clerk_user_id}

    @app.get("/secret")
    def secret(caller: Annotated[Caller, Depends(administrator)]) -> dict[str, str | None]:
        return {"role": caller.role}

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.test") as client:
        assert (await client.get("/own/x", headers=as_())).json() == {"thing": "x", "by": "user_ada"}
        cookie = {"cookie": f"__session={as_()['authorization'].removeprefix('Bearer ')}"}
        assert (await client.get("/secret", headers=cookie)).json() == {"role": "admin"}
        layer.clerk.add_user("user_bob", "bob@acme.test")
        layer.clerk.roles["org_acme", "user_bob"] = "org:member"
        assert (await client.get("/secret", headers=as_(sub="user_bob"))).status_code == 403
        expired = as_(lifetime=-60)
        assert (await client.get("/own/x", headers=expired)).status_code == 401
