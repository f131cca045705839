"""What happens by itself when its time has come. What is gone or has gone another way meanwhile is left alone."""

from __future__ import annotations

from collections.abc import Callable

from harness.collection import Collection
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.provider import mux
from mocks.mux.resources import lifecycle, master, renditions, tracks, uploads
from mocks.mux.resources.assets import ASSETS
from mocks.mux.resources.uploads import UPLOADS


@mux.timer("upload.expired")
def expire_upload(tx: Transaction, payload: Json) -> None:
    """End an upload whose URL is too old."""
    _still(tx, UPLOADS, payload["upload"], uploads.expire, status="waiting")


@mux.timer("asset.created")
def announce_asset(tx: Transaction, payload: Json) -> None:
    """Announce the asset of an upload."""
    _still(tx, ASSETS, payload["asset"], lifecycle.announce_created)


@mux.timer("asset.processed")
def process_asset(tx: Transaction, payload: Json) -> None:
    """End the preparation of an asset."""
    _still(tx, ASSETS, payload["asset"], lifecycle.process, status="preparing")


@mux.timer("asset.expired")
def delete_test_asset(tx: Transaction, payload: Json) -> None:
    """Delete a test asset after its day."""
    _still(tx, ASSETS, payload["asset"], lifecycle.delete)


@mux.timer("track.processed")
def process_track(tx: Transaction, payload: Json) -> None:
    """End the preparation of a track."""
    asset = tx.get(ASSETS, payload["asset"])
    if asset is None:
        return
    for track in asset["tracks"]:
        if track["id"] == payload["track"] and track["status"] == "preparing":
            tracks.conclude(tx, asset, track, payload["problem"])


@mux.timer("rendition.made")
def make_rendition(tx: Transaction, payload: Json) -> None:
    """End the preparation of a static rendition."""
    asset = tx.get(ASSETS, payload["asset"])
    if asset is None:
        return
    for rendition in asset["renditions"]:
        if rendition["id"] == payload["rendition"] and rendition["status"] == "preparing":
            renditions.conclude(tx, asset, rendition)


@mux.timer("mp4.made")
def make_mp4(tx: Transaction, payload: Json) -> None:
    """End the preparation of the files of `mp4_support`."""
    asset = tx.get(ASSETS, payload["asset"])
    if asset is not None and asset["mp4"] is not None:
        renditions.conclude_mp4(tx, asset)


@mux.timer("master.made")
def make_master(tx: Transaction, payload: Json) -> None:
    """End the preparation of a master."""
    asset = tx.get(ASSETS, payload["asset"])
    if asset is not None and asset["master"] is not None:
        master.conclude(tx, asset)


@mux.timer("master.expired")
def close_master(tx: Transaction, payload: Json) -> None:
    """End the access to a master after its day."""
    asset = tx.get(ASSETS, payload["asset"])
    if asset is not None and asset["master"] is not None:
        master.close(tx, asset)


def _still(
    tx: Transaction, collection: Collection, id: str, step: Callable[[Transaction, Json], None], **state: str
) -> None:
    """Take a step with a thing that is there, in the state that it was in."""
    thing = tx.get(collection, id)
    if thing is not None and all(thing[name] == value for name, value in state.items()):
        step(tx, thing)
