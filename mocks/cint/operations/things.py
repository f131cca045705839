"""Things over HTTP: create, retrieve, list, delete; what happens to them by time and by hand."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness.messages import Reply
from harness.params import Params
from harness.transaction import Transaction
from mocks.cint.dialect import listed
from mocks.cint.parameters import Listing
from mocks.cint.provider import cint
from mocks.cint.resources import things

Json = dict[str, Any]


class NewThing(Params):
    """What a thing is made of."""

    name: str = Field(min_length=1, max_length=200)
    metadata: dict[str, str] = Field(default_factory=dict)


class OfThing(Params):
    """Which thing."""

    thing: str


@cint.post("/v1/things", id="createThing", tier="P0", status=201)
def create_thing(tx: Transaction, params: NewThing) -> Json:
    """Make a thing."""
    return things.render(things.create(tx, params.name, params.metadata))


@cint.get("/v1/things", id="listThings", tier="P0")
def list_things(tx: Transaction, params: Listing) -> Json:
    """List things, the newest first."""
    return listed(tx, things.THINGS, params, things.render)


@cint.get("/v1/things/{thing_id}", id="retrieveThing", tier="P0")
def retrieve_thing(tx: Transaction, thing_id: str) -> Json:
    """Retrieve a thing."""
    return things.render(things.find(tx, thing_id))


@cint.delete("/v1/things/{thing_id}", id="deleteThing", tier="P0", status=204)
def delete_thing(tx: Transaction, thing_id: str) -> Reply:
    """Delete a thing."""
    things.delete(tx, things.find(tx, thing_id))
    return Reply()


@cint.timer(things.FINISH)
def finish_in_time(tx: Transaction, payload: Json) -> None:
    """Finish a thing an hour after it was made."""
    things.finish(tx, things.find(tx, payload["thing"]))


@cint.trigger("thing.finished")
def finish_now(tx: Transaction, params: OfThing) -> None:
    """Finish a thing at once: `greenroom trigger cint thing.finished thing=ID`."""
    things.finish(tx, things.find(tx, params.thing))
