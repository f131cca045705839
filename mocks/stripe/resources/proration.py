"""Prorations: the one place where a change within a period is turned into credits and debits.

What is left of a period is counted in seconds; half a unit is rounded away from zero, so that a change that is taken
back at the same instant leaves nothing. Discounts are contained in the amounts (`proration_discounts: included`), and a
proration is never discounted again. (Stripe docs: prorations; billing mode.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mocks.stripe.resources import invoice_items, invoice_lines, money, prices

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of a period (unix seconds) at an instant within it."""

    start: int
    end: int
    at: int

    def of(self, amount: int, currency: str) -> int:
        """Return the share of an amount that falls to the rest of the period."""
        left, whole = self.end - self.at, self.end - self.start
        return money.rounded(Decimal(amount) * left / whole, currency)


@dataclass(frozen=True, slots=True)
class Charged:
    """An item as it is charged for a whole period: what remains of its price after discounts, and where it was billed."""

    item: Json
    amount: int
    billed: Json | None = None


def between(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    share: Share,
    *,
    before: list[Charged],
    after: list[Charged],
) -> list[Json]:
    """Return the invoice items, not stored yet, that credit what was charged and debit what is from now on.

    An item that is the same before and after costs nothing more.
    """
    made = []
    kept = {each.item["id"]: each for each in after}
    for old in before:
        new = kept.get(old.item["id"])
        if new is None or _changed(old.item, new.item):
            made.append(_item(tx, subscription, customer, share, old, credit=True))
    known = {each.item["id"]: each for each in before}
    for new in after:
        earlier = known.get(new.item["id"])
        if earlier is None or _changed(earlier.item, new.item):
            made.append(_item(tx, subscription, customer, share, new, credit=False))
    return made


def _changed(old: Json, new: Json) -> bool:
    return bool(old["price"] != new["price"] or old["quantity"] != new["quantity"])


def _item(
    tx: Transaction, subscription: Json, customer: Json, share: Share, charged: Charged, *, credit: bool
) -> Json:
    item, currency = charged.item, subscription["currency"]
    price = prices.charged(tx, item["price"], currency)
    amount = share.of(charged.amount, currency) * (-1 if credit else 1)
    quantity = item["quantity"]
    name = invoice_lines.product_name(tx, price)
    counted = name if quantity == 1 else f"{quantity} × {name}"
    day = datetime.fromtimestamp(share.at, UTC).strftime("%d %b %Y")
    return invoice_items.build(
        tx,
        customer,
        currency=currency,
        amount=amount,
        description=f"{'Unused' if credit else 'Remaining'} time on {counted} after {day}",
        discountable=False,
        parent=invoice_items.of_subscription(subscription["id"], item["id"]),
        period={"end": share.end, "start": share.at},
        pricing=invoice_lines.priced(price, _each(amount, quantity)),
        proration=True,
        quantity=quantity,
        tax_rates=list(item["tax_rates"]),
        credited=charged.billed if credit else None,
    )


def _each(amount: int, quantity: int) -> str:
    """Return the unit amount of a proration: what it comes to, by the piece."""
    if quantity == 0:
        return "0"
    return format((Decimal(amount) / quantity).quantize(Decimal("1.000000000000")).normalize(), "f")
