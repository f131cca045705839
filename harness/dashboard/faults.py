"""Faults: those that stand, new ones by presets or by hand, and an end to them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from harness import faults
from harness.control import faults as control
from harness.control import models
from harness.control.context import Named, Running, reading
from harness.dashboard import showing
from harness.dashboard.presets import DELIVERY, REQUESTS, preset
from harness.dashboard.security import SameOrigin

router = APIRouter(prefix="/{w}")
Word = Annotated[str, Form(max_length=500)]
Json = dict[str, Any]


@router.get("/faults")
async def show(request: Request, runtime: Running, world: Named) -> HTMLResponse:
    """Show the faults that stand, and the presets."""
    return showing.page(
        request,
        runtime,
        world,
        "faults.html",
        section="/faults",
        faults=[{**each, "told": _told(each)} for each in faults.standing(reading(runtime, world))],
        presets=REQUESTS,
        delivery=DELIVERY,
        kinds=faults.REQUEST_KINDS,
        modes=faults.DELIVERY_MODES,
        providers={name: each.title for name, each in runtime.providers.items()},
    )


@router.post("/faults")
async def add(
    runtime: Running,
    world: Named,
    _: SameOrigin,
    kind: Word,
    provider: Word = "",
    operation: Word = "",
    mode: Word = "",
    status: Word = "",
    milliseconds: Word = "",
    per_second: Word = "",
    probability: Word = "",
    times: Word = "",
) -> Response:
    """Inject a failure of one's own making."""
    texts = {"kind": kind, "provider": provider, "operation": operation, "mode": mode, "status": status}
    numbers = {
        "milliseconds": milliseconds,
        "per_second": per_second,
        "probability": probability,
        "times": times,
    }

    async def inject() -> str:
        given = {name: value.strip() for name, value in (texts | numbers).items() if value.strip()}
        if kind != "delivery":
            given.pop("mode", None)
        await control.add_fault(runtime, world, models.NewFault.model_validate(given))
        return f"A fault of kind {kind} was added."

    return await showing.act(f"{showing.base(world)}/faults", inject())


@router.post("/faults/preset")
async def add_preset(
    runtime: Running, world: Named, _: SameOrigin, name: Word, provider: Word = "", times: Word = ""
) -> Response:
    """Inject a failure with a name."""
    doing = preset(runtime, world, (*REQUESTS, *DELIVERY), name, provider, times)
    return await showing.act(f"{showing.base(world)}/faults", doing)


@router.post("/faults/clear")
async def clear(runtime: Running, world: Named, _: SameOrigin, id: Word = "") -> Response:
    """Take away one fault, or all."""

    async def away() -> str:
        if id:
            await control.clear_fault(runtime, world, id)
            return "The fault is gone."
        await control.clear_faults(runtime, world)
        return "All faults are gone."

    return await showing.act(f"{showing.base(world)}/faults", away())


def _told(fault: Json) -> str:
    """Return a fault's particulars in words."""
    parts = []
    if fault.get("status"):
        parts.append(f"status {fault['status']}")
    if fault.get("milliseconds"):
        parts.append(f"{fault['milliseconds']:,.0f} ms")
    if fault.get("mode"):
        parts.append(fault["mode"].replace("_", " "))
    if fault.get("per_second"):
        parts.append(f"beyond {fault['per_second']} a second")
    if fault["probability"] < 1:
        parts.append(f"{fault['probability']:.0%} of them")
    if fault.get("times"):
        parts.append(f"{fault['times'] - fault['hits']} times more")
    return ", ".join(parts)
