"""The hosts of playback: what is played and shown of an asset, to whom, and as which media."""

import io
import json
from typing import Any

import httpx
import numpy as np
import pytest

from mocks.mux.resources import packages
from mocks.mux.resources.pictures import MOST_PIXELS
from tests.mocks.mux.films import film
from tests.mocks.mux.room import Room
from tests.mocks.mux.watching import addresses, fetch, picture, played, seconds_of, uploaded

Json = dict[str, Any]


async def test_an_uploaded_film_is_played_as_itself(room: Room) -> None:
    av: Any = pytest.importorskip("av")
    asset = await uploaded(room, film(10))
    playlist, pieces = await played(room, asset["playback_ids"][0]["id"])
    assert seconds_of(playlist) == pytest.approx(asset["duration"], abs=0.1)
    assert len(pieces) > 2
    with av.open(io.BytesIO(b"".join(pieces))) as found:
        frames = [frame.to_ndarray(format="rgb24") for frame in found.decode(video=0)]
    assert len(frames) == 240
    brightest = [int(np.argmax(frames[second * 24 + 12][90, 160])) for second in range(10)]
    assert brightest == [second % 3 for second in range(10)]


async def test_a_film_is_probed(room: Room) -> None:
    asset = await uploaded(room, film(3, 180, 320, rate=30))
    assert (asset["duration"], asset["aspect_ratio"]) == (pytest.approx(3, abs=0.1), "9:16")
    (info,) = await room.ok("GET", f"/video/v1/assets/{asset['id']}/input-info")
    video, audio = info["file"]["tracks"]
    assert (video["encoding"], video["frame_rate"], video["width"], video["height"]) == (
        "h.264",
        30,
        180,
        320,
    )
    assert (audio["encoding"], audio["channels"], audio["sample_rate"]) == ("aac", 2, 48000)


async def test_a_transport_stream_is_probed_and_played_too(room: Room) -> None:
    pytest.importorskip("av")
    asset = await uploaded(room, film(3, format="mpegts"))
    assert asset["aspect_ratio"] == "16:9"
    playlist, pieces = await played(room, asset["playback_ids"][0]["id"])
    assert "chunk/init.mp4" in playlist
    assert pieces[0][4:8] == b"ftyp"


async def test_other_codecs_are_probed_and_played_as_the_neutral_clip(room: Room) -> None:
    pytest.importorskip("av")
    asset = await uploaded(room, film(3, format="webm", codec="libvpx-vp9"))
    assert asset["duration"] == pytest.approx(3, abs=0.1)
    assert asset["non_standard_input_reasons"] == {"video_codec": "vp9", "audio_codec": "opus"}
    playlist, _ = await played(room, asset["playback_ids"][0]["id"])
    assert "wide/init.mp4" in playlist


@pytest.mark.parametrize(
    ("ending", "clip", "size"),
    [("mp4", "wide", (1920, 1080)), ("mp4", "tall", (1080, 1920)), ("mp3", "sound", (0, 0))],
)
async def test_what_lies_at_an_address_is_played_as_a_neutral_clip(
    room: Room, ending: str, clip: str, size: tuple[int, int]
) -> None:
    shape = f"&width={size[0]}&height={size[1]}" if size[0] else ""
    asset = await room.ready(f"https://media.studio.test/a.{ending}?duration=13{shape}")
    playlist, pieces = await played(room, asset["playback_ids"][0]["id"])
    assert seconds_of(playlist) == pytest.approx(13, abs=2.1)
    assert playlist.count("#EXT-X-DISCONTINUITY") == 2
    assert pieces[0] == packages.neutral(clip).init


async def test_renditions_end_where_the_asset_does_and_where_it_is_asked_for(room: Room) -> None:
    id = (await room.ready())["playback_ids"][0]["id"]

    async def heights(query: str = "") -> list[int]:
        text = (await fetch(room, f"{id}.m3u8{query}")).text
        return [
            int(line.partition("RESOLUTION=")[2].partition(",")[0].partition("x")[2])
            for line in text.splitlines()
            if "RESOLUTION" in line
        ]

    assert await heights() == [270, 360, 480, 720, 1080]
    assert await heights("?max_resolution=720p&min_resolution=480p") == [480, 720]
    assert await heights("?rendition_order=desc") == [1080, 720, 480, 360, 270]
    for wrong in ("max_resolution=9p", "rendition_order=up", "asset_start_time=x", "asset_start_time=99"):
        answer = await fetch(room, f"{id}.m3u8?{wrong}")
        assert (answer.status_code, answer.json()["code"]) == (400, 3)


