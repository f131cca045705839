"""Alerts: rules over the health of providers, and what is done when one begins or ceases to hold.

The rules are a YAML file (`greenroom up --alerts FILE`):

    alerts:
      - name: stripe refuses too much
        provider: stripe          # "*", each of them, if left out
        metric: error_rate        # see METRICS
        above: 0.2                # or below
        over_minutes: 5           # what is looked at
        for_minutes: 1            # how long it has to be so
        actions: [page, log, {webhook: "http://127.0.0.1:9000/alerts"}]
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness import instants, realtime
from harness.errors import ConfigurationError
from harness.health import MINUTE, Minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.delivery_client import Client
    from harness.health import Health

Json = dict[str, Any]
Metric = Literal["requests", "error_rate", "failed", "availability", "p50", "p95", "p99", "failed_deliveries"]
EVERY_SECONDS = 5.0
WEBHOOK_SECONDS = 10.0
log = logging.getLogger("greenroom.alerts")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Webhook(_Part):
    """A receiver that is told, by a POST of JSON, when an alert begins and when it ends."""

    webhook: Annotated[str, Field(pattern=r"^https?://")]


class Rule(_Part):
    """When to alert: a provider's metric, over the last minutes, beyond a limit. Times are milliseconds, rates 0 to 1."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    provider: str = "*"
    metric: Metric
    above: float | None = None
    below: float | None = None
    over_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    for_minutes: Annotated[float, Field(ge=0, le=1440)] = 0
    actions: list[Literal["page", "log"] | Webhook] = ["page", "log"]

    @model_validator(mode="after")
    def _one_limit(self) -> Rule:
        if (self.above is None) == (self.below is None):
            raise ValueError("give `above` or `below`, one of them")
        return self

    def broken(self, value: float | None) -> bool:
        """Tell whether a value lies beyond the limit; what nobody measured does not."""
        if value is None:
            return False
        return value > self.above if self.above is not None else value < (self.below or 0)


class Rules(_Part):
    """A file of rules."""

    alerts: list[Rule]


def read(path: Path, providers: list[str]) -> list[Rule]:
    """Read a file of rules; raise ConfigurationError with what is wrong in it."""
    try:
        rules = Rules.model_validate(yaml.safe_load(path.read_text("utf-8"))).alerts
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"the alerts of {path} cannot be read: {error}") from error
    except ValidationError as error:
        found = [
            f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}"
            for each in error.errors(include_url=False)
        ]
        raise ConfigurationError(f"{path} holds no alerts: {'; '.join(found)}") from error
    names = [rule.name for rule in rules]
    for rule in rules:
        if rule.provider not in ("*", *providers):
            raise ConfigurationError(f"{path}: {rule.name}: there is no provider {rule.provider!r}")
        if names.count(rule.name) > 1:
            raise ConfigurationError(f"{path}: two alerts are named {rule.name!r}")
    return rules


@dataclass(slots=True)
class Alert:
    """A rule at a provider. `state` is ok, pending (beyond the limit, not yet for long enough) or firing; µs of real time."""

    rule: Rule
    provider: str
    state: Literal["ok", "pending", "firing"] = "ok"
    since: int = 0
    value: float | None = None

    def shown(self) -> Json:
        """Return what the control API shows."""
        limit = f"above {self.rule.above:g}" if self.rule.above is not None else f"below {self.rule.below:g}"
        return {
            "name": self.rule.name,
            "provider": self.provider,
            "metric": self.rule.metric,
            "limit": limit,
            "state": self.state,
            "since": instants.iso(self.since) if self.since else None,
            "value": self.value,
        }


class Alerts:
    """All alerts of a server."""

    def __init__(self, health: Health, client: Client, rules: list[Rule], providers: list[str]) -> None:
        """Begin with nothing wrong."""
        self.health = health
        self.client = client
        self.alerts = [
            Alert(rule, name)
            for rule in rules
            for name in (providers if rule.provider == "*" else [rule.provider])
        ]
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look at the health every few seconds; nothing runs where there are no rules."""
        if self.alerts:
            self._task = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("the alerts could not be looked at")

    async def look(self, now: int | None = None) -> list[Alert]:
        """Hold the rules against the health at `now` (µs of real time); act on those that began or ended, and return them."""
        changed = list(self._changed(realtime.now() if now is None else now))
        for alert in changed:
            await self._act(alert)
        return changed

    def firing(self) -> list[Json]:
        """Return the alerts that a page is to show."""
        return [
            each.shown() for each in self.alerts if each.state == "firing" and "page" in each.rule.actions
        ]

    def _changed(self, now: int) -> Iterator[Alert]:
        for alert in self.alerts:
            rule, before = alert.rule, alert.state
            alert.value = value(self.health.over(alert.provider, rule.over_minutes, now), rule.metric)
            if not rule.broken(alert.value):
                alert.state, alert.since = "ok", 0
            elif alert.state == "ok":
                alert.state, alert.since = "pending", now
            if alert.state == "pending" and now - alert.since >= rule.for_minutes * MINUTE:
                alert.state = "firing"
            if (before == "firing") != (alert.state == "firing"):
                yield alert

    async def _act(self, alert: Alert) -> None:
        told = alert.shown()
        for action in alert.rule.actions:
            if action == "log":
                log.warning("%(name)s: %(provider)s %(metric)s is %(value)s (%(limit)s): %(state)s", told)
            elif isinstance(action, Webhook):
                headers = [("Content-Type", "application/json"), ("User-Agent", "Greenroom-Alerts")]
                result = await self.client.send(
                    "POST", action.webhook, headers, orjson.dumps(told), WEBHOOK_SECONDS
                )
                if not result.success:
                    reason = result.error or f"status {result.status}"
                    log.warning(
                        "the alert %s could not be told to %s: %s", told["name"], action.webhook, reason
                    )


def value(found: Minute, metric: Metric) -> float | None:
    """Return a metric of what happened; None where nothing did that it could be taken of."""
    shown = found.shown()
    match metric:
        case "p50" | "p95" | "p99":
            milliseconds: float | None = shown["milliseconds"][metric]
            return milliseconds
        case "error_rate" | "availability":
            return float(shown[metric]) if found.count else None
        case _:
            return float(shown[metric])
