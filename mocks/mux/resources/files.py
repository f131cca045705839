"""Whole files of an asset for download: static renditions and the master.

An uploaded MP4 file is given back as it is; otherwise the neutral clip stands for every file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fixtures.clips import clip
from harness import ranges
from harness.ranges import File, Whole
from mocks.mux import errors
from mocks.mux.resources import assets, packages
from mocks.mux.resources.assets import ASSETS
from mocks.mux.resources.chunks import Content

if TYPE_CHECKING:
    from harness.messages import Reply
    from harness.transaction import Transaction
    from mocks.mux.resources.playing import Playing

Json = dict[str, Any]


def rendition(tx: Transaction, playing: Playing, name: str) -> File:
    """Return a static rendition that is ready; refuse what is none."""
    asset = playing.asset
    listed = (asset["mp4"] or {}).get("files", ()) if asset["mp4"] else asset["renditions"]
    if not any(each["name"] == name and each.get("status", "ready") == "ready" for each in listed):
        raise errors.nothing_there()
    return Whole(clip("sound")) if name.endswith(".m4a") else _whole(tx, asset)


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
    return Whole(clip(packages.neutral_name(asset["media"])))


def reply(tx: Transaction, file: File, type: str, *, download: str | None = None) -> Reply:
    """Answer with a file, or the range of it that is asked for."""
    headers = []
    if download is not None:
        headers.append(("Content-Disposition", f"attachment; filename*=UTF-8''{quote(download)}"))
    return ranges.reply(tx.request, file, type, headers)
