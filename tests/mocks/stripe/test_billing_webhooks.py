"""What billing announces, verified by the SDK as a receiver does it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.harness.serving import Receiver
from tests.mocks.stripe.billing import price, subscribe, subscriber
from tests.mocks.stripe.conformance import VERSION, Document


def verified(receiver: Receiver, secret: str, count: int) -> list[Any]:
    """Return the events that have come, each verified with its signature."""
    return [
        stripe.Webhook.construct_event(each.body, each.headers["stripe-signature"], secret)  # type: ignore[no-untyped-call]
        for each in receiver.wait_for(count)
    ]


def endpoint(client: stripe.StripeClient, receiver: Receiver, version: str, *events: str) -> str:
    given: Any = {"url": receiver.url, "enabled_events": list(events) or ["*"], "api_version": version}
    return str(client.v1.webhook_endpoints.create(given).secret)


def test_a_renewal_is_announced_in_the_documents_shapes(
    checked: stripe.StripeClient, receiver: Receiver, advance: Callable[..., Any], stripe_document: Document
) -> None:
    customer, plan = subscriber(checked), price(checked)
    secret = endpoint(checked, receiver, VERSION)
    made = subscribe(checked, customer, plan)
    advance(days=31, hours=1, seconds=20)
    events = verified(receiver, secret, 9 + 2 + 1 + 2 + 6 + 2)
    for each in receiver.received:
        stripe_document.check_object(json.loads(each.body)["data"]["object"])
    types = [event.type for event in events]
    assert types.count("invoice.paid") == types.count("invoice_payment.paid") == 2
    (upcoming,) = (event for event in events if event.type == "invoice.upcoming")
    assert upcoming.data.object.id.startswith("upcoming_in_")
    assert upcoming.data.object.lines.data[0].subscription == made.id
    by_request = [event for event in events if event.request.id is not None]
    assert len({event.request.id for event in by_request}) == 1
    assert len(by_request) == 9


@pytest.mark.parametrize("version", ["2025-04-30.basil"])
def test_an_endpoint_of_the_platforms_version_gets_its_shapes(
    checked: stripe.StripeClient, receiver: Receiver, advance: Callable[..., Any], version: str
) -> None:
    secret = endpoint(
        checked,
        receiver,
        version,
        "invoice.upcoming",
        "customer.subscription.updated",
        "invoice.payment_failed",
    )
    subscribe(checked, subscriber(checked, "pm_card_visa"), price(checked))
    advance(days=31)
    upcoming, updated = verified(receiver, secret, 2)
    assert (upcoming.api_version, "id" in upcoming.data.object) == (version, False)
    assert "billing_mode" not in updated.data.object
    assert updated.data.object["items"].data[0].current_period_start > 0
    assert set(updated.data.previous_attributes.to_dict()) == {"items", "latest_invoice"}
