"""Ranges of a file, as HTTP has them (RFC 9110, 14)."""

import pytest

from harness import ranges
from harness.messages import Request
from harness.ranges import Whole

FILE = Whole(bytes(range(10)))


def asked(header: str | None) -> Request:
    return Request("GET", "/film.mp4", headers={} if header is None else {"range": header})


@pytest.mark.parametrize(
    ("header", "content", "told"),
    [
        ("bytes=0-3", bytes(range(4)), "bytes 0-3/10"),
        ("bytes=7-", bytes([7, 8, 9]), "bytes 7-9/10"),
        ("bytes=-2", bytes([8, 9]), "bytes 8-9/10"),
        ("bytes=-99", bytes(range(10)), "bytes 0-9/10"),
        ("bytes=8-99", bytes([8, 9]), "bytes 8-9/10"),
    ],
)
def test_a_range_is_answered_with_it(header: str, content: bytes, told: str) -> None:
    found = ranges.reply(asked(header), FILE, "video/mp4", [("Cache-Control", "no-store")])
    assert (found.status, found.body, found.content_type) == (206, content, "video/mp4")
    assert dict(found.headers) == {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "Content-Range": told,
    }


@pytest.mark.parametrize("header", [None, "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1"])
def test_anything_else_is_answered_with_the_whole(header: str | None) -> None:
    found = ranges.reply(asked(header), FILE, "video/mp4")
    assert (found.status, found.body) == (200, FILE.content)


def test_what_begins_behind_the_end_cannot_be_answered() -> None:
    found = ranges.reply(asked("bytes=10-"), FILE, "video/mp4")
    assert (found.status, found.body) == (416, b"")
    assert ("Content-Range", "bytes */10") in found.headers


def test_a_long_range_is_answered_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "LARGEST_PIECE", 4)
    found = ranges.reply(asked("bytes=2-"), FILE, "video/mp4")
    assert (found.body, dict(found.headers)["Content-Range"]) == (bytes([2, 3, 4, 5]), "bytes 2-5/10")


def test_without_a_request_there_is_the_whole() -> None:
    assert ranges.reply(None, FILE, "video/mp4").body == FILE.content
