"""Contents beside posts: comments, groups, newsletters, and what is published through InsightIQ."""

from typing import Any

import pytest

from harness.errors import InvalidInput
from tests.mocks.insightiq.room import INSTAGRAM, Room

DAY = 86_400
COMMENTS = "/v1/social/comments"
PUBLISH = "/v1/social/contents/publish"
VIDEO = {"media_type": "VIDEO", "source_media_url": "https://files.test/a.mp4"}


async def discussed(room: Room) -> tuple[str, Any]:
    """Connect a creator of a middling size; return the account, and a content of theirs with comments."""
    found = await room.search(follower_count={"min": 20_000, "max": 60_000})
    account: str = (await room.connect(username=found[0]["platform_username"]))["id"]
    listed = (await room.ok("GET", f"/v1/social/contents?account_id={account}&limit=100"))["data"]
    return account, max(listed, key=lambda each: int(each["engagement"]["comment_count"]))


async def test_there_are_as_many_comments_as_the_content_counts(room: Room) -> None:
    account, content = await discussed(room)
    count, at = content["engagement"]["comment_count"], f"account_id={account}&content_id={content['id']}"
    found: list[Any] = []
    while page := (await room.ok("GET", f"{COMMENTS}?{at}&limit=100&offset={len(found)}"))["data"]:
        found += page
    assert len(found) == len({each["id"] for each in found}) == count > 5
    published = [each["published_at"] for each in found]
    assert published == sorted(published, reverse=True)
    assert content["published_at"] <= published[-1]
    assert published[0] <= "2026-03-01T09:00:00.000000"
    assert {each["content"]["id"] for each in found} == {content["id"]}
    day = published[len(found) // 2][:10]
    before = (await room.ok("GET", f"{COMMENTS}?{at}&limit=100&to_date={day}"))["data"]
    after = (await room.ok("GET", f"{COMMENTS}?{at}&limit=100&from_date={day}"))["data"]
    assert [each["published_at"][:10] <= day for each in before] == [True] * len(before)
    assert [each["published_at"][:10] >= day for each in after] == [True] * len(after)
    body = {"account_id": account, "content_id": content["id"], "limit": 100}
    assert (await room.client.post(COMMENTS, json=body)).json()["data"] == found[:100]
    assert (await room.client.post(COMMENTS, json=body | {"to_date": "x"})).status_code == 400


async def test_comments_stay_what_they_are_and_new_ones_come_on_top(room: Room) -> None:
    account = (await room.connect())["id"]
    listed = await room.ok("GET", f"/v1/social/contents?account_id={account}")
    newest = listed["data"][0]
    at = f"{COMMENTS}?account_id={account}&content_id={newest['id']}&limit=100"
    before = (await room.ok("GET", at))["data"]
    await room.advance(2 * DAY)
    after = (await room.ok("GET", at))["data"]
    assert len(after) >= len(before)
    names = ("id", "text", "commenter_username", "published_at", "like_count")
    old = [{name: each[name] for name in names} for each in after[len(after) - len(before) :]]
    assert old == [{name: each[name] for name in names} for each in before]


async def test_comments_under_anothers_content_are_unknown(room: Room) -> None:
    one = await room.connect(work_platform="instagram")
    two = await room.connect(work_platform="tiktok")
    content = (await room.ok("GET", f"/v1/social/contents?account_id={one['id']}"))["data"][0]["id"]
    at = f"{COMMENTS}?account_id={two['id']}&content_id={content}"
    assert (await room.refused("GET", at))[:2] == (404, "incorrect_content_id")


async def test_public_comments_are_those_of_the_post(room: Room) -> None:
    handle = (await room.search())[0]["platform_username"]
    who = {"identifier": handle, "work_platform_id": INSTAGRAM}
    profile = (await room.ok("POST", "/v1/social/creators/profiles/analytics", who))["profile"]
    post = next(each for each in profile["top_contents"] if each["engagement"]["comment_count"] > 20)
    body = {"work_platform_id": INSTAGRAM, "content_url": post["url"]}
    path = "/v1/social/creators/contents/comments"
    first = (await room.ok("POST", path, body))["data"]
    second = (await room.ok("POST", path, body | {"offset": 20}))["data"]
    assert len(first) == 20
    assert first[-1]["published_at"] >= second[0]["published_at"]
    unknown = {**body, "content_url": "https://www.instagram.com/p/abc-1-999999/"}
    assert (await room.refused("POST", path, unknown))[:2] == (404, "incorrect_identifier")


async def test_groups_hold_what_their_posts_gather(room: Room) -> None:
    account = (await room.connect(work_platform="youtube"))["id"]
    listed = (await room.ok("GET", f"/v1/social/content-groups?account_id={account}"))["data"]
    assert {each["type"] for each in listed} == {"PLAYLIST"}
    assert all(0 < each["item_count"] <= 30 for each in listed)
    events = [each for each in room.events() if each["event"] == "CONTENT-GROUPS.ADDED"]
    assert {id for each in events for id in each["data"]["items"]} == {
        each["id"].replace("-", "") for each in listed
    }
    await room.advance(3 * DAY)
    later = await room.ok("GET", f"/v1/social/content-groups/{listed[0]['id']}")
    assert later["engagement"]["view_count"] >= 0
    assert (await room.refused("GET", f"/v1/social/content-groups/{account}"))[1] == (
        "incorrect_content_group_id"
    )


async def test_a_newsletter_publishes_and_a_social_account_does_not(room: Room) -> None:
    letters = await room.connect(work_platform="Substack")
    social = await room.connect(work_platform="tiktok")
    at = "/v1/publications/contents?account_id="
    found = (await room.ok("GET", f"{at}{letters['id']}"))["data"]
    assert {(each["format"], each["type"]) for each in found} == {("TEXT", "BLOG")}
    assert all(0 < each["engagement"]["email_open_rate"] < 1 for each in found)
    assert (await room.ok("GET", f"{at}{social['id']}"))["data"] == []
    content = (await room.ok("GET", f"/v1/social/contents?account_id={social['id']}"))["data"][0]
    refused = await room.refused("GET", f"/v1/publications/contents/{content['id']}")
    assert refused[:2] == (404, "incorrect_content_id")


async def test_a_content_is_made_ready_and_then_published(room: Room) -> None:
    account = (await room.connect(products=["ENGAGEMENT", "PUBLISH.CONTENT"]))["id"]
    wanted = {"account_id": account, "type": "REELS", "description": "Out now #launch", "media": [VIDEO]}
    begun = (await room.ok("POST", PUBLISH, wanted))["data"]
    assert (begun["status"], begun["format"], begun["visibility"]) == ("IN_PROGRESS", "VIDEO", "PUBLIC")
    at = f"{PUBLISH}/{begun['id']}"
    await room.advance(2)
    assert (await room.ok("GET", at))["data"]["status"] == "READY"
    await room.advance(2)
    done = (await room.ok("GET", at))["data"]
    assert done["status"] == "SUCCESS"
    told = [each for each in room.events() if "PUBLISH" in each["event"]]
    assert [each["event"] for each in told] == ["CONTENTS.PUBLISH_READY", "CONTENTS.PUBLISH_SUCCESS"]
    assert {each["data"]["publish_id"] for each in told} == {begun["id"].replace("-", "")}
    content = await room.ok("GET", f"/v1/social/contents/{done['published_info']['content_id']}")
    assert (content["url"], content["hashtags"]) == (done["published_info"]["url"], ["launch"])
    newest = (await room.ok("GET", f"/v1/social/contents?account_id={account}"))["data"][0]
    assert newest["id"] == content["id"]
    await room.advance(DAY)
    assert (await room.ok("GET", f"/v1/social/contents/{content['id']}"))["engagement"]["like_count"] > 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "TWEET"}, "content_type_not_supported"),
        ({"media": []}, "media_type_not_supported"),
        ({"media": [VIDEO | {"media_type": "IMAGE"}]}, "media_type_not_supported"),
    ],
)
async def test_what_the_platform_does_not_take_fails(room: Room, change: Any, code: str) -> None:
    account = (await room.connect(products=["PUBLISH.CONTENT"]))["id"]
    wanted = {"account_id": account, "type": "REELS", "media": [VIDEO], **change}
    begun = (await room.ok("POST", PUBLISH, wanted))["data"]
    await room.advance(5)
    failed = await room.ok("GET", f"{PUBLISH}/{begun['id']}")
    assert (failed["data"]["status"], failed["platform_error"]["error_code"]) == ("FAILURE", code)
    assert room.events()[-1]["event"] == "CONTENTS.PUBLISH_FAILURE"


