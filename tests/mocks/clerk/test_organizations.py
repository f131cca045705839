"""Organisations, their members and the rules of membership."""

from typing import Any

import pytest

from tests.mocks.clerk.room import START_MS, Room

ADMIN_PERMISSIONS = 10


async def test_an_organisation_is_made_with_its_creator_as_admin(room: Room) -> None:
    ada = (await room.user())["id"]
    made = await room.organization(ada, public_metadata={"tier": "pro"})
    assert len(made["id"]) == len("org_") + 27
    assert (made["name"], made["slug"], made["created_by"]) == ("Northwind Coffee", "northwind-coffee", ada)
    assert (made["members_count"], made["max_allowed_memberships"], made["created_at"]) == (1, 5, START_MS)
    (member,) = (await room.ok("GET", f"/organizations/{made['id']}/memberships"))["data"]
    assert (member["role"], member["role_name"], len(member["permissions"])) == (
        "org:admin",
        "Admin",
        ADMIN_PERMISSIONS,
    )
    assert member["public_user_data"]["user_id"] == ada
    assert room.announced() == ["user.created", "organization.created", "organizationMembership.created"]


async def test_an_organisation_without_creator_has_no_members(room: Room) -> None:
    made = await room.organization()
    assert "created_by" not in made
    assert made["members_count"] == 0
    query = "include_missing_member_with_elevated_permissions=true"
    assert (await room.ok("GET", f"/organizations/{made['id']}?{query}"))[
        "missing_member_with_elevated_permissions"
    ]


async def test_slugs_are_derived_and_unique(room: Room) -> None:
    first, second = await room.organization(), await room.organization()
    assert first["slug"] == "northwind-coffee"
    assert second["slug"] == f"northwind-coffee-{START_MS // 1000}"
    assert (await room.organization(name="Ω"))["slug"] == "org"
    refused = await room.refused("POST", "/organizations", {"name": "X", "slug": "Northwind-Coffee"})
    assert refused == (422, "form_identifier_exists", "slug")
    path = f"/organizations/{second['id']}"
    assert await room.refused("PATCH", path, {"slug": first["slug"]}) == (
        422,
        "form_identifier_exists",
        "slug",
    )
    assert (await room.ok("PATCH", path, {"slug": second["slug"], "name": "Same"}))["name"] == "Same"
    assert (await room.ok("GET", f"/organizations/{second['slug']}"))["id"] == second["id"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, (422, "form_param_missing", "name")),
        ({"name": None}, (422, "form_param_nil", "name")),
        ({"name": " "}, (422, "form_param_value_invalid", "name")),
        ({"name": "x" * 257}, (422, "form_param_max_length_exceeded", "name")),
        ({"name": "X", "slug": "a b"}, (422, "form_param_format_invalid", "slug")),
        ({"name": "X", "created_by": "user_x"}, (400, "organization_creator_not_found", "")),
        (
            {"name": "X", "max_allowed_memberships": -1},
            (422, "form_param_value_invalid", "max_allowed_memberships"),
        ),
        ({"name": "X", "private_metadata": []}, (422, "form_param_value_invalid", "private_metadata")),
        ({"name": "X", "color": "red"}, (422, "form_param_unknown", "color")),
    ],
)
async def test_wrong_organisations_are_refused(room: Room, given: Any, refusal: Any) -> None:
    before = room.state()
    assert await room.refused("POST", "/organizations", given) == refusal
    assert room.state() == before


async def test_lists_are_filtered_ordered_and_counted(room: Room) -> None:
    ada, bob = (await room.user())["id"], (await room.user("bob@northwind.test"))["id"]
    alpha = (await room.organization(ada, name="Alpha"))["id"]
    await room.pass_time(seconds=1)
    beta = (await room.organization(bob, name="Beta"))["id"]
    await room.ok("POST", f"/organizations/{alpha}/memberships", {"user_id": bob, "role": "org:member"})

    async def found(query: str) -> Any:
        listed = await room.ok("GET", f"/organizations?{query}")
        return [each["name"] for each in listed["data"]], listed["total_count"]

    assert await found("") == (["Beta", "Alpha"], 2)
    assert await found("order_by=created_at") == (["Alpha", "Beta"], 2)
    assert await found("order_by=-name&limit=1") == (["Beta"], 2)
    assert await found("order_by=-members_count") == (["Alpha", "Beta"], 2)
    assert await found("query=ALP") == (["Alpha"], 1)
    assert await found(f"user_id={ada}") == (["Alpha"], 1)
    assert await found(f"user_id=-{ada}") == (["Beta"], 1)
    assert await found(f"organization_id={beta}&organization_id=org_x") == (["Beta"], 1)
    assert await found(f"organization_id=-{beta}") == (["Alpha"], 1)
    counted = await room.ok("GET", "/organizations?include_members_count=true&order_by=name")
    assert [each["members_count"] for each in counted["data"]] == [2, 1]
    assert "members_count" not in (await room.ok("GET", "/organizations"))["data"][0]


