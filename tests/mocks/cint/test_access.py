"""Tokens, keys, versions and headers: what lets a request in, and what keeps it out."""

from base64 import b64encode
from typing import Any

import jwt
import pytest

from mocks.cint.dialect import NEWEST
from tests.mocks.cint.room import Room

DENIED = {"error": "access_denied", "error_description": "Unauthorized"}
NO_RIGHT = "you don't have the right permissions to perform this operation"


async def test_a_token_is_given_for_id_and_secret(room: Room) -> None:
    answer = await room.client.post("/oauth/token", json=room.token_request())
    given = answer.json()
    assert (given["expires_in"], given["token_type"]) == (86400, "Bearer")
    claims = jwt.decode(given["access_token"], options={"verify_signature": False})
    assert claims["sub"] == f"{room.tokens['client_id']}@clients"
    assert claims["exp"] - claims["iat"] == 86400
    form = await room.client.post("/oauth/token", data=room.token_request())
    assert form.status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "access_denied"),
        ({"client_id": None}, 401, "access_denied"),
        ({"client_secret": "wrong"}, 401, "access_denied"),
        ({"grant_type": "password"}, 403, "unauthorized_client"),
        ({"audience": "https://elsewhere.test"}, 403, "access_denied"),
    ],
)
async def test_wrong_token_requests_are_refused(room: Room, changes: Any, status: int, error: str) -> None:
    answer = await room.client.post("/oauth/token", json=room.token_request(**changes))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    if status == 401:
        assert answer.json() == DENIED


async def test_a_body_that_is_no_json_gets_no_token(room: Room) -> None:
    answer = await room.client.post("/oauth/token", content=b"{")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic abc", "Bearer a.b.c"])
async def test_a_request_without_a_token_is_refused(room: Room, authorization: str) -> None:
    refusal = await room.refused("GET", "/v1/accounts", Authorization=authorization)
    assert refusal == (401, "authorization_error", NO_RIGHT)


async def test_a_token_of_another_secret_is_refused(room: Room) -> None:
    token = await room.sign_in()
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(claims, "x" * 64, algorithm="HS256")
    assert (await room.refused("GET", "/v1/accounts", Authorization=f"Bearer {forged}"))[0] == 401


async def test_a_token_expires_in_world_time(room: Room, lenient: Room) -> None:
    for each in (room, lenient):
        token = await each.sign_in()
        await each.advance(86399)
        await each.ok("GET", "/v1/accounts", Authorization=f"Bearer {token}")
        await each.advance(1)
        answer = await each.call("GET", "/v1/accounts", Authorization=f"Bearer {token}")
        assert answer.status_code == 401
        assert each.rules() == []


async def test_the_api_version_is_mandatory(room: Room, lenient: Room) -> None:
    del_version = {"Cint_API_Version": ""}
    await room.sign_in()
    assert (await room.refused("GET", "/v1/accounts", **del_version))[0] == 400
    for each, status in ((room, 400), (lenient, 200)):
        await each.sign_in()
        del each.client.headers["Cint-API-Version"]
        assert (await each.call("GET", "/v1/accounts")).status_code == status
        assert "missing_cint_api_version" in each.rules()


@pytest.mark.parametrize("version", ["latest", "2025-2-17", "25-02-17"])
async def test_a_version_that_is_no_date_is_refused(room: Room, version: str) -> None:
    answer = await room.call("GET", "/v1/accounts", Cint_API_Version=version)
    assert answer.status_code == 400
    assert answer.json()["invalid_params"][0]["name"] == "Cint-API-Version"


async def test_a_version_of_other_shapes_is_loudly_refused(room: Room) -> None:
    await room.ok("GET", "/v1/accounts", Cint_API_Version=NEWEST)
    answer = await room.call("GET", "/v1/accounts", Cint_API_Version="2025-12-18")
    assert answer.status_code == 400
    assert answer.headers["Greenroom-Unserved"] == "Cint-API-Version 2025-12-18"


