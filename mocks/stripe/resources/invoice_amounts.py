"""An invoice's amounts: gathering what `invoice_totals` computes them from, and what of the total is due."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mocks.stripe.resources import coupons, discounts, invoice_totals, tax_rates
from mocks.stripe.resources.discounts import DISCOUNTS
from mocks.stripe.resources.invoice_totals import Rate, Reduction, Rules
from mocks.stripe.resources.money import currencies

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def recompute(tx: Transaction, invoice: Json, balance: int) -> None:
    """Bring a draft's amounts up to date with its lines, discounts and tax rates; the caller saves it.

    `balance` is the customer's: below zero it lessens what is due.
    """
    for line in invoice["lines"]:
        line["invoice"] = invoice["id"]
        line["subtotal"] = line["amount"]
    invoice |= invoice_totals.compute(invoice["lines"], rules_of(tx, invoice))
    due, _ = owed(invoice["total"], balance, invoice["currency"])
    invoice |= {"amount_due": due, "amount_remaining": due, "starting_balance": balance}


def rules_of(tx: Transaction, invoice: Json) -> Rules:
    """Return what counts for an invoice's lines, besides themselves."""
    lines = invoice["lines"]
    named = [*invoice["discounts"], *(id for line in lines for id in line["discounts"])]
    rates = [*invoice["default_tax_rates"], *(id for line in lines for id in line["_"]["tax_rates"] or ())]
    return Rules(
        currency=invoice["currency"],
        reductions={id: reduction(tx, id, invoice["currency"]) for id in dict.fromkeys(named)},
        on_invoice=tuple(invoice["discounts"]),
        rates={id: rate(tx, id) for id in dict.fromkeys(rates)},
        default_rates=tuple(invoice["default_tax_rates"]),
        exempt=invoice["customer_tax_exempt"] or "none",
    )


def reduction(tx: Transaction, id: str, currency: str) -> Reduction:
    """Return a discount as it counts in a currency; an amount of another currency takes nothing off."""
    discount = tx.get(DISCOUNTS, id)
    if discount is None:
        raise LookupError(f"the discount {id} is gone: discounts are kept")
    coupon = discounts.coupon_of(tx, discount)
    products = coupon["_"]["products"]
    return Reduction(
        id,
        percent=None if coupon["percent_off"] is None else Decimal(str(coupon["percent_off"])),
        amount=coupons.amount_in(coupon, currency),
        products=None if products is None else frozenset(products),
    )


def rate(tx: Transaction, id: str) -> Rate:
    """Return a tax rate as it counts."""
    found = tx.get(tax_rates.TAX_RATES, id)
    if found is None:
        raise LookupError(f"the tax rate {id} is gone: tax rates cannot be deleted")
    return Rate(id, Decimal(str(found["percentage"])), found["inclusive"])


def owed(total: int, balance: int, currency: str) -> tuple[int, int]:
    """Return what is due of a total, and the customer's balance afterwards.

    A balance below zero is credit; so is a total below zero. What is too small to be charged, or too
    much for one charge, is carried over to the next invoice.
    """
    known = currencies()
    due = max(0, total + balance)
    if due < known.minimums.get(currency, known.default_minimum):
        due = 0
    due = min(due, known.maximum)
    return due, total + balance - due
