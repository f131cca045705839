"""API keys: who may do what, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from tests.mocks.resend.room import Room, mail

PATHS = ["/domains", "/emails", "/api-keys", "/webhooks"]


async def create(room: Room, **wanted: Any) -> Any:
    return await room.ok("POST", "/api-keys", {"name": "CI", **wanted})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("authorization", ["", "Basic cmU6", "Bearer", "Bearer ", "re_12345678_abc"])
async def test_a_request_without_key_is_refused(room: Room, authorization: str) -> None:
    refusal = await room.refused("POST", "/emails", mail(), Authorization=authorization)
    assert refusal == (401, "missing_api_key", "Missing API key in the authorization header.")


async def test_an_unknown_key_is_refused(room: Room) -> None:
    refusal = await room.refused("GET", "/domains", **bearer("re_00000000_unknown"))
    assert refusal == (403, "invalid_api_key", "API key is invalid.")
    secret = room.world.accounts["resend"]["tokens"]["webhook_secret"]
    assert (await room.refused("GET", "/domains", **bearer(secret)))[1] == "invalid_api_key"


async def test_a_request_without_user_agent_is_refused(room: Room, lenient: Room) -> None:
    assert (await room.refused("GET", "/domains", User_Agent=""))[0] == 403
    assert room.rules() == ["missing_user_agent"]
    await lenient.ok("GET", "/domains", User_Agent="")
    assert lenient.rules() == ["missing_user_agent"]


async def test_the_accounts_own_key_is_listed_with_its_last_use(room: Room) -> None:
    await room.advance(3600)
    await room.send()
    (key,) = (await room.ok("GET", "/api-keys"))["data"]
    assert key["created_at"] < "2026-03-01"
    assert key["last_used_at"] == "2026-03-01 10:00:00+00"


async def test_a_created_key_works_until_it_is_deleted(room: Room) -> None:
    key = await create(room)
    assert key["token"].startswith("re_")
    assert [len(part) for part in key["token"].split("_")] == [2, 8, 24]
    listed = (await room.ok("GET", "/api-keys", **bearer(key["token"])))["data"]
    assert [each["name"] for each in listed] == ["CI", "Greenroom"]
    assert not any("token" in each for each in listed)
    removed = await room.ok("DELETE", f"/api-keys/{key['id']}")
    assert removed == {"object": "api_key", "id": key["id"], "deleted": True}
    assert (await room.refused("GET", "/api-keys", **bearer(key["token"])))[:2] == (403, "invalid_api_key")
    again = await room.refused("DELETE", f"/api-keys/{key['id']}")
    assert again == (404, "not_found", "API key not found")


async def test_a_sending_key_only_sends(room: Room) -> None:
    token = (await create(room, permission="sending_access"))["token"]
    await room.ok("POST", "/emails", mail(), **bearer(token))
    await room.ok("POST", "/emails/batch", [mail()], **bearer(token))
    for path in PATHS:
        refusal = await room.refused("GET", path, **bearer(token))
        assert refusal == (401, "restricted_api_key", "This API key is restricted to only send emails.")


async def test_a_key_can_be_restricted_to_a_domain(room: Room) -> None:
    shop = await room.ok("POST", "/domains", {"name": "shop.test"})
    await room.ok("POST", f"/domains/{shop['id']}/verify")
    await room.advance(10)
    token = (await create(room, permission="sending_access", domain_id=shop["id"]))["token"]
    await room.ok("POST", "/emails", mail(**{"from": "a@shop.test"}), **bearer(token))
    status, name, message = await room.refused("POST", "/emails", mail(), **bearer(token))
    assert (status, name) == (403, "validation_error")
    assert message == "This API key is not authorized to send emails from greenroom.test"
    answer = await room.ok(
        "POST", "/emails/batch", [mail()], x_batch_validation="permissive", **bearer(token)
    )
    assert answer["errors"] == [{"index": 0, "message": message}]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (422, "missing_required_field")),
        ({"name": "x", "permission": "root"}, (422, "invalid_access")),
        ({"name": "x", "domain_id": "00000000-0000-4000-8000-000000000000"}, (404, "not_found")),
    ],
)
async def test_wrong_keys_are_refused(room: Room, body: Any, refusal: Any) -> None:
    assert (await room.refused("POST", "/api-keys", body))[:2] == refusal


async def test_an_empty_name_is_accepted(room: Room) -> None:
    await create(room, name="")


async def test_worlds_of_one_seed_hand_out_different_keys(room: Room, tmp_path: Path) -> None:
    twin = Room.open(tmp_path / "twin")
    one, other = await create(room), await create(twin)
    await twin.close()
    assert one["id"] == other["id"]
    assert one["token"] != other["token"]
