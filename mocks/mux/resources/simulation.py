"""Views of people who were never there: their devices, their patience and their lines, derived from the world's seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mocks.mux.resources import views
from mocks.mux.resources.blocks import NOTHING, Words
from mocks.mux.resources.columns import LARGEST

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]
Array = Any

LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", dtype=np.uint8)
COUNTRIES = (
    *(("GB", "EU", 34), ("US", "NA", 28), ("DE", "EU", 9), ("FR", "EU", 8), ("ES", "EU", 5), ("IE", "EU", 4)),
    *(("AU", "OC", 4), ("CA", "NA", 4), ("BR", "SA", 2), ("IN", "AS", 2)),
)
DEVICES = (
    ("Chrome", "131.0", "Windows", "10", "desktop", "Desktop", 24),
    ("Chrome", "131.0", "OS X", "15.1", "desktop", "Mac", 12),
    ("Safari", "18.1", "OS X", "15.1", "desktop", "Mac", 9),
    ("Safari", "18.1", "iOS", "18.1", "phone", "iPhone", 31),
    ("Chrome", "131.0", "Android", "14", "phone", "Pixel", 16),
    ("Safari", "18.1", "iOS", "18.1", "tablet", "iPad", 4),
    ("Firefox", "132.0", "Windows", "10", "desktop", "Desktop", 4),
)
ERRORS: tuple[tuple[str, str], ...] = (
    ("2", "A network error caused the media download to fail."),
    ("3", "The media could not be decoded."),
)
ERRORS += (("4", "The source is not supported."),)
FAILED, LEFT = 0.012, 0.03
"""Which part of the views fails, and which part is left before it begins."""


def views_of(
    tx: Transaction, films: list[Json], count: int, span: tuple[int, int], *, viewers: int | None = None
) -> None:
    """Make views of films ({asset_id, playback_id, title, seconds}) that end within a span of milliseconds."""
    done = 0
    while done < count:
        size = min(LARGEST, count - done)
        seed = int.from_bytes(tx.draw("views.seed", 16), "big")
        views.keep_block(tx, _columns(np.random.Generator(np.random.PCG64(seed)), films, size, span, viewers))
        done += size


def _columns(chance: Any, films: list[Json], count: int, span: tuple[int, int], viewers: int | None) -> Json:
    which = chance.integers(0, len(films), count)
    seconds = np.array([film["seconds"] for film in films], dtype=np.float64)[which]
    failed, left = chance.random(count) < FAILED, chance.random(count) < LEFT
    left &= ~failed
    never = left | (failed & (chance.random(count) < 0.5))
    startup = np.where(never, np.nan, np.round(chance.lognormal(6.4, 0.55, count)))
    stops = np.where(never, np.nan, chance.poisson(0.25, count))
    waiting = np.where(stops > 0, np.round(stops * chance.lognormal(6.6, 0.7, count)), stops)
    kept = np.minimum(chance.beta(1.6, 0.9, count), 1.0)
    kept[chance.random(count) < 0.45] = 1.0
    played = np.where(never, 0.0, np.round(seconds * 1000 * kept))
    watched = np.round(
        played + np.nan_to_num(startup) + np.nan_to_num(waiting) + chance.integers(200, 3000, count)
    )
    ends = np.sort(chance.integers(span[0], max(span[1], span[0] + 1), count))
    error = np.where(failed, chance.integers(0, len(ERRORS), count), NOTHING).astype(np.int32)
    people = viewers or max(count // 3, 1)
    told: Json = {
        "id": LETTERS[chance.integers(0, 62, (count, 36), dtype=np.uint8)].reshape(-1).tobytes(),
        "start": ends - watched.astype(np.int64),
        "end": ends,
        "playback_failure": failed.astype(np.int8),
        "video_startup_failure": (failed & never).astype(np.int8),
        "exit_before_video_start": left.astype(np.int8),
        "view_has_ad": np.zeros(count, dtype=np.int8),
        "view_dropped": (chance.random(count) < 0.004).astype(np.int8),
        "used_fullscreen": (chance.random(count) < 0.2).astype(np.int8),
        "player_autoplay": (chance.random(count) < 0.7).astype(np.int8),
        "watch_time": watched,
        "view_playing_time": played,
        "view_max_playhead_position": played,
        "video_duration": seconds * 1000,
        "time_to_first_frame": startup,
        "player_startup_time": np.round(chance.lognormal(4.6, 0.5, count)),
        "page_load_time": np.round(chance.lognormal(6.9, 0.5, count)),
        "buffering_count": stops,
        "buffering_duration": waiting,
        "view_total_upscaling": np.where(never, np.nan, np.round(np.abs(chance.normal(0, 0.12, count)), 4)),
        "view_total_downscaling": np.where(never, np.nan, np.round(np.abs(chance.normal(0, 0.2, count)), 4)),
        "view_average_request_latency": np.round(chance.lognormal(4.0, 0.5, count)),
        "view_average_request_throughput": np.round(chance.lognormal(15.5, 0.6, count)),
        "weighted_average_bitrate": np.where(never, np.nan, np.round(chance.lognormal(14.5, 0.4, count))),
        "player_error_code": Words([code for code, _ in ERRORS], error),
        "player_error_message": Words([text for _, text in ERRORS], error),
        "mux_viewer_id": _people(chance, count, people),
    }
    told["id"] = np.frombuffer(told["id"], dtype="S36")
    told["view_max_upscale_percentage"] = np.round(told["view_total_upscaling"] * 1.4, 4)
    told["view_max_downscale_percentage"] = np.round(told["view_total_downscaling"] * 1.4, 4)
    told["view_max_request_latency"] = np.round(told["view_average_request_latency"] * 2.5)
    return told | _described(chance, films, which, count)


def _people(chance: Any, count: int, people: int) -> Words:
    """Return who watched: some come again, as a square of chance draws the first ones more often."""
    drawn = (np.square(chance.random(count)) * people).astype(np.int32)
    seen, codes = np.unique(drawn, return_inverse=True)
    return Words([f"viewer-{number}" for number in seen.tolist()], codes.astype(np.int32))


def _described(chance: Any, films: list[Json], which: Array, count: int) -> Json:
    country = _drawn(chance, [each[2] for each in COUNTRIES], count)
    device = _drawn(chance, [each[6] for each in DEVICES], count)
    found: Json = {
        "country_code": _worded([each[0] for each in COUNTRIES], country),
        "continent_code": _worded([each[1] for each in COUNTRIES], country),
    }
    names = ("viewer_application_name", "viewer_application_version", "viewer_os_family", "viewer_os_version")
    for place, name in enumerate((*names, "viewer_device_category", "viewer_device_name")):
        found[name] = _worded([str(each[place]) for each in DEVICES], device)
    for name, key in (("asset_id", "asset_id"), ("playback_id", "playback_id"), ("video_title", "title")):
        found[name] = _worded([str(film[key]) for film in films], which)
    found["video_id"] = found["asset_id"]
    same = np.zeros(count, dtype=np.int64)
    for name, word in (
        ("player_name", "mux-player"),
        ("player_software", "mux-player"),
        ("player_software_version", "3.4.0"),
        ("player_mux_plugin_name", "mux-embed"),
        ("player_mux_plugin_version", "5.9.0"),
        ("video_stream_type", "on-demand"),
        ("player_source_host_name", "stream.mux.com"),
        ("player_source_type", "application/vnd.apple.mpegurl"),
        ("cdn", "fastly"),
    ):
        found[name] = _worded([word], same)
    return found


def _drawn(chance: Any, weights: list[int], count: int) -> Array:
    bounds = np.cumsum(weights) / sum(weights)
    return np.minimum(np.searchsorted(bounds, chance.random(count), side="right"), len(weights) - 1)


def _worded(words: list[str], numbers: Array) -> Words:
    table: dict[str, int] = {}
    places = np.array([table.setdefault(word, len(table)) for word in words], dtype=np.int32)
    return Words(list(table), places[numbers])
