"""A server that is killed in the middle of a large load: what was loaded is there, and the same call goes on."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.serving import START, end, launch, ready_url

Json = dict[str, Any]
TEXT = """
scenario: 1
title: A large world
organisations:
  - {key: client, name: Client, count: 10, people: 10, campaigns: 500, days_ago: 60}
"""
WISH = {"name": "large", "text": TEXT, "seed": "7"}
PATIENCE = 200.0


def served(folder: Path) -> tuple[Any, httpx.Client]:
    for _ in range(3):  # another test may have taken a port just now
        process = launch(folder)
        url = ready_url(process)
        if url is not None:
            return process, httpx.Client(base_url=f"{url}/_greenroom", trust_env=False, timeout=PATIENCE)
        end(process)
    pytest.fail((folder / "stderr").read_text("utf-8"), pytrace=False)


def going(http: httpx.Client, world: str) -> list[Json]:
    loads: list[Json] = http.get(f"/worlds/{world}/loads").json()["loads"]
    return loads


def counted(http: httpx.Client, world: str) -> dict[str, int]:
    kinds = http.get(f"/worlds/{world}/objects").json()["kinds"]
    return {f"{each['provider']}.{each['kind']}": each["count"] for each in kinds}


def load(http: httpx.Client, world: str) -> None:
    """Ask for the load, whose answer will not come."""
    with contextlib.suppress(httpx.HTTPError):
        http.post(f"/worlds/{world}/scenario", json=WISH)


def test_a_load_goes_on_after_a_kill(tmp_path: Path) -> None:
    process, http = served(tmp_path)
    clock = {"mode": "frozen", "now": START}
    world = http.post("/worlds", json={"name": "large", "seed": 7, "clock": clock}).json()["id"]
    asking = threading.Thread(target=load, args=(http, world))
    asking.start()
    begun = time.monotonic()
    while not (held := going(http, world)) or held[0]["done"] < 3:  # answered while the load goes on
        if not asking.is_alive() or time.monotonic() > begun + PATIENCE:
            pytest.fail("the load was not seen while it went on", pytrace=False)
    process.kill()
    end(process)
    asking.join()
    http.close()

    process, http = served(tmp_path)
    try:
        (stopped,) = going(http, world)
        assert 3 <= stopped["done"] < stopped["parts"]
        assert 0 < counted(http, world)["algolia.record"] < 5000
        loaded = http.post(f"/worlds/{world}/scenario", json=WISH)
        assert loaded.json()["parts"] == stopped["parts"], loaded.text
        assert going(http, world) == []
        counts = counted(http, world)
        names = ("clerk.user", "stripe.customer", "resend.email", "algolia.record")
        assert [counts[name] for name in names] == [100, 10, 100, 5000]
        assert http.get(f"/worlds/{world}/coherence").json()["coherent"]
    finally:
        http.close()
        end(process)
