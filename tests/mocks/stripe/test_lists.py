"""Lists for an SDK, which are copied from what is kept, say what lists say that are read and shown anew."""

import orjson
import pytest

from harness.store.interface import Query
from mocks.stripe.provider import stripe
from tests.mocks.stripe.room import Room
from tests.mocks.stripe.test_triggers import EVENTS_MADE

SDK = {"User-Agent": "Stripe/v1 PythonBindings/16.1.0"}
VERSIONS = ("2025-03-31.basil", "2025-04-30.basil", "2026-05-27.dahlia", "2026-10-28.endive")


@pytest.fixture
def full(room: Room) -> Room:
    """Return a room in which everything has happened that can be triggered."""
    for event in EVENTS_MADE:
        tx = room.tx()
        model, handler = stripe.triggers[event]
        handler(tx, model.model_validate({}))
        tx.commit()
    return room


async def test_every_list_is_the_same_for_an_sdk_and_for_people(full: Room) -> None:
    compared = set()
    for operation in stripe.operations.values():
        listed = operation.params is not None and "starting_after" in operation.params.model_fields
        if operation.method != "GET" or operation.names or not listed:
            continue
        for version in VERSIONS:
            asked = {"Stripe-Version": version}
            shown = await full.client.get(f"{operation.path}?limit=100", headers=asked)
            if shown.status_code != 200:
                continue  # what has to be named besides: an answer, but no list
            told = await full.client.get(f"{operation.path}?limit=100", headers=asked | SDK)
            assert told.json() == shown.json(), (operation.id, version)
            if shown.json()["data"]:
                compared.add(operation.id)
    assert {"GetCustomers", "GetCharges", "GetInvoices", "GetPrices", "GetEvents"} <= compared
    assert len(compared) >= 20


def test_what_is_kept_and_never_shown_comes_last(full: Room) -> None:
    """Whoever copies a document sees by its end that there is nothing private in it."""
    store, space = full.runtime.store, full.world.space
    private = 0
    for kind, _ in store.kinds(space):
        if kind.startswith("stripe."):
            for row in store.page(space, Query(kind)):
                document = orjson.loads(row.body)
                if "_" in document:
                    private += 1
                    assert list(document)[-1] == "_", (kind, row.id)
                    assert isinstance(document["_"], dict)
                    assert row.body.endswith(b"}}")
    assert private > 20
