"""Traces: a request and the delivery it causes are one trace; nothing of it is there unless it is wanted."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.application import Application
from harness.errors import ConfigurationError
from harness.runtime import Settings, open_runtime
from tests.harness.collector import Collector
from tests.harness.lab import Lab
from tests.harness.sample import build

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture
async def traced(tmp_path: Path, collector: Collector) -> Lab:
    """A Greenroom that sends its spans to the collector; closing it sends those that are left."""
    settings = Settings(data_dir=tmp_path, port=4400, traces=f"{collector.url}/v1/traces")
    runtime = open_runtime(settings, {"parcel": build()})
    transport = httpx.ASGITransport(app=Application(runtime))
    return Lab(runtime, httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4401"))


async def test_a_request_and_its_webhook_are_one_trace(traced: Lab, collector: Collector) -> None:
    receiver = traced.receiver()
    url = await receiver.start()
    world = traced.world()
    control = f"http://127.0.0.1:4400/_greenroom/worlds/{world.id}"
    await traced.client.post(f"{control}/endpoints", json={"provider": "parcel", "url": url})
    body = {"name": "ada@shop.test"}
    answer = await traced.call(world, "POST", "/parcels", json=body, headers=TRACEPARENT)
    assert answer.status_code == 201
    await traced.client.post(f"{control}/webhooks/settle")
    assert (await traced.call(world, "GET", "/parcels/none")).status_code == 404
    await traced.close()
    served, delivered = collector.spans[0], collector.spans[1]
    assert (served.service, served.trace, served.parent, served.failed) == ("greenroom", TRACE, PARENT, False)
    assert served.attributes["greenroom.provider"] == "parcel"
    assert served.attributes["greenroom.world"] == world.name
    assert served.attributes["http.response.status_code"] == 201
    assert served.name == f"parcel {served.attributes['greenroom.operation']}"
    assert (delivered.trace, delivered.parent, delivered.failed) == (TRACE, served.id, False)
    assert delivered.attributes["greenroom.attempt"] == 1
    ((headers, _),) = receiver.got
    assert headers["traceparent"] == f"00-{TRACE}-{delivered.id}-01"
    stray = collector.spans[2]
    assert stray.trace != TRACE
    assert stray.parent == ""
    told = str(collector.spans)
    assert "ada@shop.test" not in told
    assert world.accounts["parcel"]["tokens"]["key"] not in told


async def test_failures_are_failed_spans(traced: Lab, collector: Collector) -> None:
    receiver = traced.receiver(statuses=[500])
    url = await receiver.start()
    world = traced.world()
    control = f"http://127.0.0.1:4400/_greenroom/worlds/{world.id}"
    await traced.client.post(f"{control}/endpoints", json={"provider": "parcel", "url": url})
    await traced.create(world)
    await traced.client.post(f"{control}/webhooks/settle")
    fault = {"kind": "status", "status": 503, "provider": "parcel", "times": 1}
    await traced.client.post(f"{control}/faults", json=fault)
    assert (await traced.call(world, "GET", "/parcels")).status_code == 503
    await traced.close()
    made, attempt, refused = collector.spans
    assert (made.failed, attempt.failed, refused.failed) == (False, True, True)
    assert attempt.attributes["http.response.status_code"] == 500
    assert refused.attributes["greenroom.fault"] == "status"


async def test_what_many_events_were_caused_by_is_forgotten(
    traced: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.tracing.MOST_CAUSES", 2)
    world = traced.world()
    for name in ("one", "two", "three"):
        await traced.create(world, name)
    tracing = traced.runtime.tracing
    assert tracing is not None
    assert len(tracing._causes) == 2
    await traced.close()


def test_without_opentelemetry_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def missing(name: str, *more: Any) -> Any:
        if name.startswith("opentelemetry.exporter"):
            raise ImportError(name)
        return imported(name, *more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ConfigurationError, match=r"greenroom\[otel\]"):
        open_runtime(Settings(data_dir=tmp_path, traces="http://127.0.0.1:1/v1/traces"), {"parcel": build()})


async def test_it_is_off_unless_it_is_wanted(tmp_path: Path) -> None:
    runtime = open_runtime(Settings(data_dir=tmp_path), {"parcel": build()})
    assert runtime.tracing is runtime.engine.tracing is runtime.dispatcher.tracing is None
    await runtime.close()
