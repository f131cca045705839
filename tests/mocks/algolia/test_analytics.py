"""Figures are counted from the searches that were made and the events that were sent; dictionaries change searches."""

from typing import Any

from tests.mocks.algolia.room import Room

Json = Any


async def test_searches_and_clicks_are_counted(room: Room) -> None:
    await room.save("i", {"objectID": "1", "t": "red car"}, {"objectID": "2", "t": "red hat"})
    answers = [await room.search("i", query, clickAnalytics=True) for query in ("red", "red", "blue")]
    await room.search("i", "red", analytics=False)
    click = {
        "eventType": "click",
        "eventName": "Opened",
        "index": "i",
        "userToken": "ada",
        "objectIDs": ["2"],
    }
    following: Json = {"positions": [2], "queryID": answers[0]["queryID"]}
    await room.ok("POST", "/1/events", {"events": [click | following]})
    top = await room.ok("GET", "/2/searches?index=i&clickAnalytics=true")
    told = [(each["search"], each["count"], each["nbHits"], each["clickCount"]) for each in top["searches"]]
    assert told == [("red", 2, 2, 1), ("blue", 1, 0, 0)]
    assert (await room.ok("GET", "/2/searches/noResults?index=i"))["searches"] == [
        {"search": "blue", "count": 1, "withFilterCount": 0}
    ]
    rate = await room.ok("GET", "/2/clicks/clickThroughRate?index=i")
    assert (rate["rate"], rate["clickCount"], rate["trackedSearchCount"]) == (0.3333, 1, 3)
    assert (await room.ok("GET", "/2/clicks/averageClickPosition?index=i"))["average"] == 2
    assert (await room.ok("GET", "/2/searches/count?index=i&startDate=2026-02-01&endDate=2026-02-02"))[
        "count"
    ] == 0
    assert (await room.refused("GET", "/2/searches?index=i&startDate=soon"))[0] == 400
    assert (await room.refused("GET", "/2/searches?index=i", key=room.token("search_key")))[0] == 403


async def test_a_dictionarys_words_change_searches(room: Room) -> None:
    await room.save("i", {"objectID": "1", "t": "car"})
    given: Json = {"removeStopWords": ["en"], "queryType": "prefixNone"}
    assert await room.found("i", "shiny car", **given) == []
    entry = {"objectID": "e", "language": "en", "word": "shiny"}
    batch = {"requests": [{"action": "addEntry", "body": entry}]}
    await room.ok("POST", "/1/dictionaries/stopwords/batch", batch)
    assert await room.found("i", "shiny car", **given) == ["1"]
    assert await room.found("i", "the car", **given) == ["1"]
    await room.ok(
        "PUT", "/1/dictionaries/*/settings", {"disableStandardEntries": {"stopwords": {"en": True}}}
    )
    assert await room.found("i", "the car", **given) == []


async def test_a_dictionarys_compounds_are_cut_in_records_and_queries(room: Room) -> None:
    await room.settings(
        "i", searchableAttributes=["t"], decompoundedAttributes={"de": ["t"]}, typoTolerance=False
    )
    await room.save(
        "i", {"objectID": "1", "t": "Die Kampagnenauswertung"}, {"objectID": "2", "t": "Auswertung"}
    )
    assert await room.found("i", "auswertung") == ["2"]
    entry: Json = {
        "objectID": "e",
        "language": "de",
        "word": "Kampagnenauswertung",
        "decomposition": ["kampagnen", "auswertung"],
    }
    batch: Json = {"requests": [{"action": "addEntry", "body": entry}]}
    await room.ok("POST", "/1/dictionaries/compounds/batch", batch)
    assert await room.found("i", "auswertung") == ["2", "1"]
    [_, hit] = (await room.search("i", "auswertung"))["hits"]
    assert hit["_highlightResult"]["t"]["value"] == "Die Kampagnen<em>auswertung</em>"
    batch["requests"][0]["body"] = entry | {"state": "disabled"}
    await room.ok("POST", "/1/dictionaries/compounds/batch", batch)
    assert await room.found("i", "auswertung") == ["2"]


async def test_standard_compounds_and_plurals_can_be_switched_off(room: Room) -> None:
    await room.settings(
        "i", searchableAttributes=["t"], decompoundedAttributes={"de": ["t"]}, typoTolerance=False
    )
    await room.save("i", {"objectID": "1", "t": "Gartenstühle"}, {"objectID": "2", "t": "cars"})
    plural: Json = {"ignorePlurals": ["en"], "queryType": "prefixNone"}
    assert (await room.found("i", "stühle"), await room.found("i", "car", **plural)) == (["1"], ["2"])
    found = await room.ok("POST", "/1/dictionaries/compounds/search", {"query": "gartenst", "language": "de"})
    assert [each["decomposition"] for each in found["hits"]] == [["garten", "stuhl"], ["garten", "stuhle"]]
    assert (await room.ok("GET", "/1/dictionaries/*/languages"))["nl"]["compounds"] == {"nbCustomEntries": 0}
    off = {"compounds": {"de": True}, "plurals": {"en": True}}
    await room.ok("PUT", "/1/dictionaries/*/settings", {"disableStandardEntries": off})
    assert (await room.found("i", "stühle"), await room.found("i", "car", **plural)) == ([], [])


async def test_words_that_are_cut_by_their_capitals_are_marked(room: Room) -> None:
    await room.settings("i", searchableAttributes=["t"], camelCaseAttributes=["t"])
    await room.save("i", {"objectID": "1", "t": "totalBudget", "u": "totalBudget"})
    [hit] = (await room.search("i", "budget", attributesToHighlight=["*"]))["hits"]
    assert hit["_highlightResult"]["t"]["value"] == "total<em>Budget</em>"
    assert hit["_highlightResult"]["u"]["matchLevel"] == "none"