async def test_another_account_is_forbidden(room: Room) -> None:
    for path in ("/v1/accounts/1/users", "/v1/demand/accounts/1/projects", "/v1/demand/accounts/x/projects"):
        assert await room.refused("GET", path) == (403, "authorization_error", NO_RIGHT)


async def test_trace_context_is_given_back_or_made(room: Room) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await room.call("GET", "/v1/accounts", traceparent=parent, tracestate="a=b")
    assert (answer.headers["traceparent"], answer.headers["tracestate"]) == (parent, "a=b")
    made = await room.call("GET", "/v1/accounts", traceparent="nonsense")
    assert made.headers["traceparent"].startswith("00-")
    assert made.headers["X-Ratelimit-Limit"] == "0"


async def test_what_is_not_served_says_so(room: Room) -> None:
    answer = await room.call("GET", f"{room.account}/profiling-templates")
    assert answer.status_code == 404
    assert answer.json()["object"] == "not_found_error"
    assert "Greenroom-Unserved" in answer.headers
    answer = await room.call("DELETE", "/v1/accounts")
    assert (answer.status_code, answer.json()["object"]) == (405, "method_not_allowed_error")


async def test_idempotency_keys_are_demanded_and_remembered(room: Room, lenient: Room) -> None:
    path, body = (
        f"{room.account}/projects",
        {"name": "A project", "project_manager_id": room.env["CINT_PROJECT_MANAGER_ID"]},
    )
    first = await room.call("POST", path, body, idempotency_key="one")
    again = await room.call("POST", path, body, idempotency_key="one")
    assert first.json() == again.json()
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == "one"
    assert (await room.refused("POST", path, body | {"name": "Another"}, idempotency_key="one"))[0] == 409
    assert (await room.refused("POST", path, body, idempotency_key=""))[0] == 400
    assert (await room.refused("POST", path, body, idempotency_key="k" * 256))[0] == 400
    await lenient.ok("POST", f"{lenient.account}/projects", body, idempotency_key="")
    assert lenient.rules() == ["missing_idempotency_key"]


def spelled(room: Room) -> dict[str, str]:
    key = room.tokens["s2s_api_key"]
    return {
        "raw": key,
        "bearer": f"Bearer {key}",
        "basic": f"Basic {b64encode(f'{key}:'.encode()).decode()}",
        "bare basic": f"Basic {key}",
    }


@pytest.mark.parametrize("spelling", ["raw", "bearer", "basic", "bare basic"])
async def test_an_s2s_key_is_taken_in_four_spellings(room: Room, spelling: str) -> None:
    answer = await room.s2s("GET", "6780395e-94fa-4eb7-912c-d2e19af42758", key=spelled(room)[spelling])
    assert answer.status_code == 404


@pytest.mark.parametrize("key", ["", "wrong", "Bearer ", "Basic ä", "Basic d3Jvbmc6", "Basic !!!"])
async def test_a_wrong_s2s_key_is_refused(room: Room, key: str) -> None:
    answer = await room.client.get("/fulfillment/respondents/x", headers={"Authorization": key.encode()})
    assert (answer.status_code, answer.json()["object"]) == (401, "authorization_error")


async def test_tokens_and_s2s_keys_do_not_stand_for_each_other(room: Room) -> None:
    token = await room.sign_in()
    assert (await room.s2s("GET", "x", key=f"Bearer {token}")).status_code == 401
    key = f"Bearer {room.tokens['s2s_api_key']}"
    assert (await room.refused("GET", "/v1/accounts", Authorization=key))[0] == 401


async def test_a_preflight_needs_no_credentials(room: Room) -> None:
    answer = await room.client.options("/v1/accounts")
    assert answer.status_code == 204
    assert "Cint-API-Version" in answer.headers["Access-Control-Allow-Headers"]


async def test_every_failure_has_the_form_of_its_host(room: Room) -> None:
    from mocks.cint.provider import cint

    for status in (400, 401, 403, 404, 412, 422, 500, 503):
        assert {"object", "detail"} <= set(cint.dialect.failure(status).body)
    limited = cint.dialect.failure(429)
    assert limited.body["object"] == "too_many_requests_problem_details"
    assert dict(limited.headers) == {"retry-After": "1"}
