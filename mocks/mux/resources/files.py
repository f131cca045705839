"""Whole files of an asset for download: static renditions and the master.

An uploaded MP4 file is given back as it is; otherwise the neutral clip stands for every file. A range is answered with
at most a few MiB of it, as HTTP allows (RFC 9110, 15.3.7): browsers ask on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from harness.messages import Reply
from mocks.mux import errors
from mocks.mux.resources import assets, packages
from mocks.mux.resources.assets import ASSETS
from mocks.mux.resources.chunks import Content

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.resources.playing import Playing

Json = dict[str, Any]

LARGEST_PIECE = 4 << 20
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class File(Protocol):
    """Something with a size that is read by offset."""

    size: int

    def slice(self, at: int, size: int) -> bytes:
        """Return up to `size` bytes from an offset on."""


class _Neutral:
    def __init__(self, content: bytes) -> None:
        self.size = len(content)
        self._content = content

    def slice(self, at: int, size: int) -> bytes:
        return self._content[at : at + size]


def rendition(tx: Transaction, playing: Playing, name: str) -> File:
    """Return a static rendition that is ready; refuse what is none."""
    asset = playing.asset
    listed = (asset["mp4"] or {}).get("files", ()) if asset["mp4"] else asset["renditions"]
    if not any(each["name"] == name and each.get("status", "ready") == "ready" for each in listed):
        raise errors.nothing_there()
    return _Neutral(packages.neutral_file("sound")) if name.endswith(".m4a") else _whole(tx, asset)


def master(tx: Transaction, id: str) -> File:
    """Return the master that an address leads to while the access lasts."""
    asset = tx.first(ASSETS, master=id)
    if asset is None or tx.request is None:
        raise errors.nothing_there()
    if tx.request.query != asset["master"]["url"].partition("?")[2]:
        raise errors.not_allowed("The signature of the address does not match.", rule="master_signature")
    return _whole(tx, asset)


def _whole(tx: Transaction, asset: Json) -> File:
    file = assets.main_file(asset)
    if asset["kept"] is not None and file is not None and file["container_format"] == "mp4":
        return Content(tx.store.blobs, asset["kept"])
    return _Neutral(packages.neutral_file(packages.neutral_name(asset["media"])))


def reply(tx: Transaction, file: File, type: str, *, download: str | None = None) -> Reply:
    """Answer with a file, or the range of it that is asked for."""
    headers = [("Accept-Ranges", "bytes")]
    if download is not None:
        headers.append(("Content-Disposition", f"attachment; filename*=UTF-8''{quote(download)}"))
    asked = _RANGE.fullmatch((tx.request.header("range") or "").strip()) if tx.request else None
    if asked is None or not (asked[1] or asked[2]):
        return Reply(file.slice(0, file.size), 200, headers, type)
    first = int(asked[1]) if asked[1] else max(file.size - int(asked[2]), 0)
    last = min(int(asked[2]) if asked[1] and asked[2] else file.size - 1, file.size - 1)
    if first > last:
        return Reply(b"", 416, [*headers, ("Content-Range", f"bytes */{file.size}")], type)
    last = min(last, first + LARGEST_PIECE - 1)
    headers.append(("Content-Range", f"bytes {first}-{last}/{file.size}"))
    return Reply(file.slice(first, last - first + 1), 206, headers, type)
