"""Every operation that is served, against Algolia's own OpenAPI document."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mocks.algolia.provider import algolia
from tests.mocks.algolia.conformance import NOT_IN_DOCUMENT, Document
from tests.mocks.algolia.room import Room

Json = Any


@pytest.fixture
async def strict(tmp_path: Path, specs: Path) -> AsyncIterator[Room]:
    room = Room.open(tmp_path, Document(specs))
    yield room
    await room.close()


VIEW: Json = {"eventType": "view", "eventName": "Seen", "index": "i", "userToken": "ada", "objectIDs": ["1"]}
ENTRY: Json = {"objectID": "e", "language": "en", "word": "down", "state": "enabled"}
ANALYTICS = (
    *("searches", "searches/count", "searches/noResults", "searches/noResultRate", "searches/noClicks"),
    *("searches/noClickRate", "hits", "users/count", "filters", "status"),
    *("clicks/averageClickPosition", "clicks/positions", "clicks/clickThroughRate"),
    *("conversions/conversionRate", "conversions/addToCartRate", "conversions/purchaseRate"),
)
CLUSTERS: list[tuple[str, str, str]] = [
    ("listClusters", "GET", "/1/clusters"),
    ("assignUserId", "POST", "/1/clusters/mapping"),
    ("listUserIds", "GET", "/1/clusters/mapping"),
    ("batchAssignUserIds", "POST", "/1/clusters/mapping/batch"),
    ("getTopUserIds", "GET", "/1/clusters/mapping/top"),
    ("searchUserIds", "POST", "/1/clusters/mapping/search"),
    ("hasPendingMappings", "GET", "/1/clusters/mapping/pending"),
    ("getUserId", "GET", "/1/clusters/mapping/ada"),
    ("removeUserId", "DELETE", "/1/clusters/mapping/ada"),
]
"""What no plan has any more."""

CALLS: list[tuple[str, str, Json]] = [
    ("POST", "/1/indexes/i", {"objectID": "1", "brand": "Acme"}),
    ("PUT", "/1/indexes/i/2", {"brand": "Bolt", "_geoloc": {"lat": 1, "lng": 2}}),
    ("POST", "/1/indexes/i/2/partial", {"n": 5}),
    ("POST", "/1/indexes/i/batch", {"requests": [{"action": "addObject", "body": {}}]}),
    ("POST", "/1/indexes/*/batch", {"requests": [{"action": "clear", "indexName": "j"}]}),
    ("PUT", "/1/indexes/i/settings", {"attributesForFaceting": ["searchable(brand)"], "replicas": ["r"]}),
    ("GET", "/1/indexes/i/settings", None),
    ("GET", "/1/indexes/r/settings", None),
    ("GET", "/1/indexes", None),
    ("GET", "/1/indexes/i/2", None),
    ("POST", "/1/indexes/*/objects", {"requests": [{"indexName": "i", "objectID": "1"}]}),
    ("POST", "/1/indexes/i/query", {"query": "acm", "facets": ["*"], "getRankingInfo": True}),
    ("POST", "/1/indexes/i/query", {"aroundLatLng": "1,2", "getRankingInfo": True, "clickAnalytics": True}),
    ("POST", "/1/indexes/i/query", {"query": "", "attributesToSnippet": ["*:2"], "distinct": 1}),
    ("POST", "/1/indexes/*/queries", {"requests": [{"indexName": "i"}]}),
    ("POST", "/1/indexes/i/facets/brand/query", {"facetQuery": "a"}),
    ("GET", "/1/indexes/i?query=a", None),
    ("POST", "/1/indexes/i/browse", {"hitsPerPage": 1}),
    ("GET", "/1/indexes/i/browse", None),
    ("PUT", "/1/indexes/i/synonyms/s", {"type": "synonym", "synonyms": ["a", "b"]}),
    ("GET", "/1/indexes/i/synonyms/s", None),
    ("POST", "/1/indexes/i/synonyms/batch", []),
    ("POST", "/1/indexes/i/synonyms/search", None),
    ("DELETE", "/1/indexes/i/synonyms/s", None),
    ("POST", "/1/indexes/i/synonyms/clear", None),
    ("PUT", "/1/indexes/i/rules/r", {"consequence": {"params": {"hitsPerPage": 1}}}),
    ("GET", "/1/indexes/i/rules/r", None),
    ("POST", "/1/indexes/i/rules/batch", []),
    ("POST", "/1/indexes/i/rules/search", None),
    ("DELETE", "/1/indexes/i/rules/r", None),
    ("POST", "/1/indexes/i/rules/clear", None),
    ("GET", "/1/indexes/i/task/100000000000", None),
    ("GET", "/1/task/100000000000", None),
    ("POST", "/1/indexes/i/operation", {"operation": "copy", "destination": "k"}),
    ("GET", "/1/keys", None),
    ("GET", "/1/logs", None),
    ("POST", "/1/dictionaries/stopwords/batch", {"requests": [{"action": "addEntry", "body": ENTRY}]}),
    ("POST", "/1/dictionaries/stopwords/search", {"query": "about", "language": "en"}),
    ("GET", "/1/dictionaries/*/languages", None),
    ("PUT", "/1/dictionaries/*/settings", {"disableStandardEntries": {"stopwords": {"fr": True}}}),
    ("GET", "/1/dictionaries/*/settings", None),
    ("PUT", "/1/security/sources", [{"source": "10.0.0.0/8"}]),
    ("POST", "/1/security/sources/append", {"source": "127.0.0.1", "description": "this machine"}),
    ("GET", "/1/security/sources", None),
    ("DELETE", "/1/security/sources/127.0.0.1", None),
    ("POST", "/1/events", {"events": [VIEW]}),
    *(("GET", f"/2/{path}?index=i&clickAnalytics=true&revenueAnalytics=true", None) for path in ANALYTICS),
    ("POST", "/1/indexes/i/deleteByQuery", {"filters": "brand:Acme"}),
    ("DELETE", "/1/indexes/i/2", None),
    ("POST", "/1/indexes/i/clear", None),
    ("DELETE", "/1/indexes/i", None),
]


async def test_every_operation_that_is_served_answers_as_the_document_says(strict: Room) -> None:
    for method, path, body in CALLS:
        await strict.ok(method, path, body)
    key = (await strict.ok("POST", "/1/keys", {"acl": ["search"]}))["key"]
    await strict.ok("PUT", f"/1/keys/{key}", {"acl": ["browse"]})
    await strict.ok("GET", f"/1/keys/{key}")
    await strict.ok("DELETE", f"/1/keys/{key}")
    await strict.ok("POST", f"/1/keys/{key}/restore")
    assert (await strict.call("DELETE", "/1/usertokens/ada")).status_code == 204
    assert strict.document is not None
    strict.document.seen.discard("deleteUserToken")
    without_answers = NOT_IN_DOCUMENT | {"deleteUserToken", *(id for id, _, _ in CLUSTERS)}
    assert strict.document.seen == set(algolia.operations) - without_answers


async def test_all_of_the_search_api_is_served(strict: Room) -> None:
    assert strict.document is not None
    sources = strict.document.sources
    published = {
        id for id, name in sources.items() if name == "algolia.search.yaml" and not id.startswith("custom")
    }
    algolia.load()
    assert len(published) == 58
    assert published <= set(algolia.operations)


async def test_a_plan_without_clusters_says_so(strict: Room) -> None:
    for _, method, path in CLUSTERS:
        assert await strict.refused(method, path) == (402, "This feature is not available on your plan")
        assert (await strict.refused(method, path, key=strict.token("search_key")))[0] == 403


def test_operations_have_the_documents_own_ids_and_paths(specs: Path) -> None:
    document = Document(specs)
    algolia.load()
    for id in set(algolia.operations) - NOT_IN_DOCUMENT:
        operation = algolia.operations[id]
        method, path, described = document.operations[id]
        assert operation.method.lower() == method
        assert _shape(operation.path) == _shape(path)
        assert str(operation.status) in described["responses"]


def _shape(path: str) -> list[str]:
    return ["{}" if part.startswith("{") else part for part in path.split("/")]
