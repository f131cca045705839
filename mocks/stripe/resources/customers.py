"""Customers: who pays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register, snapshot
from mocks.stripe.resources import test_clocks
from mocks.stripe.resources.events import emit, updated
from mocks.stripe.resources.shapes import address, shipping

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CUSTOMERS = Collection(
    "stripe.customer",
    "email",
    "test_clock",
    searched_email=lambda customer: (customer["email"] or "").casefold() or None,
)
DELETED = Collection("stripe.deleted_customer")

ON_DELETE: list[Callable[[Transaction, Json], None]] = []
"""What ends before a customer is deleted: functions that cancel subscriptions and the like."""

ON_BALANCE: list[Callable[[Transaction, Json, int | None], None]] = []
"""What follows when `balance` is set by itself: functions of the customer and its earlier balance, None for a new one."""

_BLANK: Json = {
    "id": "",
    "object": "customer",
    "address": None,
    "balance": 0,
    "created": 0,
    "currency": None,
    "customer_account": None,
    "default_source": None,
    "delinquent": False,
    "description": None,
    "discount": None,
    "email": None,
    "invoice_prefix": None,
    "invoice_settings": {},
    "livemode": False,
    "metadata": {},
    "name": None,
    "next_invoice_sequence": 1,
    "phone": None,
    "preferred_locales": [],
    "shipping": None,
    "tax_exempt": "none",
    "test_clock": None,
}
"""Every field of a customer, in Stripe's order; never changed in place."""

_INVOICE_SETTINGS = {
    "custom_fields": None,
    "default_payment_method": None,
    "footer": None,
    "rendering_options": None,
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")


def _default_source(tx: Transaction, customer: Json) -> Json | None:
    from mocks.stripe.resources import card_sources

    id = customer["default_source"]
    return None if id is None else snapshot(tx, card_sources.shown(card_sources.find(tx, customer["id"], id)))


def _sources(tx: Transaction, customer: Json) -> Json:
    from mocks.stripe.resources import card_sources

    found = [card_sources.shown(each) for each in card_sources.of(tx, customer["id"])]
    url = f"/v1/customers/{customer['id']}/sources"
    return {
        "object": "list",
        "data": found[:10],
        "has_more": len(found) > 10,
        "total_count": len(found),
        "url": url,
    }


def _tax_ids(tx: Transaction, customer: Json) -> Json:
    from mocks.stripe.resources.tax_ids import listed

    return listed(tx, customer)


def _tax(tx: Transaction, customer: Json) -> Json:
    return {
        "automatic_tax": "unrecognized_location",
        "ip_address": None,
        "location": None,
        "provider": "stripe",
    }


def _cash_balance(tx: Transaction, customer: Json) -> Json:
    from mocks.stripe.resources.cash_balance import of

    return of(tx, customer["id"])


def _subscriptions(tx: Transaction, customer: Json) -> Json:
    from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

    page = tx.page(SUBSCRIPTIONS, where={"customer": customer["id"], "status": "current"})
    url = f"/v1/customers/{customer['id']}/subscriptions"
    return {"object": "list", "data": page.items, "has_more": page.has_more, "url": url}


register(
    Resource(
        "customer",
        CUSTOMERS,
        expands={
            "discount.promotion_code": "promotion_code",
            "discount.source.coupon": "coupon",
            "invoice_settings.default_payment_method": "payment_method",
            "test_clock": "test_helpers.test_clock",
        },
        includes={
            "cash_balance": _cash_balance,
            "default_source": _default_source,
            "sources": _sources,
            "subscriptions": _subscriptions,
            "tax": _tax,
            "tax_ids": _tax_ids,
        },
        deleted=DELETED,
    )
)


def get(tx: Transaction, id: str, *, param: str = "customer") -> Json:
    """Return a customer named in a parameter; raise the 400 when there is none, or it is deleted."""
    found = tx.get(CUSTOMERS, id)
    if found is None:
        raise errors.no_such("customer", id, param=param)
    test_clocks.enter(tx, found)
    return found


def save(tx: Transaction, customer: Json) -> bool:
    """Keep a changed customer and announce `customer.updated`; nothing happens when nothing changed."""
    earlier = tx.before(CUSTOMERS, customer["id"])
    if earlier is not None and earlier["balance"] != customer["balance"]:
        for record in ON_BALANCE:
            record(tx, customer, earlier["balance"])
    return updated(tx, "customer.updated", CUSTOMERS, customer)


def create(
    tx: Transaction, given: Json, *, before_announcement: Callable[[Json], None] | None = None
) -> Json:
    """Create a customer from the parameters that were sent, and announce it.

    `before_announcement` gets the customer once it exists: attaching a payment method is announced first.
    """
    clock = given.get("test_clock")
    if clock is not None:
        test_clocks.join(tx, clock, sum(1 for _ in tx.every(CUSTOMERS, test_clock=clock)))
    customer = _BLANK | {
        "id": new_id(tx, "cus"),
        "created": tx.seconds,
        "invoice_settings": dict(_INVOICE_SETTINGS),
    }
    change(customer, given)
    if customer["invoice_prefix"] is None:
        customer["invoice_prefix"] = tx.token("customer.invoice_prefix", 8, chance.UPPER)
    tx.insert(CUSTOMERS, customer, fresh=True)
    if customer["balance"]:
        for record in ON_BALANCE:
            record(tx, customer, None)
    if before_announcement is not None:
        before_announcement(customer)
    emit(tx, "customer.created", CUSTOMERS, customer)
    return customer


def change(customer: Json, given: Json) -> None:
    """Apply sent parameters to a customer in place, without saving; raise the 400 for impossible values."""
    for name, value in given.items():
        match name:
            case "metadata":
                customer[name] = merged(customer[name], value)
            case "address":
                customer[name] = address(value)
            case "shipping":
                customer[name] = shipping(value)
            case "invoice_settings":
                customer[name] = customer[name] | _settings(value)
            case "business_name" | "individual_name" if value is None:
                customer.pop(name, None)
            case "tax_exempt":
                customer[name] = value or "none"
            case "email":
                check_email(value)
                customer[name] = value
            case _:
                customer[name] = value


def delete(tx: Transaction, customer: Json) -> Json:
    """Delete a customer with all that depends on it, announce it, and return what Stripe answers from then on."""
    for end in ON_DELETE:
        end(tx, customer)
    tx.delete(CUSTOMERS, customer["id"])
    emit(tx, "customer.deleted", CUSTOMERS, customer)
    return tx.insert(DELETED, {"id": customer["id"], "object": "customer", "deleted": True})


def check_email(email: str | None, *, param: str = "email") -> None:
    """Raise the 400 for what is no e-mail address."""
    if email is not None and not _EMAIL.fullmatch(email):
        raise errors.invalid(
            f"Invalid email address: {email}", param=param, code="email_invalid", rule="email_invalid"
        )


def _settings(given: Json) -> Json:
    options = given.get("rendering_options")
    if options is not None:
        shown = {
            "amount_tax_display": options.get("amount_tax_display") or None,
            "template": options.get("template"),
        }
        return given | {"rendering_options": shown}
    return given