async def test_who_may_publish(room: Room) -> None:
    reader = (await room.connect(products=["IDENTITY"]))["id"]
    wanted = {"type": "REELS", "media": [VIDEO]}
    refused = await room.refused("POST", PUBLISH, {**wanted, "account_id": reader})
    assert refused[:2] == (403, "product_not_enabled")
    gone = (await room.connect(products=["PUBLISH.CONTENT"]))["id"]
    await room.ok("POST", f"/v1/accounts/{gone}/disconnect", {})
    assert (await room.refused("POST", PUBLISH, {**wanted, "account_id": gone}))[0] == 400
    account = (await room.connect(products=["PUBLISH.CONTENT"]))["id"]
    bad = {**wanted, "account_id": account, "media": [VIDEO | {"source_media_url": "nowhere"}]}
    assert "media.0.source_media_url" in (await room.refused("POST", PUBLISH, bad))[2]
    begun = (await room.ok("POST", PUBLISH, {**wanted, "account_id": account}))["data"]
    failed = room.trigger("CONTENTS.PUBLISH_FAILURE", publish_id=begun["id"])
    assert failed["platform_error"]["error_code"] == "platform_unavailable"
    with pytest.raises(InvalidInput, match="has ended already"):
        room.trigger("CONTENTS.PUBLISH_SUCCESS", publish_id=begun["id"])


async def test_what_is_read_on_demand_is_not_read_daily(room: Room) -> None:
    account = await room.connect()
    body = {"data": {"identity": {"monitoring_type": "ON_DEMAND", "audience": {}}}}
    answer = await room.client.patch(f"/v1/accounts/{account['id']}", json=body)
    shown = answer.json()["data"]
    assert shown["identity"]["monitoring_type"] == "ON_DEMAND"
    assert shown["identity"]["audience"]["monitoring_type"] == "STANDARD"
    seen = len(room.events())
    await room.advance(DAY + 10)
    later = {each["event"] for each in room.events()[seen:]}
    assert "PROFILES.UPDATED" not in later
    assert {"PROFILES_AUDIENCE.UPDATED", "CONTENTS.UPDATED"} <= later
    assert (await room.client.patch(f"/v1/accounts/{account['id']}", json={})).status_code == 400
