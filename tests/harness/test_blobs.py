"""Contents that come piece by piece, and what is read of a kept one."""

from hashlib import sha256
from pathlib import Path

import pytest

from harness.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def files(blobs: Blobs) -> list[Path]:
    return [each for each in blobs.folder.rglob("*") if each.is_file()]


def test_what_comes_in_pieces_is_kept_as_one(blobs: Blobs) -> None:
    incoming = blobs.incoming()
    for piece in (b"abc", b"", b"defg"):
        incoming.write(piece)
    digest = incoming.keep()
    incoming.discard()
    assert (digest, incoming.size) == (sha256(b"abcdefg").hexdigest(), 7)
    assert blobs.read(digest) == b"abcdefg"
    assert (blobs.read(digest, 2, 3), blobs.read(digest, 5), blobs.read(digest, 9, 4)) == (b"cde", b"fg", b"")


@pytest.mark.parametrize("skipped", [0, 3, 7])
def test_the_beginning_may_be_left_out(blobs: Blobs, skipped: int) -> None:
    incoming = blobs.incoming()
    incoming.write(b"abcdefg")
    digest = incoming.keep(skipped)
    incoming.discard()
    assert blobs.read(digest) == b"abcdefg"[skipped:]
    assert files(blobs) == [blobs.path(digest)]


def test_what_is_not_kept_leaves_nothing(blobs: Blobs) -> None:
    incoming = blobs.incoming()
    incoming.write(b"abc")
    incoming.discard()
    incoming.discard()
    assert files(blobs) == []


def test_nothing_can_be_kept_too(blobs: Blobs) -> None:
    assert blobs.read(blobs.incoming().keep()) == b""


def test_two_that_are_alike_are_kept_once(blobs: Blobs) -> None:
    one, other = blobs.incoming(), blobs.incoming()
    one.write(b"abc")
    other.write(b"abc")
    assert one.keep() == other.keep()
    assert len(files(blobs)) == 1