async def test_a_span_of_an_asset_is_played(room: Room) -> None:
    id = (await room.ready())["playback_ids"][0]["id"]
    playlist, _ = await played(room, id, "?asset_start_time=4&asset_end_time=6")
    assert 2 <= seconds_of(playlist) <= 6.1


async def test_a_clip_plays_the_part_of_its_source(room: Room) -> None:
    pytest.importorskip("av")
    source = await uploaded(room, film(12))
    clip = await room.ready(f"mux://assets/{source['id']}", inputs=[
        {"url": f"mux://assets/{source['id']}", "start_time": 5, "end_time": 7}
    ])  # fmt: skip
    playlist, _ = await played(room, clip["playback_ids"][0]["id"])
    assert seconds_of(playlist) == pytest.approx(4, abs=0.1)


async def test_what_is_not_there_is_not_played(room: Room) -> None:
    asset = await room.asset()
    id = asset["playback_ids"][0]["id"]
    assert (await fetch(room, f"{id}.m3u8")).status_code == 412
    await room.advance(5)
    for path in ("nobody.m3u8", f"{id}.mp4", f"{id}", f"{id}/thumbnail.bmp", f"{id}/rendition/270p.txt",
                 f"{id}/wide/9.m4s", f"{id}/chunk/0.m4s", f"{id}/text/x.vtt", f"{id}/highest.mp4",
                 f"{id}/subtitles/x.m3u8", "x/master.mp4", f"{id}/wide/x"):  # fmt: skip
        answer = await fetch(room, path)
        assert (answer.status_code, answer.json()) == (404, {"code": 5, "message": "Not Found"}), path
    await room.ok("DELETE", f"/video/v1/assets/{asset['id']}")
    assert (await fetch(room, f"{id}.m3u8")).status_code == 404


async def test_subtitles_are_in_the_manifest_and_can_be_read(room: Room) -> None:
    asset = await room.ready()
    body = {"url": "https://studio.test/en.vtt", "type": "text", "language_code": "en", "name": 'A "B" & <C>'}
    await room.ok("POST", f"/video/v1/assets/{asset['id']}/tracks", body)
    await room.advance(5)
    id = asset["playback_ids"][0]["id"]
    master = (await fetch(room, f"{id}.m3u8?default_subtitles_lang=en")).text
    (line,) = [each for each in master.splitlines() if each.startswith("#EXT-X-MEDIA")]
    assert 'NAME="A  B  & <C>",LANGUAGE="en",AUTOSELECT=YES,DEFAULT=YES' in line
    playlist = await fetch(room, line.partition('URI="')[2].rstrip('"'))
    (address,) = addresses(playlist.text)
    vtt = await fetch(room, address)
    assert vtt.headers["content-type"].startswith("text/vtt")
    assert vtt.text.startswith('WEBVTT\n\n00:00:00.000 --> 00:00:05.000\nA "B" &amp; &lt;C&gt;, 1 of 3')
    assert "3 of 3" in (await fetch(room, address.replace(".vtt", ".txt"))).text
    assert (await fetch(room, address.replace(".vtt", ".srt"))).status_code == 404


# --- files -------------------------------------------------------------------------------------------------------


async def test_static_renditions_and_master_can_be_downloaded(room: Room) -> None:
    content = film(4)
    asset = await uploaded(
        room, content, static_renditions=[{"resolution": "highest"}], master_access="temporary"
    )
    file = f"{asset['playback_ids'][0]['id']}/highest.mp4"
    whole = await fetch(room, f"{file}?download=a b.mp4")
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["content-disposition"] == "attachment; filename*=UTF-8''a%20b.mp4"
    part = await fetch(room, file, range="bytes=10-19")
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    assert (await fetch(room, file, range="bytes=-5")).content == content[-5:]
    assert (await fetch(room, file, range=f"bytes={len(content)}-")).status_code == 416
    url = httpx.URL(asset["master"]["url"])
    assert (await fetch(room, url.raw_path.decode()[1:])).content == content
    assert (await fetch(room, f"{url.path[1:]}?signature=x")).status_code == 403
    await room.ok("PUT", f"/video/v1/assets/{asset['id']}/master-access", {"master_access": "none"})
    assert (await fetch(room, url.raw_path.decode()[1:])).status_code == 404


