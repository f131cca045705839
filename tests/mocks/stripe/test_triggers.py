"""Every trigger announces its event, and all that it makes is whole."""

import re
from pathlib import Path
from typing import Any

import pytest

from mocks.stripe.operations import triggers
from mocks.stripe.provider import stripe
from mocks.stripe.resources.events import EVENTS
from mocks.stripe.resources.thin_events import is_thin
from mocks.stripe.resources.thin_events import shown as shown_in_v2
from tests import needs
from tests.harness.serving import Served
from tests.mocks.stripe.cli import Cli, program
from tests.mocks.stripe.conformance import Document
from tests.mocks.stripe.room import Room

stripe.load()
EVENTS_MADE = sorted(
    [each for each in triggers._RECIPES if not each.startswith("_")]
    + ["checkout.session.completed", "checkout.session.expired", "customer.discount.created"]
    + ["checkout.session.async_payment_failed", "checkout.session.async_payment_succeeded"]
    + ["subscription_schedule.aborted"]
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
            related = shown_in_v2(each).get("related_object", {"url": "/"})
            assert related["url"].startswith("/")
            if is_thin(each):
                continue
            shown = each["body"]["data"]["object"]
            if shown["object"] in stripe_document.document["components"]["schemas"]:
                stripe_document.check_object(shown)
            if each["type"].endswith("customer.updated"):
                assert each["body"]["data"]["previous_attributes"]
    assert not problems


@pytest.mark.parametrize("event", ["charge.dispute.closed", "invoice.payment_failed"])
def test_triggers_are_reached_from_outside(server: Served, fresh_world: dict[str, Any], event: str) -> None:
    server.control("POST", f"/worlds/{fresh_world['id']}/trigger", {"provider": "stripe", "event": event})


def test_every_name_of_the_cli_is_triggered_or_says_what_it_needs(
    server: Served, fresh_world: dict[str, Any], tmp_path: Path
) -> None:
    executable = program()
    reason = "Stripe's CLI is not installed: `make node` does, where npm has it for this machine"
    needs.require("stripe-cli", available=executable is not None, reason=reason)
    assert executable is not None
    told = Cli(executable, tmp_path, "", "").run("trigger", "--help")
    names = set(re.findall(r"^  ([a-z0-9_]+\.[a-z0-9_.]+)$", told, re.MULTILINE))
    assert len(names) > 100
    assert names - stripe.triggers.keys() == stripe.untriggered.keys()
    path = f"{server.url}/_greenroom/worlds/{fresh_world['id']}/trigger"
    answer = server.http.post(path, json={"provider": "stripe", "event": "payout.created"})
    assert answer.status_code == 400
    assert "it needs a payout, which is not served" in answer.json()["detail"]
