"""The same calls on the same seed give the same bytes."""

from pathlib import Path

from tests.mocks.algolia.room import Room


async def story(folder: Path, seed: int) -> list[bytes]:
    """Play the same calls in a world of its own; return every answer."""
    room = Room.open(folder, seed=seed)
    query = {"query": "sum", "clickAnalytics": True, "facets": ["*"], "getRankingInfo": True}
    answers = [
        await room.call("POST", "/1/indexes/i", {"name": "Summer"}),
        await room.call(
            "POST", "/1/indexes/i/batch", {"requests": [{"action": "addObject", "body": {}}] * 3}
        ),
        await room.call(
            "PUT", "/1/indexes/i/settings", {"attributesForFaceting": ["name"], "replicas": ["r"]}
        ),
        await room.call("POST", "/1/indexes/i/query", query),
        await room.call("POST", "/1/indexes/i/browse", {"hitsPerPage": 2}),
        await room.call("POST", "/1/keys", {"acl": ["search"]}),
        await room.call("POST", "/1/indexes/i/query", {"filters": "a b"}),
        await room.call("POST", "/1/indexes/i/operation", {"operation": "copy", "destination": "j"}),
    ]
    room.world.derived.clear()  # as after a restart
    answers += [
        await room.call("POST", "/1/indexes/i/query", query),
        await room.call("POST", "/1/indexes/r/query", query),
        await room.call("GET", "/1/indexes"),
    ]
    await room.close()
    return [str(sorted(each.headers.items())).encode() + each.content for each in answers]


async def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two = await story(tmp_path / "1", 7), await story(tmp_path / "2", 7)
    assert one == two
    assert await story(tmp_path / "3", 8) != one
