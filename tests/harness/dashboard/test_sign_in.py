"""A server with a token: programs send it, a browser is asked for it once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from harness.application import Application
from harness.runtime import Settings, open_runtime
from tests.harness.sample import build

OWN = "http://127.0.0.1:4400"
TOKEN = "open sesame"
LOOKING = {"Accept": "text/html,*/*"}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = replace(Settings(data_dir=tmp_path), token=TOKEN, allow_hosts=frozenset({"greenroom.test"}))
    runtime = open_runtime(settings, {"parcel": build()})
    transport = httpx.ASGITransport(app=Application(runtime))
    async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
        yield client
    await runtime.close()


async def sign_in(client: httpx.AsyncClient, token: str = TOKEN, origin: str = OWN) -> httpx.Response:
    return await client.post(
        f"{origin}/_greenroom/ui/-/sign-in", data={"token": token}, headers={"Origin": origin}
    )


async def test_a_browser_is_led_to_the_door_and_a_program_refused(client: httpx.AsyncClient) -> None:
    for path in ("/_greenroom/", "/_greenroom/ui/default/", "/_greenroom/ui/default/requests"):
        answer = await client.get(path, headers=LOOKING)
        assert (answer.status_code, answer.headers["location"]) == (303, "/_greenroom/ui/-/sign-in")
        assert (await client.get(path)).status_code == 401
    assert (await client.get("/_greenroom/worlds", headers=LOOKING)).status_code == 401
    page = await client.get("/_greenroom/ui/-/sign-in")
    assert page.status_code == 200
    assert "Token" in page.text


async def test_the_token_opens_the_pages_and_what_they_ask(client: httpx.AsyncClient) -> None:
    answer = await sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/_greenroom/ui/")
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/_greenroom"} <= set(cookie.split("; "))
    assert TOKEN not in cookie
    assert (await client.get("/_greenroom/ui/default/", headers=LOOKING)).status_code == 200
    assert (await client.get("/_greenroom/worlds")).status_code == 200


async def test_a_wrong_token_opens_nothing(client: httpx.AsyncClient) -> None:
    answer = await sign_in(client, "sesame")
    assert answer.status_code == 403
    assert "not this server" in answer.text
    assert "set-cookie" not in answer.headers
    client.cookies.set("greenroom_token", TOKEN)
    assert (await client.get("/_greenroom/worlds")).status_code == 401


async def test_the_door_is_used_from_its_own_page_only(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/_greenroom/ui/-/sign-in", data={"token": TOKEN}, headers={"Origin": "http://localhost:3000"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", [None, "http://localhost:3000", "http://127.0.0.1:3000"])
async def test_the_cookie_changes_nothing_from_another_page(
    client: httpx.AsyncClient, origin: str | None
) -> None:
    await sign_in(client)
    headers = {} if origin is None else {"Origin": origin}
    assert (await client.post("/_greenroom/worlds", json={}, headers=headers)).status_code == 403
    assert (await client.post("/_greenroom/worlds", json={}, headers={"Origin": OWN})).status_code == 201


async def test_a_host_that_was_allowed_is_an_origin_of_our_own(client: httpx.AsyncClient) -> None:
    own = "http://greenroom.test:4400"
    assert (await sign_in(client, origin=own)).status_code == 303
    answer = await client.post(
        f"{own}/_greenroom/ui/default/faults/preset", data={"name": "slow"}, headers={"Origin": own}
    )
    assert answer.status_code == 303
    headers = {"Origin": "http://pages.test:4400", "Authorization": f"Bearer {TOKEN}"}
    assert (await client.post(f"{own}/_greenroom/worlds", json={}, headers=headers)).status_code == 403
