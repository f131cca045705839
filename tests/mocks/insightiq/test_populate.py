"""What a scenario tells of creators."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from fixtures.format import read
from fixtures.story import tell
from harness.errors import InvalidInput
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources.creators import settings
from tests.harness.serving import Served
from tests.mocks.insightiq.room import INSTAGRAM, LARGEST_FIRST, TIKTOK, Room

ANALYTICS = "/v1/social/creators/profiles/analytics"


async def test_a_scenario_sets_size_and_platforms(room: Room) -> None:
    assert len(await room.search(limit=500)) == 500
    room.populate(size=200, platforms=["tiktok"])
    assert len(await room.search(TIKTOK, limit=500)) == 200
    assert await room.search(INSTAGRAM) == []
    room.populate(size=300, platforms=["instagram", "youtube", "tiktok"])
    assert 100 < len(await room.search(INSTAGRAM, limit=500)) < 300


async def test_a_scenario_tells_the_seed_of_the_creators(room: Room) -> None:
    own = await room.search()
    room.populate(size=2000)
    assert await room.search() == own
    tx = room.tx()
    assert insightiq.populate is not None
    assert insightiq.populate(tx, {"seed": 8, "creators": {"size": 2000}}) == {}
    tx.commit()
    assert await room.search() != own


async def test_a_story_without_creators_changes_nothing(room: Room) -> None:
    before, tx = room.state(), room.tx()
    assert insightiq.populate is not None
    insightiq.populate(tx, {"name": "empty"})
    tx.commit()
    assert room.state() == before


async def test_the_engagement_rate_may_be_a_percentage(room: Room) -> None:
    fraction = (await room.search())[0]
    room.populate(engagement_rate_unit="percent")
    percent = (await room.search())[0]
    assert percent["engagement_rate"] == pytest.approx(100 * fraction["engagement_rate"])
    filtered = await room.search(engagement_rate={"percentage_value": "5"})
    assert all(each["engagement_rate"] >= 5 for each in filtered)


async def test_extras_are_what_a_platform_reads_and_nobody_sends(room: Room) -> None:
    room.populate(extras=True, size=300)
    answer = await room.ok(
        "POST",
        "/v1/social/creators/profiles/search",
        {"work_platform_id": INSTAGRAM, "sort_by": LARGEST_FIRST},
    )
    assert answer["metadata"]["total"] == len(await room.search(limit=500))
    found = answer["data"][0]
    wanted = {"identifier": found["platform_username"], "work_platform_id": INSTAGRAM}
    profile = (await room.ok("POST", ANALYTICS, wanted))["profile"]
    assert profile["reputation"]["follower_count"] == found["follower_count"]
    assert (profile["work_platform"]["id"], profile["external_id"]) == (INSTAGRAM, found["external_id"])


async def test_a_scenario_file_may_set_all_of_it(room: Room) -> None:
    text = "scenario: 1\ntitle: More\ncreators: {size: 300, extras: true, engagement_rate_unit: percent}\n"
    now = datetime(2026, 3, 1, tzinfo=UTC)
    story = tell(read(text, "more.yaml"), name="more", seed="7", scale=1.0, now=now)
    tx = room.tx()
    assert insightiq.populate is not None
    insightiq.populate(tx, story)
    tx.commit()
    assert settings(room.tx()) == {
        "seed": "7",
        "size": 300,
        "platforms": ["instagram", "youtube", "tiktok"],
        "engagement_rate_unit": "percent",
        "extras": True,
    }


def test_the_starter_has_two_hundred_creators_to_discover(
    server: Served, fresh_world: dict[str, Any]
) -> None:
    server.control("POST", f"/worlds/{fresh_world['id']}/scenario", {"name": "starter"})
    env = fresh_world["env"]
    body = {"work_platform_id": TIKTOK, "sort_by": LARGEST_FIRST, "limit": 500}
    answer = httpx.post(
        f"{env['INSIGHTIQ_PROD_URL']}/v1/social/creators/profiles/search",
        json=body,
        auth=(env["INSIGHTIQ_CLIENT_ID"], env["INSIGHTIQ_SECRET"]),
    )
    assert 60 < len(answer.json()["data"]) < 200


@pytest.mark.parametrize(
    "told",
    [
        {"size": 0},
        {"size": "many"},
        {"size": 1_000_001},
        {"platforms": []},
        {"platforms": ["myspace"]},
        {"engagement_rate_unit": "permille"},
        {"colour": "red"},
    ],
)
def test_what_there_is_not_is_an_error(room: Room, told: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="creators"):
        room.populate(**told)


async def test_a_million_creators_are_found_without_being_derived(room: Room) -> None:
    handle = (await room.search())[0]["platform_username"]
    room.populate(size=1_000_000)
    wanted = {"identifier": handle, "work_platform_id": INSTAGRAM}
    assert (await room.ok("POST", ANALYTICS, wanted))["profile"]["platform_username"] == handle
