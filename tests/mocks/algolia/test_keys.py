"""Keys: what they may do and for how long; secured keys with every restriction."""

import hmac
from base64 import b64encode
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from mocks.algolia.provider import algolia
from mocks.algolia.resources import access
from tests import needs
from tests.mocks.algolia.conformance import NOT_IN_DOCUMENT, Document
from tests.mocks.algolia.room import Room

Json = Any
DENIED = (403, "Method not allowed with this API key")
INVALID = (403, "Invalid Application-ID or API key")


async def made(room: Room, *acl: str, **more: Json) -> str:
    key: str = (await room.ok("POST", "/1/keys", {"acl": list(acl), **more}))["key"]
    return key


def secured(parent: str, **restrictions: Json) -> str:
    """Make a secured key as the SDKs do."""
    pairs = {
        name: ",".join(value) if isinstance(value, list) else value for name, value in restrictions.items()
    }
    query = urlencode(dict(sorted(pairs.items())), quote_via=quote)
    mac = hmac.digest(parent.encode(), query.encode(), "sha256").hex()
    return b64encode((mac + query).encode()).decode()


def test_every_operation_asks_for_the_acl_that_algolia_says(document: Document | None) -> None:
    algolia.load()
    assert set(access.OPERATIONS) >= set(algolia.operations)
    needs.require("specs", available=document is not None, reason=needs.missing_specs() or "")
    assert document is not None
    for id in set(algolia.operations) & set(document.operations):
        acl = access.OPERATIONS[id]
        published = document.operations[id][2]["x-acl"]
        if id in ("batch", "multipleBatch", "getTask"):
            assert (acl, published) == ("", ["addObject"])
        else:
            assert [acl] == published, id
    assert set(algolia.operations) >= NOT_IN_DOCUMENT


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/1/indexes", None),
        ("GET", "/1/indexes/i/settings", None),
        ("PUT", "/1/indexes/i/settings", {}),
        ("POST", "/1/indexes/i", {}),
        ("DELETE", "/1/indexes/i/1", None),
        ("DELETE", "/1/indexes/i", None),
        ("POST", "/1/indexes/i/browse", {}),
        ("GET", "/1/logs", None),
        ("GET", "/1/keys", None),
        ("POST", "/1/keys", {"acl": ["search"]}),
    ],
)
async def test_a_search_key_only_searches(room: Room, method: str, path: str, body: Json) -> None:
    await room.save("i", {"objectID": "1"})
    before = room.state()
    assert await room.refused(method, path, body, key=room.token("search_key")) == DENIED
    assert room.state() == before
    assert await room.found("i", key=room.token("search_key")) == ["1"]


async def test_batches_ask_for_the_acl_of_each_action(room: Room) -> None:
    adding = await made(room, "addObject")
    request = {"action": "addObject", "body": {"objectID": "1"}}
    await room.ok("POST", "/1/indexes/i/batch", {"requests": [request]}, key=adding)
    before = room.state()
    deleting = {"action": "deleteObject", "body": {"objectID": "1"}}
    body = {"requests": [request, deleting]}
    status, message = await room.refused("POST", "/1/indexes/i/batch", body, key=adding)
    assert (status, message) == (400, "Not enough rights to delete an object near line:1 column:109")
    for action, doing in (("clear", "clear index"), ("delete", "delete index")):
        body = {"requests": [{"action": action}]}
        message = (await room.refused("POST", "/1/indexes/i/batch", body, key=adding))[1]
        assert message.startswith(f"Not enough rights to {doing} near line:1 column:")
    assert room.state() == before


async def test_a_forbidden_action_is_told_by_the_end_of_its_request(room: Room) -> None:
    """Status and column of the answer that the official JavaScript client's own test of `accountCopyIndex` expects."""
    key = await made(room, "settings", "editSettings", "search")
    one = {"requests": [{"action": "updateObject", "body": {"objectID": "one"}}]}
    told = "Not enough rights to update an object near line:1 column:64"
    assert await room.refused("POST", "/1/indexes/i/batch", one, key=key) == (400, told)


async def test_keys_are_for_some_indices(room: Room) -> None:
    for name in ("dev_a", "dev_b", "live"):
        await room.save(name, {"objectID": "1"})
    key = await made(room, "search", "listIndexes", "addObject", indexes=["dev_*"])
    assert await room.found("dev_a", key=key) == ["1"]
    refused = (403, "Index not allowed with this API key")
    assert await room.refused("POST", "/1/indexes/live/query", {}, key=key) == refused
    several = {"requests": [{"indexName": "dev_a"}, {"indexName": "live"}]}
    assert await room.refused("POST", "/1/indexes/*/queries", several, key=key) == refused
    copy = {"operation": "copy", "destination": "live"}
    assert await room.refused("POST", "/1/indexes/dev_a/operation", copy, key=key) == refused
    listed = (await room.ok("GET", "/1/indexes", key=key))["items"]
    assert [each["name"] for each in listed] == ["dev_a", "dev_b"]


