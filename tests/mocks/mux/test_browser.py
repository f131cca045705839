"""Players as they are, in a Chromium that is offline, from Mux's own host names."""

import asyncio
import ssl
from typing import Any

import httpx
import pytest

from harness.runtime import TLS_PORT
from tests.harness.serving import Served
from tests.mocks.mux import browser
from tests.mocks.mux.films import film, padded

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


async def test_hls_js_alone_plays_to_the_end(server: Served, api: httpx.Client) -> None:
    asset = made(api, server, None)
    address = f"https://stream.mux.com/{asset['playback_ids'][0]['id']}.m3u8"
    html = (
        "<!doctype html><script src='/hls.js'></script><video muted autoplay></video><script>"
        "const video = document.querySelector('video'), hls = new Hls();"
        f"hls.loadSource({address!r}); hls.attachMedia(video);</script>"
    )
    with browser.site(html, hls="hls.js/dist/hls.js") as origin:
        async with browser.opened(server, origin) as page:
            playing = page.evaluate(PLAYED.replace("'mux-player'", "'video'"))
            end, whole = await asyncio.wait_for(playing, browser.WAIT)
    assert (end, whole) == (pytest.approx(7, abs=2.1), pytest.approx(7, abs=2.1))


# --- from a file in the browser to a view in the figures ---------------------------------------------------------

SIZE = 30 << 20
UPLOADER = """<!doctype html><script src='/upchunk.js'></script><script src='/player.js'></script><script>
const log = [];
async function send(endpoint) {
  const file = new File([await (await fetch('/film.mp4')).blob()], 'film.mp4', { type: 'video/mp4' });
  const upload = UpChunk.createUpload({ endpoint, file, chunkSize: 5120, attempts: 3, delayBeforeAttempt: 0.2 });
  upload.on('attempt', ({ detail }) => log.push(['attempt', detail.chunkNumber]));
  upload.on('attemptFailure', ({ detail }) => log.push(['failure', detail.chunkNumber]));
  upload.on('chunkSuccess', ({ detail }) => {
    log.push(['sent', detail.chunk]);
    if (detail.chunk === 2) { upload.pause(); log.push(['paused']); setTimeout(() => upload.resume(), 300); }
  });
  return new Promise((resolve) => {
    upload.on('success', () => resolve([file.size, log]));
    upload.on('error', ({ detail }) => resolve([detail.message, log]));
  });
}
function play(id) {
  const player = document.createElement('mux-player');
  for (const [name, value] of [['muted', ''], ['autoplay', ''], ['playback-id', id], ['metadata-viewer-user-id', 'ada']])
    player.setAttribute(name, value);
  document.body.append(player);
  return PLAYED;
}
</script><body></body>""".replace("PLAYED", PLAYED)


def secure_api(server: Served, authority: str) -> httpx.Client:
    """Mux's API under its own name, by the TLS front that the local authority vouches for."""
    env = server.control("GET", "/worlds/default/env")
    context = ssl.create_default_context(cadata=authority)
    front = f"https://127.0.0.1:{server.port + TLS_PORT}"
    credentials = (env["MUX_TOKEN_ID"], env["MUX_TOKEN_SECRET"])
    return httpx.Client(
        base_url=front, headers={"host": "api.mux.com"}, auth=credentials, verify=context, timeout=60
    )


def asked(api: httpx.Client, path: str, **filters: str) -> Any:
    """Return what the API has at a path, of the views that a filter holds true for."""
    params = [("filters[]", f"{name}:{value}") for name, value in filters.items()]
    return api.get(path, params=params).json()["data"]


def ended_view(api: httpx.Client, asset: str) -> Any:
    """Return the view of an asset that came to its end, as Mux Data has it; None while there is none."""
    for each in asked(api, "/data/v1/video-views", asset_id=asset):
        whole = asked(api, f"/data/v1/video-views/{each['id']}")
        if any(event["name"] == "ended" for event in whole["events"]):
            return whole
    return None


async def test_a_file_is_uploaded_with_interruptions_played_and_counted(
    server: Served, api: httpx.Client
) -> None:
    pytest.importorskip("av")
    content = padded(film(6), SIZE)
    authority = server.http.get("/_greenroom/ca.pem").text
    fault = {"provider": "mux", "operation": "put-upload", "kind": "status", "status": 503, "times": 1}
    scripts = {"upchunk": "@mux/upchunk/dist/upchunk.js", "player": PLAYERS["platform"]}
    with browser.site(UPLOADER, {"film.mp4": content}, **scripts) as origin:
        with secure_api(server, authority) as mux:
            body = {"cors_origin": origin, "new_asset_settings": {"playback_policies": ["public"]}}
            sni = {"sni_hostname": "api.mux.com"}
            upload = mux.post("/video/v1/uploads", json=body, extensions=sni).json()["data"]
        assert upload["url"].startswith("https://api.mux.com/")
        async with browser.opened(server, origin) as page:
            server.control("POST", "/worlds/default/faults", fault)
            sent = page.evaluate(f"send({upload['url']!r})")
            size, log = await asyncio.wait_for(sent, browser.WAIT)
            assert size == SIZE
            assert ["failure", 0] in log
            assert ["paused"] in log
            assert [step[1] for step in log if step[0] == "sent"] == [0, 1, 2, 3, 4, 5]
            server.control("POST", "/worlds/default/clock/advance", {"seconds": 10})
            id = asked(api, f"/video/v1/uploads/{upload['id']}")["asset_id"]
            asset = asked(api, f"/video/v1/assets/{id}")
            assert (asset["status"], asset["aspect_ratio"]) == ("ready", "16:9")
            playback = asset["playback_ids"][0]["id"]
            end, _ = await asyncio.wait_for(page.evaluate(f"play({playback!r})"), browser.WAIT)
            assert end == pytest.approx(asset["duration"], abs=0.3)
            await page.goto("about:blank")  # the player's last beacon is sent as the page is left
            view = await browser.until(lambda: ended_view(api, id))
    assert (view["viewer_user_id"], view["playback_id"]) == ("ada", playback)
    assert float(view["view_playing_time"]) == pytest.approx(6000, abs=1500)
    told = asked(api, "/data/v1/metrics/views/overall", asset_id=id)
    assert (told["value"], told["total_watch_time"]) == (1, view["watch_time"])
