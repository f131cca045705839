"""What holds between Mux's documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.coherence import Coherence, Link

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ORGANISATION = r"org_\w{27}"
"""Clerk's ids, which the platform gives as a video's creator."""
ASSET = ("mux.asset", "mux.deleted_asset")


def _duration(_: Transaction, asset: Json) -> str | None:
    """An asset that is ready is as long as the longest of its tracks."""
    if asset["status"] != "ready" or not asset.get("media"):
        return None
    told = [each["duration"] for each in asset["tracks"] if each.get("duration") is not None]
    whole = asset["media"]["duration"]
    if not told or abs(max(told) - whole) < 0.1:
        return None
    return f"it is {whole} s long, and its longest track {max(told)} s"


COHERENCE = Coherence(
    links={
        "mux.asset": (
            Link("upload_id", ("mux.upload",)),
            Link("source_asset_id", ASSET),
            Link("settings.meta.creator_id", ("clerk.organization",), like=ORGANISATION),
        ),
        "mux.upload": (Link("asset_id", ASSET),),
    },
    orders={"mux.asset": (("began", "due"), ("created", "updated"))},
    rules={"mux.asset": {"duration": _duration}},
)