async def test_keys_limit_hits_and_force_parameters(room: Room) -> None:
    await room.settings("i", attributesForFaceting=["public"])
    await room.save("i", *({"objectID": str(n), "public": n < 4} for n in range(6)))
    key = await made(
        room, "search", maxHitsPerQuery=2, queryParameters="filters=public:true&typoTolerance=false"
    )
    answer = await room.search("i", key=key, hitsPerPage=50)
    assert (answer["nbHits"], answer["hitsPerPage"], "exhaustiveTypo" in answer) == (4, 2, False)
    assert len((await room.search("i", key=key, offset=0, length=50))["hits"]) == 2
    requests = [{"indexName": "i", "objectID": "1"}] * 3
    refusal = await room.refused("POST", "/1/indexes/*/objects", {"requests": requests}, key=key)
    assert refusal == (403, "Method not allowed with this API key (nbObjects > hitsPerPage)")


async def test_keys_end_and_come_back(room: Room) -> None:
    await room.save("i", {"objectID": "1"})
    key = await made(room, "search", validity=60)
    assert (await room.ok("GET", f"/1/keys/{key}"))["validity"] == 60
    await room.advance(59)
    assert (await room.ok("GET", f"/1/keys/{key}"))["validity"] == 1
    await room.advance(1)
    assert await room.refused("POST", "/1/indexes/i/query", {}, key=key) == INVALID
    assert await room.refused("GET", f"/1/keys/{key}") == (404, "Key does not exist")
    lasting = await made(room, "search", validity=60)
    await room.ok("DELETE", f"/1/keys/{lasting}")
    assert await room.refused("POST", "/1/indexes/i/query", {}, key=lasting) == INVALID
    await room.advance(600)
    await room.ok("POST", f"/1/keys/{lasting}/restore")
    assert await room.found("i", key=lasting) == ["1"]
    assert (await room.refused("POST", f"/1/keys/{lasting}/restore"))[0] == 404


async def test_a_key_reads_itself_alone(room: Room) -> None:
    key = await made(room, "search", description="secret plan", referers=["https://app.test/*"])
    page = {"referer": "https://app.test/page"}
    assert (await room.ok("GET", f"/1/keys/{key}", key=key, **page))["description"] == "<redacted>"
    other = room.token("search_key")
    assert await room.refused("GET", f"/1/keys/{other}", key=key, **page) == DENIED
    wrong = (403, "Method not allowed with this referer")
    assert await room.refused("GET", f"/1/keys/{key}", key=key, referer="https://evil.test/") == wrong
    assert await room.refused("GET", f"/1/keys/{key}", key=key) == wrong
    assert await room.refused("GET", f"/1/keys/{room.token('admin_key')}") == (404, "Key does not exist")


async def test_the_environments_search_key_can_be_changed_like_others(room: Room) -> None:
    search = room.token("search_key")
    await room.ok("PUT", f"/1/keys/{search}", {"acl": ["search", "browse"], "indexes": ["i"]})
    await room.save("i", {"objectID": "1"})
    assert len((await room.ok("POST", "/1/indexes/i/browse", {}, key=search))["hits"]) == 1
    await room.ok("DELETE", f"/1/keys/{search}")
    assert await room.refused("POST", "/1/indexes/i/query", {}, key=search) == INVALID


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"acl": ["fly"]},
        {"acl": "search"},
        {"acl": ["search"], "validity": -1},
        {"acl": ["search"], "queryParameters": "nonsense=1"},
        {"acl": ["search"], "queryParameters": "restrictSources=nowhere"},
        {"acl": ["search"], "colour": "red"},
    ],
)
async def test_keys_that_cannot_be_made(room: Room, body: Json) -> None:
    before = room.state()
    assert (await room.refused("POST", "/1/keys", body))[0] == 400
    assert room.state() == before


# --- secured keys ------------------------------------------------------------------------------------------------


@pytest.fixture
async def tenants(room: Room) -> Room:
    await room.settings("i", attributesForFaceting=["org", "searchable(name)"])
    await room.save("i", *({"objectID": str(n), "org": f"o{n % 2}", "name": f"n{n}"} for n in range(6)))
    await room.save("j", {"objectID": "1"})
    return room


