"""The words for a time that Resend's documentation shows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import instants
from mocks.resend.resources import schedule

SUNDAY = instants.parse("2026-03-01T09:30:00Z")


def read(text: str, now: int = SUNDAY) -> str | None:
    at = schedule.parse(text, now)
    return None if at is None else instants.iso(at)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 1 min", "2026-03-01T09:31:00.000Z"),
        ("in 1 hour", "2026-03-01T10:30:00.000Z"),
        ("In an  hour", "2026-03-01T10:30:00.000Z"),
        ("in 3 days", "2026-03-04T09:30:00.000Z"),
        ("in 2 weeks", "2026-03-15T09:30:00.000Z"),
        ("in 90 seconds", "2026-03-01T09:31:30.000Z"),
        ("tomorrow at 9am", "2026-03-02T09:00:00.000Z"),
        ("tomorrow", "2026-03-02T09:30:00.000Z"),
        ("today at 5pm", "2026-03-01T17:00:00.000Z"),
        ("Friday at 3pm ET", "2026-03-06T20:00:00.000Z"),
        ("friday at 15:45", "2026-03-06T15:45:00.000Z"),
        ("next monday at 12am", "2026-03-02T00:00:00.000Z"),
        ("sunday at 10am", "2026-03-08T10:00:00.000Z"),
        ("tomorrow at 12pm PST", "2026-03-02T20:00:00.000Z"),
        ("at 9am", "2026-03-02T09:00:00.000Z"),
        ("10:15", "2026-03-01T10:15:00.000Z"),
        ("2026-03-05T11:52:01.858Z", "2026-03-05T11:52:01.858Z"),
        ("2026-03-05T11:52:01+02:00", "2026-03-05T09:52:01.000Z"),
        ("2026-03-05", "2026-03-05T00:00:00.000Z"),
    ],
)
def test_known_words(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("day", ["2026-03-08", "2026-10-31"])
def test_eastern_time_is_daylight_time_in_summer(day: str) -> None:
    assert read("tomorrow at 9am ET", instants.parse(f"{day}T12:00:00Z")).endswith("T13:00:00.000Z")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "someday",
        "in",
        "in 5 fortnights",
        "tomorrow at 25:00",
        "at 13pm",
        "at 9am XYZ",
        "friday at",
        "0001-01-01T00:00:00+14:00 ",
    ],
)
def test_unknown_words(text: str) -> None:
    assert read(text) is None


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert schedule.parse(text, SUNDAY) is None or isinstance(schedule.parse(text, SUNDAY), int)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)))  # noqa: DTZ001 - the zone is added below
def test_iso_instants_are_exact(moment: datetime) -> None:
    at = schedule.parse(moment.replace(tzinfo=UTC).isoformat(), SUNDAY)
    assert at == (moment.replace(tzinfo=UTC) - instants.EPOCH) // timedelta(microseconds=1)


@given(
    day=st.sampled_from(["", "today ", "tomorrow ", "monday ", "next sunday "]),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    now=st.integers(SUNDAY, SUNDAY + 400 * instants.DAY),
)
def test_a_named_moment_has_that_time_and_lies_within_eight_days(
    day: str, hour: int, minute: int, now: int
) -> None:
    at = schedule.parse(f"{day}at {hour}:{minute:02d}", now)
    assert at is not None
    assert (instants.moment(at).hour, instants.moment(at).minute) == (hour, minute)
    assert at - now <= 8 * instants.DAY
    assert at > now or day == "today "
