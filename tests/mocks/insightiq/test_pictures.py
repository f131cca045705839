"""Pictures: every address that an answer names leads to one, drawn by this room."""

from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.mocks.insightiq.room import HOST, INSTAGRAM, TIKTOK, YOUTUBE, Json, Room

ANALYTICS = "/v1/social/creators/profiles/analytics"


async def drawn(room: Room, url: str) -> str:
    """Return the picture at an address, asked for without credentials as a browser does."""
    async with httpx.AsyncClient(transport=room.client._transport) as bare:
        answer = await bare.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml"), url
    assert ET.fromstring(answer.text).tag.endswith("svg")
    return answer.text


async def posts_of(room: Room, platform: str) -> list[Json]:
    handle = (await room.search(platform))[0]["platform_username"]
    body = {"work_platform_id": platform, "identifier": handle}
    profile = (await room.ok("POST", ANALYTICS, body))["profile"]
    found: list[Json] = profile["recent_contents"]
    return found


@pytest.mark.parametrize("live", [[], ["insightiq"]], ids=["spec", "live"])
@pytest.mark.parametrize("platform", [INSTAGRAM, TIKTOK, YOUTUBE])
async def test_the_stills_of_a_creators_posts_are_drawn(
    tmp_path: Path, platform: str, live: list[str]
) -> None:
    room = Room.open(tmp_path, live=live)
    posts = await posts_of(room, platform)
    stills = [await drawn(room, post["thumbnail_url"]) for post in posts]
    assert len(set(stills)) > len(stills) // 2, "posts can be told apart"
    assert await drawn(room, posts[0]["thumbnail_url"]) == stills[0]


async def test_a_connected_accounts_pictures_are_drawn(room: Room) -> None:
    account = await room.connect()
    about = f"account_id={account['id']}&limit=30"
    posts = (await room.ok("GET", f"/v1/social/contents?{about}"))["data"]
    groups = (await room.ok("GET", f"/v1/social/content-groups?{about}"))["data"]
    assert posts
    assert groups
    for each in [*posts, *groups]:
        await drawn(room, each["thumbnail_url"])
    for post in posts:
        await drawn(room, post["persistent_thumbnail_url"])
        if post["format"] == "IMAGE":
            await drawn(room, post["media_url"])
    assert any(post["format"] == "IMAGE" for post in posts)


async def test_there_is_no_other_still(room: Room) -> None:
    for name in ("x.png", f"{'x' * 80}.svg"):
        answer = await room.client.get(f"{HOST}/thumbnails/{name}")
        assert answer.status_code == 404
