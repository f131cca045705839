"""Users, tokens and connected accounts: their life, and that they agree with what discovery shows."""

from typing import Any

import jwt
import pytest

from harness.errors import InvalidInput
from mocks.insightiq.resources.events import LARGEST_BATCH
from tests.mocks.insightiq.room import INSTAGRAM, YOUTUBE, Room

ZERO = "00000000-0000-0000-0000-000000000000"
DAY = 86_400


def types(room: Room) -> list[str]:
    return [event["event"] for event in room.events()]


async def test_users_are_made_once_for_an_external_id(room: Room) -> None:
    user = await room.ok("POST", "/v1/users", {"name": "Ada", "external_id": "user_1"})
    assert await room.ok("GET", f"/v1/users/{user['id'].replace('-', '')}") == user
    assert await room.ok("GET", "/v1/users/external_id/user_1") == user
    assert user["created_at"] == "2026-03-01T09:00:00.000000"
    again = await room.refused("POST", "/v1/users", {"name": "Ada", "external_id": "user_1"})
    assert again[:2] == (400, "user_exists_with_external_id")
    assert (await room.refused("GET", "/v1/users/external_id/nobody"))[:2] == (404, "incorrect_user_id")
    assert (await room.refused("POST", "/v1/users", {}))[2] == (
        "Request is missing required fields: [name, external_id]."
    )


async def test_lists_go_by_offset_newest_first(room: Room) -> None:
    made = [
        (await room.ok("POST", "/v1/users", {"name": "A", "external_id": str(n)}))["id"] for n in range(5)
    ]
    page = await room.ok("GET", "/v1/users?limit=2&offset=1")
    assert [each["id"] for each in page["data"]] == [made[3], made[2]]
    assert page["metadata"] == {"offset": 1, "limit": 2, "from_date": None, "to_date": None}
    for query in ("limit=0", "limit=101", "offset=-1", "limit=x"):
        assert (await room.refused("GET", f"/v1/users?{query}"))[:2] == (400, "invalid_fields")


