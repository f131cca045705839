"""Metrics of mails: counted from what was announced of them, at the moment they are asked for.

What happened counts at the time it happened, whenever the mail was sent. Rates are parts of one: of what was sent, or
(opens, clicks, complaints, leaving) of what was delivered. Opens and clicks count once for each mail there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import orjson

from harness.collection import Collection, events_of
from harness.instants import EPOCH, iso, moment
from mocks.resend.resources import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from harness.transaction import Transaction

Json = dict[str, Any]
Granularity = Literal["hourly", "daily", "weekly", "monthly"]
Dimension = Literal["period", "domain", "email", "broadcast"]

UNSUBSCRIPTIONS = Collection("resend.unsubscription")
"""{id, email_id, broadcast_id, from, created (µs)}: somebody left by the link of a broadcast's mail."""

RATES = {
    "delivery_rate": ("delivered", "sent"),
    "open_rate": ("unique_opened", "delivered"),
    "click_rate": ("unique_clicked", "delivered"),
    "bounce_rate": ("bounced", "sent"),
    "complaint_rate": ("complained", "delivered"),
    "unsubscribe_rate": ("unsubscribed", "delivered"),
}
UNIQUE = {"unique_opened": "opened", "unique_clicked": "clicked"}
COUNTED = frozenset(
    {"received", "delivered", "complained", "suppressed", "bounced", "opened", "clicked", "delivery_delayed"}
    | {"failed", "sent"}
)
PAGE = 1000


class Happening(NamedTuple):
    """Something that counts: when, as what, of which mail, by which domain, for which broadcast."""

    at: int
    metrics: tuple[str, ...]
    email: str
    domain: str
    broadcast: str | None


@dataclass(slots=True)
class Tally:
    """How often each thing happened, and to how many mails."""

    counts: Counter[str] = field(default_factory=Counter)
    mails: dict[str, set[str]] = field(default_factory=dict)

    def add(self, happening: Happening) -> None:
        """Count something."""
        self.counts.update(happening.metrics)
        for name in happening.metrics:
            if name in UNIQUE.values():
                self.mails.setdefault(name, set()).add(happening.email)

    def value(self, metric: str) -> float:
        """Return a metric; a rate of nothing is 0."""
        if metric in RATES:
            part, whole = (self.value(name) for name in RATES[metric])
            return part / whole if whole else 0
        if metric in UNIQUE:
            return len(self.mails.get(UNIQUE[metric], ()))
        return self.counts[metric]

    def shown(self, metrics: list[str]) -> Json:
        """Return the metrics that are asked for."""
        return {name: self.value(name) for name in metrics}


# --- what counts -------------------------------------------------------------------------------------------------


def happenings(tx: Transaction, start: int, end: int) -> Iterator[Happening]:
    """Yield what happened to mails between two instants, the newest first; then who left broadcasts."""
    for event in _kept(tx, events_of("resend"), start, end):
        about, _, what = event["type"].partition(".")
        if about == "email" and what in COUNTED:
            yield _of_event(event, what)
    for each in _kept(tx, UNSUBSCRIPTIONS, start, end):
        yield Happening(
            each["created"],
            ("unsubscribed",),
            each["email_id"],
            addresses.domain(each["from"]),
            each["broadcast_id"],
        )


def _of_event(event: Json, what: str) -> Happening:
    data = event["body"]["data"]
    names = (what, f"bounced_{data['bounce']['type'].lower()}") if what == "bounced" else (what,)
    own = data["to"][0] if what == "received" else data["from"]
    return Happening(
        event["created"], names, data["email_id"], addresses.domain(own), data.get("broadcast_id")
    )


def _kept(tx: Transaction, collection: Collection, start: int, end: int) -> Iterator[Json]:
    beyond = None
    while True:
        page = tx.page_as_kept(collection, since=start, until=end, limit=PAGE, beyond=beyond)
        yield from map(orjson.loads, page.items)
        if not page.has_more:
            return
        beyond = page.end


def left(tx: Transaction, email: Json) -> None:
    """Keep that somebody left by the link of a broadcast's mail."""
    entry = {"id": tx.uuid("unsubscription.id"), "email_id": email["id"], "from": email["from"]}
    tx.insert(UNSUBSCRIPTIONS, entry | {"broadcast_id": email["broadcast_id"], "created": tx.now})


# --- periods -----------------------------------------------------------------------------------------------------


def begin(at: int, granularity: Granularity, zone: ZoneInfo) -> datetime:
    """Return when the period that an instant lies in began, by the clocks of a time zone."""
    local = moment(at).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    if granularity == "hourly":
        return local
    day = local.replace(hour=0, fold=0)
    if granularity == "monthly":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if granularity == "weekly" else day


def following(period: datetime, granularity: Granularity) -> datetime:
    """Return when the next period begins."""
    if granularity == "hourly":
        return (period.astimezone(UTC) + timedelta(hours=1)).astimezone(period.tzinfo)
    if granularity == "monthly":
        return (period + timedelta(days=32)).replace(day=1)
    return period + timedelta(days=7 if granularity == "weekly" else 1)


def periods(start: int, end: int, granularity: Granularity, zone: ZoneInfo) -> Iterator[str]:
    """Yield the periods from one instant to another, as they are shown."""
    period, last = begin(start, granularity, zone), moment(end)
    while period <= last:
        yield shown(period)
        period = following(period, granularity)


def shown(period: datetime) -> str:
    """Show when a period begins."""
    return iso((period - EPOCH) // timedelta(microseconds=1))
