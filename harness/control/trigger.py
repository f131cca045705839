"""Letting happen at a provider what its dashboard or CLI would trigger."""

from __future__ import annotations

from difflib import get_close_matches

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ValidationError

from harness.control import shapes
from harness.control.context import Named, Running, provider_of, writing
from harness.control.models import Trigger
from harness.control.problems import refused
from harness.control.webhooks import shown_event
from harness.errors import InvalidInput, Refusal
from harness.params import Params
from harness.provider import Provider

router = APIRouter(prefix="/worlds/{w}", tags=["webhooks"])
SHOWN = 20
"""How many events are named where none is like the one that was asked for."""


@router.post("/trigger", response_model=shapes.Events)
async def trigger(runtime: Running, world: Named, body: Trigger) -> shapes.Events | Response:
    """Let an event of a provider happen, under the provider's own name for it; state and event agree.

    Further fields are what the provider's dashboard would ask for: ids, amounts, reasons.
    """
    provider = provider_of(runtime, body.provider)
    provider.load()
    if body.event not in provider.triggers:
        raise InvalidInput(_unknown(provider, body.event))
    model, handler = provider.triggers[body.event]
    params = _validated(model, body)
    kept: Refusal | None = None
    try:
        async with writing(runtime, world, provider) as tx:
            try:
                handler(tx, params)
            except Refusal as refusal:
                if not refusal.keep:
                    raise
                kept = refusal
    except Refusal as refusal:
        return refused(provider.name, refusal)
    if kept is not None:
        return refused(provider.name, kept)
    return {"events": [shown_event(provider, event) for event in tx.outcome.events]}


def _validated(model: type[Params], body: Trigger) -> Params:
    try:
        return model.model_validate(body.fields())
    except ValidationError as error:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
        raise RequestValidationError(errors) from None


def _unknown(provider: Provider, event: str) -> str:
    known = sorted(provider.triggers)
    if event in provider.untriggered:
        return f"{provider.name} cannot trigger {event!r} here: it needs {provider.untriggered[event]}, which is not served"
    if not known:
        return f"{provider.name} has nothing to trigger"
    shown = get_close_matches(event, known, 3) or known[:SHOWN]
    more = f" and {len(known) - len(shown)} more" if len(shown) == SHOWN < len(known) else ""
    return f"{provider.name} cannot trigger {event!r}; it can trigger: {', '.join(shown)}{more}"
