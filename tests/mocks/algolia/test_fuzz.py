"""Requests that Schemathesis makes of Algolia's own document: no 5xx, valid answers, no trace of what was refused."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mocks.algolia.provider import algolia
from tests.mocks.algolia.conformance import NOT_IN_DOCUMENT, Document
from tests.mocks.algolia.room import Room

Json = Any
algolia.load()
OF_OTHER_APIS = ("/2/", "/1/events", "/1/usertokens")
PUBLISHED = sorted(
    id
    for id in set(algolia.operations) - NOT_IN_DOCUMENT
    if not algolia.operations[id].path.startswith(OF_OTHER_APIS)
)
NAMES = {
    "indexName": "i",
    "objectID": "1",
    "facetName": "brand",
    "taskID": "100000000000",
    "dictionaryName": "stopwords",
}


@dataclass
class Target:
    """A room with one of each thing in it; a document is looked at where answers have none of its known faults."""

    room: Room
    runner: asyncio.Runner
    document: Document
    key: str

    def send(self, method: str, path: str, query: str, body: Json) -> tuple[int, Json, bool]:
        """Send a request; return status, body, and whether it left everything as it was."""
        before = self.room.state()
        content = encoded(body)
        answer = self.runner.run(self._call(method, f"{path}?{query}", content))
        return answer.status_code, answer.json(), self.room.state() == before

    async def _call(self, method: str, path: str, content: bytes) -> Any:
        headers = {
            "x-algolia-application-id": self.room.token("application_id"),
            "x-algolia-api-key": self.room.token("admin_key"),
        }
        return await self.room.client.request(method, path, headers=headers, content=content)


def encoded(body: Json) -> bytes:
    try:
        return orjson.dumps(body)
    except (orjson.JSONEncodeError, TypeError):  # lone surrogates, integers beyond 64 bits
        return repr(body).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def target(specs: Path) -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        room = Room.open(Path(folder))
        yield Target(room, runner, Document(specs), runner.run(furnish(room)))
        runner.run(room.close())


async def furnish(room: Room) -> str:
    """Make one of each thing; return a key."""
    await room.settings("i", attributesForFaceting=["searchable(brand)", "n"])
    await room.save("i", {"objectID": "1", "brand": "Acme", "n": 1}, {"objectID": "2", "brand": "Bolt"})
    await room.ok("PUT", "/1/indexes/i/synonyms/1", {"type": "synonym", "synonyms": ["a", "b"]})
    await room.ok("PUT", "/1/indexes/i/rules/1", {"consequence": {"params": {}}})
    key: str = (await room.ok("POST", "/1/keys", {"acl": ["search"]}))["key"]
    return key


def served(folder: Path) -> Json:
    """Return of Algolia's document the operations that are served, without their answers."""
    document = yaml.load((folder / "algolia.search.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    paths: dict[str, Json] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") in PUBLISHED:
                kept = operation | {"responses": {"default": {"description": "any"}}}
                kept.pop("security", None)
                paths.setdefault(path, {})[method] = kept
    components = {name: document["components"][name] for name in ("schemas", "parameters")}
    return {"openapi": "3.1.0", "info": document["info"], "paths": paths, "components": components}


@pytest.fixture(scope="module")
def operations(specs: Path) -> dict[str, Any]:
    schema = schemathesis.openapi.from_dict(served(specs))
    return {found.ok().definition.raw["operationId"]: found.ok() for found in schema.get_all_operations()}


@pytest.mark.parametrize("id", PUBLISHED)
def test_no_request_breaks_an_operation(id: str, target: Target, operations: dict[str, Any]) -> None:
    operation = operations[id]

    @seed(7)
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(), other=st.none() | st.text(min_size=1, max_size=8), wild=st.booleans()
    )
    def run(case: Any, other: str | None, wild: bool) -> None:
        path = operation.path
        for name, known in {**NAMES, "key": target.key}.items():
            path = path.replace(f"{{{name}}}", quote(other or known, safe="") if wild else known)
        query = urlencode({name: str(value) for name, value in (case.query or {}).items()})
        body = case.body if not isinstance(case.body, type(schemathesis.core.NOT_SET)) else {}
        status, answer, untouched = target.send(operation.method.upper(), path, query, body)
        assert status < 500, answer
        if status >= 400:
            assert (answer["status"], "message" in answer) == (status, True)
            assert untouched
        elif isinstance(answer, list) or (not path.endswith("/queries") and answer.get("hitsPerPage") != 0):
            target.document.check(id, status, answer)

    run()


