"""What scenarios let happen at Mux in plain words: videos that are uploaded, watched, spoilt and taken away."""

from __future__ import annotations

from pydantic import Field

from harness.errors import InvalidInput
from harness.happenings import told
from harness.params import Params
from harness.transaction import Transaction
from mocks.mux.operations.triggers import CLIP
from mocks.mux.parameters import AssetSettings, Input
from mocks.mux.provider import mux
from mocks.mux.resources import audience, lifecycle, uploads
from mocks.mux.resources.assets import ASSETS
from mocks.mux.resources.uploads import UPLOADS

PROBLEM = {"type": "invalid_input", "messages": ["The input file is not a supported audio or video file."]}


class OfVideo(Params):
    """Which video."""

    asset: str = told("mux.video", by="video")


class Watched(OfVideo):
    """How many views, ending within the last hours."""

    count: int = Field(100, ge=1, le=2_000_000)
    hours: float = Field(24, gt=0, le=24 * 90)


class OfUpload(Params):
    """Which video, that waits for its file."""

    upload: str = told("mux.upload", by="video")


class Ingested(Params):
    """How many new videos, made of files at invented addresses."""

    count: int = Field(1, ge=1, le=500)


@mux.happening("video is watched")
def watch(tx: Transaction, params: Watched) -> None:
    """People watch a video."""
    from mocks.mux.resources import simulation  # here: numpy is needed only where somebody watches

    asset = tx.get(ASSETS, params.asset)
    films = [] if asset is None else audience.of_asset(asset)
    if not films:
        raise InvalidInput(f"asset {params.asset} is not ready to be watched")
    simulation.views_of(tx, films, params.count, audience.until_now(tx, params.hours), viewers=None)


@mux.happening("video is deleted")
def delete(tx: Transaction, params: OfVideo) -> None:
    """A video is deleted."""
    asset = tx.get(ASSETS, params.asset)
    if asset is None:
        raise InvalidInput(f"asset {params.asset} was deleted before")
    lifecycle.delete(tx, asset)


@mux.happening("file arrives")
def complete(tx: Transaction, params: OfUpload) -> None:
    """The file that a video waits for is uploaded."""
    uploads.complete(tx, _upload(tx, params.upload), None)


@mux.happening("upload fails")
def fail_upload(tx: Transaction, params: OfUpload) -> None:
    """The file that a video waits for cannot be read."""
    uploads.fail(
        tx, _upload(tx, params.upload), {"type": PROBLEM["type"], "message": "The file could not be read."}
    )


@mux.happening("videos are made")
def ingest(tx: Transaction, params: Ingested) -> None:
    """New videos are made; each is ready some seconds later."""
    for _ in range(params.count):
        lifecycle.create(tx, AssetSettings(inputs=[Input(url=CLIP)], playback_policies=["public"]))


@mux.happening("encoding fails")
def fail(tx: Transaction, params: Ingested) -> None:
    """New videos cannot be made of their files."""
    for _ in range(params.count):
        asset = lifecycle.create(tx, AssetSettings(inputs=[Input(url=CLIP)], playback_policies=["public"]))
        lifecycle.fail(tx, asset, dict(PROBLEM))


def _upload(tx: Transaction, id: str) -> dict[str, object]:
    upload = tx.get(UPLOADS, id)
    if upload is None or upload["status"] != "waiting":
        raise InvalidInput(f"upload {id} does not wait for a file any more")
    return upload
