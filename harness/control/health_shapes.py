"""The shapes of what the control API says of health."""

from __future__ import annotations

from typing_extensions import TypedDict


class Times(TypedDict):
    """The milliseconds within which 50, 95 and 99 of 100 requests ended; null without requests."""

    p50: float | None
    p95: float | None
    p99: float | None


class Counts(TypedDict):
    """What happened: answers of 4xx are `refused`, those of 5xx and cut connections `failed`; rates from 0 to 1."""

    requests: int
    refused: int
    failed: int
    error_rate: float
    availability: float
    deliveries: int
    failed_deliveries: int
    milliseconds: Times


class MinuteOfHealth(Counts):
    """What happened in the minute that begins at `at` (real time)."""

    at: str


class KeyUse(TypedDict):
    """A credential that was used: of the key itself only its ends; `by_hour` counts the last 24 hours, the oldest first."""

    world: str
    name: str
    key: str
    requests: int
    last_used_at: str
    by_hour: list[int]


class HealthOfProvider(Counts):
    """A provider within the last minutes; its keys since the start."""

    provider: str
    keys: list[KeyUse]
    by_minute: list[MinuteOfHealth]


class HealthOfProviders(TypedDict):
    """How all providers fare."""

    started_at: str
    uptime_seconds: int
    minutes: int
    providers: list[HealthOfProvider]


class Alert(TypedDict):
    """A rule at a provider: `state` is ok, pending or firing, `value` what was measured last."""

    name: str
    provider: str
    metric: str
    limit: str
    state: str
    since: str | None
    value: float | None


class Alerts(TypedDict):
    """All alerts."""

    alerts: list[Alert]
