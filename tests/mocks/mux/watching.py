"""How tests watch what Mux plays: without credentials, as a player does."""

import io
from typing import Any

import httpx
from PIL import Image

from tests.mocks.mux.room import Room

Json = dict[str, Any]


async def uploaded(room: Room, content: bytes, **settings: Any) -> Json:
    """Return the asset that a film becomes."""
    made = await room.upload(new_asset_settings={"playback_policies": ["public"], **settings})
    assert (await room.put(made["url"], content)).status_code == 200
    await room.advance(30)
    id = (await room.ok("GET", f"/video/v1/uploads/{made['id']}"))["asset_id"]
    asset: Json = await room.ok("GET", f"/video/v1/assets/{id}")
    return asset


async def fetch(room: Room, path: str, **headers: str) -> httpx.Response:
    """Fetch without credentials, in the room's world."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = room.client.build_request("GET", path if "://" in path else f"/~studio/{path}", headers=named)
    return await room.client.send(request, auth=None)


def addresses(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


async def played(room: Room, id: str, query: str = "") -> tuple[str, list[bytes]]:
    """Follow the manifests of a playback id to its media; return the media playlist and the bytes of its pieces."""
    master = await fetch(room, f"{id}.m3u8{query}")
    assert (master.status_code, master.headers["content-type"]) == (200, "application/vnd.apple.mpegurl")
    assert master.headers["access-control-allow-origin"] == "*"
    media = await fetch(room, addresses(master.text)[0])
    opening = media.text.partition('#EXT-X-MAP:URI="')[2].partition('"')[0]
    pieces = [(await fetch(room, url)).content for url in [opening, *addresses(media.text)]]
    return media.text, pieces


def seconds_of(playlist: str) -> float:
    return sum(float(line[8:-1]) for line in playlist.splitlines() if line.startswith("#EXTINF"))


def picture(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    opened = Image.open(io.BytesIO(answer.content))
    assert Image.MIME[opened.format or ""] == answer.headers["content-type"]
    return opened
