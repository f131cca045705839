"""Synonyms and rules as things that are kept: shapes, replacing, searching; and logs."""

from typing import Any

import pytest

from tests.mocks.algolia.room import Room

Json = Any
RULE: Json = {
    "conditions": [{"pattern": "sale", "anchoring": "contains", "context": "mobile"}],
    "consequence": {
        "params": {"query": {"remove": ["sale"]}, "filters": "sale:true"},
        "promote": [{"objectID": "1", "position": 0}, {"objectIDs": ["2", "3"], "position": 1}],
        "hide": [{"objectID": "4"}],
        "userData": {"banner": "x"},
        "filterPromotes": True,
    },
    "description": "Sale",
    "validity": [{"from": 1, "until": 2}],
    "tags": ["visual"],
}


async def test_synonyms_are_kept_by_their_proper_type(room: Room) -> None:
    await room.ok(
        "PUT", "/1/indexes/i/synonyms/s", {"type": "altCorrection1", "word": "a", "corrections": ["b"]}
    )
    assert await room.ok("GET", "/1/indexes/i/synonyms/s") == {
        "objectID": "s",
        "type": "altcorrection1",
        "word": "a",
        "corrections": ["b"],
    }
    one = [{"objectID": "t", "type": "synonym", "synonyms": ["x", "y"]}]
    await room.ok("POST", "/1/indexes/i/synonyms/batch", one)
    found = await room.ok("POST", "/1/indexes/i/synonyms/search", {"query": "Y", "type": "synonym"})
    assert (found["nbHits"], found["hits"][0]["objectID"]) == (1, "t")
    page = await room.ok("POST", "/1/indexes/i/synonyms/search", {"page": 1, "hitsPerPage": 1})
    assert (page["nbHits"], [hit["objectID"] for hit in page["hits"]]) == (2, ["t"])
    await room.ok("POST", "/1/indexes/i/synonyms/batch?replaceExistingSynonyms=true", one)
    assert (await room.ok("POST", "/1/indexes/i/synonyms/search"))["nbHits"] == 1
    await room.ok("DELETE", "/1/indexes/i/synonyms/none")


@pytest.mark.parametrize(
    "synonym",
    [
        {},
        {"type": "other", "synonyms": []},
        {"type": "synonym"},
        {"type": "synonym", "synonyms": [1]},
        {"type": "onewaysynonym", "synonyms": ["a"]},
        {"type": "placeholder", "placeholder": 5, "replacements": []},
    ],
)
async def test_synonyms_that_are_none(room: Room, synonym: Json) -> None:
    before = room.state()
    assert (await room.refused("PUT", "/1/indexes/i/synonyms/s", synonym))[0] == 400
    assert (await room.refused("POST", "/1/indexes/i/synonyms/batch", [synonym]))[0] == 400
    assert (await room.refused("POST", "/1/indexes/i/synonyms/batch", synonym))[0] == 400
    assert room.state() == before


async def test_rules_are_kept_as_they_are(room: Room) -> None:
    await room.ok("PUT", "/1/indexes/i/rules/r", RULE)
    assert await room.ok("GET", "/1/indexes/i/rules/r") == RULE | {"objectID": "r"}
    old = {"objectID": "old", "condition": RULE["conditions"][0], "consequence": {}, "enabled": False}
    await room.ok("POST", "/1/indexes/i/rules/batch", [old])
    for asked, ids in (
        ({}, ["r", "old"]),
        ({"query": "sale"}, ["r", "old"]),
        ({"query": "none"}, []),
        ({"anchoring": "is"}, []),
        ({"context": "mobile", "enabled": True}, ["r"]),
        ({"enabled": None, "hitsPerPage": 1, "page": 1}, ["old"]),
    ):
        found = await room.ok("POST", "/1/indexes/i/rules/search", asked)
        assert [hit["objectID"] for hit in found["hits"]] == ids
    await room.ok("POST", "/1/indexes/i/rules/batch?clearExistingRules=true", [old])
    assert (await room.ok("POST", "/1/indexes/i/rules/search"))["nbHits"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"consequence": None},
        {"consequence": {"fly": 1}},
        {"conditions": [{"pattern": "x"}]},
        {"conditions": [{"pattern": "", "anchoring": "contains"}]},
        {"conditions": [{"pattern": "x", "anchoring": "near"}]},
        {"conditions": [{}] * 26},
        {"consequence": {"promote": [{"position": 0}]}},
        {"consequence": {"promote": [{"objectID": "1"}]}},
        {"consequence": {"hide": [{"objectID": str(n)} for n in range(51)]}},
        {"enabled": "yes"},
        {"validity": [{"from": "now"}]},
        {"tags": [5]},
        {"colour": "red"},
    ],
)
async def test_rules_that_are_none(room: Room, changes: Json) -> None:
    before = room.state()
    assert (await room.refused("PUT", "/1/indexes/i/rules/r", RULE | changes))[0] == 400
    assert room.state() == before


async def test_logs_tell_of_the_last_requests(room: Room) -> None:
    await room.save("i", {"objectID": "1"})
    await room.search("i", "x")
    await room.refused("POST", "/1/indexes/none/query", {})
    await room.ok("POST", "/1/indexes/*/queries", {"requests": [{"indexName": "i"}]})
    logs = (await room.ok("GET", "/1/logs"))["logs"]
    assert [(each["method"], each["answer_code"]) for each in logs] == [
        ("POST", str(n)) for n in (200, 404, 200, 200)
    ]
    assert (logs[0]["query_nb_hits"], logs[0]["inner_queries"]) == ("1", [{"index_name": "i"}])
    assert room.token("admin_key") not in logs[0]["query_headers"]
    for query, count in (
        ("type=error", 1),
        ("type=query", 3),
        ("type=build", 1),
        ("indexName=i", 2),
        ("offset=1&length=2", 2),
        ("length=0", 0),
    ):
        assert len((await room.ok("GET", f"/1/logs?{query}"))["logs"]) == count, query
    key = f"x-algolia-api-key={room.token('admin_key')}"
    await room.call("GET", f"/1/indexes?{key}")
    assert room.token("admin_key") not in str(await room.ok("GET", "/1/logs"))
    assert (await room.refused("GET", "/1/logs?length=5000"))[0] == 400
