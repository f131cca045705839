"""What two hundred subscribers do in a year, drawn from a seed: plain data for the mock that plays it and the model that predicts it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fixtures.chance import Chance

DAY = 86_400
YEAR = 365 * DAY
START = "2026-01-31T09:00:00Z"

PRICES = (1900, 4900, 19900)
"""Monthly prices in cents, by their number."""

COUPONS: dict[str, dict[str, str | int]] = {
    "WELCOME": {"percent_off": "50", "duration": "once"},
    "SPRING": {"percent_off": "15", "duration": "repeating", "duration_in_months": 3},
    "FRIENDS": {"amount_off": 700, "currency": "usd", "duration": "forever"},
}

What = Literal["subscribe", "change", "card", "refund", "cancel", "leave", "stay"]


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """What a subscriber does at an instant, in seconds after the beginning.

    `price` and `at_once` tell of a change (invoiced at once, or with the next period), `good` of a card, `share` of a refund
    (one over how much of the last charge), `settled` of a cancellation (what is left of the period is credited).
    """

    at: int
    number: int
    what: What = field(compare=False)
    price: int = field(default=0, compare=False)
    at_once: bool = field(default=False, compare=False)
    good: bool = field(default=True, compare=False)
    share: int = field(default=1, compare=False)
    settled: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One subscriber: with what the subscription begins, and all steps, the first of which begins it."""

    number: int
    price: int
    trial_days: int
    coupon: str | None
    steps: tuple[Step, ...]


def subscribers(seed: int, count: int) -> list[Subscriber]:
    """Draw the year of so many subscribers."""
    return [_subscriber(Chance(str(seed), "subscriber", number), number) for number in range(count)]


def _subscriber(chance: Chance, number: int) -> Subscriber:
    begins = chance.whole(0, 90 * DAY)
    price = chance.whole(0, len(PRICES) - 1)
    trial, coupon = chance.pick((0, 0, 0, 7, 14, 30)), chance.pick((None, None, *COUPONS))
    steps = [Step(begins, number, "subscribe")]
    for _ in range(chance.whole(0, 4)):
        steps += _steps(chance, number, chance.whole(begins + DAY, YEAR - DAY))
    return Subscriber(number, price, trial, coupon, tuple(sorted(steps)))


def _steps(chance: Chance, number: int, at: int) -> list[Step]:
    """Draw something that happens to a subscriber: a step, or a card that fails and perhaps is mended."""
    match chance.pick(("change", "change", "change", "card", "card", "card", "refund", "cancel", "leave")):
        case "change":
            price, at_once = chance.whole(0, len(PRICES) - 1), chance.pick((True, False))
            return [Step(at, number, "change", price=price, at_once=at_once)]
        case "card":
            mended = at + chance.whole(1, 45 * DAY)
            return [
                Step(at, number, "card", good=False),
                *([Step(mended, number, "card")] if chance.happens(0.7) else []),
            ]
        case "refund":
            return [Step(at, number, "refund", share=chance.pick((1, 2)))]
        case "cancel":
            return [Step(at, number, "cancel", settled=chance.pick((True, False)))]
        case _:
            stays = at + chance.whole(1, 20 * DAY)
            return [
                Step(at, number, "leave"),
                *([Step(stays, number, "stay")] if chance.happens(0.4) else []),
            ]
