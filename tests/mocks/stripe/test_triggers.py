"""Every trigger announces its event, and all that it makes is whole."""

from typing import Any

import pytest

from mocks.stripe.operations import triggers
from mocks.stripe.provider import stripe
from mocks.stripe.resources.events import EVENTS
from tests.harness.serving import Served
from tests.mocks.stripe.conformance import Document
from tests.mocks.stripe.room import Room

stripe.load()
EVENTS_MADE = sorted(
    [each for each in triggers._RECIPES if not each.startswith("_")]
    + ["checkout.session.completed", "checkout.session.expired", "customer.discount.created"]
)
ALSO = {
    "subscription.payment_succeeded": "invoice.payment_succeeded",
    "subscription.payment_failed": "invoice.payment_failed",
}
"""Names of Stripe's CLI that are no events, with what they announce."""


async def test_each_trigger_announces_its_event(room: Room, stripe_document: Document) -> None:
    known, problems = 0, []
    for event in EVENTS_MADE:
        tx = room.tx()
        model, handler = stripe.triggers[event]
        handler(tx, model.model_validate({}))
        tx.commit()
        fresh = list(tx.every(EVENTS))[known:]
        known += len(fresh)
        if ALSO.get(event, event) not in {each["type"] for each in fresh}:
            problems.append((event, [each["type"] for each in fresh]))
        for each in fresh:
            shown = each["body"]["data"]["object"]
            if shown["object"] in stripe_document.document["components"]["schemas"]:
                stripe_document.check_object(shown)
            if each["type"].endswith("customer.updated"):
                assert each["body"]["data"]["previous_attributes"]
    assert not problems


@pytest.mark.parametrize("event", ["charge.dispute.closed", "invoice.payment_failed"])
def test_triggers_are_reached_from_outside(server: Served, fresh_world: dict[str, Any], event: str) -> None:
    server.control("POST", f"/worlds/{fresh_world['id']}/trigger", {"provider": "stripe", "event": event})
