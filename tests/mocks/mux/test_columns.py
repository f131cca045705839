"""Columns of views: what is packed is read again as it was, and metrics do not depend on how views lie in blocks."""

import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.blobs import Blobs
from mocks.mux.resources import blocks, columns, measuring
from mocks.mux.resources.blocks import NOTHING, Block, Loose, Words
from mocks.mux.resources.columns import Table
from mocks.mux.resources.metrics import METRICS

Json = dict[str, Any]
KINDS = ("video_startup_time", "weighted_average_bitrate", "upscale_percentage", "rebuffer_percentage")


def drawing() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(7))


def rows(count: int) -> list[Json]:
    """Return views with gaps in every field: small and large whole numbers, and fractions."""
    found, chance = [], drawing()
    for number in range(count):
        fields = {
            "time_to_first_frame": float(chance.integers(100, 9000)),
            "weighted_average_bitrate": float(chance.integers(5_000_000, 90_000_000)),
            "view_total_upscaling": round(float(chance.random()) * 3, 4),
            "watch_time": float(chance.integers(0, 60_000)),
            "buffering_duration": float(chance.integers(0, 4000)),
            "playback_failure": bool(chance.random() < 0.1),
            "exit_before_video_start": bool(chance.random() < 0.1),
            "country_code": ("GB", "DE", "FR")[int(chance.integers(0, 3))],
            "mux_viewer_id": f"viewer-{chance.integers(0, 20)}",
        }
        told = {name: value for name, value in fields.items() if chance.random() > 0.15}
        found.append(
            {"id": f"{number:036}", "start": 1_000 * number, "end": 1_000 * number + 900, "fields": told}
        )
    return found


def kept(folder: Path, told: list[Json]) -> Block:
    blobs = Blobs(folder)
    return Block(blobs, blobs.keep(blocks.packed(columns.of_rows(told))))


@pytest.mark.parametrize(
    "values",
    [
        [1.0, np.nan, -3.0],
        [-128.0, 127.0, np.nan],
        [70_000.0, np.nan, 1.0],
        [2.0**31, 1.0, np.nan],
        [0.25, np.nan, 1e300],
        [np.nan, np.nan, np.nan],
        [np.inf, 1.0, np.nan],
    ],
)
def test_numbers_are_read_as_they_were_told(tmp_path: Path, values: list[float]) -> None:
    blobs, told = Blobs(tmp_path), columns.of_rows(rows(3))
    told["watch_time"] = np.array(values)
    block = Block(blobs, blobs.keep(blocks.packed(told)))
    assert np.array_equal(Table([block]).numbers("watch_time"), np.array(values), equal_nan=True)


def test_words_flags_and_instants_are_read_as_they_were_told(tmp_path: Path) -> None:
    blobs, told = Blobs(tmp_path), columns.of_rows(rows(3))
    many = [f"word {number}" for number in range(300)]
    told |= {
        "video_title": Words(many, np.array([299, NOTHING, 0], dtype=np.int32)),
        "view_has_ad": np.array([1, NOTHING, 0], dtype=np.int8),
        "start": np.array([10, 1 << 45, 20]),
        "end": np.array([5, 5, 5]),
    }
    table = Table([Block(blobs, blobs.keep(blocks.packed(told)))])
    words = table.words("video_title")
    assert [None if code == NOTHING else words.table[code] for code in words.codes] == [
        "word 299",
        None,
        "word 0",
    ]
    assert table.flags("view_has_ad").tolist() == [1, NOTHING, 0]
    assert table.instants("start").tolist() == [10, 1 << 45, 20]
    assert table.instants("end").tolist() == [5, 5, 5]


def test_a_view_is_the_same_in_a_block_and_outside(tmp_path: Path) -> None:
    told = rows(9)
    table = Table([kept(tmp_path, told[:4]), kept(tmp_path, told[4:7]), Loose(columns.of_rows(told[7:]))])
    assert [table.row(number) for number in range(9)] == told


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("how", ["median", "95th", "avg", "sum", "count"])
def test_metrics_do_not_depend_on_blocks(tmp_path: Path, name: str, how: str) -> None:
    told = rows(120)
    alone = Table([Loose(columns.of_rows(told))])
    parted = Table(
        [kept(tmp_path, told[:50]), kept(tmp_path, told[50:90]), Loose(columns.of_rows(told[90:]))]
    )
    chance = drawing()
    mask = chance.random(120) < 0.6
    groups = chance.integers(NOTHING, 4, 120)
    for one, other, mine in (
        (alone, parted, groups),
        (alone.select(mask), parted.select(mask), groups[mask]),
    ):
        assert measuring.overall(one, name, how) == pytest.approx(measuring.overall(other, name, how))
        first, second = (measuring.measured(each, name, how, mine, 4) for each in (one, other))
        assert first.value == pytest.approx(second.value)
        assert first.views.tolist() == second.views.tolist()


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("how", ["median", "95th", "avg", "sum", "count"])
def test_views_of_no_group_count_for_none(tmp_path: Path, name: str, how: str) -> None:
    told = rows(90)
    table = Table([kept(tmp_path, told[:50]), kept(tmp_path, told[50:])])
    inside = np.arange(90) < 40  # the second block has none of the group
    found = measuring.measured(table, name, how, np.where(inside, 0, NOTHING), 1)
    value, count = measuring.overall(table.select(inside), name, how)
    assert (found.value[0], found.views[0]) == (pytest.approx(value), count)
    found = measuring.measured(table, name, how, np.where(inside, 1, 2), 4)
    assert (found.value[1], found.views[1]) == (pytest.approx(value), count)
    assert (found.value[3], found.views[3]) == (0, 0)


@pytest.mark.parametrize("name", KINDS[:3])
@pytest.mark.parametrize("most", [1, 1 << 22])
def test_quantiles_are_those_of_the_values_counted_or_sorted(
    name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "MOST_COUNTS", most)
    field = {"video_startup_time": "time_to_first_frame", "upscale_percentage": "view_total_upscaling"}.get(
        name, name
    )
    told = rows(200)
    table = Table([Loose(columns.of_rows(told[:77])), Loose(columns.of_rows(told[77:]))])
    values = [row["fields"][field] for row in told if field in row["fields"]]
    value, count = measuring.overall(table, name, "median")
    assert value == pytest.approx(statistics.median(values))
    assert count == len(values)
    groups = np.array([number % 2 for number in range(200)])
    found = measuring.measured(table, name, "median", groups, 3)
    even = [row["fields"][field] for row in told[::2] if field in row["fields"]]
    assert found.value[0] == pytest.approx(statistics.median(even))
    assert (found.value[2], found.views[2]) == (0, 0)


def test_viewers_are_counted_once_whether_looked_through_or_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    told = rows(100)
    table = Table([Loose(columns.of_rows(told))])
    people = {row["fields"].get("mux_viewer_id") for row in told} - {None}
    assert measuring.overall(table, "unique_viewers", None)[0] == len(people)
    monkeypatch.setattr(measuring, "MOST_CELLS", 1)
    again = Table([Loose(columns.of_rows(told))])
    assert measuring.overall(again, "unique_viewers", None)[0] == len(people)


def test_views_of_a_timeframe_are_found_with_and_without_looking_at_each(tmp_path: Path) -> None:
    told = rows(30)
    table = Table([kept(tmp_path, told[:20]), Loose(columns.of_rows(told[20:]))])
    assert table.ended(900, 29_901) is table
    assert table.ended(901, 29_901).count == 29
    assert table.ended(900, 29_900).count == 29
    assert table.ended(5_900, 7_900).ids().tolist() == [row["id"].encode() for row in told[5:7]]
