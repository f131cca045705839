"""Snapshots of a world: save, list, restore, remove."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from harness import instants
from harness.control import shapes
from harness.control.context import Named, Running
from harness.control.models import NewSnapshot
from harness.control.worlds import shown

router = APIRouter(prefix="/worlds/{w}/snapshots", tags=["snapshots"])
Json = dict[str, Any]


def _line(record: Json) -> shapes.Snapshot:
    return {"name": record["name"], "created": instants.iso(record["created"])}


@router.get("")
async def list_snapshots(runtime: Running, world: Named) -> shapes.Snapshots:
    """List a world's snapshots, oldest first; `created` is real time."""
    return {"snapshots": [_line(record) for record in runtime.worlds.snapshots(world)]}


@router.post("", status_code=201)
async def save_snapshot(runtime: Running, world: Named, body: NewSnapshot) -> shapes.Snapshot:
    """Keep the world's data and time under a name, replacing the snapshot of that name."""
    return _line(await runtime.worlds.snapshot(world, body.name))


@router.post("/{name}/restore")
async def restore_snapshot(runtime: Running, world: Named, name: str) -> shapes.World:
    """Return the world to a snapshot; its credentials stay as they are."""
    await runtime.worlds.restore(world, name)
    runtime.dispatcher.take_up(world)
    runtime.timeline.plan(world)
    return shown(runtime, world)


@router.delete("/{name}", status_code=204)
async def delete_snapshot(runtime: Running, world: Named, name: str) -> None:
    """Remove a snapshot."""
    runtime.worlds.forget_snapshot(world, name)
