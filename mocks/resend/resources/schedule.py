"""`scheduled_at`: ISO 8601, or the English that Resend's documentation shows.

The grammar: `in N <unit>` (also `a`, `an`), or `[today|tomorrow|<weekday>] [at] H[:MM][am|pm] [zone]`, where either
half may be missing. Times without a zone are UTC. A weekday is the next one of that name; a time alone is its next
occurrence.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from harness import instants

MAX_AHEAD = 30 * instants.DAY
"""A mail may be scheduled up to 30 days ahead (Resend docs: schedule email)."""

_UNITS = {
    "second": instants.SECOND,
    "sec": instants.SECOND,
    "minute": instants.MINUTE,
    "min": instants.MINUTE,
    "hour": instants.HOUR,
    "hr": instants.HOUR,
    "day": instants.DAY,
    "week": 7 * instants.DAY,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZONES = {
    "utc": 0,
    "gmt": 0,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}
_AMERICAN = {"et": -5, "ct": -6, "mt": -7, "pt": -8}
_DISTANCE = re.compile(r"in (an?|\d{1,6}) ([a-z]+?)s?")
_MOMENT = re.compile(
    r"(?P<day>today|tomorrow|(?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)?"
    r"(?: ?(?:at )?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?: ?(?P<half>am|pm))?(?: (?P<zone>[a-z]{2,3}))?)?"
)


def parse(text: str, now: int) -> int | None:
    """Return the instant (µs) that a text names, seen from `now`; None for what the grammar does not know."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return _spoken(" ".join(text.lower().split()), now)
    read = read if read.tzinfo else read.replace(tzinfo=UTC)
    try:
        return (read - instants.EPOCH) // timedelta(microseconds=1)
    except OverflowError:
        return None


def _spoken(text: str, now: int) -> int | None:
    distance = _DISTANCE.fullmatch(text)
    if distance is not None:
        count = int(distance[1]) if distance[1].isdigit() else 1
        unit = _UNITS.get(distance[2])
        return None if unit is None else now + count * unit
    moment = _MOMENT.fullmatch(text)
    if moment is None or not (moment["day"] or moment["hour"]):
        return None
    return _named(moment, now)


def _named(moment: re.Match[str], now: int) -> int | None:
    zone = _zone(moment["zone"], now)
    time = _time(moment)
    if zone is None or time is None:
        return None
    present = instants.moment(now).astimezone(zone)
    wanted = (
        present
        if moment["hour"] is None
        else present.replace(hour=time[0], minute=time[1], second=0, microsecond=0)
    )
    day = (moment["day"] or "").removeprefix("next ")
    if day == "tomorrow":
        wanted += timedelta(days=1)
    elif day in _DAYS:
        wanted += timedelta(days=(_DAYS.index(day) - wanted.weekday() - 1) % 7 + 1)
    elif not day and wanted <= present:
        wanted += timedelta(days=1)
    return (wanted - instants.EPOCH) // timedelta(microseconds=1)


def _time(moment: re.Match[str]) -> tuple[int, int] | None:
    hour, minute = int(moment["hour"] or 0), int(moment["minute"] or 0)
    if moment["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if moment["half"] == "pm" else 0)
    return (hour, minute) if hour < 24 and minute < 60 else None


def _zone(name: str | None, now: int) -> timezone | None:
    """Return a zone; `ET` and its like observe daylight saving time by the rule of the United States."""
    if name is None:
        return UTC
    offset = _ZONES.get(name)
    if offset is None and name in _AMERICAN:
        offset = _AMERICAN[name] + (1 if _summer(instants.moment(now)) else 0)
    return None if offset is None else timezone(timedelta(hours=offset))


def _summer(present: datetime) -> bool:
    """Tell whether daylight saving time holds: second Sunday of March to first Sunday of November."""
    begins, ends = _sunday(present.year, 3, 2), _sunday(present.year, 11, 1)
    return begins <= present < ends


def _sunday(year: int, month: int, which: int) -> datetime:
    first = datetime(year, month, 1, 7, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))
