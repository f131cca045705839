"""Billing periods and the texts of amounts."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.stripe.resources import amounts, periods
from mocks.stripe.resources.periods import Interval


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("anchor", "interval", "count", "expected"),
    [
        ("2024-01-31T10:00", "month", 1, ["2024-02-29T10:00", "2024-03-31T10:00", "2024-04-30T10:00"]),
        ("2026-01-30T10:00", "month", 1, ["2026-02-28T10:00", "2026-03-30T10:00"]),
        ("2026-08-31T23:59", "month", 6, ["2027-02-28T23:59", "2027-08-31T23:59"]),
        (
            "2024-02-29T00:00",
            "year",
            1,
            ["2025-02-28T00:00", "2026-02-28T00:00", "2027-02-28T00:00", "2028-02-29T00:00"],
        ),
        ("2026-12-31T00:00", "week", 2, ["2027-01-14T00:00", "2027-01-28T00:00"]),
        ("2026-02-27T00:00", "day", 1, ["2026-02-28T00:00", "2026-03-01T00:00"]),
    ],
)
def test_boundaries_keep_the_anchors_day(
    anchor: str, interval: Interval, count: int, expected: list[str]
) -> None:
    found, now = [], at(anchor)
    for _ in expected:
        now = periods.following(at(anchor), interval, count, now)
        found.append(now)
    assert found == [at(each) for each in expected]


def test_an_anchor_in_the_future_has_boundaries_before_it() -> None:
    anchor = at("2026-03-31T00:00")
    assert periods.following(anchor, "month", 1, at("2026-01-05T00:00")) == at("2026-01-31T00:00")
    assert periods.following(anchor, "month", 1, at("2026-03-30T00:00")) == anchor


@given(
    anchor=st.integers(at("1990-01-01T00:00"), at("2090-01-01T00:00")),
    interval=st.sampled_from(["day", "week", "month", "year"]),
    count=st.integers(1, 36),
    shift=st.integers(-(10**8), 10**9),
)
def test_the_following_boundary_is_the_first_one_later(
    anchor: int, interval: Interval, count: int, shift: int
) -> None:
    after = anchor + shift
    found = periods.following(anchor, interval, count, after)
    boundaries = [
        periods.boundary(anchor, interval, count, number)
        for number in _around(anchor, interval, count, after)
    ]
    assert found == min(each for each in boundaries if each > after)


def _around(anchor: int, interval: Interval, count: int, after: int) -> range:
    days = {"day": 1, "week": 7, "month": 30.437, "year": 365.25}[interval]
    middle = int((after - anchor) / (days * count * 86400))
    return range(middle - 3, middle + 4)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (2000, "usd", "$20.00"),
        (500, "jpy", "¥500"),
        (1234567, "eur", "€12,345.67"),
        (-50, "gbp", "-£0.50"),
        (1500, "kwd", "KWD 1.500"),
        ("0.5", "usd", "$0.005"),
        ("1200", "chf", "CHF 12.00"),
    ],
)
def test_amounts_are_written_as_people_read_them(amount: int | str, currency: str, text: str) -> None:
    assert amounts.written(amount, currency) == text


@pytest.mark.parametrize(
    ("quantity", "way", "cost"), [(10, "up", 400), (9, "up", 300), (11, "down", 300), (2, "down", 0)]
)
def test_transformed_quantities_are_charged_in_packs(quantity: int, way: str, cost: int) -> None:
    price = {
        "currency": "usd",
        "unit_amount_decimal": "100",
        "transform_quantity": {"divide_by": 3, "round": way},
    }
    assert amounts.cost(price, quantity) == cost
