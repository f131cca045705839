"""The parts of the model of a year: months, cents, invoices and charges, of plain numbers alone."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.mocks.stripe.year_story import START

BEGIN = datetime.fromisoformat(START).astimezone(UTC)
Told = tuple[Any, ...]


def months_after(anchor: int, number: int) -> int:
    """Return the instant so many months after another (seconds after the beginning); the 31st becomes a month's last day."""
    start = BEGIN + timedelta(seconds=anchor)
    months = start.year * 12 + start.month - 1 + number
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return int((start.replace(year=year, month=month + 1, day=day) - BEGIN).total_seconds())


def nearest(exact: Fraction) -> int:
    """Round to a whole cent, half away from zero."""
    whole = int(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole


@dataclass(slots=True)
class Invoice:
    """An invoice: `lines` are its amounts, `off` what the coupon takes."""

    created: int
    reason: str
    lines: list[int]
    off: int
    status: str = "draft"
    due: int = 0
    balance: int | None = None
    number: int | None = None
    attempts: int = 0
    automatic: bool = True
    paid: int = 0

    @property
    def total(self) -> int:
        """Its lines without what the coupon takes."""
        return sum(self.lines) - self.off

    def row(self) -> Told:
        """What is compared of it in the end."""
        return (
            self.created,
            self.reason,
            tuple(self.lines),
            self.off,
            self.status,
            self.due,
            self.paid,
            self.balance,
            self.number,
            self.attempts,
        )


@dataclass(slots=True)
class Charge:
    """A charge that was made: `state` is succeeded or failed."""

    created: int
    amount: int
    state: str
    refunded: int = 0
