"""Settings and replicas: defaults, changes, forwarding, aliases, and indices as a whole (copy, move, delete)."""

from typing import Any

import pytest

from tests.mocks.algolia.room import Room

Json = Any


async def entries(room: Room) -> dict[str, int]:
    return {each["name"]: each["entries"] for each in (await room.ok("GET", "/1/indexes"))["items"]}


async def operate(room: Room, source: str, operation: str, destination: str, **more: Json) -> None:
    body = {"operation": operation, "destination": destination, **more}
    await room.ok("POST", f"/1/indexes/{source}/operation", body)


async def test_settings_have_defaults_and_null_brings_them_back(room: Room) -> None:
    assert await room.refused("GET", "/1/indexes/i/settings") == (404, "Index i does not exist")
    await room.settings("i", hitsPerPage=7, typoTolerance="false", distinct=True, userData={"a": 1})
    settings = await room.ok("GET", "/1/indexes/i/settings?getVersion=2")
    assert (settings["hitsPerPage"], settings["typoTolerance"], settings["distinct"]) == (7, "false", True)
    assert (settings["version"], settings["minWordSizefor1Typo"], settings["userData"]) == (2, 4, {"a": 1})
    await room.settings("i", hitsPerPage=None, customRanking=["desc(n)"])
    settings = await room.ok("GET", "/1/indexes/i/settings")
    assert (settings["hitsPerPage"], settings["customRanking"]) == (20, ["desc(n)"])
    assert (await room.search("i"))["userData"] == {"a": 1}


async def test_old_names_are_understood_and_unknown_ones_refused(room: Room) -> None:
    await room.settings("i", attributesToIndex=["title"], version=2)
    assert (await room.ok("GET", "/1/indexes/i/settings"))["searchableAttributes"] == ["title"]
    before = room.state()
    both = {"attributesToIndex": ["a"], "searchableAttributes": ["b"]}
    assert (await room.refused("PUT", "/1/indexes/i/settings", both))[1].startswith("You cannot specify")
    refusal = await room.refused("PUT", "/1/indexes/i/settings", {"hitsPerPage": 5, "optionalwords": "the"})
    assert refusal == (400, "Invalid object attributes: optionalwords near line:1 column:32")
    wrong: Json
    for wrong in (
        *({"query": "x"}, {"hitsPerPage": "many"}, {"searchableAttributes": [1]}, {"ranking": {}}),
        *({"decompoundedAttributes": {"de": "t"}}, {"attributeCriteriaComputedBy": "worst"}),
        *(
            {"ranking": ["typos"]},
            {"searchableAttributes": ["unordered(a"]},
            {"searchableAttributes": ["a,"]},
        ),
        {"userData": {"text": "x" * 32 * 1024}},
    ):
        assert (await room.refused("PUT", "/1/indexes/i/settings", wrong))[0] == 400
    refusal = await room.refused("PUT", "/1/indexes/i/settings", {"customRanking": ["()"]})
    assert refusal[1].startswith(
        "Invalid CustomRanking function(()), you should use asc() or desc() near line:1"
    )
    assert room.state() == before


async def test_a_ranking_is_looked_at_wherever_it_is_given(room: Room) -> None:
    await room.save("i", {"objectID": "1", "n": 1}, {"objectID": "2", "n": 2})
    wrong = {"ranking": ["typos"]}
    refusal = await room.refused("PUT", "/1/indexes/i/settings", wrong)
    assert await room.refused("POST", "/1/indexes/i/query", wrong) == refusal
    told = (400, refusal[1].replace("typos", "asc"))
    assert await room.refused("GET", "/1/indexes/i?ranking=asc", None) == told
    assert await room.found("i", ranking=["desc(n)", "typo"]) == ["2", "1"]


async def test_settings_take_effect_and_can_be_overridden(room: Room) -> None:
    await room.save("i", *({"objectID": str(n), "t": "word", "u": "word"} for n in range(5)))
    await room.settings("i", hitsPerPage=2, attributesToRetrieve=["t"], searchableAttributes=["t"])
    answer = await room.search("i", "word")
    assert (len(answer["hits"]), set(answer["hits"][0]) - {"_highlightResult"}) == (2, {"t", "objectID"})
    assert set(answer["hits"][0]["_highlightResult"]) == {"t"}
    assert len((await room.search("i", hitsPerPage=4))["hits"]) == 4
    await room.settings("i", searchableAttributes=["u"])
    assert set((await room.search("i", "word"))["hits"][0]["_highlightResult"]) == {"u"}