async def test_filters_of_a_secured_key_narrow_those_of_the_request(tenants: Room) -> None:
    key = secured(tenants.token("search_key"), filters="org:o1", facetFilters='["name:-n5"]')
    assert await tenants.found("i", key=key) == ["1", "3"]
    assert await tenants.found("i", key=key, filters="org:o0") == []
    assert await tenants.found("i", key=key, filters="name:n1 OR name:n2", facetFilters="name:n1") == ["1"]
    several = {"requests": [{"indexName": "i", "params": "filters=org:o0"}, {"indexName": "i"}]}
    results = (await tenants.ok("POST", "/1/indexes/*/queries", several, key=key))["results"]
    assert [each["nbHits"] for each in results] == [0, 2]
    values = await tenants.ok("POST", "/1/indexes/i/facets/name/query", {"facetQuery": "n"}, key=key)
    assert [each["value"] for each in values["facetHits"]] == ["n1", "n3"]


async def test_other_parameters_of_a_secured_key_replace_those_of_the_request(tenants: Room) -> None:
    key = secured(tenants.token("search_key"), hitsPerPage=2, attributesToRetrieve=["name"], userToken="ada")
    answer = await tenants.search("i", key=key, hitsPerPage=100, attributesToRetrieve=["*"], userToken="bob")
    assert (answer["hitsPerPage"], set(answer["hits"][0]) - {"_highlightResult"}) == (2, {"name", "objectID"})
    assert "hitsPerPage=100" in answer["params"]


async def test_a_secured_key_browses_if_its_parent_does(tenants: Room) -> None:
    parent = await made(tenants, "search", "browse")
    key = secured(parent, filters="org:o1")
    assert len((await tenants.ok("POST", "/1/indexes/i/browse", {}, key=key))["hits"]) == 3
    other = secured(tenants.token("search_key"), filters="org:o1")
    assert await tenants.refused("POST", "/1/indexes/i/browse", {}, key=other) == DENIED


async def test_a_secured_key_is_for_some_indices_sources_and_pages(tenants: Room) -> None:
    parent = tenants.token("search_key")
    key = secured(parent, restrictIndices=["i", "x*"])
    assert len(await tenants.found("i", key=key)) == 6
    refused = (403, "Index not allowed with this API key")
    assert await tenants.refused("POST", "/1/indexes/j/query", {}, key=key) == refused
    limited = await made(tenants, "search", indexes=["j"])
    assert (
        await tenants.refused("POST", "/1/indexes/i/query", {}, key=secured(limited, restrictIndices="i"))
        == refused
    )
    key = secured(parent, restrictSources="10.0.0.0/8,192.168.1.7")
    for source in ("10.1.2.3", "192.168.1.7, 8.8.8.8"):
        assert await tenants.ok("POST", "/1/indexes/i/query", {}, key=key, x_forwarded_for=source)
    for headers in ({}, {"x_forwarded_for": "8.8.8.8"}, {"x_forwarded_for": "nonsense"}):
        assert (await tenants.refused("POST", "/1/indexes/i/query", {}, key=key, **headers))[0] == 403
    key = secured(parent, referers="https://app.test")
    assert await tenants.ok("POST", "/1/indexes/i/query", {}, key=key, referer="https://app.test/x")
    assert (await tenants.refused("POST", "/1/indexes/i/query", {}, key=key))[0] == 403


async def test_a_secured_key_ends_by_the_worlds_clock(tenants: Room) -> None:
    now = tenants.world.clock.now() // 1_000_000
    key = secured(tenants.token("search_key"), validUntil=now + 60)
    assert len(await tenants.found("i", key=key)) == 6
    await tenants.advance(61)
    expired = (400, '"validUntil" parameter expired (less than current date)')
    assert await tenants.refused("POST", "/1/indexes/i/query", {}, key=key) == expired


async def test_secured_keys_that_are_none(tenants: Room) -> None:
    search = tenants.token("search_key")
    key = secured(search, filters="org:o1")
    tampered = b64encode(hmac.digest(b"x", b"", "sha256").hex().encode() + b"filters=org%3Ao0").decode()
    gone = await made(tenants, "search")
    await tenants.ok("DELETE", f"/1/keys/{gone}")
    for wrong in (
        tampered,
        secured(tenants.token("admin_key"), filters="org:o1"),
        secured(key, filters="org:o1"),
        secured(gone, filters="org:o1"),
        key[:-4],
        key + "!",
        "x" * 200,
    ):
        assert await tenants.refused("POST", "/1/indexes/i/query", {}, key=wrong) == INVALID
    assert await tenants.refused("POST", "/1/indexes/i/query", {}, key=secured(search)) == (
        403,
        "Invalid API key",
    )
    wrong = secured(search, validUntil="tomorrow")
    assert await tenants.refused("POST", "/1/indexes/i/query", {}, key=wrong) == (403, "Invalid API key")
    unknown = secured(search, colour="red")
    assert (await tenants.refused("POST", "/1/indexes/i/query", {}, key=unknown))[0] == 400
