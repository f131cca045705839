"""Settings of the instance, lists of identifiers, redirect URLs, roles."""

from typing import Any

import pytest

from tests.mocks.clerk.room import Room


async def test_the_instance(room: Room) -> None:
    shown = await room.ok("GET", "/instance")
    assert shown == {
        "object": "instance",
        "id": (await room.ok("GET", "/jwks"))["keys"][0]["kid"],
        "environment_type": "development",
        "allowed_origins": [],
        "workspace_id": None,
    }
    answer = await room.call(
        "PATCH", "/instance", {"allowed_origins": ["my-app://localhost"], "test_mode": None}
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await room.ok("GET", "/instance"))["allowed_origins"] == ["my-app://localhost"]


async def test_restrictions_and_settings_of_organisations_are_kept(room: Room) -> None:
    changed = await room.ok("PATCH", "/instance/restrictions", {"blocklist": True})
    assert (changed["blocklist"], changed["allowlist"]) == (True, False)
    assert (await room.ok("PATCH", "/instance/restrictions", {}))["blocklist"] is True
    path = "/instance/organization_settings"
    assert (await room.ok("GET", path))["max_allowed_memberships"] == 5
    roles = {each["key"]: each["id"] for each in (await room.ok("GET", "/organization_roles"))["data"]}
    wanted = {
        "max_allowed_memberships": 2,
        "creator_role_id": roles["org:member"],
        "admin_delete_enabled": False,
    }
    changed = await room.ok("PATCH", path, wanted)
    assert (changed["creator_role"], changed["domains_default_role"]) == ("org:member", "org:member")
    made = await room.organization((await room.user())["id"])
    assert (made["max_allowed_memberships"], made["admin_delete_enabled"]) == (2, False)
    members = await room.ok("GET", f"/organizations/{made['id']}/memberships")
    assert members["data"][0]["role"] == "org:member"
    assert (await room.refused("PATCH", path, {"creator_role_id": "role_x"}))[0] == 404


async def test_one_world_knows_nothing_of_anothers_settings(room: Room) -> None:
    await room.ok("PATCH", "/instance/restrictions", {"blocklist": True})
    other = room.runtime.worlds.create(seed=7)
    token = other.accounts["clerk"]["tokens"]["secret_key"]
    shown = await room.ok("PATCH", "/instance/restrictions", {}, Authorization=f"Bearer {token}")
    assert shown["blocklist"] is False


@pytest.mark.parametrize(
    ("identifier", "kept", "kind"),
    [
        ("Eve@Evil.test", "eve@evil.test", "email_address"),
        ("*@Evil.test", "*@evil.test", "email_address"),
        ("+1 555 555 0100", "+15555550100", "phone_number"),
        ("0x" + "A" * 40, "0x" + "a" * 40, "web3_wallet"),
    ],
)
@pytest.mark.parametrize("path", ["/allowlist_identifiers", "/blocklist_identifiers"])
async def test_identifiers_are_listed_once(
    room: Room, path: str, identifier: str, kept: str, kind: str
) -> None:
    made = await room.ok("POST", path, {"identifier": identifier})
    assert (made["identifier"], made["identifier_type"]) == (kept, kind)
    assert await room.refused("POST", path, {"identifier": identifier}) == (400, "duplicate_record", "")
    assert (await room.ok("DELETE", f"{path}/{made['id']}"))["deleted"] is True
    assert (await room.refused("DELETE", f"{path}/{made['id']}"))[:2] == (404, "resource_not_found")


@pytest.mark.parametrize("identifier", ["", "*@", "@evil.test", "12", "0x12", "a b@evil.test"])
async def test_what_identifies_nobody_is_refused(room: Room, identifier: str) -> None:
    refused = await room.refused("POST", "/blocklist_identifiers", {"identifier": identifier})
    assert refused == (422, "form_param_format_invalid", "identifier")


async def test_redirect_urls(room: Room) -> None:
    made = await room.ok("POST", "/redirect_urls", {"url": "my-app://callback"})
    again: Any = await room.refused("POST", "/redirect_urls", {"url": "my-app://callback"})
    assert again == (422, "form_already_exists", "url")
    for url in ("", "callback", "http://[::1", "my-app://a b"):
        assert (await room.refused("POST", "/redirect_urls", {"url": url}))[2] == "url"
    assert (await room.ok("DELETE", f"/redirect_urls/{made['id']}"))["deleted"] is True
    assert (await room.refused("GET", f"/redirect_urls/{made['id']}"))[0] == 404


async def test_roles_and_permissions_are_the_systems(room: Room) -> None:
    roles = await room.ok("GET", "/organization_roles?order_by=key")
    assert [each["key"] for each in roles["data"]] == ["org:admin", "org:member"]
    member = roles["data"][1]
    assert [each["key"] for each in member["permissions"]] == [
        "org:sys_memberships:read",
        "org:sys_billing:read",
    ]
    found = await room.ok("GET", "/organization_permissions?query=domains&order_by=-key&limit=1")
    assert (found["data"][0]["key"], found["total_count"]) == ("org:sys_domains:read", 2)
    assert (await room.refused("GET", "/organization_roles/role_x"))[0] == 404
    assert (await room.refused("GET", "/organization_permissions/perm_x"))[0] == 404
