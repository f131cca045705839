"""Searches: words, prefixes and typos, order, filters, pages, facets, highlighting, and several at once."""

from typing import Any

import pytest

from tests.mocks.algolia.room import Room

Json = Any

FILMS = [
    {"objectID": "1", "title": "The Summer House", "cast": ["Ada Lovelace", "George Clooney"], "year": 1993},
    {"objectID": "2", "title": "House of Winter", "cast": ["Grace Hopper"], "year": 2001},
    {"objectID": "3", "title": "Summertime", "cast": ["George Sand"], "year": 1955},
    {"objectID": "4", "title": "A Crème Brûlée", "cast": [], "year": 2010},
]


@pytest.fixture
async def films(room: Room) -> Room:
    await room.save("films", *FILMS)
    await room.settings(
        "films", searchableAttributes=["title", "unordered(cast)"], customRanking=["desc(year)"]
    )
    return room


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["4", "2", "1", "3"]),
        ("summer", ["3", "1"]),
        ("summer house", ["1"]),
        ("SUMMER HOU", ["1"]),
        ("hou", ["2", "1"]),
        (
            "hous winter",
            [],
        ),  # only the last word may be a prefix, and four letters for five is no typo of `house` …
        ("sumer", ["3", "1"]),
        ("sumemr", ["3", "1"]),
        ("summrtme", ["3"]),
        ("creme brulee", ["4"]),
        ("brûl", ["4"]),
        ("george", ["1", "3"]),
        ("george ada", ["1"]),
        ("xyz", []),
        ("clonney", ["1"]),
        ("year", []),
        ("1993", []),  # not a searchable attribute
        ("!!!", ["4", "2", "1", "3"]),
    ],
)
async def test_what_is_found(films: Room, query: str, expected: list[str]) -> None:
    if query == "hous winter":
        expected = ["2"]  # … it is one, an insertion
    assert await films.found("films", query) == expected


async def test_words_stand_for_others_only_as_far_as_parameters_say(films: Room) -> None:
    assert await films.found("films", "sumer", typoTolerance=False) == []
    assert await films.found("films", "hou", queryType="prefixNone") == []
    assert await films.found("films", "hou win", queryType="prefixAll") == ["2"]
    assert await films.found("films", "geo", restrictSearchableAttributes=["title"]) == []
    assert await films.found("films", "sumer", disableTypoToleranceOnAttributes=["title"]) == []
    assert await films.found("films", "grace summer", optionalWords="grace") == ["3", "1"]
    assert await films.found("films", "winter nothing", removeWordsIfNoResults="lastWords") == ["2"]
    assert await films.found("films", "nothing winter", removeWordsIfNoResults="firstWords") == ["2"]
    assert await films.found("films", "nothing winter", removeWordsIfNoResults="allOptional") == ["2"]
    answer = await films.search("films", "Winter nothing", removeWordsIfNoResults="lastWords")
    assert answer["queryAfterRemoval"] == "Winter <em>nothing</em>"


async def test_typos_cost_and_may_be_held_to_the_least(room: Room) -> None:
    await room.save(
        "i", *({"objectID": word, "word": word} for word in ("sommer", "summer", "rummer", "simmer"))
    )
    assert (await room.found("i", "summer"))[0] == "summer"
    assert (await room.found("i", "summer"))[-1] == "rummer"  # its first letter
    assert await room.found("i", "summer", typoTolerance="min") == ["summer"]
    assert sorted(await room.found("i", "summer", typoTolerance="strict")) == ["simmer", "sommer", "summer"]