async def test_a_token_is_valid_for_seven_days(room: Room) -> None:
    user = await room.ok("POST", "/v1/users", {"name": "Ada", "external_id": "a"})
    body = {"user_id": user["id"], "products": ["IDENTITY", "ENGAGEMENT"]}
    token = await room.ok("POST", "/v1/sdk-tokens", body)
    assert token["expires_at"] == "2026-03-08T09:00:00.000000"
    claims = jwt.decode(token["sdk_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["exp"] - claims["iat"]) == (user["id"], 7 * DAY)
    unknown = await room.refused("POST", "/v1/sdk-tokens", body | {"user_id": ZERO})
    assert unknown[:2] == (404, "incorrect_user_id")
    assert (await room.refused("POST", "/v1/sdk-tokens", body | {"products": ["ALL"]}))[0] == 400


async def test_what_the_health_check_asks_for_is_unknown(room: Room) -> None:
    assert (await room.refused("GET", f"/v1/profiles/{ZERO}"))[:2] == (404, "incorrect_profile_id")
    status, code, message = await room.refused("GET", f"/v1/audience?account_id={ZERO}")
    assert (status, code, message) == (404, "incorrect_account_id", "Requested account id does not exist")
    found = await room.ok("GET", "/v1/work-platforms?limit=1")
    assert [each["id"] for each in found["data"]] == [INSTAGRAM]
    named = await room.ok("GET", "/v1/work-platforms?name=youtube")
    assert [each["id"] for each in named["data"]] == [YOUTUBE]


async def test_a_connected_account_syncs_one_product_after_the_other(room: Room) -> None:
    user = await room.ok("POST", "/v1/users", {"name": "Ada", "external_id": "ada"})
    await room.ok("POST", "/v1/sdk-tokens", {"user_id": user["id"], "products": ["IDENTITY", "ENGAGEMENT"]})
    handle = (await room.search())[0]["platform_username"]
    account = room.trigger("ACCOUNTS.CONNECTED", external_id="ada", username=handle)
    assert set(account["data"]) == {"identity", "engagement"}
    assert account["data"]["identity"]["status"] == "IN_PROGRESS"
    assert types(room) == ["ACCOUNTS.CONNECTED"]
    await room.advance(0.8)
    assert types(room) == ["ACCOUNTS.CONNECTED", "PROFILES.ADDED"]
    await room.advance(5)
    assert list(dict.fromkeys(types(room)[2:])) == [
        "CONTENTS.ADDED",
        "CONTENTS_COMMENTS.ADDED",
        "CONTENT-GROUPS.ADDED",
    ]
    shown = await room.ok("GET", f"/v1/accounts/{account['id']}")
    assert {each["status"] for each in shown["data"].values()} == {"SYNCED"}
    assert await room.ok("GET", f"/v1/accounts?user_id={user['id']}&work_platform_id={INSTAGRAM}")
    refused = await room.refused("GET", f"/v1/audience?account_id={account['id']}")
    assert refused[:2] == (403, "product_not_enabled")


async def test_a_connected_account_agrees_with_discovery(room: Room) -> None:
    public = (await room.search(YOUTUBE))[0]
    account = await room.connect(username=public["platform_username"], work_platform="YouTube")
    profile = (await room.ok("GET", f"/v1/profiles?account_id={account['id']}"))["data"][0]
    assert await room.ok("GET", f"/v1/profiles/{profile['id']}") == profile
    assert profile["reputation"]["subscriber_count"] == public["subscriber_count"]
    assert (profile["url"], profile["is_verified"]) == (public["url"], public["is_verified"])
    audience = await room.ok("GET", f"/v1/audience?account_id={account['id']}")
    wanted = {"identifier": public["platform_username"], "work_platform_id": YOUTUBE}
    known = (await room.ok("POST", "/v1/social/creators/profiles/analytics", wanted))["profile"]["audience"]
    for name in ("countries", "cities", "gender_age_distribution"):
        assert audience[name] == known[name]


async def test_contents_are_announced_in_batches_and_read_back_by_id(room: Room) -> None:
    account = await room.connect(products=["ENGAGEMENT"])
    historic = {"account_id": account["id"], "from_date": "2024-01-01"}
    await room.ok("POST", "/v1/social/contents/fetch-historic", historic)
    await room.advance(1)
    batches = [event["data"]["items"] for event in room.events() if event["event"] == "CONTENTS.ADDED"]
    assert all(0 < len(batch) <= LARGEST_BATCH for batch in batches)
    ids = [id for batch in batches for id in batch]
    assert len(ids) == len(set(ids)) > 20
    back = await room.ok("POST", "/v1/social/contents/search", {"ids": [*ids[:99], ZERO]})
    assert [each["id"].replace("-", "") for each in back["data"]] == ids[:99]
    code, _, message = await room.refused("POST", "/v1/social/contents/search", {"ids": [*ids[:2], "first"]})
    assert (code, "ids" in message) == (400, True)
    one = back["data"][0]
    assert await room.ok("GET", f"/v1/social/contents/{one['id']}") == one
    listed: list[Any] = []
    while page := await page_of(room, account["id"], len(listed)):
        listed += page
    assert {each["id"].replace("-", "") for each in listed} == set(ids)
    published = [each["published_at"] for each in listed]
    assert published == sorted(published, reverse=True)
    assert min(published) >= "2024-01-01"


async def page_of(room: Room, account: str, offset: int) -> list[Any]:
    at = f"/v1/social/contents?account_id={account}&limit=100&offset={offset}"
    page: list[Any] = (await room.ok("GET", at))["data"]
    return page


async def test_contents_are_filtered_by_day(room: Room) -> None:
    account = await room.connect(products=["ENGAGEMENT"])
    at = f"/v1/social/contents?account_id={account['id']}&limit=100"
    everything = (await room.ok("GET", at))["data"]
    day = everything[len(everything) // 2]["published_at"][:10]
    found = await room.ok("GET", f"{at}&from_date={day}&to_date={day}")
    assert found["metadata"]["from_date"] == day
    assert [each["id"] for each in found["data"]] == [
        each["id"] for each in everything if each["published_at"].startswith(day)
    ]
    assert (await room.refused("GET", f"{at}&from_date=soon"))[1] == "invalid_fields"


async def test_an_account_is_looked_at_every_day(room: Room) -> None:
    account = await room.connect()
    before = (await room.ok("GET", f"/v1/profiles?account_id={account['id']}"))["data"][0]
    count = len(room.events())
    await room.advance(21 * DAY)
    later = types(room)[count:]
    assert later.count("PROFILES.UPDATED") == 21
    assert "CONTENTS.ADDED" in later
    after = await room.ok("GET", f"/v1/profiles/{before['id']}")
    assert after["reputation"]["content_count"] > before["reputation"]["content_count"]
    assert after["updated_at"] > before["updated_at"]


async def test_a_product_that_the_platform_lacks_is_not_supported(room: Room) -> None:
    account = await room.connect(work_platform="tiktok", products=["IDENTITY", "IDENTITY.AUDIENCE", "INCOME"])
    shown = (await room.ok("GET", f"/v1/accounts/{account['id']}"))["data"]
    assert (shown["identity"]["status"], shown["income"]["status"]) == ("SYNCED", "NOT_SUPPORTED")
    assert shown["identity"]["audience"]["status"] == "NOT_SUPPORTED"
    assert types(room) == ["ACCOUNTS.CONNECTED", "PROFILES.ADDED"]
    refused = await room.refused("GET", f"/v1/audience?account_id={account['id']}")
    assert refused[:2] == (403, "product_not_enabled")


async def test_a_lost_session_is_taken_up_by_connecting_again(room: Room) -> None:
    account = await room.connect()
    lost = room.trigger("SESSION.EXPIRED", account_id=account["id"])
    assert lost["status"] == "SESSION_EXPIRED"
    count = len(room.events())
    await room.advance(10 * DAY)
    assert len(room.events()) == count
    again = await room.connect(user_id=account["user"]["id"], username=account["platform_username"])
    assert (again["id"], again["status"]) == (account["id"], "CONNECTED")
    assert types(room)[count] == "ACCOUNTS.CONNECTED"
    assert "PROFILES.UPDATED" in types(room)[count:]
    with pytest.raises(InvalidInput, match="already"):
        room.trigger(
            "ACCOUNTS.CONNECTED", user_id=account["user"]["id"], username=account["platform_username"]
        )


async def test_a_disconnected_account_stays_readable(room: Room) -> None:
    account = await room.connect()
    at = f"/v1/accounts/{account['id']}"
    assert (await room.ok("POST", f"{at}/disconnect", {}))["status"] == "NOT_CONNECTED"
    assert types(room)[-1] == "ACCOUNTS.DISCONNECTED"
    assert (await room.ok("GET", at))["status"] == "NOT_CONNECTED"
    assert (await room.ok("GET", f"/v1/profiles?account_id={account['id']}"))["data"]
    count = len(room.events())
    await room.ok("POST", "/v1/profiles/refresh", {"account_id": account["id"]})
    await room.advance(DAY)
    assert len(room.events()) == count
    with pytest.raises(InvalidInput, match="no session"):
        room.trigger("SESSION.EXPIRED", account_id=account["id"])


async def test_refreshing_announces_updates(room: Room) -> None:
    account = await room.connect()
    count = len(room.events())
    for path in ("/v1/profiles/refresh", "/v1/social/contents/refresh"):
        answer = await room.call("POST", path, {"account_id": account["id"]})
        assert (answer.status_code, answer.json()) == (202, {"account_id": account["id"]})
    await room.advance(1)
    assert set(types(room)[count:]) == {
        "PROFILES.UPDATED",
        "PROFILES_AUDIENCE.UPDATED",
        "CONTENTS.UPDATED",
        "CONTENTS_COMMENTS.UPDATED",
        "CONTENT-GROUPS.UPDATED",
    }


async def test_triggers_say_what_they_cannot_do(room: Room) -> None:
    for params, told in (
        ({"username": "nobody"}, "no creator"),
        ({"work_platform": "Twitch"}, "no creator of this world"),
        ({"products": ["ALL"]}, "no product"),
        ({"user_id": ZERO}, "no such user"),
    ):
        with pytest.raises(InvalidInput, match=told):
            room.trigger("ACCOUNTS.CONNECTED", **params)
    with pytest.raises(InvalidInput, match="no account"):
        room.trigger("ACCOUNTS.DISCONNECTED", account_id=ZERO)
    account = room.trigger("ACCOUNTS.CONNECTED", products=["IDENTITY"])
    with pytest.raises(InvalidInput, match="has not synced"):
        room.trigger("PROFILES.UPDATED", account_id=account["id"])
    with pytest.raises(InvalidInput, match="has not synced"):
        room.trigger("CONTENTS.UPDATED", account_id=account["id"])
    await room.advance(1)
    assert room.trigger("PROFILES.UPDATED", account_id=account["id"])["status"] == "CONNECTED"