async def test_a_deleted_organisation_takes_memberships_and_invitations_along(room: Room) -> None:
    ada = (await room.user())["id"]
    made = (await room.organization(ada))["id"]
    guest = {"email_address": "guest@northwind.test", "role": "org:member"}
    await room.ok("POST", f"/organizations/{made}/invitations", guest)
    session = await room.ok("POST", "/sessions", {"user_id": ada, "active_organization_id": made})
    deleted = await room.ok("DELETE", f"/organizations/{made}")
    assert deleted == {"object": "organization", "id": made, "slug": "northwind-coffee", "deleted": True}
    assert await room.refused("GET", f"/organizations/{made}") == (404, "resource_not_found", "")
    assert (await room.ok("GET", f"/users/{ada}/organization_memberships"))["total_count"] == 0
    assert (await room.ok("GET", "/organization_invitations"))["total_count"] == 0
    assert (await room.ok("GET", f"/sessions/{session['id']}"))["last_active_organization_id"] is None
    assert room.announced()[-1] == "organization.deleted"


# --- members -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def team(room: Room) -> dict[str, str]:
    """An organisation of Ada (admin), Bob and Cleo (members)."""
    ids = {
        name: (await room.user(f"{name}@northwind.test", first_name=name.title()))["id"]
        for name in ("ada", "bob", "cleo")
    }
    made = (await room.organization(ids["ada"], max_allowed_memberships=3))["id"]
    for name in ("bob", "cleo"):
        await room.pass_time(seconds=1)
        await room.ok(
            "POST", f"/organizations/{made}/memberships", {"user_id": ids[name], "role": "org:member"}
        )
    return ids | {"path": f"/organizations/{made}/memberships", "id": made}


async def test_members_are_found(room: Room, team: dict[str, str]) -> None:
    async def found(query: str) -> list[str]:
        listed = await room.ok("GET", f"{team['path']}?{query}")
        return [each["public_user_data"]["first_name"] for each in listed["data"]]

    assert await found("") == ["Cleo", "Bob", "Ada"]
    assert await found("limit=1&offset=1") == ["Bob"]
    assert await found("order_by=created_at") == ["Ada", "Bob", "Cleo"]
    assert await found("order_by=-first_name") == ["Cleo", "Bob", "Ada"]
    assert await found("order_by=email_address&limit=1") == ["Ada"]
    assert await found("role=org:admin") == ["Ada"]
    assert await found("role=org:admin&role=org:member&order_by=created_at") == ["Ada", "Bob", "Cleo"]
    assert await found(f"user_id={team['bob']}") == ["Bob"]
    assert await found(f"user_id=-{team['bob']}") == ["Cleo", "Ada"]
    assert await found("email_address=CLEO@northwind.test") == ["Cleo"]
    assert await found("query=bo") == ["Bob"]
    assert await found("name_query=cle") == ["Cleo"]
    assert await found(f"created_at_after={START_MS + 1000}") == ["Cleo"]
    assert await found(f"created_at_before={START_MS + 1000}") == ["Ada"]
    assert (await room.ok("GET", f"{team['path']}?role=org:member&limit=1"))["total_count"] == 2
    everybody = await room.ok("GET", "/organization_memberships?order_by=created_at&limit=2")
    assert (len(everybody["data"]), everybody["total_count"]) == (2, 3)


async def test_nobody_joins_twice_in_an_unknown_role_or_beyond_the_quota(
    room: Room, team: dict[str, str]
) -> None:
    dan = (await room.user("dan@northwind.test"))["id"]
    path = team["path"]
    again = {"user_id": team["bob"], "role": "org:member"}
    assert await room.refused("POST", path, again) == (400, "already_a_member_in_organization", "")
    assert await room.refused("POST", path, {"user_id": dan, "role": "org:king"}) == (
        404,
        "resource_not_found",
        "role",
    )
    assert await room.refused("POST", path, {"user_id": "user_x", "role": "org:member"}) == (
        404,
        "resource_not_found",
        "",
    )
    joining = {"user_id": dan, "role": "org:member"}
    assert await room.refused("POST", path, joining) == (403, "organization_membership_quota_exceeded", "")
    await room.ok("PATCH", f"/organizations/{team['id']}", {"max_allowed_memberships": 0})
    await room.ok("POST", path, joining)


async def test_somebody_with_elevated_permissions_is_left(room: Room, team: dict[str, str]) -> None:
    ada, bob = f"{team['path']}/{team['ada']}", f"{team['path']}/{team['bob']}"
    refusal = (400, "organization_minimum_permissions_needed", "")
    assert await room.refused("DELETE", ada) == refusal
    assert await room.refused("PATCH", ada, {"role": "org:member"}) == refusal
    assert (await room.ok("PATCH", ada, {"role": "org:admin"}))["role"] == "org:admin"
    await room.ok("PATCH", bob, {"role": "org:admin"})
    removed = await room.ok("DELETE", ada)
    assert (removed["object"], removed["public_user_data"]["user_id"]) == (
        "organization_membership",
        team["ada"],
    )
    assert room.announced()[-2:] == ["organizationMembership.updated", "organizationMembership.deleted"]
    assert await room.refused("DELETE", ada) == (404, "resource_not_found", "")


async def test_who_leaves_has_the_organisation_active_no_more(room: Room, team: dict[str, str]) -> None:
    body = {"user_id": team["bob"], "active_organization_id": team["id"]}
    session = (await room.ok("POST", "/sessions", body))["id"]
    assert "o" in await room.claims(session)
    await room.ok("DELETE", f"{team['path']}/{team['bob']}")
    assert "o" not in await room.claims(session)
    assert await room.refused("POST", "/sessions", body) == (404, "resource_not_found", "")
