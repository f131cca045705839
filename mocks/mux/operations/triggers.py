"""What Mux or a file lets happen, on demand: `greenroom trigger mux video.asset.errored`.

A trigger takes the thing named by its id, or makes a new one, and goes through the functions that the API and the
timers use.
"""

from __future__ import annotations

from typing import Any

from harness.collection import Collection
from harness.errors import InvalidInput
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.mux.parameters import AssetSettings, Input, NewUpload
from mocks.mux.provider import mux
from mocks.mux.resources import assets, lifecycle, master, renditions, tracks, uploads
from mocks.mux.resources.assets import ASSETS
from mocks.mux.resources.uploads import UPLOADS

CLIP = "https://media.greenroom.test/clip.mp4"


class OfAsset(Params):
    """Which asset: one that exists, or a new one of `url` with a public playback id."""

    asset_id: str | None = None
    url: str = CLIP


class Failed(OfAsset):
    """Why an asset could not be made."""

    type: str = "invalid_input"
    message: str = "The input file is not a supported audio or video file."


class OfUpload(Params):
    """Which direct upload: one that exists, or a new one for `cors_origin` whose asset has a public playback id."""

    upload_id: str | None = None
    cors_origin: str = "*"


class UploadFailed(OfUpload):
    """Why no asset could be made of an upload."""

    type: str = "invalid_input"
    message: str = "The uploaded file could not be read."


class OfPart(Params):
    """Which track or static rendition of an asset: `id`, or the first that is preparing."""

    asset_id: str
    id: str | None = None


class PartFailed(OfPart):
    """Why it could not be made."""

    type: str = "invalid_input"
    message: str = "The input file could not be used."


# --- assets ------------------------------------------------------------------------------------------------------


@mux.trigger("video.asset.created")
def create_asset(tx: Transaction, params: OfAsset) -> Json:
    """An asset is made."""
    return _shown(tx, _made(tx, params.url))


@mux.trigger("video.asset.ready")
def make_ready(tx: Transaction, params: OfAsset) -> Json:
    """A preparing asset is ready."""
    asset = _asset(tx, params)
    _require(asset, "preparing", "ready")
    if "errors" in asset["inputs"][0]:
        raise InvalidInput(f"asset {asset['id']} has an input that cannot be used, so it cannot become ready")
    lifecycle.process(tx, asset)
    return _shown(tx, asset)


@mux.trigger("video.asset.errored")
def fail_asset(tx: Transaction, params: Failed) -> Json:
    """A preparing asset cannot be made."""
    asset = _asset(tx, params)
    _require(asset, "preparing", "errored")
    lifecycle.fail(tx, asset, {"type": params.type, "messages": [params.message]})
    return _shown(tx, asset)


@mux.trigger("video.asset.updated")
def update_asset(tx: Transaction, params: OfAsset) -> Json:
    """An asset changes."""
    asset = _asset(tx, params)
    assets.touch(tx, asset)
    return _shown(tx, asset)


@mux.trigger("video.asset.deleted")
def delete_asset(tx: Transaction, params: OfAsset) -> None:
    """An asset is deleted."""
    lifecycle.delete(tx, _asset(tx, params))


@mux.trigger("video.asset.master.ready")
def make_master(tx: Transaction, params: OfAsset) -> Json:
    """The master that is asked for is made."""
    asset = _asset(tx, params)
    if asset["status"] != "ready" or (asset["master"] or {}).get("status") != "preparing":
        raise InvalidInput(f"asset {asset['id']} has no master in preparation; see PUT …/master-access")
    master.conclude(tx, asset)
    return _shown(tx, asset)


@mux.trigger("video.asset.static_renditions.ready")
def make_mp4(tx: Transaction, params: OfAsset) -> Json:
    """The files of `mp4_support` are made."""
    asset = _asset(tx, params)
    if asset["status"] != "ready" or (asset["mp4"] or {}).get("status") != "preparing":
        raise InvalidInput(f"asset {asset['id']} has no MP4 files in preparation; see PUT …/mp4-support")
    renditions.conclude_mp4(tx, asset)
    return _shown(tx, asset)


# --- tracks and static renditions --------------------------------------------------------------------------------


