"""What subscriptions put on invoices: their items, their discounts, and what was charged for each item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.ids import new_id
from mocks.stripe.resources import (
    discounts,
    invoice_amounts,
    invoice_items,
    invoice_lines,
    invoice_shape,
    invoice_totals,
    invoices,
    prices,
    usage,
)
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.proration import Charged
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]


def usage_lines(
    tx: Transaction, subscription: Json, period: tuple[int, int], *, preview: bool = False
) -> list[Json]:
    """Return the lines that charge what was used of metered prices in a period that has ended."""
    found: list[Json] = []
    for item in _newest_first(subscription):
        price = prices.charged(tx, item["price"], subscription["currency"])
        if usage.is_metered(price):
            used = usage.of(tx, subscription, item, period)
            past = item | {
                "quantity": used,
                "current_period_start": period[0],
                "current_period_end": period[1],
            }
            found += invoice_lines.recurring(tx, subscription, past, price, preview=preview)
    return found


def lines(tx: Transaction, subscription: Json, *, trial: bool = False, preview: bool = False) -> list[Json]:
    """Return the lines of the subscription's present period, its newest item first."""
    found: list[Json] = []
    for item in _newest_first(subscription):
        price = prices.charged(tx, item["price"], subscription["currency"])
        if not usage.is_metered(price):
            found += invoice_lines.recurring(tx, subscription, item, price, trial=trial, preview=preview)
    return found


def _newest_first(subscription: Json) -> list[Json]:
    return sorted(subscription["items"], key=lambda item: -item["created"])


def bill(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    own: list[Json],
    *,
    reason: invoice_shape.Reason,
    period: tuple[int, int] | None = None,
    only_own: bool = False,
) -> Json | None:
    """Draft an invoice of these lines and of what is pending, and make it the subscription's latest one.

    `period` are the instants between which pending items were gathered. With `only_own` the invoice gathers what belongs to
    the subscription alone. Returns None when there is nothing to put on it.
    """
    items = invoice_items.pending(
        tx, customer["id"], subscription["currency"], subscription=subscription["id"], only=only_own
    )
    gathered = [invoice_lines.from_item(tx, item) for item in items]
    if not gathered and not own:
        return None
    invoice = invoices.draft(
        tx,
        customer,
        gathered + own,
        currency=subscription["currency"],
        reason=reason,
        **_of(tx, subscription, customer, period),
    )
    invoice_items.claim(tx, items, invoice["id"])
    if own:
        _note(subscription, invoice)
    _use_up(tx, subscription, customer, invoice)
    subscription["latest_invoice"] = invoice["id"]
    tx.save(SUBSCRIPTIONS, subscription)
    return invoice


def preview(
    tx: Transaction,
    subscription: Json,
    customer: Json,
    own: list[Json],
    *,
    period: tuple[int, int],
    **fields: Any,
) -> Json:
    """Return the invoice that `bill` would draft, kept nowhere."""
    items = invoice_items.pending(
        tx, customer["id"], subscription["currency"], subscription=subscription["id"]
    )
    gathered = [invoice_lines.from_item(tx, item, preview=True) for item in items]
    return invoices.build(
        tx,
        customer,
        gathered + own,
        currency=subscription["currency"],
        reason="upcoming",
        id=new_id(tx, "upcoming_in"),
        **(_of(tx, subscription, customer, period) | fields),
    )


def charged(tx: Transaction, subscription: Json) -> list[Charged]:
    """Return what each item of a subscription costs for a whole period, its discounts taken off."""
    shown = lines(tx, subscription, preview=True)
    rules = {
        "currency": subscription["currency"],
        "customer_tax_exempt": "none",
        "default_tax_rates": [],
        "discounts": discounts.running(tx, subscription["discounts"]),
        "lines": shown,
    }
    for line in shown:
        line["_"] = {"tax_rates": []}
    invoice_totals.compute(shown, invoice_amounts.rules_of(tx, rules))
    sums = _by_item(shown)
    licensed = [each for each in subscription["items"] if not _is_metered(tx, each)]
    return [Charged(item, sums.get(item["id"], 0)) for item in licensed]


def _is_metered(tx: Transaction, item: Json) -> bool:
    return usage.is_metered(tx.get(prices.PRICES, item["price"]) or {"recurring": None})


def already_charged(tx: Transaction, subscription: Json) -> list[Charged]:
    """Return what was charged for each item of a subscription for the present period.

    With the billing mode `flexible` that is what its invoice said; with `classic`, what it would cost now.
    """
    now = charged(tx, subscription)
    if subscription["billing_mode"]["type"] == "classic":
        return now
    noted = subscription["_"]["billed"]
    return [
        Charged(each.item, noted[each.item["id"]]["amount"], noted[each.item["id"]]["where"])
        if each.item["id"] in noted
        else each
        for each in now
    ]


def note_charged(subscription: Json, after: list[Charged]) -> None:
    """Remember what items cost from a change on, for the next one."""
    billed = subscription["_"]["billed"]
    for each in after:
        known = billed.get(each.item["id"])
        if known is None or known["amount"] != each.amount:
            billed[each.item["id"]] = {"amount": each.amount, "where": None}
    here = {each.item["id"] for each in after}
    subscription["_"] = subscription["_"] | {
        "billed": {id: each for id, each in billed.items() if id in here}
    }


def _note(subscription: Json, invoice: Json) -> None:
    own = [line for line in invoice["lines"] if _item_of(line) is not None]
    where: dict[str, list[str]] = {}
    for line in own:
        where.setdefault(_item_of(line) or "", []).append(line["id"])
    billed = {
        id: {"amount": amount, "where": {"invoice": invoice["id"], "invoice_line_items": where[id]}}
        for id, amount in _by_item(own).items()
    }
    subscription["_"] = subscription["_"] | {"billed": billed}


def _by_item(own: list[Json]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in own:
        item = _item_of(line)
        if item is not None:
            taken = sum(each["amount"] for each in line["discount_amounts"])
            sums[item] = sums.get(item, 0) + line["amount"] - taken
    return sums


def _item_of(line: Json) -> str | None:
    """Return the item whose period a line charges, None for a proration and for what is no subscription's."""
    details = line["parent"]["subscription_item_details"]
    return None if details is None or details["proration"] else str(details["subscription_item"])


def _of(tx: Transaction, subscription: Json, customer: Json, period: tuple[int, int] | None) -> Json:
    start, end = period or (tx.seconds, tx.seconds)
    own = discounts.running(tx, subscription["discounts"])
    if not own and customer["discount"] is not None:
        own = discounts.running(tx, [customer["discount"]["id"]])
    fields = invoice_shape.of_subscription(tx, subscription)
    return {**fields, "discounts": own, "period_end": end, "period_start": start}


def _use_up(tx: Transaction, subscription: Json, customer: Json, invoice: Json) -> None:
    """Take away the discounts that have come to their end, and those for once that this invoice has used."""
    used = {each["discount"] for each in invoice["total_discount_amounts"] if each["amount"]}
    for holder in (subscription, *subscription["items"]):
        alive = discounts.running(tx, holder["discounts"])
        left = [id for id in alive if id not in used or not discounts.is_used_up(tx, id)]
        for id in holder["discounts"]:
            if id not in left:
                discounts.end(tx, id)
        holder["discounts"] = left
    standing = customer["discount"]
    if standing is None:
        return
    over = not discounts.running(tx, [standing["id"]])
    if over or (standing["id"] in used and discounts.is_used_up(tx, standing["id"])):
        discounts.end(tx, standing["id"])
        customer["discount"] = None
        tx.save(CUSTOMERS, customer)
