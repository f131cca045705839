"""How far the layer is in step: told by its own tables, to people and to Prometheus."""

from __future__ import annotations

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from integrations.errors import EventFailedError
from integrations.models import IndexKind
from integrations.webhooks.inbox import IncomingEvent
from tests.integrations.layer import Layer

EVENT = IncomingEvent(provider="stripe", event_id="evt_1", type="invoice.paid", payload="{}")


async def parts(client: httpx.AsyncClient) -> dict[str, dict[str, object]]:
    answer = await client.get("/health/synchronisation")
    assert answer.status_code == 200
    return {each["name"]: each for each in answer.json()["parts"]}


def fail() -> bool:
    raise LookupError("ada@acme.test went out")


async def test_nothing_waits_at_first(client: httpx.AsyncClient) -> None:
    found = await parts(client)
    assert set(found) == {"mirror", "index of campaigns", "index of studies", "mail", "usage"}
    assert {each["state"] for each in found.values()} == {"in step"}


async def test_what_waits_is_told_with_its_age(client: httpx.AsyncClient, layer: Layer) -> None:
    with layer.services.database.transaction() as session:
        layer.services.outbox.note(session, IndexKind.CAMPAIGNS, "one")
    layer.clock.sleep(90)
    campaigns = (await parts(client))["index of campaigns"]
    assert (campaigns["state"], campaigns["waiting"], campaigns["lag_seconds"]) == ("behind", 1, 90.0)


async def test_what_was_given_up_is_told_without_what_it_said(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    with pytest.raises(EventFailedError):
        layer.services.inbox.receive(EVENT, fail)
    events = (await parts(client))["events of stripe"]
    assert (events["state"], events["failed"], events["last_failure"]) == ("failing", 1, "invoice.paid")
    assert events["last_success_at"] is None
    assert "ada" not in str(events)
    layer.services.inbox.receive(EVENT, lambda: True)
    events = (await parts(client))["events of stripe"]
    assert (events["state"], events["failed"]) == ("in step", 0)
    assert events["last_success_at"] is not None


async def test_prometheus_reads_it_too(client: httpx.AsyncClient, layer: Layer) -> None:
    with pytest.raises(EventFailedError):
        layer.services.inbox.receive(EVENT, fail)
    answer = await client.get("/metrics")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["integrations_failed", "events of stripe"] == 1
    assert samples["integrations_waiting", "mail"] == 0
    assert samples["integrations_circuit_open", "stripe"] == 0
