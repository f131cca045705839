"""Organisations in a browser: members, invitations, domains, suggestions; and who may do what."""

from typing import Any

from tests.mocks.clerk.room import Room
from tests.mocks.clerk.tab import TEST_CODE, Tab

Json = Any
ADA, BOB = "ada+clerk_test@northwind.test", "bob+clerk_test@northwind.test"


async def founded(tab: Tab) -> str:
    """Sign up and make an organisation; return its path."""
    await tab.sign_up(ADA)
    made = await tab.response("POST", "/v1/organizations", {"name": "Northwind Coffee", "slug": ""})
    assert (made["slug"], made["members_count"]) == ("northwind-coffee", 1)
    return f"/v1/organizations/{made['id']}"


async def test_an_organisation_is_made_renamed_and_deleted(room: Room, tab: Tab) -> None:
    path = await founded(tab)
    renamed = await tab.response("PATCH", path, {"name": "Northwind", "slug": "northwind"})
    assert (renamed["name"], renamed["slug"]) == ("Northwind", "northwind")
    assert (await tab.response("GET", path))["name"] == "Northwind"
    assert (await room.ok("GET", "/organizations/northwind"))["members_count"] == 1
    listed = await tab.response("GET", "/v1/me/organization_memberships", paginated="true")
    assert (listed["total_count"], listed["data"][0]["role"]) == (1, "org:admin")
    assert len(await tab.response("GET", "/v1/me/organization_memberships")) == 1
    roles = await tab.response("GET", f"{path}/roles")
    assert [each["key"] for each in roles["data"]] == ["org:admin", "org:member"]
    assert (await tab.response("DELETE", path))["deleted"] is True
    assert await tab.refused("GET", path) == (404, "organization_not_found_or_unauthorized", "")


async def test_an_invitation_is_accepted_by_who_owns_the_address(room: Room, tab: Tab, other: Tab) -> None:
    path = await founded(tab)
    invited = await tab.response("POST", f"{path}/invitations", {"email_address": BOB, "role": "org:member"})
    assert (invited["status"], invited["public_organization_data"]["slug"]) == ("pending", "northwind-coffee")
    assert (await tab.response("GET", f"{path}/invitations", status="pending"))["total_count"] == 1
    assert len(await tab.response("GET", f"{path}/invitations/pending")) == 1
    await other.sign_up(BOB)
    assert await other.refused("GET", path) == (404, "organization_not_found_or_unauthorized", "")
    offered = await other.response("GET", "/v1/me/organization_invitations", status="pending")
    (one,) = offered["data"]
    accepted = await other.response("POST", f"/v1/me/organization_invitations/{one['id']}/accept")
    assert accepted["status"] == "accepted"
    members = await tab.response("GET", f"{path}/memberships", paginated="true")
    assert [each["public_user_data"]["identifier"] for each in members["data"]] == [BOB, ADA]
    assert "organizationInvitation.accepted" in room.announced()
    assert (await other.refused("POST", f"/v1/me/organization_invitations/{one['id']}/accept"))[1] == (
        "organization_invitation_not_pending"
    )


async def test_several_are_invited_and_one_taken_back(tab: Tab) -> None:
    path = await founded(tab)
    form = {"email_address": ["one@northwind.test", "two@northwind.test"], "role": "org:member"}
    made = await tab.response("POST", f"{path}/invitations/bulk", form)
    assert [each["email_address"] for each in made] == form["email_address"]
    revoked = await tab.response("POST", f"{path}/invitations/{made[0]['id']}/revoke")
    assert revoked["status"] == "revoked"
    assert await tab.refused(
        "POST", f"{path}/invitations", form | {"email_address": "two@northwind.test"}
    ) == (
        400,
        "duplicate_record",
        "",
    )


async def test_members_may_do_what_their_role_allows(room: Room, tab: Tab, other: Tab) -> None:
    path = await founded(tab)
    bob = (await other.sign_up(BOB))["user"]["id"]
    joined = await tab.response("POST", f"{path}/memberships", {"user_id": bob, "role": "org:member"})
    assert joined["role"] == "org:member"
    for method, below, form in (
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("POST", "/invitations", {"email_address": "x@y.test", "role": "org:admin"}),
        ("PATCH", f"/memberships/{bob}", {"role": "org:admin"}),
    ):
        assert (await other.refused(method, f"{path}{below}", form))[:2] == (
            403,
            "missing_organization_permission",
        )
    raised = await tab.response("PATCH", f"{path}/memberships/{bob}", {"role": "org:admin"})
    assert raised["role"] == "org:admin"
    ada = (await tab.client())["sessions"][0]["user"]["id"]
    assert (await other.response("DELETE", f"{path}/memberships/{ada}"))["public_user_data"][
        "identifier"
    ] == ADA
    organization = path.rpartition("/")[2]
    assert (await other.refused("DELETE", f"/v1/me/organization_memberships/{organization}"))[1] == (
        "organization_minimum_permissions_needed"
    )
    await room.ok("POST", f"/organizations/{organization}/memberships", {"user_id": ada, "role": "org:admin"})
    left = await other.response("DELETE", f"/v1/me/organization_memberships/{organization}")
    assert left["object"] == "organization_membership"
    assert room.announced()[-1] == "organizationMembership.deleted"


