"""Tracks of an asset: uploaded and generated subtitles, further sound."""

from __future__ import annotations

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.mux.dialect import data, find, gone
from mocks.mux.parameters import NewSubtitles, NewTrack, TrackChanges
from mocks.mux.provider import mux
from mocks.mux.resources import tracks
from mocks.mux.resources.assets import ASSETS

PATH = "/video/v1/assets/{asset_id}/tracks"


@mux.post(PATH, id="create-asset-track", tier="P1", status=201)
def create_track(tx: Transaction, params: NewTrack, asset_id: str) -> Json:
    """Add a text or audio track to an asset."""
    return data(tracks.create(tx, find(tx, ASSETS, asset_id), params))


@mux.patch(f"{PATH}/{{track_id}}", id="update-asset-track", tier="P1")
def update_track(tx: Transaction, params: TrackChanges, asset_id: str, track_id: str) -> Json:
    """Change a track."""
    asset = find(tx, ASSETS, asset_id)
    track = tracks.find(asset, track_id)
    tracks.update(tx, asset, track, params)
    return data(track)


@mux.delete(f"{PATH}/{{track_id}}", id="delete-asset-track", tier="P1", status=204)
def delete_track(tx: Transaction, asset_id: str, track_id: str) -> Reply:
    """Delete a track."""
    asset = find(tx, ASSETS, asset_id)
    tracks.delete(tx, asset, tracks.find(asset, track_id))
    return gone()


@mux.post(
    f"{PATH}/{{track_id}}/generate-subtitles", id="generate-asset-track-subtitles", tier="P1", status=201
)
def generate_subtitles(tx: Transaction, params: NewSubtitles, asset_id: str, track_id: str) -> Json:
    """Generate subtitles from an audio track."""
    asset = find(tx, ASSETS, asset_id)
    return data(tracks.generate(tx, asset, tracks.find(asset, track_id), params.generated_subtitles))
