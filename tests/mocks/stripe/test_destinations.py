"""Event destinations and thin events of v2: through both SDKs, and what v2 refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from mocks.stripe import versions
from tests.harness.serving import Receiver, Served
from tests.mocks.stripe.conformance import refused
from tests.mocks.stripe.room import Room

SCRIPT = Path(__file__).with_name("destinations.mjs")
THIN: Any = {"enabled_events": ["*"], "event_payload": "thin", "name": "All", "type": "webhook_endpoint"}


def destination(client: stripe.StripeClient, url: str, **more: Any) -> Any:
    included: Any = ["webhook_endpoint.signing_secret", "webhook_endpoint.url"]
    wanted: Any = THIN | {"webhook_endpoint": {"url": url}, "include": included}
    return client.v2.core.event_destinations.create(wanted | more)


def test_a_destination_from_beginning_to_end(checked: stripe.StripeClient) -> None:
    client = checked.v2.core.event_destinations
    made = destination(checked, "http://127.0.0.1:9/a", description="d", metadata={"k": "v", "l": "w"})
    assert (made.status, made.webhook_endpoint.url) == ("enabled", "http://127.0.0.1:9/a")
    assert made.webhook_endpoint.signing_secret.startswith("whsec_")
    changed = client.update(
        made.id,
        {
            "name": "Some",
            "enabled_events": ["v1.customer.created"],
            "metadata": {"k": None},
            "webhook_endpoint": {"url": "http://127.0.0.1:9/b"},
            "include": ["webhook_endpoint.url"],
        },
    )
    assert (changed.name, changed.metadata.to_dict(), changed.webhook_endpoint.url) == (
        "Some",
        {"l": "w"},
        "http://127.0.0.1:9/b",
    )
    off = client.disable(made.id)
    assert (off.status, off.status_details.disabled.reason) == ("disabled", "user")
    with refused(400, "invalid_fields"):
        client.ping(made.id)
    assert client.enable(made.id).status == "enabled"
    assert "webhook_endpoint" not in client.retrieve(made.id)
    assert checked.v1.webhook_endpoints.list().data == []
    with refused(404, "resource_missing"):
        checked.v1.webhook_endpoints.retrieve(made.id)
    assert client.delete(made.id).id == made.id
    with refused(404, "not_found"):
        client.retrieve(made.id)


def test_destinations_are_listed_by_pages(checked: stripe.StripeClient) -> None:
    made = [destination(checked, f"http://127.0.0.1:9/{number}").id for number in range(5)]
    first = checked.v2.core.event_destinations.list({"limit": 2, "include": ["webhook_endpoint.url"]})
    assert first.previous_page_url is None
    assert [each.id for each in first.auto_paging_iter()] == made[::-1]
    second = checked.raw_request("get", first.next_page_url)
    shown = json.loads(second.body)
    assert [each["id"] for each in shown["data"]] == made[2:0:-1]
    back = json.loads(checked.raw_request("get", shown["previous_page_url"]).body)
    assert [each["id"] for each in back["data"]] == made[:2:-1]
    assert back["previous_page_url"] is None


def test_thin_events_arrive_and_lead_to_their_objects(
    checked: stripe.StripeClient, receiver: Receiver
) -> None:
    made = destination(
        checked, receiver.url, enabled_events=["v1.customer.created", "v2.core.event_destination.ping"]
    )
    secret = made.webhook_endpoint.signing_secret
    owner = checked.v1.customers.create({"email": "ada@studio.test"})
    checked.v1.customers.update(owner.id, {"name": "Ada"})
    pinged = checked.v2.core.event_destinations.ping(made.id)
    first, second = receiver.wait_for(2)
    told: Any = checked.parse_event_notification(first.body, first.headers["stripe-signature"], secret)
    assert isinstance(told, stripe.events.V1CustomerCreatedEventNotification)
    assert told.fetch_related_object().email == "ada@studio.test"
    assert told.fetch_event().related_object.id == owner.id
    ping: Any = checked.parse_event_notification(second.body, second.headers["stripe-signature"], secret)
    assert (ping.id, ping.type) == (pinged.id, "v2.core.event_destination.ping")
    assert ping.fetch_related_object().id == made.id
    assert set(json.loads(first.body)) == {
        "created", "id", "livemode", "object", "reason", "related_object", "type",
    }  # fmt: skip
    with pytest.raises(ValueError, match="thin event"):
        stripe.Webhook.construct_event(  # type: ignore[no-untyped-call]
            first.body, first.headers["stripe-signature"], secret
        )


def test_a_snapshot_destination_gets_its_version(checked: stripe.StripeClient, receiver: Receiver) -> None:
    more = {"event_payload": "snapshot", "snapshot_api_version": "2025-04-30.basil"}
    made = destination(checked, receiver.url, **more, enabled_events=["customer.created"])
    checked.v1.customers.create({})
    [received] = receiver.wait_for(1)
    secret = made.webhook_endpoint.signing_secret
    event = stripe.Webhook.construct_event(  # type: ignore[no-untyped-call]
        received.body, received.headers["stripe-signature"], secret
    )
    assert (event.type, event.api_version) == ("customer.created", "2025-04-30.basil")


def test_events_are_listed_as_v2_has_them(checked: stripe.StripeClient, newest: stripe.StripeClient) -> None:
    for name in ("Ada", "Bo", "Cy"):
        owner = checked.v1.customers.create({"name": name})
    checked.v1.products.create({"name": "Film"})
    client = checked.v2.core.events
    assert [each.type for each in client.list({"limit": 1}).data] == ["v1.product.created"]
    created = client.list({"types": ["v1.customer.created"], "limit": 2})
    assert len(list(created.auto_paging_iter())) == 3
    [one] = client.list({"object_id": owner.id, "created": {"gte": "2020-01-01T00:00:00Z"}}).data
    assert client.retrieve(one.id).to_dict() == one.to_dict()
    snapshot: Any = newest.v2.core.events.retrieve(one.id)
    assert newest.v1.events.retrieve(snapshot.snapshot_event).data.object["id"] == owner.id
    assert client.list({"created": {"lt": "2020-01-01T00:00:00Z"}}).data == []
    with refused(404, "not_found"):
        client.retrieve("evt_test_65nothing")


def test_what_only_v2_tells_is_no_event_of_v1(checked: stripe.StripeClient) -> None:
    pinged = checked.v2.core.event_destinations.ping(destination(checked, "http://127.0.0.1:9/").id)
    assert checked.v1.events.list().data == []
    with refused(404, "resource_missing"):
        checked.v1.events.retrieve(pinged.id)


def test_usage_by_v2(checked: stripe.StripeClient, server: Served, advance: Callable[..., Any]) -> None:
    meter: Any = {"display_name": "Calls", "event_name": "calls", "default_aggregation": {"formula": "sum"}}
    made = checked.v1.billing.meters.create(meter)
    owner = checked.v1.customers.create({}).id
    event: Any = {"event_name": "calls", "payload": {"stripe_customer_id": owner, "value": "7"}}
    billing = checked.v2.billing
    told = billing.meter_events.create(event | {"identifier": "a", "timestamp": "2026-02-28T10:00:00.000Z"})
    assert (told.identifier, told.timestamp) == ("a", "2026-02-28T10:00:00.000Z")
    with refused(400, "duplicate_meter_event"):
        billing.meter_events.create(event | {"identifier": "a"})
    for payload, code in (({"value": "1"}, "payload_no_customer_defined"), ({"stripe_customer_id": owner}, "payload_no_value_defined")):  # fmt: skip
        with refused(400, code):
            billing.meter_events.create({"event_name": "calls", "payload": payload})
    with refused(400, "no_meter"):
        billing.meter_events.create(event | {"event_name": "nothing"})
    taken: Any = {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "a"}}
    assert billing.meter_event_adjustments.create(taken).status == "complete"
    session = billing.meter_event_session.create()
    url: Any = dict.fromkeys(("api", "meter_events"), f"http://127.0.0.1:{server.port + 7}")
    fast = stripe.StripeClient(session.authentication_token, base_addresses=url, max_network_retries=0)
    wrong = event | {"payload": {"stripe_customer_id": "cus_nobody", "value": "1"}, "identifier": "w"}
    fast.v2.billing.meter_event_stream.create({"events": [event, event, wrong, event | {"event_name": "x"}]})
    period: Any = {"customer": owner, "start_time": 1772323200, "end_time": 1772496000}
    assert checked.v1.billing.meters.event_summaries.list(made.id, period).data[0].aggregated_value == 14
    reported = {each.type: each for each in checked.v2.core.events.list().data}
    report: Any = reported["v1.billing.meter.error_report_triggered"]
    assert report.data.reason.error_types[0].code == "meter_event_customer_not_found"
    assert "v1.billing.meter.no_meter_found" in reported
    with refused(401):
        fast.v1.customers.list()
    with refused(401):
        checked.raw_request("post", "/v2/billing/meter_event_stream", events=[event])
    advance(seconds=901)
    with pytest.raises(stripe.TemporarySessionExpiredError):
        fast.v2.billing.meter_event_stream.create({"events": [event]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"enabled_events": ["customer.created"]},
        {"enabled_events": []},
        {"event_payload": "snapshot", "enabled_events": ["v1.customer.created"]},
        {"snapshot_api_version": "2025-04-30.basil"},
        {"type": "amazon_eventbridge"},
        {"webhook_endpoint": {"url": "nowhere"}},
        {"nonsense": True},
        {"name": None},
    ],
)
async def test_what_is_no_destination_is_refused(room: Room, wrong: Any) -> None:
    body = THIN | {"webhook_endpoint": {"url": "http://127.0.0.1:9/"}} | wrong
    before = room.state()
    answer = await room.client.post("/v2/core/event_destinations", content=json.dumps(body))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_fields")
    assert room.state() == before


async def test_v2_is_refused_in_its_own_envelope(room: Room) -> None:
    answer = await room.client.post("/v2/core/event_destinations", content=b"a=b")
    assert (answer.status_code, set(answer.json()["error"])) == (400, {"code", "message"})
    assert (await room.client.get("/v2/core/nothing")).json()["error"]["code"] == "not_found"
    page = await room.client.get("/v2/core/events?page=nonsense")
    assert (page.status_code, page.json()["error"]["code"]) == (400, "invalid_fields")
    hasty = {"Authorization": "Bearer sk_test_nobody"}
    assert (await room.client.get("/v2/core/events", headers=hasty)).status_code == 401


async def test_a_key_is_remembered_for_deletions_too(room: Room) -> None:
    path, key = "/v2/core/event_destinations", {"Idempotency-Key": "once"}
    body = json.dumps(THIN | {"webhook_endpoint": {"url": "http://127.0.0.1:9/"}})
    id = (await room.client.post(path, content=body)).json()["id"]
    answers = [await room.client.delete(f"{path}/{id}", headers=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    other = await room.client.post(path, content=body, headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (400, "idempotency_error")


def test_destinations_through_stripe_node(
    server: Served, fresh_world: dict[str, Any], node: Callable[..., Any], receiver: Receiver
) -> None:
    names = {"STRIPE_PORT": str(server.port + 7), "RECEIVER": receiver.url}
    told = node(SCRIPT, {**fresh_world["env"], **names})
    received, second = receiver.wait_for(2)
    parsed = node(
        SCRIPT,
        {
            **fresh_world["env"],
            **names,
            "SECRET": told.pop("secret"),
            "BODY": received.body.decode(),
            "SIGNATURE": received.headers["stripe-signature"],
        },
    )
    assert json.loads(second.body)["type"] == "v2.core.event_destination.ping"
    assert parsed == {
        "type": "v1.customer.created",
        "email": "ada@studio.test",
        "event": "v1.customer.created",
    }
    assert told == {
        "made": ["enabled", True],
        "updated": "Some",
        "switched": ["disabled", "enabled"],
        "listed": 1,
        "pinged": "v2.core.event_destination.ping",
        "events": True,
        "used": ["a", "complete", 7],
        "refused": ["StripeInvalidRequestError", 404, "not_found"],
        "deleted": True,
    }
    assert versions.SERVED[-1] == "2026-10-28.endive"