async def test_criteria_decide_one_after_the_other(room: Room) -> None:
    await room.settings("i", searchableAttributes=["title", "text"], customRanking=["asc(rank)"])
    records: list[Json] = [
        {"objectID": "text", "title": "x", "text": "red car", "rank": 0},
        {"objectID": "far", "title": "red or blue car", "text": "", "rank": 1},
        {"objectID": "near2", "title": "red car", "text": "", "rank": 3},
        {"objectID": "near1", "title": "red car", "text": "", "rank": 2},
        {"objectID": "unranked", "title": "red car", "text": ""},
        {"objectID": "later", "title": "a red car", "text": "", "rank": 0},
        {"objectID": "reversed", "title": "car red", "text": "", "rank": 0},
        {"objectID": "prefix", "title": "red carpet", "text": "", "rank": 0},
    ]
    await room.save("i", *records)
    expected = ["near1", "near2", "unranked", "prefix", "later", "text", "reversed", "far"]
    assert await room.found("i", "red car") == expected
    answer = await room.search("i", "red car", getRankingInfo=True)
    assert answer["hits"][4]["_rankingInfo"] | {"userScore": 0} == {
        "nbTypos": 0,
        "firstMatchedWord": 1,
        "proximityDistance": 1,
        "userScore": 0,
        "geoDistance": 0,
        "geoPrecision": 1,
        "nbExactWords": 2,
        "words": 2,
        "filters": 0,
    }
    assert (await room.found("i", "red", ranking=["desc(rank)"]))[0] == "near2"


async def test_filters_need_declared_attributes(films: Room) -> None:
    assert await films.found("films", "", filters="title:Summertime") == []
    await films.settings("films", attributesForFaceting=["filterOnly(title)", "cast"])
    assert await films.found("films", "", filters="title:'summertime'") == ["3"]
    assert await films.found("films", "", filters="year > 1990 AND year<=2001") == ["2", "1"]
    assert await films.found("films", "", facetFilters=[["cast:Grace Hopper", "cast:George Sand"]]) == [
        "2",
        "3",
    ]
    assert await films.found("films", "", numericFilters="year:1990 TO 2001") == ["2", "1"]
    both = {"filters": "year > 1990", "facetFilters": ["cast:George Clooney"]}
    assert await films.found("films", "", **both) == ["1"]
    boosted = await films.found("films", "", optionalFilters="cast:George Sand")
    assert boosted == ["3", "4", "2", "1"]
    scored = "cast:'George Sand'<score=3> OR cast:'Grace Hopper'<score=1>"
    assert await films.found("films", "", filters=scored) == ["3", "2"]


async def test_pages(room: Room) -> None:
    await room.save("i", *({"objectID": f"{n:02}"} for n in range(25)))
    answer = await room.search("i", hitsPerPage=10, page=2)
    assert (len(answer["hits"]), answer["nbHits"], answer["nbPages"], answer["page"]) == (5, 25, 3, 2)
    answer = await room.search("i", hitsPerPage=10, page=7)
    assert (answer["hits"], answer["nbHits"], answer["nbPages"]) == ([], 25, 3)
    answer = await room.search("i", offset=3, length=2)
    assert [hit["objectID"] for hit in answer["hits"]] == ["03", "04"]
    assert (answer["offset"], answer["length"], "page" in answer) == (3, 2, False)
    await room.settings("i", paginationLimitedTo=20)
    answer = await room.search("i", hitsPerPage=10)
    assert (answer["nbHits"], answer["nbPages"]) == (25, 2)
    answer = await room.search("i", hitsPerPage=10, page=2)
    assert (answer["hits"], answer["nbHits"], answer["nbPages"], answer["page"]) == ([], 0, 0, 2)
    assert answer["message"].startswith("you can only fetch the 20 hits for this query. You can extend")
    room.document = None  # the document has no pages of no hits, which disjunctive facets ask for
    answer = await room.search("i", hitsPerPage=0)
    assert (answer["hits"], answer["nbHits"], answer["nbPages"], answer["hitsPerPage"]) == ([], 25, 0, 0)
    answer = await room.search("i", hitsPerPage=5000)
    assert answer["hitsPerPage"] == 1000


