"""How Algolia speaks: applications and keys, bodies of any content type, errors, CORS, correlation ids, hosts."""

from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest

from tests.harness.serving import Served
from tests.mocks.algolia.room import Room

INVALID = {"message": "Invalid Application-ID or API key", "status": 403}


async def test_the_application_finds_the_world_and_the_key_is_one_of_it(room: Room) -> None:
    other = room.runtime.worlds.create(seed=8)
    theirs = other.accounts["algolia"]["tokens"]
    await room.ok("POST", "/1/indexes/mine", {"objectID": "1"})
    crossed = await room.call("GET", "/1/indexes", key=theirs["admin_key"])
    assert (crossed.status_code, crossed.json()) == (403, INVALID)
    crossed = await room.call("GET", "/1/indexes", x_algolia_application_id=theirs["application_id"])
    assert crossed.json() == INVALID
    both = {"x_algolia_application_id": theirs["application_id"], "key": theirs["admin_key"]}
    assert (await room.ok("GET", "/1/indexes", **both))["items"] == []


@pytest.mark.parametrize("missing", ["x-algolia-application-id", "x-algolia-api-key"])
async def test_both_credentials_are_needed(room: Room, missing: str) -> None:
    headers = {
        "x-algolia-application-id": room.token("application_id"),
        "x-algolia-api-key": room.token("admin_key"),
    }
    del headers[missing]
    answer = await room.client.get("/1/indexes", headers=headers)
    assert (answer.status_code, answer.json()) == (403, INVALID)


async def test_credentials_may_come_in_the_address(room: Room) -> None:
    query = {
        "x-algolia-application-id": room.token("application_id"),
        "X-Algolia-API-Key": room.token("admin_key"),
        "x-algolia-agent": "Algolia for JavaScript (5.65.0); Browser",
    }
    answer = await room.client.get("/1/indexes", params=query)
    assert answer.json() == {"items": [], "nbPages": 1}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json", ""])
async def test_a_body_is_json_whatever_its_content_type(room: Room, kind: str) -> None:
    answer = await room.call("POST", "/1/indexes/i/batch", content_type=kind)
    assert answer.status_code == 400
    headers = {
        "x-algolia-application-id": room.token("application_id"),
        "x-algolia-api-key": room.token("admin_key"),
        **({"content-type": kind} if kind else {}),
    }
    body = b'{"requests":[{"action":"addObject","body":{"objectID":"1"}}]}'

    async def chunks() -> Any:
        yield body[:20]
        yield body[20:]

    for content in (body, chunks()):
        answer = await room.client.post("/1/indexes/i/batch", headers=headers, content=content)
        assert answer.json()["objectIDs"] == ["1"]


async def test_bodies_that_are_no_json_objects(room: Room) -> None:
    await room.ok("POST", "/1/indexes/i", {"objectID": "1"})
    before = room.state()
    body: Any
    for method, path in (("POST", "/1/indexes/i"), ("PUT", "/1/indexes/i/2"), ("POST", "/1/indexes/i/query")):
        for body in ([], "text", 5):
            assert await room.refused(method, path, body) == (400, "Invalid object")
    headers = {
        "x-algolia-application-id": room.token("application_id"),
        "x-algolia-api-key": room.token("admin_key"),
    }
    answer = await room.client.post("/1/indexes/i", headers=headers, content=b'{\n"a": }')
    assert answer.json() == {"message": "Invalid JSON near line:2 column:6", "status": 400}
    assert room.state() == before


async def test_what_nests_too_deeply_is_refused_wherever_it_comes(room: Room) -> None:
    deep: Any = {}
    for _ in range(250):
        deep = {"a": deep}
    await room.ok(
        "POST", "/1/indexes/i", {"objectID": "1", "deep": deep["a"]["a"]["a"]["a"]["a"]["a"]["a"]["a"]}
    )
    assert await room.found("i", "x") == []
    before = room.state()
    assert await room.refused("POST", "/1/indexes/i", {"objectID": "2", "deep": deep}) == (
        400,
        "Invalid object",
    )
    assert (await room.refused("PUT", "/1/indexes/i/settings", {"userData": deep}))[0] == 400
    text = orjson.dumps(deep).decode()
    for name in ("renderingContent", "facetFilters"):
        query = urlencode({name: text.replace("{}", '"x"'), "analytics": "false"})
        assert (await room.call("GET", f"/1/indexes/i?{query}")).status_code in (200, 400)
    cursor = urlsafe_b64encode(b'[{"facetFilters":' + b"[" * 250 + b"]" * 250 + b'},0,"a",0]').decode()
    assert await room.refused("POST", "/1/indexes/i/browse", {"cursor": cursor}) == (400, "Invalid cursor")
    assert room.state() == before