async def test_replicas_show_their_primarys_records_in_their_own_order(room: Room) -> None:
    await room.save("i", {"objectID": "1", "n": 1}, {"objectID": "2", "n": 2})
    await room.settings("i", replicas=["by_n", "virtual(relevant)"], attributesForFaceting=["n"])
    await room.settings("by_n", ranking=["desc(n)"])
    await room.settings("relevant", customRanking=["desc(n)"])
    assert await room.found("by_n") == await room.found("relevant") == ["2", "1"]
    await room.save("i", {"objectID": "3", "n": 3})
    assert await room.found("by_n") == ["3", "2", "1"]
    assert await room.found("relevant", filters="n:3") == ["3"]
    assert await room.ok("GET", "/1/indexes/by_n/3") == {"objectID": "3", "n": 3}
    items = {each["name"]: each for each in (await room.ok("GET", "/1/indexes"))["items"]}
    assert items["i"]["replicas"] == ["by_n", "relevant"]
    assert (items["by_n"]["primary"], items["by_n"]["entries"]) == ("i", 3)
    assert items["relevant"]["virtual"] is True
    refusal = await room.refused("POST", "/1/indexes/by_n", {"objectID": "4"})
    assert refusal == (400, "Index by_n is a replica of i, its records cannot be changed")


async def test_a_virtual_replica_sorts_what_is_relevant_and_counts_all(room: Room) -> None:
    await room.settings("i", searchableAttributes=["name"], replicas=["virtual(cheap)"])
    await room.settings("i", attributesForFaceting=["kind"])
    records = [("case", "case for a phone", 1), ("dear", "phone", 9), ("plain", "phone", 5)]
    await room.save(
        "i", *({"objectID": id, "name": name, "price": n, "kind": "x"} for id, name, n in records)
    )
    await room.settings("cheap", customRanking=["asc(price)"])
    answer = await room.search("cheap", "phone", facets=["kind"], hitsPerPage=1)
    assert [hit["objectID"] for hit in answer["hits"]] == ["plain"]
    told = {
        name: answer[name] for name in ("nbHits", "nbSortedHits", "appliedRelevancyStrictness", "nbPages")
    }
    assert told == {"nbHits": 3, "nbSortedHits": 2, "appliedRelevancyStrictness": 100, "nbPages": 2}
    assert answer["facets"] == {"kind": {"x": 3}}
    assert await room.found("cheap", "phone", relevancyStrictness=0) == ["case", "plain", "dear"]
    await room.settings("cheap", relevancyStrictness=0)
    assert (await room.search("cheap", "phone"))["nbSortedHits"] == 3
    await room.settings("cheap", relevancyStrictness=None)
    assert len((await room.ok("POST", "/1/indexes/cheap/browse", {"query": "phone"}))["hits"]) == 3
    assert "appliedRelevancyStrictness" not in await room.search("i", "phone", relevancyStrictness=50)


async def test_a_rule_promotes_among_what_a_virtual_replica_shows(room: Room) -> None:
    await room.settings("i", searchableAttributes=["name"], replicas=["virtual(cheap)"])
    await room.save("i", *({"objectID": name, "name": name} for name in ("phone", "phone case", "cable")))
    rule: Json = {
        "conditions": [{"pattern": "phone", "anchoring": "is"}],
        "consequence": {"promote": [{"objectID": "cable", "position": 5}]},
    }
    await room.ok("PUT", "/1/indexes/cheap/rules/r", rule)
    answer = await room.search("cheap", "phone")
    assert [hit["objectID"] for hit in answer["hits"]] == ["phone", "cable"]
    assert (answer["nbHits"], answer["nbSortedHits"]) == (3, 2)


async def test_forwarding_reaches_replicas(room: Room) -> None:
    await room.settings("i", replicas=["r"])
    await room.ok("PUT", "/1/indexes/i/settings?forwardToReplicas=true", {"hitsPerPage": 3})
    assert (await room.ok("GET", "/1/indexes/r/settings"))["hitsPerPage"] == 3
    synonym = {"type": "synonym", "synonyms": ["a", "b"]}
    await room.ok("PUT", "/1/indexes/i/synonyms/s?forwardToReplicas=true", synonym)
    assert (await room.ok("GET", "/1/indexes/r/synonyms/s"))["synonyms"] == ["a", "b"]
    rule: Json = {"consequence": {"params": {}}}
    await room.ok("PUT", "/1/indexes/i/rules/r?forwardToReplicas=false", rule)
    assert (await room.refused("GET", "/1/indexes/r/rules/r"))[0] == 404


async def test_a_replica_that_is_let_go_keeps_the_records(room: Room) -> None:
    await room.save("i", {"objectID": "1"})
    await room.settings("i", replicas=["kept", "gone"])
    await room.settings("i", replicas=["gone"])
    await room.ok("DELETE", "/1/indexes/gone")
    assert await entries(room) == {"i": 1, "kept": 1}
    assert (await room.ok("GET", "/1/indexes/i/settings"))["replicas"] == []
    await room.ok("POST", "/1/indexes/kept", {"objectID": "2"})
    assert await entries(room) == {"i": 1, "kept": 2}
    await room.settings("i", replicas=["kept"])
    assert await entries(room) == {"i": 1, "kept": 1}
    await room.ok("DELETE", "/1/indexes/i")
    assert await entries(room) == {"kept": 1}
    assert await room.found("kept") == ["1"]


