"""Pictures and films: every address of one that an answer names leads to it, in this room."""

from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from fixtures.clips import Name, clip
from tests.mocks.insightiq.room import CRITERIA, HOST, INSTAGRAM, TIKTOK, YOUTUBE, Json, Room

SCREENING = "/v1/safety/social-profile-screening"
ANALYTICS = "/v1/social/creators/profiles/analytics"


async def fetched(room: Room, url: str, **headers: str) -> httpx.Response:
    """Ask for an address without credentials, as a browser does."""
    async with httpx.AsyncClient(transport=room.client._transport) as bare:
        return await bare.get(url, headers=headers)


async def drawn(room: Room, url: str) -> str:
    """Return the picture at an address."""
    answer = await fetched(room, url)
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


@pytest.mark.parametrize(
    ("platform", "shape"), [("Instagram", "tall"), ("TikTok", "tall"), ("YouTube", "wide")]
)
async def test_a_connected_accounts_films_play(room: Room, platform: str, shape: Name) -> None:
    account = await room.connect(work_platform=platform)
    posts = (await room.ok("GET", f"/v1/social/contents?account_id={account['id']}&limit=30"))["data"]
    films = {post["media_url"] for post in posts if post["format"] == "VIDEO"}
    assert films
    for url in films:
        whole = await fetched(room, url)
        assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4"), url
        assert whole.content == clip(shape)
    piece = await fetched(room, films.pop(), Range="bytes=100-199")
    assert (piece.status_code, piece.content) == (206, clip(shape)[100:200])
    assert piece.headers["content-range"] == f"bytes 100-199/{len(clip(shape))}"


async def test_films_of_public_and_screened_posts_play(room: Room) -> None:
    [creator] = await room.search(TIKTOK, limit=1)
    about = {"profile_url": creator["url"], "content_type": "VIDEO", "work_platform_id": TIKTOK}
    public = (await room.ok("POST", "/v1/social/creators/contents/fetch", about))["data"]
    screened = {"work_platform_id": TIKTOK, "profile_url": creator["url"]}
    criteria = (await room.ok("POST", CRITERIA, {"name": "strict"}))["id"]
    job = await room.ok("POST", SCREENING, screened | {"flagging_criteria_id": criteria})
    await room.advance(5)
    seen = (await room.ok("GET", f"{SCREENING}/{job['id']}/contents?include_all=true"))["data"]
    assert public
    assert seen
    for post in [*public, *seen]:
        assert (await fetched(room, post["media_url"])).headers["content-type"] == "video/mp4"


async def test_there_is_no_other_still_or_film(room: Room) -> None:
    for name in ("thumbnails/x.png", f"thumbnails/{'x' * 80}.svg", "films/tall/x.svg", "films/square/x.mp4"):
        answer = await room.client.get(f"{HOST}/{name}")
        assert answer.status_code == 404
