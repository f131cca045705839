"""Assets and what belongs to one: input info, playback ids, master, static renditions."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.dialect import cursor, data, find, gone, page_of, position
from mocks.mux.parameters import (
    AssetChanges,
    AssetListing,
    AssetSettings,
    Mastering,
    Mp4Access,
    NewPlaybackId,
    NewRendition,
)
from mocks.mux.provider import mux
from mocks.mux.resources import assets, lifecycle, master, playback, renditions
from mocks.mux.resources.assets import ASSETS

PATH = "/video/v1/assets/{asset_id}"


@mux.post("/video/v1/assets", id="create-asset", tier="P1", status=201)
def create_asset(tx: Transaction, params: AssetSettings) -> Json:
    """Create an asset from files at addresses, or a clip of another asset."""
    return _shown(tx, lifecycle.create(tx, params))


@mux.get("/video/v1/assets", id="list-assets", tier="P0")
def list_assets(tx: Transaction, params: AssetListing) -> Json:
    """List assets, newest first."""
    where = {"upload_id": params.upload_id, "live_stream_id": params.live_stream_id}
    if params.cursor is None:
        page = page_of(tx, ASSETS, params, **where)
    else:
        page = tx.page(ASSETS, where=where, limit=params.limit, beyond=position(params.cursor))
    more = cursor(page.end) if page.has_more and page.end is not None else None
    return data([assets.shown(each, tx.now) for each in page.items], next_cursor=more)


@mux.get(PATH, id="get-asset", tier="P0")
def retrieve_asset(tx: Transaction, asset_id: str) -> Json:
    """Retrieve an asset."""
    return _shown(tx, find(tx, ASSETS, asset_id))


@mux.patch(PATH, id="update-asset", tier="P1")
def update_asset(tx: Transaction, params: AssetChanges, asset_id: str) -> Json:
    """Change an asset's passthrough, metadata or thumbnail time."""
    asset = find(tx, ASSETS, asset_id)
    lifecycle.update(tx, asset, params)
    return _shown(tx, asset)


@mux.delete(PATH, id="delete-asset", tier="P0", status=204)
def delete_asset(tx: Transaction, asset_id: str) -> Reply:
    """Delete an asset."""
    lifecycle.delete(tx, find(tx, ASSETS, asset_id))
    return gone()


@mux.delete(f"{PATH}/thumbnail-time", id="delete-asset-thumbnail-time", tier="P1", status=204)
def delete_thumbnail_time(tx: Transaction, asset_id: str) -> Reply:
    """Unset an asset's thumbnail time."""
    lifecycle.forget_thumbnail_time(tx, find(tx, ASSETS, asset_id))
    return gone()


@mux.get(f"{PATH}/input-info", id="get-asset-input-info", tier="P1")
def retrieve_input_info(tx: Transaction, asset_id: str) -> Json:
    """Tell of what files an asset was made."""
    return data(assets.input_info(find(tx, ASSETS, asset_id)))


@mux.put(f"{PATH}/master-access", id="update-asset-master-access", tier="P1")
def update_master_access(tx: Transaction, params: Mastering, asset_id: str) -> Json:
    """Open or close the access to an asset's master."""
    asset = find(tx, ASSETS, asset_id)
    master.update(tx, asset, params.master_access)
    return _shown(tx, asset)


# --- static renditions -------------------------------------------------------------------------------------------


@mux.put(f"{PATH}/mp4-support", id="update-asset-mp4-support", tier="P1")
def update_mp4_support(tx: Transaction, params: Mp4Access, asset_id: str) -> Json:
    """Switch an asset's MP4 files on or off, in the older way."""
    asset = find(tx, ASSETS, asset_id)
    renditions.update_mp4(tx, asset, params.mp4_support)
    return _shown(tx, asset)


@mux.post(f"{PATH}/static-renditions", id="create-asset-static-rendition", tier="P1", status=201)
def create_static_rendition(tx: Transaction, params: NewRendition, asset_id: str) -> Json:
    """Ask for a static rendition of an asset."""
    return data(renditions.create(tx, find(tx, ASSETS, asset_id), params.model_dump()))


@mux.delete(
    f"{PATH}/static-renditions/{{static_rendition_id}}",
    id="delete-asset-static-rendition",
    tier="P1",
    status=204,
)
def delete_static_rendition(tx: Transaction, asset_id: str, static_rendition_id: str) -> Reply:
    """Delete a static rendition."""
    renditions.delete(tx, find(tx, ASSETS, asset_id), static_rendition_id)
    return gone()


# --- playback ids ------------------------------------------------------------------------------------------------


@mux.post(f"{PATH}/playback-ids", id="create-asset-playback-id", tier="P1", status=201)
def create_playback_id(tx: Transaction, params: NewPlaybackId, asset_id: str) -> Json:
    """Add a playback id to an asset."""
    return data(playback.create(tx, find(tx, ASSETS, asset_id), params.policy or "public"))


@mux.get(f"{PATH}/playback-ids/{{playback_id}}", id="get-asset-playback-id", tier="P1")
def retrieve_playback_id(tx: Transaction, asset_id: str, playback_id: str) -> Json:
    """Retrieve a playback id of an asset."""
    return data(playback.find(find(tx, ASSETS, asset_id), playback_id))


@mux.delete(f"{PATH}/playback-ids/{{playback_id}}", id="delete-asset-playback-id", tier="P1", status=204)
def delete_playback_id(tx: Transaction, asset_id: str, playback_id: str) -> Reply:
    """Delete a playback id."""
    playback.delete(tx, find(tx, ASSETS, asset_id), playback_id)
    return gone()


@mux.get("/video/v1/playback-ids/{playback_id}", id="get-asset-or-livestream-id", tier="P1")
def look_playback_id_up(tx: Transaction, playback_id: str) -> Json:
    """Tell which asset a playback id belongs to."""
    asset = playback.owner(tx, playback_id)
    return data(playback.find(asset, playback_id) | {"object": {"type": "asset", "id": asset["id"]}})


def _shown(tx: Transaction, asset: Json) -> Json:
    return data(assets.shown(asset, tx.now))
