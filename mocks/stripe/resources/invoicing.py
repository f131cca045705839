"""Invoices of a merchant's own: drafting, changing and deleting them, and their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import snapshot
from mocks.stripe.resources import (
    billable,
    customers,
    discounts,
    invoice_items,
    invoice_lines,
    invoices,
    payment_methods,
    prices,
    subscribing,
    subscriptions,
    tax_rates,
)
from mocks.stripe.resources.discounts import redeem
from mocks.stripe.resources.invoice_items import INVOICE_ITEMS
from mocks.stripe.resources.invoices import INVOICES
from mocks.stripe.resources.money import check_currency

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

DAY = 24 * 3600
OPEN_FIELDS = frozenset({"auto_advance", "default_payment_method", "metadata", "payment_settings"})
"""What can still be changed of an invoice that is no draft."""


def create(tx: Transaction, given: Json) -> Json:
    """Draft an invoice for a customer, or for what is pending of a subscription, and announce it."""
    subscription = None
    if given.get("subscription") is not None:
        subscription = subscriptions.get(tx, given["subscription"])
        given = {"customer": subscription["customer"]} | given
    if given.get("customer") is None:
        raise errors.missing_parameter("customer")
    customer = customers.get(tx, given["customer"])
    currency = given.get("currency") or customer["currency"] or "usd"
    check_currency(currency)
    _check_due(given)
    gathers = subscription is not None or given.get("pending_invoice_items_behavior") == "include"
    items: list[Json] = []
    if gathers:
        id = None if subscription is None else subscription["id"]
        items = invoice_items.pending(tx, customer["id"], currency, subscription=id, only=id is not None)
    standing = customer["discount"]
    invoice = invoices.draft(
        tx,
        customer,
        [invoice_lines.from_item(tx, item) for item in items],
        currency=currency,
        reason="manual",
        auto_advance=given.get("auto_advance", False),
        collection_method=given.get("collection_method", "charge_automatically"),
        discounts=[] if standing is None or "discounts" in given else discounts.running(tx, [standing["id"]]),
        due_date=_due_date(tx, given),
        metadata=merged({}, given.get("metadata") or {}),
        parent=None if subscription is None else _parent(subscription),
        **_plain(tx, given, customer),
    )
    invoice_items.claim(tx, items, invoice["id"])
    _apply(tx, invoice, given)
    if invoice["auto_advance"]:
        invoices.await_finalization(tx, invoice)
    invoices.announce(tx, "invoice.created", invoice)
    return invoice


def change(tx: Transaction, invoice: Json, given: Json) -> None:
    """Change an invoice and announce it; what costs something can be changed of drafts only."""
    if not given.keys() <= OPEN_FIELDS:
        invoices.check_editable(invoice)
    earlier = snapshot(tx, invoice)
    customer = customers.get(tx, invoice["customer"])
    due = {} if given.get("days_until_due") is not None else {"due_date": invoice["due_date"]}
    _check_due({"collection_method": invoice["collection_method"]} | due | given)
    invoice |= _plain(tx, given, customer)
    if given.get("collection_method") is not None:
        invoice["collection_method"] = given["collection_method"]
    if given.keys() & {"days_until_due", "due_date"}:
        invoice["due_date"] = _due_date(tx, given)
    if "metadata" in given:
        invoice["metadata"] = merged(invoice["metadata"], given["metadata"])
    if invoice["status"] == "draft":
        _apply(tx, invoice, given)
    if given.get("auto_advance") is not None and given["auto_advance"] != invoice["auto_advance"]:
        _advance(tx, invoice, wanted=given["auto_advance"])
    tx.save(INVOICES, invoice)
    if snapshot(tx, invoice) != earlier:
        invoices.announce_update(tx, invoice, earlier)


def delete(tx: Transaction, invoice: Json) -> Json:
    """Delete a draft of the merchant's own and announce it."""
    if invoice["status"] != "draft":
        raise errors.invalid(
            "You can only delete draft invoices. To cancel a finalized one, void it.", rule="invoice_state"
        )
    if invoice["billing_reason"] != "manual":
        raise errors.invalid(
            "You can not delete drafts of subscriptions: they can be finalized and voided.",
            rule="invoice_state",
        )
    tx.unschedule(f"finalize:{invoice['id']}")
    tx.delete(INVOICES, invoice["id"])
    invoice_items.release(tx, invoice["id"])
    invoices.announce(tx, "invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def new_item(tx: Transaction, asked: billable.Priced, given: Json) -> Json:
    """Create an invoice item of sent parameters: pending, or on the draft that they name."""
    invoice = None if given.get("invoice") is None else invoices.get(tx, given["invoice"])
    owner = given.get("customer") or (None if invoice is None else invoice["customer"])
    if owner is None:
        raise errors.missing_parameter("customer")
    customer = customers.get(tx, owner)
    if given.get("subscription") is not None:
        subscription = subscriptions.get(tx, given["subscription"])
        if subscription["customer"] != owner:
            raise errors.no_such("subscription", given["subscription"], param="subscription")
        given = {"currency": subscription["currency"]} | given
    known = invoice["currency"] if invoice is not None else None
    currency = given.get("currency") or known or _currency_of(tx, asked) or customer["currency"]
    if currency is None:
        raise errors.missing_parameter("currency")
    check_currency(currency)
    if invoice is not None:
        invoices.check_editable(invoice)
    price = priced(tx, asked, given, currency, "")
    item = invoice_items.create(tx, customer, given, price, currency=currency)
    if invoice is not None:
        put_on(tx, invoice, [item])
    return item


def _currency_of(tx: Transaction, asked: billable.Priced) -> str | None:
    if asked.price_data is not None:
        return str(asked.price_data.given()["currency"])
    return (
        None if asked.price is None else str(prices.get(tx, asked.price, param="pricing[price]")["currency"])
    )


def lines_of_pending(tx: Transaction, customer: Json, currency: str) -> list[Json]:
    """Return the lines of a preview of what is pending of no subscription."""
    items = invoice_items.pending(tx, customer["id"], currency, subscription=None)
    return [invoice_lines.from_item(tx, item, preview=True) for item in items]


def put_on(tx: Transaction, invoice: Json, items: list[Json], *, at: str = "invoice") -> None:
    """Put invoice items on a draft, behind the lines that are there, and announce it."""
    invoices.check_editable(invoice)
    for item in items:
        if item["currency"] != invoice["currency"] or item["customer"] != invoice["customer"]:
            raise errors.invalid(
                "The invoice item and the invoice must have the same customer and currency.", param=at
            )
    earlier = snapshot(tx, invoice)
    invoice_items.claim(tx, items, invoice["id"], attached=True)
    invoice["lines"] = invoice["lines"] + [invoice_lines.from_item(tx, item) for item in items]
    invoices.refresh(tx, invoice)
    invoices.announce_update(tx, invoice, earlier)


def add_lines(tx: Transaction, invoice: Json, asked: list[billable.Priced], given: list[Json]) -> None:
    """Add lines to a draft: pending invoice items, or new ones."""
    invoices.check_editable(invoice)
    customer = customers.get(tx, invoice["customer"])
    items = []
    for place, (each, sent) in enumerate(zip(asked, given, strict=True)):
        where = f"lines[{place}]"
        if sent.get("invoice_item") is not None:
            item = tx.get(INVOICE_ITEMS, sent["invoice_item"])
            if item is None or item["invoice"] is not None:
                raise errors.no_such("invoiceitem", sent["invoice_item"], param=f"{where}[invoice_item]")
            items.append(item)
        else:
            price = priced(tx, each, sent, invoice["currency"], where)
            items.append(invoice_items.create(tx, customer, sent, price, currency=invoice["currency"]))
    put_on(tx, invoice, items, at="lines")


def update_lines(tx: Transaction, invoice: Json, asked: list[tuple[str, billable.Priced, Json]]) -> None:
    """Change lines of a draft (`asked`: id, parameters, what was sent) and announce the invoice."""
    invoices.check_editable(invoice)
    earlier = snapshot(tx, invoice)
    for place, (id, each, given) in enumerate(asked):
        line = line_of(invoice, id, param=f"lines[{place}][id]" if len(asked) > 1 else "line_item_id")
        price = priced(tx, each, given, invoice["currency"], f"lines[{place}]")
        item = item_of(tx, line)
        if item is not None:
            invoice_items.change(tx, item, given, price)
            _renew(invoice, line, invoice_lines.from_item(tx, item))
        else:
            _change_own(tx, line, given)
    invoices.refresh(tx, invoice)
    invoices.announce_update(tx, invoice, earlier)


def remove_lines(tx: Transaction, invoice: Json, asked: list[Json]) -> None:
    """Take lines off a draft: their items are deleted, or wait for another invoice (`unassign`)."""
    invoices.check_editable(invoice)
    earlier = snapshot(tx, invoice)
    for place, each in enumerate(asked):
        line = line_of(invoice, each["id"], param=f"lines[{place}][id]")
        item = item_of(tx, line)
        if item is None:
            raise errors.invalid(
                "Lines of a subscription's period cannot be removed.", param=f"lines[{place}][id]"
            )
        invoice["lines"] = [other for other in invoice["lines"] if other["id"] != line["id"]]
        if each["behavior"] == "delete":
            invoice_items.delete(tx, item)
        else:
            item["invoice"] = None
            tx.save(INVOICE_ITEMS, item)
    invoices.refresh(tx, invoice)
    invoices.announce_update(tx, invoice, earlier)


def item_changed(tx: Transaction, item: Json, *, deleted: bool = False) -> None:
    """Bring the draft that an invoice item is on up to date with it, and announce the draft."""
    invoice = None if item["invoice"] is None else tx.get(INVOICES, item["invoice"])
    if invoice is None:
        return
    earlier = snapshot(tx, invoice)
    for line in list(invoice["lines"]):
        if _item_id(line) == item["id"]:
            if deleted:
                invoice["lines"] = [other for other in invoice["lines"] if other is not line]
            else:
                _renew(invoice, line, invoice_lines.from_item(tx, item))
    invoices.refresh(tx, invoice)
    invoices.announce_update(tx, invoice, earlier)


def check_changeable(tx: Transaction, item: Json) -> None:
    """Raise the 400 for an invoice item whose invoice is no draft any more."""
    invoice = None if item["invoice"] is None else tx.get(INVOICES, item["invoice"])
    if invoice is not None and invoice["status"] != "draft":
        raise errors.invalid(
            "You can not change an invoice item that is attached to an invoice that is no longer editable.",
            code="invoice_not_editable",
            rule="invoice_state",
        )


def priced(tx: Transaction, asked: billable.Priced, given: Json, currency: str, at: str) -> Json | None:
    """Return the price that a line or an invoice item names, None where it names none; raise the 400s."""
    if asked.price is None and asked.price_data is None:
        return None
    price = billable.price_of(tx, asked, at=at, param=f"{at}[pricing][price]" if at else "pricing[price]")
    if price["currency"] != currency:
        raise errors.invalid(
            f"The price is in {price['currency']}, and the invoice in {currency}.",
            param=f"{at}[pricing][price]",
            rule="mixed_currencies",
        )
    return price


def line_of(invoice: Json, id: str, *, param: str) -> Json:
    """Return a line of an invoice; raise the 400."""
    for line in invoice["lines"]:
        if line["id"] == id:
            found: Json = line
            return found
    raise errors.no_such("line_item", id, param=param)


def item_of(tx: Transaction, line: Json) -> Json | None:
    """Return the invoice item that a line came from, None for one of a subscription's period."""
    id = _item_id(line)
    return None if id is None else tx.get(INVOICE_ITEMS, id)


def _item_id(line: Json) -> str | None:
    parent = line["parent"]
    details = parent["invoice_item_details"] or parent["subscription_item_details"]
    found: str | None = details["invoice_item"]
    return found


def _renew(invoice: Json, old: Json, new: Json) -> None:
    new["id"] = old["id"]
    invoice["lines"] = [new if line is old else line for line in invoice["lines"]]


def _change_own(tx: Transaction, line: Json, given: Json) -> None:
    """Change what can be changed of a line of a subscription's period."""
    for name in ("description", "discountable", "period"):
        if name in given:
            line[name] = given[name]
    if "metadata" in given:
        line["metadata"] = merged(line["metadata"], given["metadata"])
    if "tax_rates" in given:
        chosen = tax_rates.chosen(tx, given["tax_rates"], at="tax_rates")
        line["_"] = line["_"] | {"tax_rates": chosen}
    if given.keys() & {"amount", "quantity", "pricing", "price_data", "discounts"}:
        raise errors.unsupported("lines[0][amount]")


def _apply(tx: Transaction, invoice: Json, given: Json) -> None:
    """Apply discounts and tax rates that were sent to a draft, and compute it anew."""
    if "default_tax_rates" in given:
        invoice["default_tax_rates"] = tax_rates.chosen(
            tx, given["default_tax_rates"], at="default_tax_rates"
        )
    if "discounts" in given:
        invoice["discounts"] = redeem(
            tx,
            given["discounts"],
            customer=invoice["customer"],
            holder=("invoice", invoice["id"]),
            currency=invoice["currency"],
            held=invoice["discounts"],
            total=invoice["total"],
        )
    invoices.refresh(tx, invoice)


def _advance(tx: Transaction, invoice: Json, *, wanted: bool) -> None:
    invoice["auto_advance"] = wanted
    if invoice["status"] == "draft" and wanted:
        invoices.await_finalization(tx, invoice)
    elif not wanted:
        for purpose in ("finalize", "collect"):
            tx.unschedule(f"{purpose}:{invoice['id']}")
        invoice |= {"automatically_finalizes_at": None, "next_payment_attempt": None}


def _plain(tx: Transaction, given: Json, customer: Json) -> Json:
    """Return the sent fields that are kept as they are; raise the 400 for somebody else's payment method."""
    fields: Json = {
        name: given[name]
        for name in (
            "custom_fields",
            "description",
            "effective_at",
            "footer",
            "number",
            "statement_descriptor",
        )
        if name in given
    }
    if given.get("default_payment_method") is not None:
        subscribing.check_method(tx, given["default_payment_method"], customer["id"])
        fields["default_payment_method"] = payment_methods.get(tx, given["default_payment_method"])["id"]
    if given.get("payment_settings") is not None:
        types = given["payment_settings"].get("payment_method_types")
        fields["payment_settings"] = {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": types,
        }
    return fields


def _check_due(given: Json) -> None:
    if given.get("days_until_due") is not None and given.get("due_date") is not None:
        raise errors.exclusive("days_until_due", "due_date")
    subscribing.check_collection(given)
    if given.get("due_date") is not None and given.get("collection_method") != "send_invoice":
        raise errors.invalid(
            "`due_date` can only be used with `collection_method=send_invoice`.", param="due_date"
        )


def _due_date(tx: Transaction, given: Json) -> int | None:
    days = given.get("days_until_due")
    due: int | None = given.get("due_date") if days is None else tx.seconds + days * DAY
    return due


def _parent(subscription: Json) -> Json:
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return {"quote_details": None, "subscription_details": details, "type": "subscription_details"}
