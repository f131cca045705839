"""Playback ids: what an asset is played by, open to everybody or for holders of a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.mux import errors
from mocks.mux.resources import assets
from mocks.mux.resources.assets import ASSETS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def create(tx: Transaction, asset: Json, policy: str) -> Json:
    """Add a playback id to an asset."""
    if policy == "drm":
        text = "This environment has no DRM configuration."
        raise errors.invalid(text, field="policy", rule="no_drm_configuration")
    made = assets.playback_id(tx, policy)
    asset["playback_ids"].append(made)
    assets.touch(tx, asset)
    return made


def delete(tx: Transaction, asset: Json, id: str) -> None:
    """Remove a playback id: its addresses work no more."""
    asset["playback_ids"].remove(find(asset, id))
    assets.touch(tx, asset)


def find(asset: Json, id: str) -> Json:
    """Return a playback id of an asset; refuse an unknown one."""
    found: Json | None = next((each for each in asset["playback_ids"] if each["id"] == id), None)
    if found is None:
        raise errors.not_found()
    return found


def owner(tx: Transaction, id: str) -> Json:
    """Return the asset that a playback id belongs to; refuse an unknown one."""
    asset = tx.first(ASSETS, playback=id)
    if asset is None:
        raise errors.not_found()
    return asset