async def test_a_user_may_make_no_more_organisations_than_the_limit(room: Room, tab: Tab) -> None:
    await founded(tab)
    ada = (await tab.client())["sessions"][0]["user"]["id"]
    await room.ok("PATCH", f"/users/{ada}", {"create_organizations_limit": 1})
    assert (await tab.refused("POST", "/v1/organizations", {"name": "More"}))[
        1
    ] == "organization_creation_not_allowed"
    await room.ok("PATCH", "/instance/organization_settings", {"enabled": False})
    assert (await tab.refused("POST", "/v1/organizations", {"name": "More"}))[1] == (
        "organization_not_enabled_in_instance"
    )


async def test_a_domain_is_proved_and_its_people_ask_to_join(room: Room, tab: Tab, other: Tab) -> None:
    path = await founded(tab)
    made = await tab.response("POST", f"{path}/domains", {"name": "northwind.test"})
    domain = f"{path}/domains/{made['id']}"
    assert (made["enrollment_mode"], made["verification"]) == ("manual_invitation", None)
    form = {"affiliation_email_address": "post+clerk_test@northwind.test"}
    prepared = await tab.response("POST", f"{domain}/prepare_affiliation_verification", form)
    assert prepared["affiliation_verification"]["status"] == "unverified"
    assert (await tab.refused("POST", f"{domain}/attempt_affiliation_verification", {"code": "0"}))[0] == 422
    proved = await tab.response("POST", f"{domain}/attempt_affiliation_verification", {"code": TEST_CODE})
    assert proved["verification"]["status"] == "verified"
    changed = await tab.response(
        "POST", f"{domain}/update_enrollment_mode", {"enrollment_mode": "automatic_suggestion"}
    )
    assert changed["enrollment_mode"] == "automatic_suggestion"
    assert (await tab.response("GET", f"{path}/domains", verified="true"))["total_count"] == 1
    assert (await tab.response("GET", domain))["id"] == made["id"]
    await other.sign_up(BOB)
    (suggested,) = (await other.response("GET", "/v1/me/organization_suggestions", status="pending"))["data"]
    asked = await other.response("POST", f"/v1/me/organization_suggestions/{suggested['id']}/accept")
    assert asked["status"] == "accepted"
    (request,) = (await tab.response("GET", f"{path}/membership_requests", status="pending"))["data"]
    assert request["public_user_data"]["identifier"] == BOB
    decided = await tab.response("POST", f"{path}/membership_requests/{request['id']}/accept")
    assert decided["status"] == "accepted"
    assert (await tab.response("GET", path))["members_count"] == 2
    assert (await tab.response("DELETE", domain))["deleted"] is True
    assert [each for each in room.announced() if each.startswith("organizationDomain")] == [
        "organizationDomain.created",
        *["organizationDomain.updated"] * 3,
        "organizationDomain.deleted",
    ]


async def test_a_request_is_turned_down(tab: Tab, other: Tab, room: Room) -> None:
    path = await founded(tab)
    organization = path.rpartition("/")[2]
    wanted = {"name": "northwind.test", "enrollment_mode": "automatic_suggestion", "verified": True}
    await room.ok("POST", f"/organizations/{organization}/domains", wanted)
    await other.sign_up(BOB)
    (suggested,) = (await other.response("GET", "/v1/me/organization_suggestions"))["data"]
    await other.ok("POST", f"/v1/me/organization_suggestions/{suggested['id']}/accept")
    (request,) = (await tab.response("GET", f"{path}/membership_requests"))["data"]
    decided = await tab.response("POST", f"{path}/membership_requests/{request['id']}/reject")
    assert decided["status"] == "rejected"
    assert (await tab.refused("POST", f"{path}/membership_requests/{request['id']}/accept"))[1] == (
        "organization_membership_request_not_pending"
    )


async def test_a_domain_that_invites_everybody(tab: Tab, other: Tab, room: Room) -> None:
    path = await founded(tab)
    organization = path.rpartition("/")[2]
    wanted = {"name": "northwind.test", "enrollment_mode": "automatic_invitation", "verified": True}
    await room.ok("POST", f"/organizations/{organization}/domains", wanted)
    await other.sign_up(BOB)
    (offered,) = (await other.response("GET", "/v1/me/organization_invitations"))["data"]
    assert offered["role"] == "org:member"
    assert len((await other.response("GET", "/v1/me/organization_invitations"))["data"]) == 1


async def test_the_waitlist_is_joined_once(room: Room, tab: Tab) -> None:
    first = await tab.ok("POST", "/v1/waitlist", {"email_address": "carol@northwind.test"})
    again = await tab.ok("POST", "/v1/waitlist", {"email_address": "Carol@northwind.test"})
    assert first == again
    assert room.announced() == ["waitlistEntry.created", "email.created"]
