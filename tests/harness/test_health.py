"""How providers fare: counted exchanges, used keys, alerts, Prometheus, and the commands that show them."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from harness import health
from harness.alerts import Alerts, Rule, read
from harness.delivery_client import Client
from harness.errors import ConfigurationError
from harness.health import MINUTE, Minute
from tests.harness.controlling import Control
from tests.harness.lab import Lab


@given(st.floats(0.001, 100_000))
def test_a_duration_lies_within_its_class(milliseconds: float) -> None:
    found = health.duration(milliseconds)
    assert milliseconds <= health.upper(found) <= milliseconds * 1.25


@given(st.lists(st.floats(0.01, 10_000), min_size=1), st.sampled_from(health.PERCENTILES))
def test_percentiles_are_those_of_the_durations_but_for_a_quarter(times: list[float], share: int) -> None:
    minute = Minute(count=len(times))
    for each in times:
        minute.times[health.duration(each)] += 1
    exact = sorted(times)[max(0, -(-len(times) * share // 100) - 1)]
    found = minute.percentile(share)
    assert found is not None
    assert exact <= found <= exact * 1.25


async def test_requests_are_counted_by_provider_with_the_keys_that_were_used(control: Control) -> None:
    await control.parcel("one")
    await control.parcel("two")
    world = control.lab.runtime.worlds.find(control.world)
    assert (await control.lab.call(world, "GET", "/parcels/none")).status_code == 404
    stray = await control.lab.client.get("/parcels", headers={"Authorization": "Bearer nobody"})
    assert stray.status_code == 401
    answer = await control.call("GET", "/health/providers")
    (parcel,) = answer["providers"]
    assert (parcel["requests"], parcel["refused"], parcel["failed"]) == (4, 2, 0)
    assert (parcel["error_rate"], parcel["availability"]) == (0.5, 1.0)
    assert 0 < parcel["milliseconds"]["p50"] <= parcel["milliseconds"]["p99"]
    assert sum(each["requests"] for each in parcel["by_minute"]) == 4
    (key,) = parcel["keys"]
    token = world.accounts["parcel"]["tokens"]["key"]
    assert (key["world"], key["requests"]) == (world.id, 3)
    assert key["key"] != token
    assert token not in json.dumps(answer)
    assert answer["uptime_seconds"] >= 0


async def test_failures_and_deliveries_are_counted(control: Control) -> None:
    receiver = control.lab.receiver(statuses=[500])
    url = await receiver.start()
    await control.call("POST", "~/endpoints", {"provider": "parcel", "url": url}, status=201)
    await control.parcel()
    await control.call("POST", "~/webhooks/settle")
    fault = {"kind": "status", "status": 503, "provider": "parcel", "times": 1}
    await control.call("POST", "~/faults", fault, status=201)
    world = control.lab.runtime.worlds.find(control.world)
    assert (await control.lab.call(world, "GET", "/parcels")).status_code == 503
    (parcel,) = (await control.call("GET", "/health/providers"))["providers"]
    assert (parcel["failed"], parcel["availability"]) == (1, 0.5)
    assert (parcel["deliveries"], parcel["failed_deliveries"]) == (0, 1)


async def test_only_the_last_minutes_count_and_a_day_is_kept(control: Control) -> None:
    counted = control.lab.runtime.engine.health
    provider = counted._of("parcel")
    for minute in range(health.DAY + 10):
        provider.minute(minute).count += 1
    now = (health.DAY + 9) * MINUTE
    assert counted.over("parcel", 5, now).count == 5
    assert len(provider.minutes) == health.DAY
    assert dict(counted.totals())["parcel"].count == health.DAY + 10


async def test_of_many_keys_those_used_last_are_remembered(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "MOST_KEYS", 2)
    for name in ("one", "two", "three"):
        await control.lab.create(control.lab.world(name=name))
    (parcel,) = (await control.call("GET", "/health/providers"))["providers"]
    assert len(parcel["keys"]) == 2


async def test_prometheus_reads_the_metrics(control: Control) -> None:
    await control.parcel()
    world = control.lab.runtime.worlds.find(control.world)
    await control.lab.call(world, "GET", "/parcels/none")
    answer = await control.raw("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["greenroom_requests_total", "ok", "parcel"] == 1
    assert samples["greenroom_requests_total", "parcel", "refused"] == 1
    assert samples["greenroom_request_seconds_count", "parcel"] == 2
    assert samples["greenroom_request_seconds_bucket", "+Inf", "parcel"] == 2
    assert samples["greenroom_worlds",] == 2


# --- alerts --------------------------------------------------------------------------------------------------------------

RULES = """\
alerts:
  - name: too many errors
    provider: parcel
    metric: error_rate
    above: 0.4
    over_minutes: 2
    for_minutes: 1
    actions: [page, log, {{webhook: "{url}"}}]
"""


async def test_an_alert_fires_after_its_time_and_ends_when_the_errors_are_over(
    control: Control, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    receiver, file = control.lab.receiver(), tmp_path / "alerts.yaml"
    file.write_text(RULES.format(url=await receiver.start()), "utf-8")
    runtime = control.lab.runtime
    runtime.alerts = Alerts(runtime.engine.health, Client(frozenset()), read(file, ["parcel"]), ["parcel"])
    world = runtime.worlds.find(control.world)
    await control.lab.call(world, "GET", "/parcels/none")
    now = world.journal.ring[-1].at

    assert await runtime.alerts.look(now) == []
    (alert,) = (await control.call("GET", "/health/alerts"))["alerts"]
    assert (alert["state"], alert["value"], alert["limit"]) == ("pending", 1.0, "above 0.4")
    with caplog.at_level(logging.WARNING, "greenroom.alerts"):
        (fired,) = await runtime.alerts.look(now + MINUTE)
    assert fired.state == "firing"
    assert "too many errors: parcel error_rate is 1.0" in caplog.text
    assert [each["name"] for each in runtime.alerts.firing()] == ["too many errors"]
    assert await runtime.alerts.look(now + MINUTE) == []
    (ended,) = await runtime.alerts.look(now + 3 * MINUTE)
    assert ended.state == "ok"
    assert runtime.alerts.firing() == []
    assert [json.loads(body)["state"] for _, body in receiver.got] == ["firing", "ok"]
    await runtime.alerts.client.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alerts: [{name: a, metric: error_rate}]", "give `above` or `below`"),
        ("alerts: [{name: a, metric: mood, above: 1}]", r"alerts\.0\.metric"),
        ("alerts: [{name: a, metric: p95, above: 1, provider: post}]", "there is no provider 'post'"),
        ("alerts: [{name: a, metric: p95, above: 1}, {name: a, metric: p50, above: 1}]", "two alerts"),
        ("alerts: [", "cannot be read"),
        ("[]", "holds no alerts"),
    ],
)
def test_rules_that_cannot_be_are_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "alerts.yaml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read(tmp_path / "alerts.yaml", ["parcel"])


def test_a_rule_may_have_a_lower_limit_and_says_nothing_without_requests(lab: Lab) -> None:
    rule = Rule(name="quiet", metric="availability", below=0.9)
    assert rule.broken(0.5)
    assert not rule.broken(0.95)
    assert not rule.broken(None)
    alerts = Alerts(lab.runtime.engine.health, Client(frozenset()), [rule], ["parcel"])
    assert list(alerts._changed(0)) == []
    assert alerts.alerts[0].value is None
