"""Beacons: what mux-embed (inside mux-player) tells of a view while it is watched.

A beacon brings events with abbreviated names of their data; each tells what changed since the one before, so a view is
what all of its events told together. The viewer's clock is set right by the beacon's own stamp, and all is in world time.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlsplit

from mocks.mux.resources import account, agents, views
from mocks.mux.resources.assets import ASSETS
from mocks.mux.resources.columns import fields
from mocks.mux.resources.views import VIEWS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

MILLISECOND = 1000  # microseconds
MOST_EVENTS = 2000
"""Events that are kept of one view."""
LONGEST, MOST_FIELDS, LARGEST = 2048, 400, 1 << 20
"""Characters of one value, values of one view, bytes of one beacon."""
_PLAYED = re.compile(r"/([A-Za-z0-9]{20,80})(?:\.m3u8|/[^/]*\.(?:mp4|m4a))$")
_NAMES = {
    "view_watch_time": "watch_time",
    "view_content_playback_time": "view_playing_time",
    "view_time_to_first_frame": "time_to_first_frame",
    "player_startup_time": "player_startup_time",
    "page_load_time": "page_load_time",
    "view_rebuffer_count": "buffering_count",
    "view_rebuffer_duration": "buffering_duration",
    "view_seek_count": "view_seek_count",
    "view_seek_duration": "view_seek_duration",
    "view_request_latency": "view_average_request_latency",
    "view_request_throughput": "view_average_request_throughput",
    "view_average_request_latency": "view_average_request_latency",
    "view_average_request_throughput": "view_average_request_throughput",
    "video_source_duration": "video_duration",
    "video_source_url": "player_source_url",
    "video_source_domain": "player_source_domain",
    "video_source_hostname": "player_source_host_name",
    "video_source_mime_type": "player_source_type",
    "video_source_stream_type": "video_stream_type",
    "video_source_width": "player_source_width",
    "video_source_height": "player_source_height",
    "video_source_bitrate": "weighted_average_bitrate",
    "video_poster_url": "player_poster",
    "player_autoplay_on": "player_autoplay",
    "player_preload_on": "player_preload",
    "player_language_code": "player_language",
    "player_software_name": "player_software",
    "player_is_fullscreen": "used_fullscreen",
    "player_is_pip": "used_pip",
    "player_captions_enabled": "used_captions",
    "mux_viewer_id": "mux_viewer_id",
    "mux_embed_version": "mux_embed_version",
    "session_id": "session_id",
    "property_key": "environment_id",
    "viewer_application_engine": "viewer_application_engine",
}
"""How fields are called in beacons that Mux Data calls otherwise. The rest has the same name in both."""


@cache
def _words() -> tuple[dict[str, str], dict[str, str]]:
    told = json.loads((resources.files("mocks.mux") / "beacon_words.json").read_text("utf-8"))
    return told["first"], told["further"]


def expanded(event: Json) -> Json:
    """Return an event's data under its full names: the first letter stands for a word, then each two do.

    Words that have no abbreviation stand between underscores, numbers as they are.
    """
    return {_full(name): value for name, value in event.items()}


@cache
def _full(name: str) -> str:
    first, further = _words()
    head, rest = name[:1], name[1:]
    if name.find("_") > 0 and name[:1] not in first:
        head, _, rest = name.partition("_")
    found, at = [first.get(head, head)], 0
    while at < len(rest):
        if rest[at] == "_":
            end = rest.find("_", at + 1)
            end = len(rest) if end < 0 else end
            found.append(rest[at + 1 : end])
            at = end + 1
        elif rest[at].isdigit():
            end = at
            while end < len(rest) and rest[end].isdigit():
                end += 1
            found.append(rest[at:end])
            at = end
        else:
            found.append(further.get(rest[at : at + 2], rest[at : at + 2]))
            at += 2
    return "_".join(found)


def receive(tx: Transaction, beacon: Any) -> int:
    """Take a beacon; return how many events of views it brought. What is no beacon is left alone, as Mux does."""
    if not isinstance(beacon, dict) or not isinstance(beacon.get("events"), list):
        return 0
    metadata = beacon.get("metadata")
    stamp = metadata.get("transmission_timestamp") if isinstance(metadata, dict) else None
    now = tx.now // MILLISECOND
    ahead = stamp - now if _is_number(stamp) else 0
    taken: dict[str, Json] = {}
    count = 0
    for event in beacon["events"][:MOST_EVENTS]:
        told = expanded(event) if isinstance(event, dict) else {}
        named = told.get("view_id")
        if not isinstance(named, str) or not named or "event" not in told:
            continue
        view = taken.get(named) or _view(tx, named[:80], now)
        taken[named] = view
        _take(view, told, ahead, now)
        count += 1
    for view in taken.values():
        view["fields"] = _fields(tx, view)
        tx.save(VIEWS, view, at=view["start"] * MILLISECOND)
    return count


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _view(tx: Transaction, named: str, now: int) -> Json:
    """Return the view that a player names, a new one where it is the first that is heard of it."""
    known = tx.first(VIEWS, name=named)
    if known is not None:
        return known
    document: Json = {"id": views.new_id(tx), "name": named, "start": now, "end": now}
    return tx.insert(VIEWS, document | {"fields": {}, "told": {}, "events": []}, fresh=True)


def _take(view: Json, told: Json, ahead: float, now: int) -> None:
    at = told.get("viewer_time")
    when = min(round(at - ahead), now) if _is_number(at) else now
    name, stamp = str(told["event"])[:64], round(at) if _is_number(at) else now
    if any((each["viewer_time"], each["name"]) == (stamp, name) for each in view["events"]):
        return  # the player sends again what it thinks was lost
    if not view["events"]:
        view["start"] = when
    view["end"] = max(view["end"], when) if view["events"] else when
    kept = {key: value[:LONGEST] if isinstance(value, str) else value for key, value in told.items()}
    news = {key: value for key, value in kept.items() if not isinstance(value, dict | list)}
    view["told"] = dict(list((view["told"] | news).items())[:MOST_FIELDS])
    if len(view["events"]) < MOST_EVENTS:
        head = told.get("player_playhead_time")
        view["events"].append(
            {
                "viewer_time": stamp,
                "playback_time": round(head) if _is_number(head) else 0,
                "name": name,
                "event_time": when,
                "details": {},
            }
        )


def _fields(tx: Transaction, view: Json) -> Json:
    """Return what is known of a view, of all that its events told."""
    known, told = fields(), view["told"]
    found: Json = {}
    for name, value in told.items():
        field = _NAMES.get(name, name)
        if value is None or value == "":
            continue
        if field in known.text:
            found[field] = str(value)
        elif field in known.flags and isinstance(value, bool | int):
            found[field] = bool(value)
        elif field in known.numbers and _is_number(value):
            found[field] = value
    return found | _concluded(tx, view, found)


def _agent(tx: Transaction) -> str:
    return (tx.request.header("user-agent") if tx.request else None) or ""


def _concluded(tx: Transaction, view: Json, found: Json) -> Json:
    """Return what Mux finds out by itself: of the address that is played, the browser, and how it went."""
    names = [event["name"] for event in view["events"]]
    failed, begun = "error" in names, "time_to_first_frame" in found or "playing" in names
    more: Json = {
        "playback_failure": failed,
        "video_startup_failure": failed and not begun,
        "exit_before_video_start": not begun and not failed,
        "environment_id": account.environment(tx)["id"],
        **agents.told(found.get("viewer_user_agent") or _agent(tx)),
    }
    source = found.get("player_source_url")
    if source is None:
        return more
    try:
        parts = urlsplit(source)
        more["player_source_host_name"] = parts.hostname
    except ValueError:
        return more
    played = _PLAYED.search(parts.path)
    if played is not None:
        more["playback_id"] = played[1]
        asset = tx.first(ASSETS, playback=played[1])
        if asset is not None:
            more["asset_id"] = asset["id"]
            title = asset["settings"].get("meta", {}).get("title")
            if title is not None and "video_title" not in found:
                more["video_title"] = title
    return more
