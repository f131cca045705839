"""Invitations to organisations and to the application: their mails, links, ends."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from mocks.clerk.keys import frontend_host
from tests.mocks.clerk.room import HOST, START_MS, Room

DAY_MS = 86_400_000


@pytest.fixture
async def ada(room: Room) -> str:
    id: str = (await room.user())["id"]
    return id


@pytest.fixture
async def path(room: Room, ada: str) -> str:
    made = await room.organization(ada)
    return f"/organizations/{made['id']}/invitations"


def guest(**more: Any) -> dict[str, Any]:
    return {"email_address": "Guest@Northwind.test", "role": "org:member", **more}


async def test_an_invitation_is_mailed_and_announced(room: Room, ada: str, path: str) -> None:
    made = await room.ok(
        "POST", path, guest(inviter_user_id=ada, expires_in_days=3, public_metadata={"a": 1})
    )
    assert (made["email_address"], made["status"], made["role_name"]) == (
        "guest@northwind.test",
        "pending",
        "Member",
    )
    assert made["expires_at"] == START_MS + 3 * DAY_MS
    assert made["public_inviter_data"]["identifier"] == "ada@northwind.test"
    assert room.announced()[-2:] == ["organizationInvitation.created", "email.created"]
    (mail,) = room.mails()
    assert mail["to"] == ["guest@northwind.test"]
    assert mail["subject"] == "Ada Byron has invited you to join Northwind Coffee"
    assert made["url"] in mail["text"]
    announced = room.events()[-1]["data"]
    assert (announced["slug"], announced["id"]) == ("organization_invitation", mail["id"])
    assert announced["body"] == mail["html"]


async def test_a_link_holds_a_ticket_that_the_instance_signed(room: Room, path: str) -> None:
    made = await room.ok("POST", path, guest())
    parts = urlsplit(made["url"])
    assert f"{parts.scheme}://{parts.netloc}" == HOST
    assert parts.path == f"/~{room.world.name}/v1/tickets/accept"
    (ticket,) = parse_qs(parts.query)["ticket"]
    jwks = await room.ok("GET", "/jwks")
    key = jwt.PyJWKSet.from_dict(jwks).keys[0]
    claims = jwt.decode(ticket, key, algorithms=["RS256"], options={"verify_exp": False})
    assert claims == {
        "eis": 30 * 86_400,
        "exp": START_MS // 1000 + 30 * 86_400,
        "iid": jwks["keys"][0]["kid"],
        "sid": made["id"],
        "st": "organization_invitation",
    }


async def test_test_addresses_and_quiet_invitations_get_no_mail(room: Room, path: str) -> None:
    await room.ok("POST", path, guest(email_address="jane+clerk_test@northwind.test"))
    await room.ok("POST", path, guest(notify=False))
    assert room.mails() == []
    assert "email.created" not in room.announced()


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"email_address": "nobody"}, (422, "form_param_format_invalid", "email_address")),
        ({"role": "org:king"}, (404, "resource_not_found", "role")),
        ({"inviter_user_id": "user_x"}, (404, "resource_not_found", "")),
        ({"expires_in_days": 366}, (422, "form_param_value_too_large", "expires_in_days")),
        ({"email_address": "ada@northwind.test"}, (400, "already_a_member_in_organization", "")),
        ({"email_address": "pending@northwind.test"}, (400, "duplicate_record", "")),
    ],
)
async def test_wrong_invitations_are_refused(room: Room, path: str, given: Any, refusal: Any) -> None:
    await room.ok("POST", path, guest(email_address="pending@northwind.test"))
    before = room.state()
    assert await room.refused("POST", path, guest(**given)) == refusal
    assert await room.refused("POST", f"{path}/bulk", [guest(), guest(**given)]) == refusal
    assert room.state() == before


async def test_only_members_invite_and_revoke(room: Room, path: str) -> None:
    stranger = (await room.user("eve@evil.test"))["id"]
    refusal = (403, "not_a_member_in_organization", "")
    assert await room.refused("POST", path, guest(inviter_user_id=stranger)) == refusal
    made = (await room.ok("POST", path, guest()))["id"]
    assert await room.refused("POST", f"{path}/{made}/revoke", {"requesting_user_id": stranger}) == refusal


async def test_outstanding_invitations_count_for_the_quota(room: Room, path: str) -> None:
    bulk = [guest(email_address=f"guest{number}@northwind.test") for number in range(5)]
    refused = await room.refused("POST", f"{path}/bulk", bulk)
    assert refused == (403, "organization_membership_quota_exceeded", "")
    made = await room.ok("POST", f"{path}/bulk", bulk[:4])
    assert made["total_count"] == 4
    assert (await room.refused("POST", path, bulk[4]))[0] == 403
    await room.ok("POST", f"{path}/{made['data'][0]['id']}/revoke", {})
    await room.ok("POST", path, bulk[4])


async def test_bulk_invitations_are_for_ten_and_take_each_address_once(room: Room, path: str) -> None:
    assert (await room.refused("POST", f"{path}/bulk", [guest()] * 11))[:2] == (400, "bulk_size_exceeded")
    answer = await room.call("POST", f"{path}/bulk", [guest(), guest()])
    error = answer.json()["errors"][0]
    assert (error["code"], error["meta"]) == (
        "duplicate_record",
        {"email_addresses": ["guest@northwind.test"]},
    )
    assert (await room.ok("GET", path))["total_count"] == 0


async def test_lists_of_invitations(room: Room, path: str) -> None:
    first = await room.ok("POST", path, guest())
    await room.pass_time(seconds=1)
    second = await room.ok("POST", path, guest(email_address="b@northwind.test"))
    await room.ok("POST", f"{path}/{first['id']}/revoke", {})

    async def found(query: str) -> list[str]:
        return [each["id"] for each in (await room.ok("GET", query))["data"]]

    assert await found(path) == [second["id"], first["id"]]
    assert await found(f"{path}?order_by=%2Bcreated_at") == [first["id"], second["id"]]
    assert await found(f"{path}?status=revoked") == [first["id"]]
    assert await found(f"{path}?email_address=B@northwind.test") == [second["id"]]
    assert await found(f"{path}/pending") == [second["id"]]
    assert await found("/organization_invitations?order_by=email_address") == [second["id"], first["id"]]
    assert await found("/organization_invitations?query=guest&status=revoked") == [first["id"]]
    listed = await room.ok("GET", "/organization_invitations")
    assert listed["data"][0]["public_organization_data"]["name"] == "Northwind Coffee"


async def test_an_invitation_ends_once(room: Room, path: str) -> None:
    made = f"{path}/{(await room.ok('POST', path, guest()))['id']}"
    revoked = await room.ok("POST", f"{made}/revoke", {})
    assert (revoked["status"], revoked["url"]) == ("revoked", None)
    refusal = (400, "organization_invitation_not_pending", "")
    assert await room.refused("POST", f"{made}/revoke", {}) == refusal
    assert (await room.refused("GET", f"{path}/orginv_x"))[:2] == (404, "organization_invitation_not_found")
    again = (await room.ok("POST", path, guest(expires_in_days=1)))["id"]
    await room.pass_time(days=1)
    assert (await room.ok("GET", f"{path}/{again}"))["status"] == "expired"
    assert await room.refused("POST", f"{path}/{again}/revoke", {}) == refusal


async def test_accepting_makes_a_user_and_a_member(room: Room, path: str) -> None:
    made = await room.ok("POST", path, guest(role="org:admin", public_metadata={"desk": 4}))
    member = room.trigger("organizationInvitation.accepted", invitation_id=made["id"])
    assert (member["role"], member["public_metadata"]) == ("org:admin", {"desk": 4})
    user = await room.ok("GET", f"/users/{member['public_user_data']['user_id']}")
    assert user["email_addresses"][0]["email_address"] == "guest@northwind.test"
    assert room.announced()[-3:] == [
        "user.created",
        "organizationMembership.created",
        "organizationInvitation.accepted",
    ]
    assert (await room.ok("GET", f"{path}/{made['id']}"))["status"] == "accepted"


async def test_a_full_organisation_still_takes_whom_it_has_invited(room: Room, path: str) -> None:
    await room.ok("PATCH", path.removesuffix("/invitations"), {"max_allowed_memberships": 2})
    made = await room.ok("POST", path, guest())
    room.trigger("organizationInvitation.accepted", invitation_id=made["id"])


async def test_invitations_to_the_application(room: Room) -> None:
    made = await room.ok(
        "POST", "/invitations", {"email_address": "New@Northwind.test", "expires_in_days": 2}
    )
    assert (made["status"], made["email_address"]) == ("pending", "new@northwind.test")
    assert "revoked" not in made
    assert room.mails()[0]["subject"] == "You have been invited to join Greenroom"
    assert (await room.refused("POST", "/invitations", {"email_address": "new@northwind.test"}))[:2] == (
        400,
        "duplicate_record",
    )
    await room.ok("POST", "/invitations", {"email_address": "new@northwind.test", "ignore_existing": True})
    revoked = await room.ok("POST", f"/invitations/{made['id']}/revoke")
    assert (revoked["status"], revoked["revoked"]) == ("revoked", True)
    assert "url" not in revoked
    again = await room.refused("POST", f"/invitations/{made['id']}/revoke")
    assert again == (400, "invitation_already_revoked", "")
    listed = await room.ok("GET", "/invitations?status=pending&query=NEW&order_by=email_address")
    assert [each["status"] for each in listed] == ["pending"]
    await room.pass_time(days=31)
    assert (await room.ok("GET", "/invitations?status=expired&paginated=true"))["total_count"] == 1
    assert (await room.refused("POST", "/invitations/inv_x/revoke"))[0] == 404


async def test_users_are_not_invited_to_the_application(room: Room, ada: str) -> None:
    refused = await room.refused("POST", "/invitations", {"email_address": "ada@northwind.test"})
    assert refused == (422, "form_identifier_exists", "email_address")
    bulk = [{"email_address": "x@northwind.test"}, {"email_address": "X@northwind.test"}]
    assert (await room.refused("POST", "/invitations/bulk", bulk))[1] == "duplicate_record"


async def test_a_link_of_an_intercepted_application_has_the_instances_own_host(room: Room, path: str) -> None:
    made = await room.ok("POST", path, guest(), Host="api.clerk.com")
    assert urlsplit(made["url"]).netloc == frontend_host(room.tokens["publishable_key"])
