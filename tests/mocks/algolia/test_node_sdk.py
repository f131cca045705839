"""algoliasearch for Node, the newest and the one the platform pins, unmodified, against a running server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.serving import Served

Node = Callable[..., Any]
HERE = Path(__file__).parent
FORBIDDEN = ["ApiError", 403, "Method not allowed with this API key"]


@pytest.mark.parametrize("package", ["algoliasearch", "algoliasearch-platform"])
def test_the_sdk_does_all_that_is_served(node: Node, fresh_world: dict[str, Any], package: str) -> None:
    done = node(HERE / "operations.mjs", fresh_world["env"] | {"PACKAGE": package})
    assert done == {
        "search": [
            ["2"],
            "<em>Summer</em> Glow",
            "query=summer&filters=orgId%3A%27org_2%27",
        ],
        "record": {"objectID": "1", "totalBudget": 15},
        "records": [{"objectID": "a b/ü", "campaignName": "Odd"}, None],
        "missing": ["ApiError", 404, "ObjectID does not exist"],
        "browsed": ["2", "1"],
        "queries": [2, {"orgId": {"org_1": 1, "org_2": 1}}, 2],
        "legacy": 2,
        "values": [["org_1", 1]],
        "lite": 2,
        "indices": [["campaigns", 2], ["spare", 1]],
        "exists": [True, False],
        "settings": ["searchable(orgId)"],
        "synonym": 2,
        "synonyms": 2,
        "synonym_left": ["a", "b"],
        "rules": [2, "r"],
        "keys": 2,
        "limited": [
            1,
            1,
            ["ApiError", 403, "Method not allowed with this API key (nbObjects > hitsPerPage)"],
            FORBIDDEN,
        ],
        "restored": ["search", "listIndexes"],
        "secured": [["1"], ["ApiError", 403, "Index not allowed with this API key"]],
        "unrestricted": ["ApiError", 403, "Invalid API key"],
        "logs": "403",
        "verifier": FORBIDDEN,
        "unknown_key": ["ApiError", 403, "Invalid Application-ID or API key"],
        "filter": [
            "ApiError",
            400,
            "filters: filter (X AND Y) OR Z is not allowed, only (X OR Y) AND Z is allowed",
        ],
        "unserved": ["ApiError", 404, "Path not found"],
    }


def test_compressed_and_browser_like_requests_and_a_second_application(
    node: Node, fresh_world: dict[str, Any], server: Served
) -> None:
    second = server.create_world(seed=7)["env"]
    keys = {"SECOND_APP_ID": second["ALGOLIA_APP_ID"], "SECOND_API_KEY": second["ALGOLIA_ADMIN_API_KEY"]}
    assert node(HERE / "browser.mjs", fresh_world["env"] | keys) == {
        "compressed": 30,
        "in_query": 30,
        "preflight": [200, "*"],
        "correlation": True,
        "accounts": [30, 1],
    }
