"""Coherence: whether what a world's documents say of each other is so."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from fastapi import APIRouter

from harness import coherence
from harness.control import shapes
from harness.control.context import Limit, Named, OfProvider, Running, providers_of

router = APIRouter(prefix="/worlds/{w}", tags=["inspection"])


@router.get("/coherence")
async def check_coherence(
    runtime: Running, world: Named, name: OfProvider = None, limit: Limit = 1000
) -> shapes.Coherence:
    """Follow every reference in a world, and check sums and the order of times; tell what is wrong, up to a limit."""
    rooms = providers_of(runtime, name)
    for room in rooms:
        room.load()
    report = await coherence.check(runtime.store, world, rooms, limit=limit)
    told = asdict(report) | {"coherent": not report.findings}
    return cast("shapes.Coherence", told)
