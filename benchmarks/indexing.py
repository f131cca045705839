"""Records sent to the search engine over HTTP: how many a second are on disk, and when the next search finds one more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from benchmarks import servers
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Bar, Figure, median
from benchmarks.plan import Plan
from benchmarks.servers import Server

Json = dict[str, Any]

IN_ONE = 1_000
"""Records of one batch, as the SDKs' `saveObjects` sends them."""
CHANGES = 20
INDEX = "/algolia/1/indexes/campaigns"


def measure(records: list[Json], settings: Json, plan: Plan) -> Iterator[Figure]:
    """Yield the rate of `saveObjects`, and the time from a changed record's request to a search that finds it."""
    with servers.greenroom(plan.port) as server:
        ask = _Caller(server)
        ask("PUT", f"{INDEX}/settings", settings)
        started, cpu = time.perf_counter(), server.cpu_seconds()
        for first in range(0, len(records), IN_ONE):
            batch = [{"action": "addObject", "body": each} for each in records[first : first + IN_ONE]]
            ask("POST", f"{INDEX}/batch", {"requests": batch})
        seconds, cpu = time.perf_counter() - started, server.cpu_seconds() - cpu
        found = ask("POST", f"{INDEX}/query", {"query": ""})
        if found["nbHits"] != len(records):
            raise BenchmarkError(f"{len(records)} records were sent, but {found['nbHits']} are found")
        detail = (
            f"{len(records):,} records in batches of {IN_ONE:,}; {cpu / len(records) * 1e6:.0f} µs CPU each"
        )
        yield Figure(
            "saveObjects over HTTP, on disk",
            len(records) / seconds,
            "records/s",
            Bar(5_000, "at least"),
            detail,
        )
        visible = [_visible(ask, records[number], number) for number in range(CHANGES)]
        name = f"one record visible over HTTP among {len(records):,}"
        detail = "saved, its task waited for, searched and found"
        yield Figure(name, 1000 * median(visible), "ms", Bar(50), detail, {"seconds": visible})


class _Caller:
    """Calls Algolia with the keys of a world of its own."""

    def __init__(self, server: Server) -> None:
        self.server = server
        env = server.call("POST", "/_greenroom/worlds", {"clock": {"mode": "frozen"}})["env"]
        self.headers = {
            "X-Algolia-Application-Id": env["ALGOLIA_APP_ID"],
            "X-Algolia-API-Key": env["ALGOLIA_ADMIN_API_KEY"],
        }

    def __call__(self, method: str, path: str, body: Json | None = None) -> Any:
        return self.server.call(method, path, body, self.headers)


def _visible(ask: _Caller, record: Json, number: int) -> float:
    """Return the seconds until a changed record is found by a word that it has not had."""
    word = f"visible{number}"
    started = time.perf_counter()
    task = ask("PUT", f"{INDEX}/{record['objectID']}", record | {"campaignName": f"{word} at last"})["taskID"]
    if ask("GET", f"{INDEX}/task/{task}")["status"] != "published":
        raise BenchmarkError(f"the task {task} is not published")
    found = ask("POST", f"{INDEX}/query", {"query": word})
    taken = time.perf_counter() - started
    if found["hits"][0]["objectID"] != record["objectID"]:
        raise BenchmarkError(f"{word} is not found")
    return taken
