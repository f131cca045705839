"""The lines of credit notes, and what they come to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.resources import invoice_amounts, invoice_totals, money, tax_rates

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def build(tx: Transaction, invoice: Json, given: Json) -> tuple[list[Json], Json]:
    """Return a note's lines, and its sums with the taxes of its lines; raise the 400s.

    A note over an `amount` alone has one line of that name.
    """
    asked = given.get("lines") or []
    if bool(asked) == (given.get("amount") is not None):
        if asked:
            raise errors.exclusive("amount", "lines")
        raise errors.missing_parameter("amount")
    if asked:
        lines = [_line(tx, invoice, each, f"lines[{place}]") for place, each in enumerate(asked)]
    else:
        text = f"Credit for invoice {invoice['number']}"
        lines = [_blank(tx, given["amount"], text, type="custom_line_item", quantity=1)]
    counted = [
        {
            "amount": line["amount"],
            "discountable": False,
            "discounts": [],
            "pricing": None,
            "_": {"tax_rates": line["tax_rates"]},
        }
        for line in lines
    ]
    rules = invoice_amounts.rules_of(
        tx, invoice | {"lines": counted, "discounts": [], "default_tax_rates": []}
    )
    sums = invoice_totals.compute(counted, rules)
    for line, each in zip(lines, counted, strict=True):
        line["taxes"] = each["taxes"]
    names = ("subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax", "total_taxes")
    return lines, {name: sums[name] for name in names}


def view(tx: Transaction, line: Json) -> Json:
    """Return a line as the API shows it: with its whole tax rates."""
    return line | {"tax_rates": tax_rates.shown(tx, line["tax_rates"])}


def _line(tx: Transaction, invoice: Json, asked: Json, at: str) -> Json:
    own = (
        None
        if asked.get("tax_rates") is None
        else tax_rates.chosen(tx, asked["tax_rates"], at=f"{at}[tax_rates]")
    )
    if asked["type"] == "custom_line_item":
        return _custom(tx, invoice, asked, own or [], at)
    if asked.get("invoice_line_item") is None:
        raise errors.missing_parameter(f"{at}[invoice_line_item]")
    found = next((line for line in invoice["lines"] if line["id"] == asked["invoice_line_item"]), None)
    if found is None:
        raise errors.no_such("line_item", asked["invoice_line_item"], param=f"{at}[invoice_line_item]")
    net = found["amount"] - sum(each["amount"] for each in found["pretax_credit_amounts"])
    amount, quantity = asked.get("amount"), asked.get("quantity")
    if amount is None:
        pieces = found["quantity"] or 1
        quantity = pieces if quantity is None else quantity
        amount = money.rounded(Decimal(net) * quantity / pieces, invoice["currency"])
    if amount > net:
        raise errors.invalid(
            f"The amount must not be more than {net}, what the line comes to.", param=f"{at}[amount]"
        )
    rates = found["_"]["tax_rates"]
    inherited = invoice["default_tax_rates"] if rates is None else rates
    line = _blank(tx, amount, found["description"], type="invoice_line_item", quantity=quantity)
    return line | {"invoice_line_item": found["id"], "tax_rates": list(inherited) if own is None else own}


def _custom(tx: Transaction, invoice: Json, asked: Json, rates: list[str], at: str) -> Json:
    unit = asked.get("unit_amount_decimal") or asked.get("unit_amount")
    if unit is None or asked.get("description") is None:
        raise errors.missing_parameter(f"{at}[unit_amount]" if unit is None else f"{at}[description]")
    quantity = asked.get("quantity", 1)
    amount = money.rounded(Decimal(unit) * quantity, invoice["currency"])
    line = _blank(tx, amount, asked["description"], type="custom_line_item", quantity=quantity)
    whole = int(Decimal(unit)) if Decimal(unit) == int(Decimal(unit)) else None
    return line | {"tax_rates": rates, "unit_amount": whole, "unit_amount_decimal": str(unit)}


def _blank(tx: Transaction, amount: int, description: str | None, **fields: Any) -> Json:
    return {
        "id": new_id(tx, "cnli"),
        "object": "credit_note_line_item",
        "amount": amount,
        "description": description,
        "discount_amount": 0,
        "discount_amounts": [],
        "livemode": False,
        "metadata": {},
        "pretax_credit_amounts": [],
        "quantity": None,
        "tax_rates": [],
        "taxes": [],
        "unit_amount": None,
        "unit_amount_decimal": None,
    } | fields
