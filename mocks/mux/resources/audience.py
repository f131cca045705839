"""What there is to watch, for people who are simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.mux.resources.assets import ASSETS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MOST_FILMS = 200


def films(tx: Transaction) -> list[Json]:
    """Return what can be watched of the newest assets."""
    page = tx.page(ASSETS, limit=MOST_FILMS)
    return [film for asset in page.items for film in of_asset(asset)]


def of_asset(asset: Json) -> list[Json]:
    """Return an asset as a film, if it can be played."""
    if asset["status"] != "ready" or not asset["playback_ids"]:
        return []
    title = asset["settings"].get("meta", {}).get("title", asset["id"])
    ids = {"asset_id": asset["id"], "playback_id": asset["playback_ids"][0]["id"]}
    return [{**ids, "title": title, "seconds": asset["media"]["duration"]}]


def until_now(tx: Transaction, hours: float) -> tuple[int, int]:
    """Return the last hours of the world, in milliseconds."""
    now = tx.now // 1000
    return int(now - hours * 3_600_000), now
