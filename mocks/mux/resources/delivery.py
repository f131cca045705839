"""Delivery usage: how many seconds of each asset were played in a timeframe, counted in the views of Mux Data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mocks.mux import errors
from mocks.mux.resources import assets, selection, settings, views
from mocks.mux.resources.assets import ASSETS, DELETED

if TYPE_CHECKING:
    from harness.transaction import Transaction
    from mocks.mux.data_parameters import DeliveryUsage

Json = dict[str, Any]

HOUR, KEPT_DAYS = 3600, 90
TIERS = ("tier_2160p", "tier_1440p", "tier_1080p", "tier_720p", "tier_audio_only")


def timeframe(tx: Transaction, given: list[str]) -> tuple[int, int]:
    """Return the timeframe: by default the hour that began 13 hours ago; whole hours of the last 90 days."""
    if not given:
        end = (tx.seconds - 12 * HOUR) // HOUR * HOUR
        return end - HOUR, end
    start, end = selection.timeframe(tx, given)
    if start < tx.seconds - KEPT_DAYS * 86400:
        text = "The timeframe must begin within the last 90 days"
        raise errors.invalid(text, field="timeframe[]", rule="invalid_timeframe")
    return start // HOUR * HOUR, end // HOUR * HOUR


def used(tx: Transaction, span: tuple[int, int], params: DeliveryUsage) -> list[Json]:
    """Return what was played of each asset, the most first."""
    table = views.table(tx)
    table = table.ended(span[0] * 1000, span[1] * 1000)
    words = table.words("asset_id")
    groups, names = selection.groups(words)
    seconds = np.bincount(groups, np.nan_to_num(table.numbers("view_playing_time")) / 1000, len(names))
    rows = []
    for number in np.argsort(-seconds, kind="stable").tolist():
        id = names[number]
        if not id or not seconds[number] or params.asset_id not in (None, id) or params.live_stream_id:
            continue
        asset = tx.get(ASSETS, id) or tx.get(DELETED, id)
        if asset is not None and asset["media"] is not None:
            rows.append(_shown(asset, float(seconds[number])))
    return rows


def _shown(asset: Json, seconds: float) -> Json:
    tier = assets.tier_of(asset["media"]["pixels"])
    quality = asset["settings"]["video_quality"]
    delivered = dict.fromkeys(TIERS, 0.0) | {f"tier_{tier.replace('-', '_')}": seconds}
    shown = {
        "asset_id": asset["id"],
        "created_at": str(asset["created"]),
        "asset_state": "deleted" if "deleted" in asset else asset["status"],
        "asset_duration": asset["media"]["duration"],
        "asset_resolution_tier": tier,
        "asset_encoding_tier": settings.TIER_OF[quality],
        "asset_video_quality": quality,
        "delivered_seconds": seconds,
        "delivered_seconds_by_resolution": delivered,
    }
    if "deleted" in asset:
        shown["deleted_at"] = str(asset["deleted"])
    if "passthrough" in asset["settings"]:
        shown["passthrough"] = asset["settings"]["passthrough"]
    return shown
