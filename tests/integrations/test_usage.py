"""Usage: written down once, reported once, never lost."""

import httpx
import pytest

from integrations.errors import NotFoundError
from tests.integrations.layer import Layer
from tests.integrations.stubs import Answer, Call, json_answer, stripe_error


@pytest.fixture
def reported(layer: Layer) -> list[Call]:
    """What Stripe's meters were told."""
    calls: list[Call] = []
    reply = layer.stripe.reply

    def meter(call: Call) -> Answer:
        if call.path != "/v1/billing/meter_events":
            return reply(call)
        calls.append(call)
        return json_answer({"object": "billing.meter_event", "identifier": call.form["identifier"]})

    layer.stripe.reply = meter  # type: ignore[method-assign]
    return calls


def test_usage_is_reported_once(layer: Layer, reported: list[Call]) -> None:
    organisation_id = layer.organisation()
    for _ in range(2):
        layer.services.usage.record(organisation_id, "survey_completes", 12, key="study:1")
    assert layer.services.usage.report_pending() == 1
    assert layer.services.usage.report_pending() == 0
    (call,) = reported
    assert call.form == {
        "event_name": "survey_completes",
        "identifier": "study:1",
        "timestamp": str(int(layer.clock.now().timestamp())),
        "payload[stripe_customer_id]": layer.customer_id(organisation_id),
        "payload[value]": "12",
    }
    (record,) = layer.services.usage.list(organisation_id)
    assert record.reported_at is not None


def test_an_outage_delays_it(layer: Layer, reported: list[Call]) -> None:
    organisation_id = layer.organisation()
    layer.services.usage.record(organisation_id, "survey_completes", 12, key="study:1")
    layer.stripe.failures.extend([stripe_error(503)] * layer.settings.provider_attempts)
    assert layer.services.usage.report_pending() == 0
    assert layer.services.usage.report_pending() == 1
    assert [call.form["identifier"] for call in reported] == ["study:1"]


def test_what_stripe_refuses_is_kept_and_not_sent_again(layer: Layer, reported: list[Call]) -> None:
    organisation_id = layer.organisation()
    layer.services.usage.record(organisation_id, "no_such_meter", 1, key="study:1")
    layer.stripe.failures.append(stripe_error(400, "no_meter", "invalid_request_error"))
    assert [layer.services.usage.report_pending() for _ in range(2)] == [0, 0]
    (record,) = layer.services.usage.list(organisation_id)
    assert record.refused
    assert "no_meter" in (record.error or "")
    assert reported == []


def test_too_late_to_be_known_twice_is_too_late(layer: Layer, reported: list[Call]) -> None:
    organisation_id = layer.organisation()
    layer.services.usage.record(organisation_id, "survey_completes", 1, key="study:1")
    layer.stripe.failures.extend([stripe_error(503)] * layer.settings.provider_attempts)
    layer.services.usage.report_pending()
    layer.clock.elapsed += 24 * 3600
    assert layer.services.usage.report_pending() == 0
    (record,) = layer.services.usage.list(organisation_id)
    assert record.refused


def test_who_has_no_customer_yet_is_waited_for(layer: Layer, reported: list[Call]) -> None:
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    layer.services.usage.record(organisation.id, "survey_completes", 1, key="study:1")
    assert layer.services.usage.report_pending() == 0
    layer.services.customers.ensure(organisation.id)
    assert layer.services.usage.report_pending() == 1
    with pytest.raises(NotFoundError):
        layer.services.usage.record("nobody", "survey_completes", 1, key="study:2")


async def test_the_route_records(client: httpx.AsyncClient, layer: Layer) -> None:
    organisation_id = layer.organisation()
    body = {"organisation_id": organisation_id, "meter": "survey_completes", "quantity": 3, "key": "study:1"}
    answers = [await client.post("/usage", json=body) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {202}
    assert (await client.get(f"/usage/{organisation_id}")).json() == [answers[0].json()]
    assert (await client.post("/usage", json=body | {"quantity": 0})).status_code == 422