async def test_files_of_mp4_support_are_there(room: Room) -> None:
    asset = await room.ready(mp4_support="audio-only,capped-1080p")
    await room.advance(30)
    id = asset["playback_ids"][0]["id"]
    for name, kind in (("audio.m4a", "audio/m4a"), ("capped-1080p.mp4", "video/mp4")):
        answer = await fetch(room, f"{id}/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert (await fetch(room, f"{id}/low.mp4")).status_code == 404


# --- pictures ----------------------------------------------------------------------------------------------------


async def test_thumbnails_show_the_moment_of_the_film(room: Room) -> None:
    pytest.importorskip("av")
    id = (await uploaded(room, film(6)))["playback_ids"][0]["id"]
    for second in range(6):
        frame = picture(await fetch(room, f"{id}/thumbnail.png?time={second}.5"))
        assert frame.size == (320, 180)
        assert int(np.argmax(np.asarray(frame.convert("RGB"))[90, 160])) == second % 3


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", (1920, 1080)),
        ("?width=320", (320, 180)),
        ("?height=90", (160, 90)),
        ("?width=100&height=100", (100, 56)),
        ("?width=100&height=100&fit_mode=stretch", (100, 100)),
        ("?width=100&height=100&fit_mode=pad", (100, 100)),
        ("?width=100&height=100&fit_mode=smartcrop&flip_h=true&flip_v=true", (100, 100)),
        ("?width=320&rotate=90", (180, 320)),
    ],
)
async def test_thumbnails_have_the_size_asked_for(room: Room, query: str, size: tuple[int, int]) -> None:
    id = (await room.ready())["playback_ids"][0]["id"]
    for extension in ("jpg", "webp"):
        assert picture(await fetch(room, f"{id}/thumbnail.{extension}{query}")).size == size


async def test_wrong_words_are_refused_as_the_image_host_does(room: Room) -> None:
    id = (await room.ready())["playback_ids"][0]["id"]
    answer = await fetch(room, f"{id}/thumbnail.jpg?fit_mode=nope")
    assert (answer.status_code, answer.json()) == (400, {"code": 3, "message": "Unrecognized fit-mode"})
    for path in ("thumbnail.jpg?width=0", "thumbnail.jpg?rotate=45", "thumbnail.jpg?time=-1",
                 "animated.gif?start=0&end=11", "animated.gif?fps=60", "animated.gif?width=641",
                 "storyboard.vtt?format=gif"):  # fmt: skip
        assert (await fetch(room, f"{id}/{path}")).status_code == 400, path


async def test_animated_pictures_move(room: Room) -> None:
    id = (await room.ready())["playback_ids"][0]["id"]
    moving: Any = picture(await fetch(room, f"{id}/animated.gif?start=1&end=3&fps=5&width=120"))
    assert (moving.size, moving.n_frames) == ((120, 68), 10)
    assert picture(await fetch(room, f"{id}/animated.webp?end=1&fps=2&height=90")).size == (160, 90)
    large: Any = picture(await fetch(room, f"{id}/animated.gif?end=10&fps=30&width=640"))
    assert (large.size, large.n_frames) == ((640, 360), MOST_PIXELS // (640 * 360))
    assert large.n_frames * large.info["duration"] == pytest.approx(10_000, abs=500)


async def test_storyboards_tell_where_their_tiles_lie(room: Room) -> None:
    id = (await room.ready())["playback_ids"][0]["id"]
    told = (await fetch(room, f"{id}/storyboard.json?format=webp")).json()
    assert (told["tile_width"], told["tile_height"], told["duration"], len(told["tiles"])) == (
        256,
        144,
        12.5,
        12,
    )
    assert picture(await fetch(room, told["url"])).size == (5 * 256, 3 * 144)
    vtt = (await fetch(room, f"{id}/storyboard.vtt")).text
    cues = [line for line in vtt.splitlines() if "#xywh=" in line]
    assert [each.partition("#xywh=")[2] for each in cues] == [
        f"{tile['x']},{tile['y']},256,144" for tile in told["tiles"]
    ]
    assert cues[0].startswith("http://127.0.0.1:4405/~studio/")
    for extension in ("jpg", "png"):
        picture(await fetch(room, f"{id}/storyboard.{extension}"))


async def test_any_page_may_ask(room: Room) -> None:
    answer = await room.client.options("/abc.m3u8", headers={"origin": "https://app.studio.test"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")


async def test_nothing_of_a_film_is_left_by_an_errored_upload(room: Room) -> None:
    content = film(4)
    made = await room.upload()
    await room.put(made["url"], content[: len(content) // 3])
    await room.advance(30)
    asset = (await room.ok("GET", "/video/v1/assets"))[0]
    assert asset["status"] == "errored"
    assert (await fetch(room, f"{asset['playback_ids'][0]['id']}.m3u8")).status_code == 412
    assert "package" not in json.dumps([row[0] for row in room.state()])
