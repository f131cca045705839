"""The counts of a server in the format that Prometheus reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from harness import __version__, instants
from harness.health import Minute, duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from harness.runtime import Runtime

BOUNDS = (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096)
"""Milliseconds; powers of two, which are limits of the classes that durations are counted in."""


def exposition(runtime: Runtime) -> tuple[bytes, str]:
    """Return all metrics, and their content type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counts(runtime))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Counts(Collector):
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    def collect(self) -> Iterator[Metric]:
        health = self.runtime.engine.health
        info = GaugeMetricFamily("greenroom_info", "Greenroom, by its version.", labels=["version"])
        info.add_metric([__version__], 1)
        started = GaugeMetricFamily("greenroom_start_time_seconds", "When the server started, unix seconds.")
        started.add_metric([], health.started / instants.SECOND)
        worlds = GaugeMetricFamily("greenroom_worlds", "Worlds that there are.")
        worlds.add_metric([], len(list(self.runtime.worlds)))
        requests = CounterMetricFamily(
            "greenroom_requests", "Requests by how they were answered.", labels=["provider", "outcome"]
        )
        times = HistogramMetricFamily(
            "greenroom_request_seconds", "How long requests took.", labels=["provider"]
        )
        deliveries = CounterMetricFamily(
            "greenroom_delivery_attempts", "Attempts to deliver events.", labels=["provider", "outcome"]
        )
        for provider, total in health.totals():
            good = total.count - total.refused - total.failed
            for outcome, count in (("ok", good), ("refused", total.refused), ("failed", total.failed)):
                requests.add_metric([provider, outcome], count)
            times.add_metric([provider], _buckets(total), total.milliseconds / 1000)
            deliveries.add_metric([provider, "taken"], total.delivered)
            deliveries.add_metric([provider, "not_taken"], total.undelivered)
        yield from (info, started, worlds, requests, times, deliveries)


def _buckets(total: Minute) -> list[tuple[str, float]]:
    """Return how many exchanges took no longer than each bound (seconds)."""
    found: list[tuple[str, float]] = []
    for bound in BOUNDS:
        within = sum(count for each, count in total.times.items() if each < duration(bound))
        found.append((f"{bound / 1000:g}", float(within)))
    return [*found, ("+Inf", float(total.count))]