async def test_facets(films: Room) -> None:
    declared = ["searchable(cast)", "year", "filterOnly(title)"]
    await films.settings("films", attributesForFaceting=declared)
    answer = await films.search("films", facets=["*"])
    assert answer["facets"] == {
        "cast": {"Ada Lovelace": 1, "George Clooney": 1, "George Sand": 1, "Grace Hopper": 1},
        "year": {"1955": 1, "1993": 1, "2001": 1, "2010": 1},
    }
    assert answer["facets_stats"] == {"year": {"min": 1955, "max": 2010, "avg": 1989.75, "sum": 7959}}
    assert answer["exhaustive"] == {"facetsCount": True, "nbHits": True, "typo": True}
    answer = await films.search("films", "george", facets="cast", maxValuesPerFacet=2)
    assert answer["facets"] == {"cast": {"Ada Lovelace": 1, "George Clooney": 1}}
    assert (await films.search("films", facets=["title", "nothing"]))["facets"] == {}
    values = await films.ok(
        "POST", "/1/indexes/films/facets/cast/query", {"facetQuery": "geroge", "filters": "year>1990"}
    )
    assert values["facetHits"] == [
        {"value": "George Clooney", "highlighted": "<em>George</em> Clooney", "count": 1}
    ]
    params = {"params": "maxFacetHits=1", "facetQuery": "", "maxFacetHits": 1}
    assert (await films.refused("POST", "/1/indexes/films/facets/cast/query", params))[0] == 400
    refusal = await films.refused("POST", "/1/indexes/films/facets/year/query", {})
    assert refusal[1].startswith("Cannot search in `year` attribute, you need to add `searchable(year)`")


async def test_values_that_differ_in_case_are_one_facet_value(room: Room) -> None:
    await room.settings("i", attributesForFaceting=["brand", "on", "a.b"])
    brands = ["acme", "Acme", "ACME", "Bolt"]
    records: list[Json] = [
        {"objectID": str(n), "brand": brand, "on": n > 1} for n, brand in enumerate(brands)
    ]
    await room.save("i", *records, {"objectID": "9", "a": [{"b": 1.0}, {"b": "x"}]})
    answer = await room.search("i", facets=["*"])
    assert answer["facets"] == {
        "brand": {"acme": 3, "Bolt": 1},
        "on": {"false": 2, "true": 2},
        "a.b": {"1": 1, "x": 1},
    }
    answer = await room.search("i", facets=["brand"], sortFacetValuesBy="alpha")
    assert list(answer["facets"]["brand"]) == ["Bolt", "acme"]


async def test_highlighting(films: Room) -> None:
    [hit] = (await films.search("films", "house sum"))["hits"]
    assert hit["_highlightResult"] == {
        "title": {
            "value": "The <em>Sum</em>mer <em>House</em>",
            "matchLevel": "full",
            "fullyHighlighted": False,
            "matchedWords": ["house", "sum"],
        },
        "cast": [
            {"value": "Ada Lovelace", "matchLevel": "none", "matchedWords": []},
            {"value": "George Clooney", "matchLevel": "none", "matchedWords": []},
        ],
    }
    [hit] = (await films.search("films", "crem", highlightPreTag="[", highlightPostTag="]"))["hits"]
    assert hit["_highlightResult"]["title"]["value"] == "A [Crèm]e Brûlée"
    [hit] = (await films.search("films", "sumertime"))["hits"]
    title = hit["_highlightResult"]["title"]
    assert (title["value"], title["fullyHighlighted"]) == ("<em>Summertime</em>", True)
    options: dict[str, Json] = {"attributesToHighlight": ["cast"], "restrictHighlightAndSnippetArrays": True}
    hits = (await films.search("films", "clo", **options))["hits"]
    assert [each["value"] for each in hits[0]["_highlightResult"]["cast"]] == ["George <em>Clo</em>oney"]
    [hit] = (await films.search("films", "clo", attributesToHighlight=[]))["hits"]
    assert "_highlightResult" not in hit


async def test_snippets(room: Room) -> None:
    text = "one two three four five six seven eight nine ten"
    await room.save("i", {"objectID": "1", "text": text, "short": "a b"})
    asked = {"attributesToSnippet": ["text:3", "short:3"]}
    [hit] = (await room.search("i", "six", **asked))["hits"]
    assert hit["_snippetResult"] == {
        "text": {"value": "…five <em>six</em> seven…", "matchLevel": "full"},
        "short": {"value": "a b", "matchLevel": "none"},
    }
    [hit] = (await room.search("i", "one", **asked, snippetEllipsisText="..."))["hits"]
    assert hit["_snippetResult"]["text"]["value"] == "<em>one</em> two three..."


