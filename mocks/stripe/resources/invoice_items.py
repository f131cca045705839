"""Invoice items: charges and credits that wait for a customer's next invoice, or are put on a draft."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import invoice_lines, money, tax_rates, test_clocks
from mocks.stripe.resources.discounts import redeem
from mocks.stripe.resources.events import emit
from mocks.stripe.versions import before, without

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def _subscription(item: Json) -> str | None:
    details = (item["parent"] or {}).get("subscription_details")
    return None if details is None else details["subscription"]


INVOICE_ITEMS = Collection(
    "stripe.invoiceitem",
    "customer",
    "invoice",
    pending=lambda each: each["invoice"] is None,
    subscription=_subscription,
)


def view(tx: Transaction, item: Json) -> Json:
    """Return the item as the API shows it: with its whole tax rates."""
    shown = {name: value for name, value in item.items() if name != "_"}
    shown["tax_rates"] = tax_rates.shown(tx, item["tax_rates"])
    return shown


register(
    Resource(
        "invoiceitem",
        INVOICE_ITEMS,
        expands={
            "customer": "customer",
            "discounts": "discount",
            "invoice": "invoice",
            "proration_details.discount_amounts.discount": "discount",
            "pricing.price_details.price": "price",
            "test_clock": "test_helpers.test_clock",
        },
        view=view,
    )
)
before("2025-09-30.clover", "invoiceitem")(without("customer_account", "net_amount"))


def find(tx: Transaction, id: str) -> Json:
    """Return an invoice item named in the path; raise the 404."""
    found = tx.get(INVOICE_ITEMS, id)
    if found is None:
        raise errors.not_found("invoiceitem", id, param="invoiceitem")
    test_clocks.enter(tx, found)
    return found


def build(tx: Transaction, customer: Json, *, currency: str, amount: int, **fields: Any) -> Json:
    """Return an invoice item's document; it is not stored yet.

    `credited` names the lines that a proration gives back.
    """
    quantity = fields.get("quantity", 1)
    private = {"credited": fields.pop("credited", None), "attached": False}
    item = {
        "id": new_id(tx, "ii"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "date": tx.seconds,
        "description": None,
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "net_amount": amount,
        "parent": None,
        "period": {"end": tx.seconds, "start": tx.seconds},
        "pricing": None,
        "proration": False,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": [],
        "test_clock": customer["test_clock"],
        "_": private,
    }
    return item | fields


def keep(tx: Transaction, item: Json) -> Json:
    """Store a new invoice item and announce it."""
    tx.insert(INVOICE_ITEMS, item)
    emit(tx, "invoiceitem.created", INVOICE_ITEMS, item)
    return item


def create(tx: Transaction, customer: Json, given: Json, price: Json | None, *, currency: str) -> Json:
    """Create an invoice item of sent parameters, pending, and announce it.

    `price` is the price that was named or described in place.
    """
    quantity = given.get("quantity", 1)
    amount, unit = _amount(given, price, currency, quantity)
    _check_amount(amount)
    subscription = given.get("subscription")
    item = build(
        tx,
        customer,
        currency=currency,
        amount=amount,
        description=given.get("description")
        or (None if price is None else invoice_lines.product_name(tx, price)),
        discountable=given.get("discountable", amount > 0),
        metadata=merged({}, given.get("metadata") or {}),
        parent=None if subscription is None else of_subscription(subscription),
        period=given.get("period") or {"end": tx.seconds, "start": tx.seconds},
        pricing=None if price is None else invoice_lines.priced(price, unit),
        quantity=quantity,
        tax_rates=tax_rates.chosen(tx, given.get("tax_rates"), at="tax_rates"),
    )
    item["discounts"] = redeem(
        tx,
        given.get("discounts"),
        customer=customer["id"],
        holder=("invoice_item", item["id"]),
        currency=currency,
    )
    return keep(tx, item)


def change(tx: Transaction, item: Json, given: Json, price: Json | None) -> None:
    """Change an invoice item that is on no finalized invoice; the caller brings its draft up to date."""
    simple = ("description", "discountable", "period")
    item |= {name: given[name] for name in simple if name in given}
    if "metadata" in given:
        item["metadata"] = merged(item["metadata"], given["metadata"])
    if "tax_rates" in given:
        item["tax_rates"] = tax_rates.chosen(tx, given["tax_rates"], at="tax_rates")
    if "discounts" in given:
        item["discounts"] = redeem(
            tx,
            given["discounts"],
            customer=item["customer"],
            holder=("invoice_item", item["id"]),
            currency=item["currency"],
            held=item["discounts"],
        )
    if given.keys() & {"amount", "quantity", "unit_amount_decimal", "pricing", "price_data"}:
        _reprice(item, given, price)
    tx.save(INVOICE_ITEMS, item)


def of_subscription(subscription: str, item: str | None = None) -> Json:
    """Return the parent of an invoice item that belongs to a subscription."""
    details = {"subscription": subscription} | ({} if item is None else {"subscription_item": item})
    return {"subscription_details": details, "type": "subscription_details"}


def pending(
    tx: Transaction, customer: str, currency: str, *, subscription: str | None, only: bool = False
) -> list[Json]:
    """Return the items that the next invoice gathers, newest first.

    Those of another subscription wait for its own invoice; `only` leaves out what belongs to no subscription, too.
    """
    wanted = {subscription} if only else {subscription, None}
    found = [
        each
        for each in tx.every(INVOICE_ITEMS, customer=customer, pending=True)
        if each["currency"] == currency and _subscription(each) in wanted
    ]
    return sorted(found, key=lambda each: -each["date"])


def claim(tx: Transaction, items: list[Json], invoice: str, *, attached: bool = False) -> None:
    """Note on which invoice items are; `attached` says that they were put there, not gathered."""
    for item in items:
        item["invoice"] = invoice
        item["_"] = item["_"] | {"attached": attached}
        tx.save(INVOICE_ITEMS, item)


def release(tx: Transaction, invoice: str) -> None:
    """Let go of a deleted draft's items: gathered ones wait again, those that were put on it are gone."""
    for item in list(tx.every(INVOICE_ITEMS, invoice=invoice)):
        if item["_"]["attached"]:
            tx.delete(INVOICE_ITEMS, item["id"])
            emit(tx, "invoiceitem.deleted", INVOICE_ITEMS, item)
        else:
            item["invoice"] = None
            tx.save(INVOICE_ITEMS, item)


