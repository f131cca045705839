"""The overview: the dependency map, figures by provider, traffic over time, and what happened lately."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from harness import faults
from harness.control.context import Named, Running, reading
from harness.dashboard import showing
from harness.dashboard.depmap import Posts, drawn
from harness.dashboard.traffic import silence, traffic, uncalled
from harness.runtime import Runtime
from harness.transaction import DELIVERIES, MAILS, VIOLATIONS, Transaction
from harness.world import World

router = APIRouter(prefix="/{w}")
LATELY = 12
LOOKED = 200
"""Deliveries that the map counts, the newest; visits of simulated people are none."""
Json = dict[str, Any]


@router.get("/")
async def show(request: Request, runtime: Running, world: Named) -> HTMLResponse:
    """Show how a world is used: who calls whom, how fast, with how many errors."""
    told = traffic(world.journal)
    tx = reading(runtime, world)
    titles = {name: provider.title for name, provider in runtime.providers.items()}
    posted = [each for each in tx.page(DELIVERIES, limit=LOOKED).items if "visit" not in each]
    violations = tx.page(VIOLATIONS, limit=5)
    return showing.page(
        request,
        runtime,
        world,
        "overview.html",
        section="",
        traffic=told,
        map=drawn(told, titles, _posts(posted), showing.base(world), uncalled(runtime, world)),
        silence=silence(runtime, world),
        providers=[
            {"name": name, "title": title, "url": runtime.url(name), "tally": told.providers.get(name)}
            for name, title in titles.items()
        ],
        busiest=told.operations.most_common(6),
        requests=[each.shown(bodies=False) for each in _newest(world)],
        deliveries=posted[:6],
        mails=tx.page(MAILS, limit=5).items,
        violations=violations.items,
        counts=_counts(runtime, tx),
        alerts=[] if runtime.alerts is None else runtime.alerts.firing(),
    )


def _newest(world: World) -> list[Any]:
    ring = world.journal.ring
    return [ring[-number] for number in range(1, min(LATELY, len(ring)) + 1)]


def _posts(deliveries: list[Json]) -> dict[tuple[str, str], Posts]:
    """Count deliveries by provider and receiver."""
    found: dict[tuple[str, str], Posts] = {}
    for each in deliveries:
        key = each["provider"], urlsplit(each["url"]).netloc or each["url"]
        known = found.get(key, Posts(0, 0))
        found[key] = Posts(known.count + 1, known.failed + (each["state"] == "failed"))
    return found


def _counts(runtime: Runtime, tx: Transaction) -> Json:
    """Return what the tiles tell besides traffic, each counted no further than a page; visits are no deliveries."""
    some = 101
    deliveries = {
        state: sum(
            "visit" not in each for each in tx.page(DELIVERIES, where={"state": state}, limit=some).items
        )
        for state in ("pending", "failed")
    }
    return {
        "faults": len(faults.standing(tx)),
        "violations": len(tx.page(VIOLATIONS, limit=some).items),
        "worlds": sum(1 for _ in runtime.worlds),
        **deliveries,
    }
