"""What an uploaded file, or an address alone, tells of an asset."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.mux.resources import inputs
from mocks.mux.resources.chunks import Content
from tests.mocks.mux.movies import box, movie
from tests.mocks.mux.room import Room


class Kept:
    """Stands for the folder of blobs."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    def read(self, digest: str, at: int = 0, size: int = -1) -> bytes:
        return self.chunks[int(digest)][at : at + size]


def content(*chunks: bytes) -> Content:
    return Content(Kept(*chunks), [[str(number), len(each)] for number, each in enumerate(chunks)])


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_an_mp4_file_tells_duration_size_rate_and_sound(late: bool, wide: bool) -> None:
    file = inputs.of_bytes(content(movie(7.5, late=late, wide=wide, padding=5000)))["file"]
    video, audio = file["tracks"]
    assert file["container_format"] == "mp4"
    assert video == {
        "type": "video", "duration": 7.5, "encoding": "h.264", "width": 1080, "height": 1920, "frame_rate": 25.067,
    } | {"frame_rate": video["frame_rate"]}  # fmt: skip
    assert video["frame_rate"] == pytest.approx(25, abs=0.1)
    assert (audio["duration"], audio["encoding"], audio["channels"], audio["sample_rate"]) == (
        7.5,
        "aac",
        2,
        48000,
    )


def test_a_turned_picture_is_told_as_it_is_shown() -> None:
    video = inputs.of_bytes(content(movie(width=1920, height=1080, turned=True)))["file"]["tracks"][0]
    assert (video["width"], video["height"]) == (1080, 1920)


def test_sound_alone() -> None:
    (track,) = inputs.of_bytes(content(movie(video=None)))["file"]["tracks"]
    assert track["type"] == "audio"


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"hello, I am a text file, and long enough to be looked at",
        b"\x89PNG\r\n\x1a\n" + bytes(400),
        b"\xff\xd8\xff\xe0" + bytes(400),
        b"%PDF-1.7" + bytes(400),
        b"RIFF\x00\x00\x00\x00WEBP" + bytes(400),
        box(b"ftyp", b"isom"),
        movie()[:200],
        movie(late=True, padding=100)[:-50],
        movie(video=None, audio=None),
        b"\x00\x00\x00\x02ftypisom" + bytes(50),
    ],
)
def test_what_is_no_media_or_cut_off_is_refused(file: bytes) -> None:
    assert inputs.of_bytes(content(file))["errors"]["type"] == "invalid_input"


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\x1aE\xdf\xa3" + bytes(400), "matroska"),
        (b"G" + bytes(187) + b"G" + bytes(187), "mpegts"),
        (b"RIFF\x00\x00\x00\x00AVI " + bytes(400), "avi"),
        (b"OggS" + bytes(400), "ogg"),
        (b"ID3\x04" + bytes(400), "mp3"),
    ],
)
def test_other_containers_are_known_by_their_first_bytes(start: bytes, name: str) -> None:
    file = inputs.of_bytes(content(start))["file"]
    assert file["container_format"] == name
    assert file == inputs.of_bytes(content(start[:200], start[200:]))["file"]
    assert 5 <= file["tracks"][0]["duration"] < 90


@given(st.binary(max_size=300), st.integers(0, 300), st.binary(min_size=1, max_size=8))
def test_no_bytes_break_the_reader(junk: bytes, at: int, patch: bytes) -> None:
    file = bytearray(movie() + junk)
    file[at : at + len(patch)] = patch
    for each in (junk, bytes(file)):
        found = inputs.of_bytes(content(each))
        assert ("file" in found) is not ("errors" in found)


@given(st.lists(st.binary(max_size=9), max_size=6), st.integers(0, 40), st.integers(0, 40))
def test_a_file_in_parts_is_read_as_one(parts: list[bytes], at: int, size: int) -> None:
    assert content(*parts).slice(at, size) == b"".join(parts)[at : at + size]


# --- addresses ---------------------------------------------------------------------------------------------------


def shape(url: str) -> Any:
    return [(each["type"], each["duration"]) for each in inputs.of_url(url)["file"]["tracks"]]


def test_an_address_decides_what_lies_there() -> None:
    url = "https://media.studio.test/a.mp4"
    assert inputs.of_url(url) == inputs.of_url(url)
    assert inputs.of_url(url) != inputs.of_url("https://media.studio.test/b.mp4")
    told = inputs.of_url(f"{url}?duration=12.5&width=1080&height=1920&frame_rate=50")["file"]["tracks"][0]
    assert (told["duration"], told["width"], told["height"], told["frame_rate"]) == (12.5, 1080, 1920, 50)
    assert [kind for kind, _ in shape("https://media.studio.test/song.mp3?duration=3")] == ["audio"]
    assert shape(f"{url}?duration=-1&width=x") == shape(url)


@pytest.mark.parametrize(
    ("url", "type"),
    [
        ("https://media.invalid/a.mp4", "download_failed"),
        ("https://media.studio.test/a.pdf", "invalid_input"),
        ("https://media.studio.test/a.JPG?x=1", "invalid_input"),
    ],
)
async def test_addresses_that_cannot_be_used_make_errored_assets(room: Room, url: str, type: str) -> None:
    made = await room.asset(url)
    await room.advance(5)
    shown = await room.ok("GET", f"/video/v1/assets/{made['id']}")
    assert shown["status"] == "errored"
    assert (shown["errors"]["type"], url in shown["errors"]["messages"][0]) == (type, True)
    assert shown["progress"] == {"state": "errored", "progress": -1}
    absent = {"duration", "tracks", "aspect_ratio", "max_stored_resolution", "resolution_tier"}
    assert not absent & set(shown)
    assert room.announced(made["id"]) == ["asset.created", "asset.errored"]


async def test_an_uploaded_mp4_file_becomes_an_asset_of_its_size(room: Room, tmp_path: Path) -> None:
    upload = await room.upload()
    assert (await room.put(upload["url"], movie(9, width=1440, height=1080, rate=24))).status_code == 200
    await room.advance(6)
    (asset,) = await room.ok("GET", f"/video/v1/assets?upload_id={upload['id']}")
    assert (asset["status"], asset["duration"], asset["aspect_ratio"]) == ("ready", 9.0, "4:3")
    assert (asset["max_stored_frame_rate"], asset["ingest_type"]) == (24, "on_demand_direct_upload")