async def test_distinct(room: Room) -> None:
    await room.settings(
        "i", attributeForDistinct="product", attributesForFaceting=["colour", "afterDistinct(size)"]
    )
    records = [("1", "shirt", "red"), ("2", "shirt", "blue"), ("3", "hat", "red"), ("4", None, "red")]
    await room.save(
        "i",
        *(
            {"objectID": id, "colour": colour, "size": "m"} | ({"product": product} if product else {})
            for id, product, colour in records
        ),
    )
    assert await room.found("i") == ["1", "2", "3", "4"]
    answer = await room.search("i", distinct=True, facets=["*"])
    assert [hit["objectID"] for hit in answer["hits"]] == ["1", "3", "4"]
    assert (answer["nbHits"], answer["facets"]) == (3, {"colour": {"red": 3, "blue": 1}, "size": {"m": 3}})
    answer = await room.search("i", distinct=2, hitsPerPage=1)
    assert [(hit["objectID"], hit["_distinctSeqID"]) for hit in answer["hits"]] == [("1", 0), ("2", 1)]


async def test_places(room: Room) -> None:
    places = {"paris": (48.86, 2.35), "lyon": (45.76, 4.84), "berlin": (52.52, 13.40)}
    records: list[Json] = [
        {"objectID": name, "_geoloc": {"lat": lat, "lng": lng}} for name, (lat, lng) in places.items()
    ]
    await room.save("i", *records, {"objectID": "nowhere"})
    around = {"aroundLatLng": "45.75, 4.85"}
    assert await room.found("i", **around) == ["lyon", "paris", "berlin"]
    everywhere = ["lyon", "paris", "berlin", "nowhere"]
    assert await room.found("i", **around, aroundRadius="all") == everywhere
    assert await room.found("i", **around, aroundRadius=500_000) == ["lyon", "paris"]
    answer = await room.search("i", **around, getRankingInfo=True)
    info = answer["hits"][1]["_rankingInfo"]
    assert info["geoDistance"] == info["matchedGeoLocation"]["distance"] // 10
    assert 390_000 < info["matchedGeoLocation"]["distance"] < 395_000
    assert await room.found("i", insideBoundingBox=[[49, 2, 45, 5]]) == ["paris", "lyon"]
    assert await room.found("i", insideBoundingBox="53,13,52,14") == ["berlin"]
    assert await room.found("i", insidePolygon=[[50, 0, 50, 4, 46, 2]]) == ["paris"]
    assert (await room.refused("POST", "/1/indexes/i/query", {"aroundLatLng": "here"}))[0] == 400


async def test_synonyms_apply(room: Room) -> None:
    await room.save("i", {"objectID": "car", "t": "Fast car"}, {"objectID": "ny", "t": "New York City guide"})
    synonyms: list[Json] = [
        {"objectID": "1", "type": "synonym", "synonyms": ["NYC", "new york city"]},
        {"objectID": "2", "type": "oneWaySynonym", "input": "auto", "synonyms": ["car"]},
        {"objectID": "3", "type": "altCorrection1", "word": "cra", "corrections": ["car"]},
        {"objectID": "4", "type": "placeholder", "placeholder": "<street>", "replacements": ["road"]},
    ]
    await room.ok("POST", "/1/indexes/i/synonyms/batch", synonyms)
    assert await room.found("i", "nyc guide") == ["ny"]
    assert await room.found("i", "auto") == ["car"]
    assert await room.found("i", "fast cra") == ["car"]
    assert await room.found("i", "auto", synonyms=False) == []
    [hit] = (await room.search("i", "auto"))["hits"]
    assert hit["_highlightResult"]["t"]["value"] == "Fast <em>car</em>"
    assert hit["_highlightResult"]["t"]["matchedWords"] == ["auto"]
    assert (await room.search("i", "fast cra", getRankingInfo=True))["hits"][0]["_rankingInfo"][
        "nbTypos"
    ] == 1


