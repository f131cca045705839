"""Injected failures of a world."""

from __future__ import annotations

from typing import Any, cast

from fastapi import APIRouter

from harness import faults
from harness.control import shapes
from harness.control.context import Named, Running, providers_of, reading, writing
from harness.control.models import NewFault
from harness.errors import NotFound

router = APIRouter(prefix="/worlds/{w}/faults", tags=["faults"])
Json = dict[str, Any]


@router.get("")
async def list_faults(runtime: Running, world: Named) -> shapes.Faults:
    """List the faults that still stand."""
    return {"faults": cast("list[shapes.Fault]", faults.standing(reading(runtime, world)))}


@router.post("", status_code=201)
async def add_fault(runtime: Running, world: Named, body: NewFault) -> shapes.Fault:
    """Inject a failure; it meets requests (kind `delivery`: webhooks) from now on, `times` of them if given."""
    fault = faults.checked(body.model_dump(exclude_none=True), set(runtime.providers))
    if body.operation is not None:
        providers_of(runtime, body.provider)
        faults.check_operation(
            runtime.providers, body.operation, body.provider, delivery=body.kind == "delivery"
        )
    async with writing(runtime, world) as tx:
        added = faults.add(tx, fault)
    return cast("shapes.Fault", added)


@router.delete("", status_code=204)
async def clear_faults(runtime: Running, world: Named) -> None:
    """Take away all faults."""
    async with writing(runtime, world) as tx:
        faults.clear(tx)


@router.delete("/{id}", status_code=204)
async def clear_fault(runtime: Running, world: Named, id: str) -> None:
    """Take away one fault."""
    async with writing(runtime, world) as tx:
        if not faults.clear(tx, id):
            raise NotFound(f"world {world.name} has no fault {id!r}; it may have spent its times")
