"""Metrics of the account's mails, in whole and by period, domain, mail or broadcast."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict

from harness import instants
from harness.errors import InvalidInput
from harness.params import Json, Params
from harness.transaction import Transaction
from mocks.resend import errors
from mocks.resend.provider import resend
from mocks.resend.resources import metrics
from mocks.resend.resources.broadcasts import BROADCASTS
from mocks.resend.resources.domains import DOMAINS
from mocks.resend.resources.metrics import Dimension, Granularity, Happening, Tally

METRICS = (
    *("received", "delivered", "complained", "suppressed", "bounced", "bounced_transient"),
    *("bounced_permanent", "bounced_undetermined", "opened", "clicked", "unsubscribed", "delivery_delayed"),
    *("failed", "sent", *metrics.UNIQUE, *metrics.RATES),
)
USUAL = 6 * instants.DAY
MOST_PERIODS = 10_000
MOST_IDS = 100


def _split(value: Any) -> Any:
    return [each for each in dict.fromkeys(value.split(",")) if each] if isinstance(value, str) else value


Listed = Annotated[list[str], BeforeValidator(_split)]


class Question(Params):
    """The query: lists are separated by commas, or the parameter is repeated."""

    model_config = ConfigDict(extra="ignore")

    start_date: str | None = None
    end_date: str | None = None
    timezone: str = "UTC"
    granularity: Granularity = "daily"
    metrics: Listed = []
    dimensions: Listed = []
    domain_id: Listed = []
    email_id: Listed = []
    broadcast_id: Listed = []


@resend.get("/emails/metrics", id="emails/metrics", tier="P1")
def retrieve_metrics(tx: Transaction, params: Question) -> Json:
    """Count what became of the account's mails in a range of time."""
    _check(params)
    start, end = _range(tx, params)
    wanted = [name for name in METRICS if name in params.metrics] if params.metrics else list(METRICS)
    answer: Json = {
        "object": "metrics",
        "start_date": instants.iso(start),
        "end_date": instants.iso(end),
        "metrics": wanted,
        "dimensions": params.dimensions,
        "granularity": params.granularity,
    }
    totals, rows = Tally(), _empty(params, start, end)
    domains = {each["name"]: each["id"] for each in tx.every(DOMAINS)}
    zone = _zone(params.timezone)
    for each in metrics.happenings(tx, start, end):
        if not _meant(params, each, domains):
            continue
        totals.add(each)
        key = _key(params, each, domains, zone)
        if None not in key:
            rows.setdefault(key, Tally()).add(each)
    answer["totals"] = totals.shown(wanted)
    if params.dimensions:
        names = {id: name for name, id in domains.items()}
        answer["data"] = [
            _named(tx, params.dimensions, key, names) | rows[key].shown(wanted) for key in sorted(rows)
        ]
    return answer


def _check(params: Question) -> None:
    for field, allowed in (("metrics", METRICS), ("dimensions", get_args(Dimension))):
        for value in getattr(params, field):
            if value not in allowed:
                text = f"Invalid `{field}` field. `{value[:80]}` is none of {', '.join(allowed)}."
                raise errors.invalid(text, field=field, rule="invalid_field")
    for field in ("domain_id", "email_id", "broadcast_id"):
        if len(getattr(params, field)) > MOST_IDS:
            text = f"Invalid `{field}` field. It takes at most {MOST_IDS} ids."
            raise errors.invalid(text, field=field, rule="id_count")
    of_mails = "email" in params.dimensions or params.email_id
    if of_mails and ("broadcast" in params.dimensions or params.broadcast_id):
        text = "The `email` dimension and `email_id` cannot be combined with the `broadcast` dimension and `broadcast_id`."
        raise errors.invalid(text, field="dimensions", rule="emails_and_broadcasts")


def _range(tx: Transaction, params: Question) -> tuple[int, int]:
    end = min(_instant("end_date", params.end_date, tx.now), tx.now)
    start = _instant("start_date", params.start_date, max(end - USUAL, 0))
    if start > end:
        text = "The `start_date` must be on or before the `end_date`."
        raise errors.invalid(text, field="start_date", rule="invalid_range")
    return start, end


def _instant(field: str, text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    try:
        return instants.parse(text)
    except InvalidInput:
        raise errors.invalid(
            f"Invalid `{field}` field. It must be an ISO 8601 date or datetime.",
            field=field,
            rule="invalid_date",
        ) from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        text = "Invalid `timezone` field. It must be an IANA time zone."
        raise errors.invalid(text, field="timezone", rule="invalid_timezone") from None


def _empty(params: Question, start: int, end: int) -> dict[tuple[Any, ...], Tally]:
    """Return the rows that are there whatever happened: periods by themselves; refuse too many of them."""
    if "period" not in params.dimensions:
        return {}
    all_periods = metrics.periods(start, end, params.granularity, _zone(params.timezone))
    periods = list(islice(all_periods, MOST_PERIODS + 1))
    if len(periods) > MOST_PERIODS:
        text = f"The date range cannot have more than {MOST_PERIODS} periods: choose another `granularity`."
        raise errors.invalid(text, field="granularity", rule="too_many_periods")
    return {(period,): Tally() for period in periods} if params.dimensions == ["period"] else {}


def _meant(params: Question, happening: Happening, domains: dict[str, str]) -> bool:
    return (
        (not params.domain_id or domains.get(happening.domain) in params.domain_id)
        and (not params.email_id or happening.email in params.email_id)
        and (not params.broadcast_id or happening.broadcast in params.broadcast_id)
    )


def _key(
    params: Question, happening: Happening, domains: dict[str, str], zone: ZoneInfo
) -> tuple[str | None, ...]:
    """Return which row something counts in; None stands for a domain or broadcast that there is not."""
    values: list[str | None] = []
    for dimension in params.dimensions:
        if dimension == "period":
            values.append(metrics.shown(metrics.begin(happening.at, params.granularity, zone)))
        elif dimension == "domain":
            values.append(domains.get(happening.domain))
        else:
            values.append(happening.email if dimension == "email" else happening.broadcast)
    return tuple(values)


def _named(tx: Transaction, dimensions: list[str], key: tuple[Any, ...], domains: dict[str, str]) -> Json:
    """Return what a row is about."""
    row: Json = {}
    for dimension, value in zip(dimensions, key, strict=True):
        if dimension == "period":
            row["period"] = value
            continue
        row[f"{dimension}_id"] = value
        if dimension == "domain":
            row["domain_name"] = domains[value]
        elif dimension == "broadcast":
            held = tx.get(BROADCASTS, value)
            row["broadcast_name"] = (held or {}).get("name") or ""
    return row
