"""Instants and durations: everywhere in the harness an integer number of microseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from harness.errors import InvalidInput

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp()) * SECOND


def seconds(instant: int) -> int:
    """Return the instant as whole unix seconds."""
    return instant // SECOND


def moment(instant: int) -> datetime:
    """Return the instant as an aware datetime in UTC, exact to the microsecond."""
    return EPOCH + timedelta(microseconds=instant)


def iso(instant: int) -> str:
    """Return the instant as ISO 8601 with milliseconds and Z: `2026-01-31T09:00:00.000Z`."""
    return moment(instant).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant % SECOND // 1000:03d}Z"


def parse(text: str | float) -> int:
    """Read ISO 8601 (without offset: UTC) or unix seconds; raise InvalidInput for anything else."""
    try:
        if isinstance(text, int | float):
            instant = int(text * SECOND)
        else:
            read = datetime.fromisoformat(text)
            read = read if read.tzinfo else read.replace(tzinfo=UTC)
            instant = (read - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{text!r} is not an instant: use ISO 8601 (2026-01-31T09:00:00Z) or unix seconds"
        ) from error
    if not 0 <= instant <= LATEST:
        raise InvalidInput(f"{text!r} lies outside the years 1970 to 9998")
    return instant
