"""Injected failures of a world."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, cast

from fastapi import APIRouter

from harness import faults
from harness.control import shapes
from harness.control.context import Named, Running, providers_of, reading, writing
from harness.control.models import NewFault
from harness.errors import InvalidInput, NotFound
from harness.runtime import Runtime

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
        _check_operation(runtime, body.operation, body.provider, delivery=body.kind == "delivery")
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


def _check_operation(runtime: Runtime, operation: str, provider: str | None, *, delivery: bool) -> None:
    """Refuse a name that nothing bears, since such a fault would never hit: an operation, or an event's type."""
    known: set[str] = set()
    for each in providers_of(runtime, provider):
        each.load()
        if not delivery:
            known |= set(each.operations)
        elif each.webhooks is not None and each.webhooks.events:
            known |= set(each.webhooks.events)
        else:
            return
    if operation not in known:
        near = get_close_matches(operation, known, 3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        what = "event" if delivery else "operation"
        raise InvalidInput(f"no {what} {operation!r} is served by {provider or 'any provider'}{hint}")
