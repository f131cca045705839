"""Browsing: pages behind cursors, stable while records come and go."""

from typing import Any

from tests.mocks.algolia.room import Room

Json = Any


async def fill(room: Room, count: int = 25) -> None:
    await room.save("i", *({"objectID": f"{n:02}", "n": n, "t": "word"} for n in range(count)))


async def browse(room: Room, body: Json = None) -> Json:
    return await room.ok("POST", "/1/indexes/i/browse", body)


def ids(page: Json) -> list[str]:
    return [hit["objectID"] for hit in page["hits"]]


async def test_pages_follow_their_cursors(room: Room) -> None:
    await fill(room)
    first = await browse(room, {"hitsPerPage": 10, "filters": "n >= 3"})
    assert (first["nbHits"], first["nbPages"], first["page"], first["hitsPerPage"]) == (22, 3, 0, 10)
    second = await browse(room, {"cursor": first["cursor"]})
    third = await room.ok("GET", f"/1/indexes/i/browse?cursor={second['cursor']}")
    assert ids(first) + ids(second) + ids(third) == [f"{n:02}" for n in range(3, 25)]
    assert (second["page"], third["page"], "cursor" in third) == (1, 2, False)
    assert "_highlightResult" not in first["hits"][0]


async def test_a_page_without_parameters_is_whole(room: Room) -> None:
    await fill(room)
    page = await browse(room)
    assert (len(page["hits"]), page["hitsPerPage"], page["query"], page["params"]) == (25, 1000, "", "")
    assert len((await room.ok("GET", "/1/indexes/i/browse?hitsPerPage=3&page=2"))["hits"]) == 3


async def test_a_cursor_goes_on_behind_its_record_whatever_comes_and_goes(room: Room) -> None:
    await fill(room)
    cursor = (await browse(room, {"hitsPerPage": 5}))["cursor"]
    await room.ok("DELETE", "/1/indexes/i/01")
    await room.save("i", {"objectID": "new"})
    assert ids(await browse(room, {"cursor": cursor}))[:2] == ["05", "06"]
    await room.settings("i", customRanking=["desc(n)"])
    assert ids(await browse(room, {"hitsPerPage": 2})) == ["24", "23"]
    await room.ok("POST", "/1/indexes/i/clear")
    assert ids(await browse(room, {"cursor": cursor})) == []


async def test_wrong_cursors(room: Room) -> None:
    await fill(room)
    for cursor in ("x", "eyJ9", "WzEsMiwzLDRd", 5, "W3t9LC0xLCJhIiwwXQ=="):
        assert await room.refused("POST", "/1/indexes/i/browse", {"cursor": cursor}) == (
            400,
            "Invalid cursor",
        )
    assert (await room.refused("POST", "/1/indexes/none/browse"))[0] == 404
    assert (await room.refused("POST", "/1/indexes/i/browse", {"hitsPerPage": "x"}))[0] == 400
