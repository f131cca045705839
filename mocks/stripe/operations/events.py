"""Events: retrieve and list what was announced in the last 30 days."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness import instants
from harness.params import Json
from harness.transaction import Transaction
from mocks.stripe import errors
from mocks.stripe.parameters import Boolean, CreatedListParams, StripeParams
from mocks.stripe.provider import stripe
from mocks.stripe.resources import events
from mocks.stripe.resources.events import EVENTS, KEPT_SECONDS
from mocks.stripe.resources.thin_events import is_thin


class ListEvents(CreatedListParams):
    """GET /v1/events."""

    delivery_success: Boolean | None = None
    type: str | None = None
    types: Annotated[list[str], Field(max_length=20)] | None = None


@stripe.get("/v1/events/{id}", id="GetEventsId", tier="P1")
def retrieve_event(tx: Transaction, params: StripeParams, id: str) -> Json:
    """Retrieve an event, in the version it was made with."""
    errors.check_nothing_expanded(params.expand)
    found = tx.get(EVENTS, id)
    if found is None or is_thin(found) or tx.now - found["created"] > KEPT_SECONDS * instants.SECOND:
        raise errors.not_found("event", id)
    return events.retrieved(tx, found)


@stripe.get("/v1/events", id="GetEvents", tier="P1")
def list_events(tx: Transaction, params: ListEvents) -> Json:
    """List events, newest first."""
    errors.check_nothing_expanded(params.expand)
    if params.type is not None and params.types is not None:
        raise errors.exclusive("type", "types")
    if params.starting_after is not None and params.ending_before is not None:
        raise errors.exclusive("starting_after", "ending_before")
    types = _types(params)
    found: list[Json] = []
    after, before = params.starting_after, params.ending_before
    since = max(_since(params), tx.now - KEPT_SECONDS * instants.SECOND)
    more = True
    while more and len(found) <= params.limit:
        try:
            page = tx.page(
                EVENTS,
                one_of=None if types is None else ("type", types),
                limit=params.limit + 1,
                after=None if before else after,
                before=before,
                since=since,
                until=_until(params),
            )
        except KeyError as error:
            param = "starting_after" if params.starting_after is not None else "ending_before"
            raise errors.no_such("event", str(error.args[0]), param=param) from error
        kept = [each for each in page.items if _wanted(tx, params, each)]
        more = page.has_more
        if before is None:
            found += kept
            after = page.items[-1]["id"] if page.items else after
        else:
            found = kept + found
            before = page.items[0]["id"] if page.items else before
    has_more = more or len(found) > params.limit
    shown = found[: params.limit] if before is None else found[-params.limit :]
    data = [events.retrieved(tx, each) for each in shown]
    return {"object": "list", "data": data, "has_more": has_more, "url": "/v1/events"}


def _since(params: ListEvents) -> int:
    created = params.created
    lows = [] if created is None else [created.gte, None if created.gt is None else created.gt + 1]
    return max((each for each in lows if each is not None), default=0) * instants.SECOND


def _until(params: ListEvents) -> int | None:
    created = params.created
    highs = [] if created is None else [created.lte, None if created.lt is None else created.lt - 1]
    top = min((each for each in highs if each is not None), default=None)
    return None if top is None else top * instants.SECOND + instants.SECOND - 1


def _types(params: ListEvents) -> list[str] | None:
    """Return the types that are asked for, families (`customer.*`) spelled out; None for all."""
    asked = [params.type] if params.type is not None else params.types
    if asked is None or "*" in asked:
        return None
    known = stripe.webhooks.events if stripe.webhooks else ()
    families = tuple(each[:-1] for each in asked if each.endswith("*"))
    return list(dict.fromkeys([*asked, *(each for each in known if families and each.startswith(families))]))


def _wanted(tx: Transaction, params: ListEvents, event: Json) -> bool:
    """Tell whether an event is one of v1, and was delivered as asked for."""
    if is_thin(event):
        return False
    if params.delivery_success is None:
        return True
    return (events.pending(tx, event) == 0) is params.delivery_success
