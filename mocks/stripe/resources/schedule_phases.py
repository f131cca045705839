"""The phases of subscription schedules: what a subscription is to be, from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.resources import billable, coupons, periods, prices, promotion_codes, tax_rates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.transaction import Transaction

Json = dict[str, Any]

NO_TAX: Json = {"disabled_reason": None, "enabled": False, "liability": None}


class AskedPhase(Protocol):
    """Parameters of a phase."""

    @property
    def items(self) -> Sequence[billable.Priced]:
        """The parameters of its items."""

    def given(self) -> Json:
        """Return what was sent."""


def build(tx: Transaction, asked: Sequence[AskedPhase], start: int) -> list[Json]:
    """Return the phases that were asked for, one after the other from an instant on; raise the 400s."""
    phases: list[Json] = []
    for place, each in enumerate(asked):
        phase = _phase(tx, each, start, f"phases[{place}]")
        phases.append(phase)
        start = phase["end_date"]
    return phases


def of_subscription(subscription: Json) -> Json:
    """Return the phase that a subscription is in by itself: its present period."""
    item = subscription["items"][0]
    items = [
        {
            "billing_thresholds": None,
            "discounts": [],
            "metadata": dict(each["metadata"]),
            "price": each["price"],
            "quantity": each["quantity"],
            "tax_rates": list(each["tax_rates"]),
        }
        for each in subscription["items"]
    ]
    return _blank(
        currency=subscription["currency"],
        start=item["current_period_start"],
        end=item["current_period_end"],
        items=items,
    ) | {
        "default_tax_rates": list(subscription["default_tax_rates"]),
        "metadata": {},
        "trial_end": subscription["trial_end"] if subscription["status"] == "trialing" else None,
    }


def view(tx: Transaction, phase: Json) -> Json:
    """Return a phase as the API shows it: with its whole tax rates."""
    items = [each | {"tax_rates": tax_rates.shown(tx, each["tax_rates"])} for each in phase["items"]]
    return phase | {"items": items, "default_tax_rates": tax_rates.shown(tx, phase["default_tax_rates"])}


def at(phases: list[Json], instant: int) -> int | None:
    """Return the number of the phase that an instant lies in, None before the first and after the last."""
    return next(
        (number for number, each in enumerate(phases) if each["start_date"] <= instant < each["end_date"]),
        None,
    )


def _phase(tx: Transaction, asked: AskedPhase, start: int, at: str) -> Json:
    given = asked.given()
    if not asked.items:
        raise errors.missing_parameter(f"{at}[items]")
    described = [
        _item(tx, each, sent, f"{at}[items][{number}]", given.get("currency"))
        for number, (each, sent) in enumerate(zip(asked.items, given["items"], strict=True))
    ]
    found = [price for price, _ in described]
    billable.check_together(found, customer=None, at=f"{at}[items]")
    begin = given.get("start_date", start)
    if begin == "now":
        begin = tx.seconds
    if begin != start:
        raise errors.invalid(
            "The phases of a schedule must follow each other without a gap.",
            param=f"{at}[start_date]",
            rule="schedule_phases",
        )
    end = _end(given, begin, found[0], at)
    phase = _blank(currency=found[0]["currency"], start=begin, end=end, items=[item for _, item in described])
    simple = ("billing_cycle_anchor", "collection_method", "default_payment_method", "description")
    phase |= {name: given[name] for name in simple if name in given}
    phase["proration_behavior"] = given.get("proration_behavior") or "create_prorations"
    phase["metadata"] = merged({}, given.get("metadata") or {})
    phase["default_tax_rates"] = tax_rates.chosen(
        tx, given.get("default_tax_rates"), at=f"{at}[default_tax_rates]"
    )
    phase["discounts"] = _discounts(tx, given.get("discounts") or [], f"{at}[discounts]")
    phase["trial_end"] = end if given.get("trial") else given.get("trial_end")
    return phase


def _item(
    tx: Transaction, asked: billable.Priced, given: Json, at: str, currency: str | None
) -> tuple[Json, Json]:
    price = billable.recurring_price_of(tx, asked, at=at)
    if currency is not None:
        price = prices.in_currency(price, currency, param=f"{at}[price]")
    item = {
        "billing_thresholds": None,
        "discounts": _discounts(tx, given.get("discounts") or [], f"{at}[discounts]"),
        "metadata": merged({}, given.get("metadata") or {}),
        "price": price["id"],
        "quantity": given.get("quantity", 1),
        "tax_rates": tax_rates.chosen(tx, given.get("tax_rates"), at=f"{at}[tax_rates]"),
    }
    return price, item


def _end(given: Json, start: int, price: Json, at: str) -> int:
    """Return where a phase ends: at an instant, after a duration, or after so many of its price's intervals."""
    ways = [name for name in ("end_date", "duration", "iterations") if given.get(name) is not None]
    if len(ways) > 1:
        raise errors.exclusive(*(f"{at}[{name}]" for name in ways))
    if given.get("end_date") is not None:
        if given["end_date"] <= start:
            raise errors.invalid(
                "A phase must end after it starts.", param=f"{at}[end_date]", rule="schedule_phases"
            )
        return int(given["end_date"])
    if given.get("duration") is not None:
        long = given["duration"]
        return periods.boundary(start, long["interval"], long.get("interval_count", 1), 1)
    recurring = price["recurring"]
    return periods.boundary(
        start, recurring["interval"], recurring["interval_count"], given.get("iterations") or 1
    )


def _discounts(tx: Transaction, asked: list[Json], at: str) -> list[Json]:
    """Return the discounts of a phase, to be redeemed when it begins; raise the 400 for unknown ones."""
    found = []
    for place, each in enumerate(asked):
        if each.get("coupon") is not None:
            coupons.get(tx, each["coupon"], param=f"{at}[{place}][coupon]")
        elif each.get("promotion_code") is not None:
            code = each["promotion_code"]
            if tx.get(promotion_codes.PROMOTION_CODES, code) is None:
                raise errors.no_such("promotion_code", code, param=f"{at}[{place}][promotion_code]")
        else:
            raise errors.missing_parameter(f"{at}[{place}][coupon]")
        found.append(
            {"coupon": each.get("coupon"), "discount": None, "promotion_code": each.get("promotion_code")}
        )
    return found


def _blank(*, currency: str, start: int, end: int, items: list[Json]) -> Json:
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "automatic_tax": NO_TAX,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "currency": currency,
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": end,
        "invoice_settings": None,
        "items": items,
        "metadata": {},
        "on_behalf_of": None,
        "proration_behavior": "create_prorations",
        "start_date": start,
        "transfer_data": None,
        "trial_end": None,
    }
