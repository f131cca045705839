"""Credentials, errors, ids and pictures: what holds for every operation."""

import base64
from xml.etree import ElementTree as ET

import httpx
import pytest

from harness import faults, realtime
from tests.mocks.insightiq.room import HOST, INSTAGRAM, Room, check_envelope

PATH = "/v1/work-platforms"


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def test_credentials_must_be_right(room: Room) -> None:
    tokens = room.world.accounts["insightiq"]["tokens"]
    client, secret = tokens["client_id"], tokens["client_secret"]
    assert client != secret
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": f"Bearer {secret}"},
        basic(client, ""),
        basic(client, client),
        basic(secret, client),
        basic(secret, secret),
        basic("", secret),
    )
    async with httpx.AsyncClient(transport=room.client._transport, base_url=room.client.base_url) as bare:
        for headers in wrong:
            answer = await bare.get(PATH, headers=headers)
            assert answer.status_code == 401
            check_envelope(answer)
            assert answer.json()["error"]["error_code"] == "incorrect_client_credentials"
        assert (await bare.get(PATH, headers=basic(client, secret))).status_code == 200


async def test_two_worlds_credentials_do_not_mix(room: Room) -> None:
    second = room.runtime.worlds.create(seed=1)
    one, two = (each.accounts["insightiq"]["tokens"] for each in (room.world, second))
    headers = basic(one["client_id"], two["client_secret"])
    async with httpx.AsyncClient(transport=room.client._transport, base_url=room.client.base_url) as bare:
        assert (await bare.get(PATH, headers=headers)).status_code == 401


async def test_the_environment_names_what_the_platform_reads(room: Room) -> None:
    env = room.runtime.environment(room.world)
    assert env["INSIGHTIQ_SANDBOX_URL"] == env["INSIGHTIQ_PROD_URL"] == env["GREENROOM_INSIGHTIQ_URL"]
    assert env["INSIGHTIQ_WEBHOOK_SECRET"] == env["INSIGHTIQ_SECRET"] == room.secret
    assert env["INSIGHTIQ_CLIENT_ID"].count("-") == 4


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:4404",
        "http://127.0.0.1:4404/~sandbox",
        "http://127.0.0.1:4400/insightiq",
        "http://127.0.0.1:4400/insightiq/~sandbox",
        "https://api.insightiq.ai",
        "https://api.sandbox.insightiq.ai",
        "https://api.staging.insightiq.ai",
        "https://api.getphyllo.com",
    ],
)
async def test_every_address_is_answered(room: Room, base: str) -> None:
    answer = await room.client.get(f"{base}{PATH}?limit=1")
    assert [each["id"] for each in answer.json()["data"]] == [INSTAGRAM]


async def test_what_is_not_served_says_so(room: Room) -> None:
    answer = await room.call("GET", "/v1/social/income/payouts")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "RECORD_NOT_FOUND")
    assert answer.headers["greenroom-unserved"] == "GET /v1/social/income/payouts"
    assert (await room.call("DELETE", PATH)).status_code == 404


async def test_a_body_is_json_whatever_its_content_type(room: Room) -> None:
    body = b'{"name": "Ada", "external_id": "a"}'
    assert (await room.client.post("/v1/users", content=body)).status_code == 201
    for broken in (b"[", b"[]", b'"x"', b"\xff"):
        assert (await room.client.post("/v1/users", content=broken)).status_code == 400


@pytest.mark.parametrize(
    ("status", "type"),
    [
        (400, "INVALID_REQUEST_PARAMETERS"),
        (401, "UNAUTHORIZED"),
        (403, "FORBIDDEN"),
        (404, "RECORD_NOT_FOUND"),
        (422, "INVALID_REQUEST_PARAMETERS"),
        (429, "RATE_LIMIT_ERROR"),
        (500, "INTERNAL_SERVER_ERROR"),
        (503, "INTERNAL_SERVER_ERROR"),
    ],
)
async def test_injected_failures_are_in_the_providers_envelope(room: Room, status: int, type: str) -> None:
    tx = room.tx()
    fault = {"kind": "status", "status": status, "times": 1, "provider": "insightiq"}
    faults.add(tx, faults.checked(fault, {"insightiq"}))
    tx.commit()
    answer = await room.call("GET", PATH)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, type)
    assert answer.headers.get("retry-after") == ("1" if status == 429 else None)
    assert (await room.call("GET", PATH)).status_code == 200


async def test_ten_requests_a_second_are_let_through_where_a_fault_asks_for_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    tx = room.tx()
    fault = {"kind": "rate_limit", "per_second": 10, "provider": "insightiq"}
    faults.add(tx, faults.checked(fault, {"insightiq"}))
    tx.commit()
    for second in (5.2, 6.7):
        monkeypatch.setattr(realtime, "monotonic", lambda second=second: second)
        answers = [await room.call("GET", PATH) for _ in range(13)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 3
        assert answers[-1].headers["retry-after"] == "1"
        assert answers[-1].json()["error"]["error_code"] == "rate_limit_exceeded"


async def test_logos_are_drawn_at_their_address(room: Room) -> None:
    url = (await room.ok("GET", f"{PATH}?limit=1"))["data"][0]["logo_url"]
    async with httpx.AsyncClient(transport=room.client._transport) as bare:
        answer = await bare.get(url)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "Instagram"[0] in answer.text
        assert (await bare.get("https://cdn.insightiq.ai/platforms_logo/logos/x.png")).status_code == 404


async def test_pictures_are_drawn_without_credentials(room: Room) -> None:
    url = (await room.search())[0]["image_url"]
    async with httpx.AsyncClient(transport=room.client._transport) as bare:
        answer = await bare.get(url)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert ET.fromstring(answer.text).tag.endswith("svg")
        assert (await bare.get(f"{HOST}/images/x.png")).status_code == 404
