"""Players as they are, in a Chromium that is offline, from Mux's own host names."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.harness.serving import Served
from tests.mocks.mux import browser
from tests.mocks.mux.films import film

PLAYERS = {
    "newest": "@mux/mux-player/dist/mux-player.js",
    "platform": "mux-player-platform/dist/mux-player.js",
}
PLAYED = """new Promise((resolve, reject) => {
  const player = document.querySelector('mux-player');
  const done = () => resolve([player.currentTime, player.duration]);
  if (player.ended) done();
  player.addEventListener('ended', done);
  player.addEventListener('error', (event) => reject(new Error(event.detail?.message ?? 'failed')));
})"""
URL = "https://media.studio.test/clip.mp4?duration=7&width=1280&height=720"


@pytest.fixture
def api(server: Served) -> Any:
    """Mux's API in the world `default`, to which its own host names lead."""
    env = server.control("GET", "/worlds/default/env")
    credentials = (env["MUX_TOKEN_ID"], env["MUX_TOKEN_SECRET"])
    with httpx.Client(base_url=env["MUX_BASE_URL"], auth=credentials, timeout=60) as client:
        yield client


def made(api: httpx.Client, server: Served, content: bytes | None, **more: Any) -> dict[str, Any]:
    """Return an asset that is ready: of an uploaded file, or of an address."""
    settings = {"playback_policies": ["public"], **more}
    if content is None:
        asset = api.post("/video/v1/assets", json={"inputs": [{"url": URL}], **settings}).json()["data"]
    else:
        body = {"cors_origin": "*", "new_asset_settings": settings}
        upload = api.post("/video/v1/uploads", json=body).json()["data"]
        path = upload["url"].partition("/mux/")[2]
        assert httpx.put(f"{server.provider_url('mux')}/{path}", content=content).status_code == 200
        asset = {"id": api.get(f"/video/v1/uploads/{upload['id']}").json()["data"]["asset_id"]}
    server.control("POST", "/worlds/default/clock/advance", {"seconds": 30})
    ready: dict[str, Any] = api.get(f"/video/v1/assets/{asset['id']}").json()["data"]
    assert ready["status"] == "ready"
    return ready


@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize("uploaded", [True, False])
async def test_mux_player_plays_to_the_end(
    server: Served, api: httpx.Client, player: str, uploaded: bool
) -> None:
    asset = made(api, server, film() if uploaded else None)
    id, whole = asset["playback_ids"][0]["id"], asset["duration"]
    html = f"<!doctype html><script src='/player.js'></script><mux-player muted autoplay playback-id='{id}'></mux-player>"
    with browser.site(html, player=PLAYERS[player]) as origin:
        async with browser.opened(server, origin) as page:
            seen = await asyncio.wait_for(page.evaluate(PLAYED), browser.WAIT)
    assert seen[0] == pytest.approx(whole, abs=2.1)
    assert seen[1] == pytest.approx(whole, abs=2.1)