PARAMETERS = [
    *("query", "filters", "facetFilters", "numericFilters", "tagFilters", "optionalFilters", "facets"),
    *(
        "hitsPerPage",
        "page",
        "offset",
        "length",
        "distinct",
        "typoTolerance",
        "optionalWords",
        "aroundLatLng",
    ),
    *(
        "aroundRadius",
        "aroundPrecision",
        "insideBoundingBox",
        "insidePolygon",
        "attributesToRetrieve",
        "ranking",
    ),
    *(
        "attributesToHighlight",
        "attributesToSnippet",
        "queryType",
        "removeWordsIfNoResults",
        "params",
        "cursor",
    ),
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(
        ["brand:Acme", "n > 0", "acme", "desc(n)", "brand:1", "48,2", "1,2,3,4", "*", "[]", "all"]
    ),
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=2), max_leaves=6)  # fmt: skip


@seed(7)
@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=4), st.sampled_from(["query", "browse"]))
def test_no_parameters_break_a_search(target: Target, params: Json, path: str) -> None:
    status, answer, _ = target.send("POST", f"/1/indexes/i/{path}", "", params)
    assert status < 500, answer


HOSTILE = [
    "(" * 5_000,
    "NOT " * 20_000 + "a:b",
    " OR ".join(f"a:{number}" for number in range(20_000)),
    "(a:b AND " * 150,
    "a:b " * 10_000,
    '"' * 9_999,
    "\\" * 30_000,
    "a" * 200_000,
    "a<" + "1" * 50_000,
    "price:" + " " * 60_000 + "5 TO",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_filters_are_refused_or_answered(target: Target, text: str) -> None:
    for name in ("filters", "facetFilters", "numericFilters", "optionalFilters", "tagFilters"):
        status, _, _ = target.send("POST", "/1/indexes/i/query", "", {name: text, "analytics": False})
        assert status in (200, 400)


@pytest.mark.parametrize("letter", ["a", "é", "北", "'", ".", "-", "\u0301"])
def test_hostile_texts_and_queries_are_only_texts(target: Target, letter: str) -> None:
    record = {"objectID": "hostile", "text": letter * 9_000, "words": f"{letter} " * 200}
    status, _, _ = target.send("PUT", "/1/indexes/hostile/hostile", "", record)
    assert status in (200, 400)
    for query in (letter * 200, f"{letter} " * 100, f'"{letter} {letter}" -{letter}'):
        given = {
            "query": query,
            "advancedSyntax": True,
            "ignorePlurals": True,
            "attributesToSnippet": ["*:3"],
        }
        status, _, _ = target.send("POST", "/1/indexes/hostile/query", "", given)
        assert status in (200, 400, 404)


RULE_TEXTS = st.sampled_from(
    ["", "acme", "{facet:brand}", "{facet:n} acme", "a b", "{", "{facet:}", "\u5317"]
)
CONSEQUENCES = st.fixed_dictionaries(
    {},
    optional={
        "params": st.dictionaries(
            st.sampled_from([*PARAMETERS, "automaticFacetFilters"]), VALUES, max_size=3
        ),
        "promote": st.lists(
            st.fixed_dictionaries({"objectID": st.sampled_from("123"), "position": st.integers(0, 9)}),
            max_size=3,
        ),
        "hide": st.lists(st.fixed_dictionaries({"objectID": st.sampled_from("123")}), max_size=2),
        "filterPromotes": st.booleans(),
        "userData": VALUES,
    },
)


@seed(7)
@settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(RULE_TEXTS, st.sampled_from(["is", "startsWith", "endsWith", "contains"]), st.booleans(), CONSEQUENCES)
def test_no_rule_breaks_a_search(
    target: Target, text: str, anchoring: str, alternatives: bool, consequence: Json
) -> None:
    condition = {"pattern": text, "anchoring": anchoring, "alternatives": alternatives}
    rule = {"conditions": [condition], "consequence": consequence}
    status, answer, _ = target.send("PUT", "/1/indexes/i/rules/fuzzed", "", rule)
    assert status in (200, 400), answer
    for query in ("acme", "a b", ""):
        status, answer, _ = target.send(
            "POST", "/1/indexes/i/query", "", {"query": query, "getRankingInfo": True}
        )
        assert status in (200, 400), answer
    target.send("DELETE", "/1/indexes/i/rules/fuzzed", "", {})