@mux.trigger("video.asset.track.ready")
def make_track(tx: Transaction, params: OfPart) -> Json:
    """A track is ready."""
    asset, track = _part(tx, params, "tracks")
    tracks.conclude(tx, asset, track)
    return track


@mux.trigger("video.asset.track.errored")
def fail_track(tx: Transaction, params: PartFailed) -> Json:
    """A track cannot be made."""
    asset, track = _part(tx, params, "tracks")
    tracks.conclude(tx, asset, track, {"type": params.type, "messages": [params.message]})
    return track


@mux.trigger("video.asset.static_rendition.ready")
def make_rendition(tx: Transaction, params: OfPart) -> Json:
    """A static rendition is ready (or skipped, where the asset has no such picture or sound)."""
    asset, rendition = _part(tx, params, "renditions")
    renditions.conclude(tx, asset, rendition)
    return rendition


@mux.trigger("video.asset.static_rendition.errored")
def fail_rendition(tx: Transaction, params: PartFailed) -> Json:
    """A static rendition cannot be made."""
    asset, rendition = _part(tx, params, "renditions")
    renditions.conclude(tx, asset, rendition, {"type": params.type, "messages": [params.message]})
    return rendition


# --- uploads -----------------------------------------------------------------------------------------------------


@mux.trigger("video.upload.created")
def create_upload(tx: Transaction, params: OfUpload) -> Json:
    """A direct upload is made."""
    return uploads.shown(tx, _upload(tx, params))


@mux.trigger("video.upload.asset_created")
def finish_upload(tx: Transaction, params: OfUpload) -> Json:
    """A file has arrived, invented here, and its asset is made."""
    upload = _upload(tx, params)
    _require(upload, "waiting", "asset_created")
    uploads.complete(tx, upload, None)
    return uploads.shown(tx, upload)


@mux.trigger("video.upload.cancelled")
def cancel_upload(tx: Transaction, params: OfUpload) -> Json:
    """An upload is cancelled."""
    upload = _upload(tx, params)
    _require(upload, "waiting", "cancelled")
    uploads.cancel(tx, upload)
    return uploads.shown(tx, upload)


@mux.trigger("video.upload.errored")
def fail_upload(tx: Transaction, params: UploadFailed) -> Json:
    """No asset can be made of an upload."""
    upload = _upload(tx, params)
    _require(upload, "waiting", "errored")
    uploads.fail(tx, upload, {"type": params.type, "message": params.message})
    return uploads.shown(tx, upload)


# --- which thing -------------------------------------------------------------------------------------------------


def _asset(tx: Transaction, params: OfAsset) -> Json:
    return _made(tx, params.url) if params.asset_id is None else _found(tx, ASSETS, params.asset_id, "asset")


def _made(tx: Transaction, url: str) -> Json:
    return lifecycle.create(tx, AssetSettings(inputs=[Input(url=url)], playback_policies=["public"]))


def _upload(tx: Transaction, params: OfUpload) -> Json:
    if params.upload_id is not None:
        return _found(tx, UPLOADS, params.upload_id, "direct upload")
    settings = AssetSettings(playback_policies=["public"])
    return uploads.create(tx, NewUpload(cors_origin=params.cors_origin, new_asset_settings=settings))


def _part(tx: Transaction, params: OfPart, kind: str) -> tuple[Json, Json]:
    asset = _found(tx, ASSETS, params.asset_id, "asset")
    preparing = (each for each in asset[kind] if each.get("status") == "preparing")
    part = next((each for each in preparing if params.id in (None, each["id"])), None)
    if part is None or asset["status"] != "ready":
        raise InvalidInput(f"asset {asset['id']} has nothing such in preparation among its {kind}")
    return asset, part


def _found(tx: Transaction, collection: Collection, id: str, what: str) -> Any:
    document = tx.get(collection, id)
    if document is None:
        raise InvalidInput(f"there is no {what} {id!r} in world {tx.world.name}")
    return document


def _require(thing: Json, status: str, wanted: str) -> None:
    if thing["status"] != status:
        raise InvalidInput(
            f"{thing['id']} is {thing['status']} and cannot become {wanted}: it has to be {status}"
        )


def _shown(tx: Transaction, asset: Json) -> Json:
    return assets.shown(asset, tx.now)
