"""One creator through every door, at two instants: nothing disagrees beyond what the time between explains."""

from typing import Any

import pytest

from tests.mocks.insightiq.room import INSTAGRAM, TIKTOK, Room

DAY = 86_400
PREFIX = "/v1/social/creators"


async def seen(room: Room, handle: str, platform: str, account: str) -> dict[str, Any]:
    """Return what search, short profile, analytics at once and as a job, connected profile, audience and posts say."""
    who = {"identifier": handle, "work_platform_id": platform}
    started = await room.ok("POST", f"{PREFIX}/async/profiles/analytics", who)
    await room.advance(1)
    near = (await room.ok("POST", f"{PREFIX}/profiles/analytics", who))["profile"]
    size = {"min": near["follower_count"], "max": near["follower_count"]}
    return {
        "search": next(
            each
            for each in await room.search(platform, follower_count=size, limit=100)
            if each["platform_username"] == handle
        ),
        "short": await room.ok("GET", f"{PREFIX}/profiles?identifier={handle}&work_platform_id={platform}"),
        "analytics": near,
        "job": (await room.ok("GET", f"{PREFIX}/async/profiles/analytics/{started['id']}"))["profile"],
        "profile": (await room.ok("GET", f"/v1/profiles?account_id={account}"))["data"][0],
        # InsightIQ reads no audience of connected TikTok accounts.
        "audience": near["audience"]
        if platform == TIKTOK
        else await room.ok("GET", f"/v1/audience?account_id={account}"),
        "contents": (await room.ok("GET", f"/v1/social/contents?account_id={account}&limit=100"))["data"],
    }


def agree(told: dict[str, Any]) -> None:
    """Fail where two answers of one instant disagree."""
    analytics, reputation = told["analytics"], told["profile"]["reputation"]
    assert told["job"] == analytics
    for name in ("follower_count", "is_verified", "url", "full_name", "content_count"):
        values = {str(told[door][name]) for door in ("search", "short", "analytics")}
        assert values == {str(analytics[name])}
    for name in ("engagement_rate", "average_likes", "average_views", "gender", "language"):
        assert told["search"][name] == analytics[name]
    assert reputation["follower_count"] == analytics["follower_count"]
    assert reputation["following_count"] == told["short"]["following_count"]
    assert reputation["content_count"] == analytics["content_count"]
    assert analytics["reputation_history"][-1]["follower_count"] == analytics["follower_count"]
    for name in ("countries", "cities", "gender_age_distribution"):
        assert told["audience"][name] == analytics["audience"][name]
    for name in ("countries", "gender_age_distribution"):
        assert sum(each["value"] for each in told["audience"][name]) == pytest.approx(100)
    known = {each["url"]: each["engagement"]["like_count"] for each in told["contents"]}
    for each in analytics["recent_contents"]:
        if each["url"] in known:
            assert known[each["url"]] == each["engagement"]["like_count"]


@pytest.mark.parametrize("platform", [INSTAGRAM, TIKTOK])
@pytest.mark.parametrize("place", [3, 120, 600])
async def test_a_creator_is_the_same_through_every_door_and_moves_with_time(
    room: Room, platform: str, place: int
) -> None:
    handle = (
        await room.search(platform, limit=500, sort_by={"field": "AVERAGE_LIKES", "order": "DESCENDING"})
    )[min(place, 499)]["platform_username"]
    account = (await room.connect(username=handle, work_platform=platform))["id"]
    first = await seen(room, handle, platform, account)
    agree(first)
    await room.advance(21 * DAY)
    second = await seen(room, handle, platform, account)
    agree(second)
    before, after = first["analytics"], second["analytics"]
    assert before["follower_count"] <= after["follower_count"] <= 1.5 * before["follower_count"]
    assert before["content_count"] < after["content_count"]
    for name in ("full_name", "language", "is_verified", "audience", "brand_affinity", "engagement_rate"):
        if name == "audience":
            for part in ("countries", "gender_age_distribution", "credibility_score"):
                assert before["audience"][part] == after["audience"][part]
        else:
            assert before[name] == after[name]
    likes = {each["id"]: each["engagement"]["like_count"] for each in second["contents"]}
    for each in first["contents"]:
        assert each["id"] not in likes or likes[each["id"]] >= each["engagement"]["like_count"]
    added = {
        id for event in room.events() if event["event"] == "CONTENTS.ADDED" for id in event["data"]["items"]
    }
    assert {id.replace("-", "") for id in likes} <= added
    assert len(second["contents"]) >= min(100, len(first["contents"]))