async def test_replicas_that_cannot_be(room: Room) -> None:
    await room.settings("i", replicas=["r"])
    await room.settings("j", hitsPerPage=1)
    before = room.state()
    for index, replicas in (
        *(("i", ["i"]), ("r", ["x"]), ("j", ["r"]), ("j", ["i"])),
        *(("j", ["x", "virtual(x)"]), ("j", ["virtual()"])),
    ):
        assert (await room.refused("PUT", f"/1/indexes/{index}/settings", {"replicas": replicas}))[0] == 400
    assert room.state() == before


async def furnish(room: Room) -> None:
    await room.save("i", {"objectID": "1"}, {"objectID": "2"})
    await room.settings("i", hitsPerPage=3, replicas=["r"])
    await room.ok("PUT", "/1/indexes/i/synonyms/s", {"type": "synonym", "synonyms": ["a", "b"]})
    await room.ok("PUT", "/1/indexes/i/rules/r", {"consequence": {"params": {}}})


async def test_copying_a_whole_index(room: Room) -> None:
    await furnish(room)
    await room.save("j", {"objectID": "old"})
    await operate(room, "i", "copy", "j")
    assert await room.found("j") == ["1", "2"]
    settings = await room.ok("GET", "/1/indexes/j/settings")
    assert (settings["hitsPerPage"], "replicas" in settings) == (3, False)
    assert (await room.ok("POST", "/1/indexes/j/synonyms/search"))["nbHits"] == 1
    assert (await room.ok("POST", "/1/indexes/j/rules/search"))["nbHits"] == 1
    await room.save("j", {"objectID": "3"})
    assert await room.found("i") == ["1", "2"]


async def test_copying_parts_keeps_the_rest(room: Room) -> None:
    await furnish(room)
    await room.save("j", {"objectID": "old"})
    await operate(room, "i", "copy", "j", scope=["settings", "rules"])
    assert await room.found("j") == ["old"]
    assert (await room.ok("GET", "/1/indexes/j/settings"))["hitsPerPage"] == 3
    assert (await room.ok("POST", "/1/indexes/j/synonyms/search"))["nbHits"] == 0
    assert (await room.ok("POST", "/1/indexes/j/rules/search"))["nbHits"] == 1


async def test_moving_an_index_leaves_the_replicas_of_the_one_that_is_replaced(room: Room) -> None:
    await furnish(room)
    await room.save("new", {"objectID": "3"})
    await operate(room, "new", "move", "i")
    assert await entries(room) == {"i": 1, "r": 1}
    assert await room.found("i") == await room.found("r") == ["3"]
    assert (await room.ok("GET", "/1/indexes/i/settings"))["replicas"] == ["r"]
    await operate(room, "i", "move", "j")
    assert await entries(room) == {"j": 1, "r": 1}
    assert "replicas" not in await room.ok("GET", "/1/indexes/j/settings")
    assert "primary" not in await room.ok("GET", "/1/indexes/r/settings")


async def test_sources_that_are_missing(room: Room) -> None:
    await room.save("j", {"objectID": "1"})
    await operate(room, "none", "move", "j")
    assert await entries(room) == {"j": 1}
    await operate(room, "none", "copy", "empty")
    assert await entries(room) == {"j": 1, "empty": 0}


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("i", {"operation": "copy", "destination": "i"}),
        ("j", {"operation": "copy", "destination": "i"}),
        ("j", {"operation": "copy", "destination": "r"}),
        ("j", {"operation": "move", "destination": "r"}),
        ("r", {"operation": "move", "destination": "j"}),
        ("i", {"operation": "rename", "destination": "j"}),
        ("i", {"operation": "move", "destination": ""}),
        ("i", {"operation": "copy", "destination": "*"}),
        ("i", {"operation": "move", "destination": "x" * 257}),
        ("i", {"operation": "copy", "destination": "j", "scope": ["records"]}),
        ("i", {"operation": "copy"}),
    ],
)
async def test_operations_that_cannot_be(room: Room, source: str, body: Json) -> None:
    await furnish(room)
    await room.save("j", {"objectID": "old"})
    before = room.state()
    assert (await room.refused("POST", f"/1/indexes/{source}/operation", body))[0] == 400
    assert room.state() == before


async def test_indices_are_listed_by_name_and_in_pages(room: Room) -> None:
    for name in ("b", "c", "a"):
        await room.save(name, {"objectID": "1"})
    await room.advance(60)
    await room.save("c", {"objectID": "2"})
    listed = await room.ok("GET", "/1/indexes")
    assert [each["name"] for each in listed["items"]] == ["a", "b", "c"]
    assert listed["items"][2]["createdAt"] < listed["items"][2]["updatedAt"]
    second = await room.ok("GET", "/1/indexes?page=1&hitsPerPage=2")
    assert ([each["name"] for each in second["items"]], second["nbPages"]) == (["c"], 2)
    assert (await room.refused("GET", "/1/indexes?page=x"))[0] == 400