async def test_unknown_paths_and_methods(room: Room) -> None:
    answer = await room.call("GET", "/1/vaults")
    assert (answer.status_code, answer.json()) == (404, {"message": "Path not found", "status": 404})
    assert answer.headers["greenroom-unserved"] == "GET /1/vaults"
    answer = await room.call("DELETE", "/1/logs")
    assert (answer.status_code, answer.json()["message"]) == (405, "Method not allowed")


async def test_any_page_may_ask(room: Room) -> None:
    asked = {"Origin": "https://app.test", "Access-Control-Request-Method": "PUT"}
    preflight = await room.client.options("/1/indexes/i/settings", headers=asked)
    assert preflight.status_code == 200
    assert "x-algolia-api-key" in preflight.headers["access-control-allow-headers"]
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    for key in (None, "wrong"):
        answer = await room.call("GET", "/1/indexes", key=key)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-expose-headers"] == "Correlation-ID, Retry-After"
        assert answer.headers["content-type"] == "application/json; charset=UTF-8"


async def test_correlation_ids_end_with_the_request_id_that_was_sent(room: Room) -> None:
    answer = await room.call("GET", "/1/indexes", request_id="abcdefghijK")
    assert answer.headers["correlation-id"].endswith("-abcdefghijK")
    for sent in ("short", "abcdefghij!", "abcdefghijklm"):
        answer = await room.call("GET", "/1/indexes", request_id=sent)
        assert "-" not in answer.headers["correlation-id"]


async def test_all_of_an_applications_hosts_answer_alike(room: Room) -> None:
    await room.ok("POST", "/1/indexes/i", {"objectID": "1"})
    application = room.token("application_id").lower()
    hosts = (
        f"{application}-dsn.algolia.net",
        f"{application}.algolia.net",
        f"{application}-2.algolianet.com",
    )
    transport: Any = room.client._transport
    for host in (*hosts, "insights.us.algolia.io"):
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{host}") as client:
            headers = {
                "x-algolia-application-id": room.token("application_id"),
                "x-algolia-api-key": room.token("admin_key"),
            }
            answer = await client.get("/1/indexes", headers=headers)
            assert [item["name"] for item in answer.json()["items"]] == ["i"]


async def test_index_names_and_object_ids_of_any_characters(room: Room) -> None:
    for name, id in (("a b", "x/y"), ("ünï", "50%"), ("a+b", "?&#"), ("query", "settings")):
        await room.ok("POST", f"/1/indexes/{quoted(name)}", {"objectID": id})
        await room.ok("PUT", f"/1/indexes/{quoted(name)}/{quoted('é ' + id)}", {"n": 1})
        assert sorted(await room.found(name)) == sorted([id, "é " + id])
    assert await room.refused("POST", "/1/indexes/%2A", {}) == (400, "indexName is not valid")


def quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


async def test_injected_failures_have_algolias_envelope(room: Room) -> None:
    from harness import faults

    for status, message in ((429, "Too Many Requests"), (503, "Internal server error")):
        tx = room.tx()
        fault = {"kind": "status", "status": status, "times": 1, "provider": "algolia"}
        faults.add(tx, faults.checked(fault, {"algolia"}))
        tx.commit()
        answer = await room.call("GET", "/1/indexes")
        assert (answer.status_code, answer.json()) == (status, {"message": message, "status": status})
        assert answer.headers.get("retry-after") == ("1" if status == 429 else None)


def test_a_world_names_its_credentials_as_the_platform_reads_them(server: Served) -> None:
    env = server.create_world()["env"]
    assert env["NEXT_PUBLIC_ALGOLIA_APP_ID"] == env["ALGOLIA_APP_ID"] == env["ALGOLIA_APPLICATION_ID"]
    assert env["NEXT_PUBLIC_ALGOLIA_API_KEY"] == env["ALGOLIA_SEARCH_API_KEY"]
    assert env["ALGOLIA_ADMIN_API_KEY"] == env["ALGOLIA_API_KEY"] != env["ALGOLIA_SEARCH_API_KEY"]
    assert len(env["ALGOLIA_APP_ID"]) == 10
    assert env["ALGOLIA_APP_ID"].isupper()
    assert env["ALGOLIA_BRAND_LIFT_STUDIES_INDEX_NAME"] == "brand_lift_studies"
