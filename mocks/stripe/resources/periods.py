"""Billing periods: boundaries that repeat every interval from an anchor, in unix seconds (UTC).

A month or year is added to the anchor and not to the last boundary, so the anchor's day is kept: 31 January, 28 or
29 February, 31 March (Stripe docs: billing cycle anchor).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from typing import Literal

Interval = Literal["day", "week", "month", "year"]

DAY = 24 * 3600
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, interval: Interval, count: int, number: int) -> int:
    """Return the boundary `number` intervals of `count` units after the anchor (before it when negative)."""
    if interval in _DAYS:
        return anchor + number * count * _DAYS[interval] * DAY
    return _months_after(anchor, number * count * _MONTHS[interval])


def following(anchor: int, interval: Interval, count: int, after: int) -> int:
    """Return the first boundary that lies later than `after`."""
    number = (
        (after - anchor) // (count * _longest(interval))
        if after > anchor
        else -_back(anchor, interval, count, after)
    )
    while boundary(anchor, interval, count, number) <= after:
        number += 1
    return boundary(anchor, interval, count, number)


def _back(anchor: int, interval: Interval, count: int, after: int) -> int:
    """Return how many intervals before the anchor certainly lie at or before `after`."""
    shortest = _DAYS[interval] * DAY if interval in _DAYS else 28 * _MONTHS[interval] * DAY
    return (anchor - after) // (count * shortest) + 1


def _longest(interval: Interval) -> int:
    return _DAYS[interval] * DAY if interval in _DAYS else 31 * _MONTHS[interval] * DAY


def _months_after(instant: int, months: int) -> int:
    start = datetime.fromtimestamp(instant, UTC)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    day = min(start.day, monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())
