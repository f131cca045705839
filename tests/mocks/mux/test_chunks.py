"""The upload host: resumable PUTs in any chunks, CORS, and what is refused."""

import asyncio
import tempfile
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.mux.provider import mux
from mocks.mux.resources import uploads
from mocks.mux.resources.uploads import UPLOADS
from tests.mocks.mux.movies import movie
from tests.mocks.mux.room import Room

ORIGIN = "https://app.studio.test"


async def chunk(room: Room, url: str, file: bytes, start: int, end: int) -> httpx.Response:
    """Send the bytes from `start` up to `end` of a file."""
    return await room.put(url, file[start:end], content_range=f"bytes {start}-{end - 1}/{len(file)}")


def there(room: Room, id: str) -> bytes:
    """Return the bytes that an upload has."""
    tx = room.tx()
    upload = tx.get(UPLOADS, id)
    assert upload is not None
    content = uploads.content(tx, upload)
    return content.slice(0, content.size)


async def status(room: Room, id: str) -> str:
    found: str = (await room.ok("GET", f"/video/v1/uploads/{id}"))["status"]
    return found


async def test_a_file_in_chunks(room: Room) -> None:
    upload, file = await room.upload(), movie(padding=1000)
    first = await chunk(room, upload["url"], file, 0, 700)
    assert (first.status_code, first.headers["range"], first.content) == (308, "bytes=0-699", b"")
    assert await status(room, upload["id"]) == "waiting"
    last = await chunk(room, upload["url"], file, 700, len(file))
    assert (last.status_code, last.headers["x-goog-stored-content-length"]) == (200, str(len(file)))
    assert await status(room, upload["id"]) == "asset_created"
    assert there(room, upload["id"]) == file


async def test_a_file_in_one_piece(room: Room) -> None:
    upload, file = await room.upload(), movie()
    assert (await room.put(upload["url"], file, content_type="video/mp4")).status_code == 200
    assert there(room, upload["id"]) == file


async def test_the_state_of_an_upload_can_be_asked_for(room: Room) -> None:
    upload, file = await room.upload(), movie()
    asked = await room.put(upload["url"], content_range=f"bytes */{len(file)}")
    assert (asked.status_code, "range" in asked.headers) == (308, False)
    await chunk(room, upload["url"], file, 0, 100)
    asked = await room.put(upload["url"], content_range="bytes */*")
    assert (asked.status_code, asked.headers["range"]) == (308, "bytes=0-99")
    await chunk(room, upload["url"], file, 100, len(file))
    assert (await room.put(upload["url"], content_range=f"bytes */{len(file)}")).status_code == 200


async def test_a_total_may_come_at_the_end(room: Room) -> None:
    upload, file = await room.upload(), movie()
    assert (await room.put(upload["url"], file[:50], content_range="bytes 0-49/*")).status_code == 308
    rest = f"bytes 50-{len(file) - 1}/*"
    assert (await room.put(upload["url"], file[50:], content_range=rest)).status_code == 308
    assert (await room.put(upload["url"], content_range=f"bytes */{len(file)}")).status_code == 200
    assert there(room, upload["id"]) == file


async def test_what_comes_twice_is_taken_once_and_what_comes_early_is_asked_for_again(room: Room) -> None:
    upload, file = await room.upload(), movie()
    early = await chunk(room, upload["url"], file, 100, 200)
    assert (early.status_code, early.headers["content-type"]) == (503, "text/plain; charset=utf-8")
    assert "Content-Range" in early.text
    await chunk(room, upload["url"], file, 0, 100)
    again = await chunk(room, upload["url"], file, 0, 100)
    assert (again.status_code, again.headers["range"]) == (308, "bytes=0-99")
    assert (await chunk(room, upload["url"], file, 50, len(file))).status_code == 200
    assert (await chunk(room, upload["url"], file, 50, len(file))).status_code == 200
    assert there(room, upload["id"]) == file
    assert len(await room.ok("GET", "/video/v1/assets")) == 1


@pytest.mark.parametrize(
    ("range", "body"),
    [
        ("bytes 0-9/20", b"x"),
        ("bytes 5-4/20", b""),
        ("bytes 10-29/20", b"x" * 20),
        ("bytes */20", b"x"),
        ("octets 0-9/20", b"x" * 10),
        ("nonsense", b""),
        ("bytes 0-9/30", b"x" * 10),
        ("bytes 0-3/4", b"x" * 4),
    ],
)
async def test_ranges_that_contradict_are_refused(room: Room, range: str, body: bytes) -> None:
    upload = await room.upload()
    assert (await room.put(upload["url"], b"y" * 10, content_range="bytes 0-9/20")).status_code == 308
    before = room.state()
    answer = await room.put(upload["url"], body, content_range=range)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_parameters")
    assert room.state() == before


async def test_an_upload_that_is_over_takes_no_bytes(room: Room) -> None:
    cancelled, expired = await room.upload(), await room.upload(timeout=60)
    await room.ok("PUT", f"/video/v1/uploads/{cancelled['id']}/cancel")
    await room.advance(61)
    assert await status(room, expired["id"]) == "timed_out"
    assert (await room.put(cancelled["url"], b"x")).status_code == 410
    assert (await room.put(expired["url"], b"x")).status_code == 403
    assert (await room.put(cancelled["url"].replace(cancelled["id"], "other"), b"x")).status_code == 404
    fresh = await room.upload()
    assert (await room.put(fresh["url"].replace("signature=", "signature=x"), b"x")).status_code == 403
    assert (await room.put(fresh["url"].replace("/~studio/", "/~elsewhere/"), b"x")).status_code == 404