def delete(tx: Transaction, item: Json) -> Json:
    """Delete an invoice item and announce it; the caller takes its line off the draft."""
    tx.delete(INVOICE_ITEMS, item["id"])
    emit(tx, "invoiceitem.deleted", INVOICE_ITEMS, item)
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


def _amount(given: Json, price: Json | None, currency: str, quantity: int) -> tuple[int, str | None]:
    """Return amount and unit amount: what was sent, or what the price costs; raise the 400 for several ways at once."""
    ways = [name for name in ("amount", "unit_amount_decimal") if given.get(name) is not None]
    if price is not None:
        ways.append("pricing")
    if len(ways) != 1:
        if ways:
            raise errors.exclusive(*ways)
        raise errors.missing_parameter("amount")
    if price is not None:
        from mocks.stripe.resources.amounts import cost

        if price["type"] == "recurring":
            raise errors.invalid(
                "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.",
                param="pricing[price]",
                rule="recurring_price",
            )
        return cost(price, quantity), price["unit_amount_decimal"]
    if ways == ["unit_amount_decimal"]:
        unit = given["unit_amount_decimal"]
        return money.rounded(Decimal(unit) * quantity, currency), unit
    if quantity != 1 and "quantity" in given:
        raise errors.exclusive("amount", "quantity")
    return int(given["amount"]), str(given["amount"])


def _reprice(item: Json, given: Json, price: Json | None) -> None:
    if item["proration"]:
        raise errors.invalid(
            "You cannot change the amount of a proration.", param="amount", rule="proration_amount"
        )
    quantity: int = given.get("quantity") or item["quantity"]
    before = item["pricing"]
    if given.keys() & {"quantity"} == given.keys() & {
        "amount",
        "quantity",
        "unit_amount_decimal",
        "pricing",
        "price_data",
    }:
        each = Decimal(item["amount"]) / (item["quantity"] or 1)
        unit = str(each) if before is None else before["unit_amount_decimal"]
        amount = money.rounded(Decimal(unit or "0") * quantity, item["currency"])
    else:
        amount, unit = _amount(given, price, item["currency"], quantity)
    _check_amount(amount)
    if price is not None:
        item["pricing"] = invoice_lines.priced(price, unit)
    item |= {"amount": amount, "net_amount": amount, "quantity": quantity, "quantity_decimal": str(quantity)}


def _check_amount(amount: int) -> None:
    most = money.currencies().maximum
    if abs(amount) > most:
        raise errors.invalid(
            f"Amount must be no more than {most} of the minor unit.",
            param="amount",
            code="amount_too_large",
            rule="amount_too_large",
        )
