"""Creator search by five filters (platform, followers, country, engagement, topic) over a large population, without sockets."""

from __future__ import annotations

import asyncio
import base64
import gc
import time
from collections.abc import Iterator
from typing import Any

import psutil

from benchmarks.figures import Bar, Figure, median
from benchmarks.inside import Inside, opened
from benchmarks.plan import Plan
from mocks.insightiq.provider import insightiq
from mocks.insightiq.resources import index

INSTAGRAM = "9bb8913b-ddd9-430b-a66a-d74d846e6c66"
SEARCH = "/v1/social/creators/profiles/search"
PLACES = "/v1/social/creators/dictionary/locations?search_string=united%20kingdom"
BARS = {100_000: Bar(15.0), 1_000_000: Bar(80.0)}
"""Milliseconds of CPU at the median."""


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield the median time of a search in a population, with the first search's time and what the index holds."""
    for size in plan.creators:
        index.index_of.cache_clear()
        index.table_of.cache_clear()
        gc.collect()
        times, first, held = asyncio.run(_searched(size, plan.searches))
        detail = f"first search {first:.2f} s CPU; {held:.0f} MiB for the arrays; longest {max(times):.1f} ms"
        data = {"milliseconds": times, "first_seconds": first, "index_mib": held}
        yield Figure(
            f"search {size:,} creators, 5 filters", median(times), "ms CPU", BARS.get(size), detail, data
        )


async def _searched(size: int, count: int) -> tuple[list[float], float, float]:
    async with opened(insightiq) as inside:
        inside.told({"name": "bench", "seed": "7", "creators": {"size": size}})
        headers = _credentials(inside)
        place = (await inside.call("GET", PLACES, headers=headers))[2]["locations"][0]["id"]
        before = _resident()
        first = await _timed(inside, _wanted(place, 0), headers)
        held = _resident() - before
        times = [await _timed(inside, _wanted(place, number), headers) for number in range(1, count + 1)]
    return [1000 * each for each in times], first, held


def _credentials(inside: Inside) -> dict[str, str]:
    tokens = inside.world.accounts["insightiq"]["tokens"]
    pair = f"{tokens['client_id']}:{tokens['client_secret']}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _wanted(place: str, number: int) -> dict[str, Any]:
    """Return a search that was not made before."""
    return {
        "work_platform_id": INSTAGRAM,
        "sort_by": {"field": "FOLLOWER_COUNT", "order": "DESCENDING"},
        "follower_count": {"min": 20_000 + number, "max": 300_000 + 13 * number},
        "creator_locations": [place],
        "engagement_rate": {"percentage_value": "2"},
        "topic_relevance": {"name": ["skincare"], "threshold": 0.5},
    }


async def _timed(inside: Inside, wanted: dict[str, Any], headers: dict[str, str]) -> float:
    started = time.process_time()
    await inside.call("POST", SEARCH, wanted, headers)
    return time.process_time() - started


def _resident() -> float:
    return float(psutil.Process().memory_info().rss) / (1 << 20)