@given(
    file=st.binary(max_size=80),
    steps=st.lists(st.tuples(st.integers(-3, 20), st.integers(1, 30)), max_size=12),
)
@settings(max_examples=25, deadline=None)
def test_any_chunks_of_any_bytes_give_the_same_file(file: bytes, steps: list[tuple[int, int]]) -> None:
    """Each step begins so far before (or behind) what is there, and brings so many bytes; at last comes the rest."""

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            room = Room.open(Path(folder))
            upload, received = await room.upload(), 0
            for back, size in [*steps, (0, len(file))]:
                start = max(0, received - back)
                end = min(start + size, len(file))
                if start >= end:
                    continue
                answer = await chunk(room, upload["url"], file, start, end)
                if start > received:
                    assert answer.status_code == 503
                    continue
                received = max(received, end)
                assert answer.status_code == (200 if received == len(file) else 308)
                assert answer.headers.get("range") in (None, f"bytes=0-{received - 1}")
            if not file:
                assert (await room.put(upload["url"])).status_code == 200
            assert there(room, upload["id"]) == file
            assert await status(room, upload["id"]) == "asset_created"
            await room.close()

    asyncio.run(run())


# --- browsers ----------------------------------------------------------------------------------------------------


async def preflight(room: Room, url: str, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-range,content-type",
    }
    return await room.client.send(room.client.build_request("OPTIONS", url, headers=headers), auth=None)


@pytest.mark.parametrize("allowed", [ORIGIN, f"{ORIGIN}/", "*"])
async def test_a_browser_page_of_the_right_origin_may_upload(room: Room, allowed: str) -> None:
    upload = await room.upload(cors_origin=allowed)
    asked = await preflight(room, upload["url"], ORIGIN)
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert asked.headers["access-control-allow-methods"] == "PUT"
    assert {"content-range", "content-type"} <= set(asked.headers["access-control-allow-headers"].split(", "))
    file = movie()
    sent = await room.put(upload["url"], file[:9], content_range=f"bytes 0-8/{len(file)}", origin=ORIGIN)
    assert (sent.status_code, sent.headers["access-control-allow-origin"]) == (308, ORIGIN)
    assert "Range" in sent.headers["access-control-expose-headers"].split(", ")


async def test_a_page_of_another_origin_is_refused(room: Room, lenient: Room) -> None:
    upload = await room.upload()
    for answer in (
        await preflight(room, upload["url"], "http://app.studio.test"),
        await room.put(upload["url"], b"x", origin="http://app.studio.test"),
    ):
        assert answer.status_code == 403
        assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert set(room.rules()) == {"cors_origin"}
    upload = await lenient.upload()
    assert (await preflight(lenient, upload["url"], "http://elsewhere.test")).status_code == 200
    assert lenient.rules() == ["cors_origin"]


async def test_failures_can_be_read_by_browsers_too(room: Room) -> None:
    upload = await room.upload()
    answer = await room.put(upload["url"], b"x", content_range="nonsense", origin=ORIGIN)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (400, ORIGIN)
    api = await room.call("GET", "/video/v1/uploads")
    assert "access-control-allow-origin" not in api.headers


# --- what is refused leaves nothing behind -----------------------------------------------------------------------


def lying(room: Room) -> list[str]:
    """Return the names of all files that the server keeps contents in."""
    folder = room.runtime.store.blobs.folder
    return sorted(each.name for each in folder.rglob("*") if each.is_file())


async def test_a_refused_body_leaves_nothing_behind(room: Room) -> None:
    upload, file = await room.upload(), movie(padding=200_000)
    url = upload["url"]
    cancelled = await room.upload()
    await room.ok("PUT", f"/video/v1/uploads/{cancelled['id']}/cancel")
    before = room.state(), lying(room)
    for address, headers in (
        (url, {"content_range": f"bytes 0-9/{len(file)}"}),
        (url, {"content_range": f"bytes 5-{len(file) + 4}/{len(file) + 5}"}),
        (url, {"content_range": "bytes nonsense"}),
        (url, {"origin": "https://evil.test"}),
        (url.replace("signature=", "signature=x"), {}),
        (url.replace(upload["id"], "nothing"), {}),
        (cancelled["url"], {}),
    ):
        answer = await room.put(address, file, **headers)
        assert answer.status_code in (400, 403, 404, 410, 503), answer.text
        assert (room.state(), lying(room)) == before
    assert (await room.put(url, file)).status_code == 200


async def test_a_body_beyond_the_limit_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = await room.upload()
    monkeypatch.setattr(mux, "max_upload", 150_000)
    before = room.state(), lying(room)
    answer = await room.put(upload["url"], bytes(150_001))
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "invalid_parameters")
    assert (room.state(), lying(room)) == before
    assert (await room.put(upload["url"], movie(padding=100_000))).status_code == 200


async def test_bytes_that_come_twice_are_left_out_of_large_chunks_too(room: Room) -> None:
    upload, file = await room.upload(), movie(padding=400_000)
    await chunk(room, upload["url"], file, 0, 200_000)
    await chunk(room, upload["url"], file, 100_000, 300_000)
    assert (await chunk(room, upload["url"], file, 250_000, len(file))).status_code == 200
    assert there(room, upload["id"]) == file
    assert not any(name.endswith(".part") for name in lying(room))
