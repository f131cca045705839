"""What an uploaded file holds, told by PyAV, by ffprobe, or by our own reader."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mocks.mux.resources import inputs, packages, probing
from mocks.mux.resources.chunks import Content
from tests.mocks.mux.films import film
from tests.mocks.mux.movies import movie
from tests.mocks.mux.test_media import content

Json = dict[str, Any]
TOLD: Json = {
    "format": {"format_name": "mov,mp4,m4a", "duration": "9.5"},
    "streams": [
        {"codec_type": "video", "codec_name": "hevc", "width": 1920, "height": 1080, "avg_frame_rate": "30000/1001",
         "side_data_list": [{"rotation": -90}]},
        {"codec_type": "audio", "codec_name": "aac", "channels": 6, "sample_rate": "44100", "duration": "9.4"},
        {"codec_type": "data"},
    ],
}  # fmt: skip


class Lying(Content):
    """A content that lies somewhere."""

    def paths(self) -> list[str]:
        return ["/one", "/two"]


def lying(file: bytes) -> Lying:
    return Lying(content(file)._blobs, [["0", len(file)]])


@pytest.fixture
def without_av(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hide PyAV, and leave nothing on the PATH; return a folder that is on it."""
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def ffprobe(folder: Path, printed: str, code: int = 0) -> None:
    """Put a program on the PATH that says what ffprobe would, and notes what it is asked."""
    program = folder / "ffprobe"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(folder / 'asked')!r}, 'w').write(' '.join(sys.argv))\n"
        f"print({printed!r})\nsys.exit({code})\n"
    )
    program.chmod(0o755)


@pytest.mark.parametrize(("format", "name"), [("mp4", "mp4"), ("mpegts", "mpegts"), ("matroska", "matroska")])
def test_pyav_tells_of_every_container(format: str, name: str) -> None:
    pytest.importorskip("av")
    found = inputs.of_bytes(content(film(2, 320, 180, rate=25, format=format)))["file"]
    assert found["container_format"] == name
    video, audio = found["tracks"]
    assert (video["encoding"], video["width"], video["height"], video["frame_rate"]) == (
        "h.264",
        320,
        180,
        25,
    )
    assert (audio["encoding"], audio["channels"], audio["sample_rate"]) == ("aac", 2, 48000)
    assert video["duration"] == pytest.approx(2, abs=0.1)


def test_without_pyav_ffprobe_is_asked(without_av: Path) -> None:
    ffprobe(without_av, json.dumps(TOLD))
    found = inputs.of_bytes(lying(movie()))["file"]
    assert found["container_format"] == "mp4"
    video, audio = found["tracks"]
    assert (video["encoding"], video["width"], video["height"]) == ("hevc", 1080, 1920)
    assert (video["frame_rate"], video["duration"]) == (29.97, 9.5)
    assert (audio["channels"], audio["sample_rate"], audio["duration"]) == (6, 44100, 9.4)
    assert (without_av / "asked").read_text().endswith("-show_format -show_streams concat:/one|/two")


@pytest.mark.parametrize(
    "printed", ["", "{}", "[]", "nonsense", '{"format": {"format_name": "x"}, "streams": []}']
)
def test_an_answer_that_is_none_leaves_it_to_our_own_reader(without_av: Path, printed: str) -> None:
    ffprobe(without_av, printed, code=1 if printed == "nonsense" else 0)
    assert probing.of_file(lying(movie(7.5))) is None
    found = inputs.of_bytes(lying(movie(7.5)))["file"]
    assert found["tracks"][0]["duration"] == 7.5


def test_without_both_our_own_reader_reads_and_nothing_is_packaged(without_av: Path) -> None:
    found = inputs.of_bytes(content(movie(7.5)))["file"]
    assert found["tracks"][0]["duration"] == 7.5
    assert packages.of_file(content(movie(7.5))) is None
