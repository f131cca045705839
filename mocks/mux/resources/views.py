"""Video views: those that players' beacons tell of, each a document of its own, and those that were simulated, in blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from harness import chance, instants
from harness.collection import Collection
from mocks.mux import errors
from mocks.mux.resources import account, blocks, columns, metrics
from mocks.mux.resources.blocks import Block, Loose
from mocks.mux.resources.columns import Table, fields

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

VIEWS = Collection("mux.view", "name")
"""{id, name (the player's own), start and end (ms of world time), fields, told (what the beacons said), events}."""
BLOCKS = Collection("mux.view_block")
"""{id, digest}: views that were simulated together."""


SCORES = {
    "viewer_experience_score": "viewer_experience_score",
    "playback_score": "playback_success_score",
    "startup_score": "startup_time_score",
    "rebuffering_score": "smoothness_score",
    "quality_score": "video_quality_score",
}
"""What a view calls its scores, and the metrics that they are."""


def new_id(tx: Transaction) -> str:
    """Return an id as Mux Data has them: 36 letters and digits."""
    return tx.token("view.id", 36)


def keep_block(tx: Transaction, told: Json) -> None:
    """Keep the columns of simulated views."""
    digest = tx.keep_blob(blocks.packed(told))
    tx.insert(BLOCKS, {"id": tx.token("view_block.id", 16), "digest": digest})


def table(tx: Transaction) -> Table:
    """Return all views of the world: blocks first, then those that beacons told of, the oldest first."""
    parts: list[Block | Loose] = [Block(tx.store.blobs, each["digest"]) for each in tx.every(BLOCKS)]
    loose = list(tx.every(VIEWS))
    if loose:
        parts.append(Loose(columns.of_rows(loose)))
    return Table(parts)


def find(tx: Transaction, id: str) -> Json:
    """Return a view as it was told, with its events; refuse an unknown one."""
    view = tx.get(VIEWS, id)
    if view is not None:
        return view
    every = table(tx)
    wanted = id.encode("ascii", "replace")
    found = np.flatnonzero(every.ids() == wanted) if len(wanted) == 36 else np.empty(0)
    if not len(found):
        raise errors.not_found()
    row = every.row(int(found[0]))
    return row | {"events": _events(row)}


# --- how views are shown -----------------------------------------------------------------------------------------


def scores(row: Json) -> dict[str, float | None]:
    """Return the scores of one view."""
    alone = Table([Loose(columns.of_rows([row]))])
    found = metrics.scores(alone)
    return {
        shown: None if np.isnan(found[name][0]) else round(float(found[name][0]), 6)
        for shown, name in SCORES.items()
    }


def abridged(row: Json, total: int) -> Json:
    """Show a view in a list."""
    told = row["fields"]
    failed = bool(told.get("playback_failure"))
    return {
        "id": row["id"],
        **{name: told.get(name) for name in ("viewer_os_family", "viewer_application_name", "video_title")},
        "total_row_count": total,
        **{name: told.get(name) for name in ("player_error_message", "player_error_code", "country_code")},
        "error_type_id": error_id(told) if failed else None,
        "view_start": moment(row["start"]),
        "view_end": moment(row["end"]),
        "viewer_experience_score": scores(row)["viewer_experience_score"],
        "watch_time": _whole(told.get("watch_time")),
        "playback_failure": failed,
    }


def whole(tx: Transaction, row: Json) -> Json:
    """Show a view with everything that is known of it."""
    known, told = fields(), row["fields"]
    shown: Json = dict.fromkeys((*known.text, *known.flags, *known.numbers, *known.none))
    shown |= dict.fromkeys(known.flags, False) | told
    for name in known.numbers:
        if shown[name] is not None:
            shown[name] = _plain(shown[name]) if name in known.as_text else _number(name, shown[name])
    failed = error_id(told) if told.get("playback_failure") else None
    watched = told.get("watch_time") or 0
    waited = told.get("buffering_duration")
    shown |= {
        "id": row["id"],
        "view_id": told.get("view_id") or row["id"],
        "view_start": moment(row["start"]),
        "view_end": moment(row["end"]),
        "inserted_at": moment(row["end"]),
        "updated_at": moment(row["end"]),
        "short_time": moment(row["start"])[11:16],
        "property_id": property_id(tx),
        "environment_id": account.environment(tx)["id"],
        "session_id": told.get("session_id") or row["id"],
        "mux_viewer_id": told.get("mux_viewer_id") or "",
        "mux_api_version": "2.1",
        "watched": watched > 0,
        "video_cdn_trace": [],
        "error_type_id": failed,
        "view_error_id": failed,
        "playback_failure_error_type_id": failed,
        "rebuffer_percentage": _plain(waited / watched) if waited is not None and watched else None,
        "buffering_rate": _plain(waited / watched) if waited is not None and watched else None,
        **{name: None if score is None else _plain(score) for name, score in scores(row).items()},
        "events": row["events"],
    }
    return shown


def property_id(tx: Transaction) -> int:
    """Return the number of the environment's property."""
    return int.from_bytes(account.environment(tx)["id"].encode(), "big") % 1_000_000


def error_id(told: Json) -> int:
    """Return the number of a kind of error: of its code and its message, the same everywhere."""
    text = f"{told.get('player_error_code')}|{told.get('player_error_message')}"
    return int.from_bytes(chance.draw("mux.error", text, 0, 4), "big") % 1_000_000 + 1


def moment(milliseconds: int) -> str:
    """Write an instant to the second."""
    return instants.moment(milliseconds * 1000).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(number: float) -> str:
    return f"{number:.10g}"


def _number(name: str, number: float) -> float | int:
    return number if name == "weighted_average_bitrate" else round(number)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _events(row: Json) -> list[Json]:
    """Return what a simulated view's player did, as far as its numbers tell."""
    told, start = row["fields"], row["start"]
    begun = told.get("time_to_first_frame")
    happened: list[tuple[float, float, str]] = [(0, 0, "viewstart"), (0, 0, "playerready")]
    if not told.get("exit_before_video_start"):
        happened.append((0, 0, "play"))
    if begun is not None:
        happened.append((begun, 0, "playing"))
    if told.get("buffering_duration"):
        happened += [
            (begun or 0, 0, "rebufferstart"),
            ((begun or 0) + told["buffering_duration"], 0, "rebufferend"),
        ]
    if told.get("playback_failure"):
        happened.append((row["end"] - start, 0, "error"))
    happened.append((row["end"] - start, told.get("view_max_playhead_position") or 0, "viewend"))
    return [
        {
            "viewer_time": round(start + after),
            "playback_time": round(head),
            "name": name,
            "event_time": round(start + after),
            "details": {},
        }
        for after, head, name in happened
    ]