async def test_parameters_come_in_three_ways_and_are_echoed(films: Room) -> None:
    body = {"params": "query=summer&hitsPerPage=1&facets=%5B%22*%22%5D", "page": 1}
    answer = await films.ok("POST", "/1/indexes/films/query?analytics=false&page=0", body)
    assert (answer["query"], answer["hitsPerPage"], answer["page"]) == ("summer", 1, 1)
    fields = set(answer["params"].split("&"))
    assert fields == {"analytics=false", "page=1", "query=summer", "hitsPerPage=1", "facets=%5B%22%2A%22%5D"}
    answer = await films.ok("GET", "/1/indexes/films?query=summer&attributesToRetrieve=title,year")
    assert set(answer["hits"][0]) == {"title", "year", "objectID", "_highlightResult"}
    answer = await films.search("films", "summer", responseFields=["nbHits", "hits"])
    assert set(answer) == {"nbHits", "hits"}
    answer = await films.search("films", clickAnalytics=True, userToken="ada")
    assert len(answer["queryID"]) == 32


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"paginationLimitedTo": 5}, "Unknown parameter: paginationLimitedTo"),
        ({"nonsense": 1}, "Unknown parameter: nonsense"),
        (
            {"hitsPerPage": -1},
            'Value too small for "hitsPerPage" parameter, expected integer between 0 and 9223372036854775807',
        ),
        ({"query": "x" * 513}, 'Invalid value for "query" parameter, expected string shorter than 512 bytes'),
        (
            {"page": "x"},
            'Invalid value for "page" parameter, expected integer between 0 and 9223372036854775807',
        ),
        ({"query": 5}, 'Invalid value for "query" parameter, expected string'),
        (
            {"queryType": "no"},
            'Invalid value for "queryType" parameter, expected one of prefixLast, prefixAll, prefixNone',
        ),
        ({"filters": "a b"}, "filters: Unexpected token string(b) expected end of filter at col 2"),
        ({"params": 5}, 'Invalid value for "params" parameter, expected string'),
    ],
)
async def test_wrong_parameters(films: Room, params: Json, message: str) -> None:
    assert await films.refused("POST", "/1/indexes/films/query", params) == (400, message)


async def test_a_lenient_world_lets_unknown_parameters_be(lenient: Room) -> None:
    await lenient.save("i", {"objectID": "1"})
    assert await lenient.found("i", nonsense=1) == ["1"]
    assert lenient.rules() == ["unknown_parameter"]


async def test_several_searches_at_once(films: Room) -> None:
    await films.settings("films", attributesForFaceting=["searchable(cast)"])
    requests: list[Json] = [
        {"indexName": "films", "query": "house", "hitsPerPage": 1},
        {"indexName": "films", "params": "query=winter&hitsPerPage=1"},
        {"indexName": "films", "type": "facet", "facet": "cast", "params": "query=house", "facetQuery": "gr"},
        {"indexName": "films", "type": "default", "facetQuery": "ignored"},
    ]
    results = (await films.ok("POST", "/1/indexes/*/queries", {"requests": requests}))["results"]
    assert [each.get("nbHits") for each in results] == [2, 1, None, 4]
    assert [each["value"] for each in results[2]["facetHits"]] == ["Grace Hopper"]
    films.document = None
    body = {"requests": requests[:2], "strategy": "stopIfEnoughMatches"}
    results = (await films.ok("POST", "/1/indexes/*/queries", body))["results"]
    assert [each.get("processed", True) for each in results] == [True, False]
    wrong: Json = {"requests": [requests[0], {"indexName": "none"}]}
    assert await films.refused("POST", "/1/indexes/*/queries", wrong) == (404, "Index none does not exist")
    for wrong in ({"requests": [{}]}, {"requests": [5]}, {}, {"requests": [], "strategy": "x"}):
        assert (await films.refused("POST", "/1/indexes/*/queries", wrong))[0] == 400


async def test_disjunctive_facets_as_instantsearch_asks_for_them(films: Room) -> None:
    await films.settings("films", attributesForFaceting=["cast", "year"])
    refined = {"facetFilters": [["cast:George Sand", "cast:Grace Hopper"]]}
    tags = {"highlightPreTag": "__ais-highlight__", "highlightPostTag": "__/ais-highlight__"}
    requests = [
        {"indexName": "films", "params": {}} | refined | tags | {"facets": ["cast", "year"], "page": 0},
        {
            "indexName": "films",
            "facets": "cast",
            "hitsPerPage": 0,
            "page": 0,
            "analytics": False,
            "clickAnalytics": False,
        },
    ]
    del requests[0]["params"]
    films.document = None
    first, second = (await films.ok("POST", "/1/indexes/*/queries", {"requests": requests}))["results"]
    assert (first["nbHits"], len(first["facets"]["cast"]), len(second["facets"]["cast"])) == (2, 2, 4)
    assert "_automaticInsights" not in first
