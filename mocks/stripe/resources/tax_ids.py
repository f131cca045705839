"""Tax ids of customers: VAT numbers and the like, with their verification.

Only those of the European Union, Great Britain and Australia are verified, a little after they were given; the digits of
Stripe's test ids say how that ends. (Stripe docs: customer tax ids.)
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import instants
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import customers
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit
from mocks.stripe.versions import before

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

TAX_IDS = Collection("stripe.tax_id", "customer")

VERIFIED_SECONDS = 60
VERIFIED = frozenset({"eu_vat", "gb_vat", "au_abn"})
"""Types that a government's register is asked about, and how long that takes."""

_FORMS = {
    "au_abn": r"\d{11}",
    "ca_bn": r"\d{9}",
    "ch_vat": r"CHE-?[\d.]{9,11} ?(MWST|TVA|IVA)",
    "eu_vat": r"[A-Z]{2}[A-Z0-9+*]{2,12}",
    "gb_vat": r"(GB|XI)?(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
    "us_ein": r"\d{2}-?\d{7}",
}
"""Forms of the more common types; others are taken as they come."""

_ENDINGS = {"000000000": "verified", "111111111": "unverified", "222222222": "pending"}


register(
    Resource(
        "tax_id",
        TAX_IDS,
        expands={
            "customer": "customer",
            "owner.account": "account",
            "owner.application": "application",
            "owner.customer": "customer",
        },
    )
)


@before("2025-09-30.clover", "tax_id")
def _owned_without_account(tax_id: Json) -> None:
    tax_id["owner"] = {name: value for name, value in tax_id["owner"].items() if name != "customer_account"}


@cache
def types() -> tuple[str, ...]:
    """Return all types of tax ids."""
    return tuple(Path(__file__).with_name("tax_id_types.txt").read_text().split())


def create(tx: Transaction, customer: Json, type: str, value: str) -> Json:
    """Give a customer a tax id and announce it; raise the 400 for one that cannot be."""
    if type not in types():
        raise errors.invalid(
            f"Invalid type: must be one of {', '.join(types()[:-1])}, or {types()[-1]}",
            param="type",
            rule="invalid_enum",
        )
    if type in _FORMS and not re.fullmatch(_FORMS[type], value.replace(" ", ""), re.ASCII | re.IGNORECASE):
        raise errors.invalid(
            f"Invalid value for {type}.", param="value", code="tax_id_invalid", rule="tax_id_invalid"
        )
    status = "pending" if type in VERIFIED else "unavailable"
    tax_id: Json = {
        "id": new_id(tx, "txi"),
        "object": "tax_id",
        "country": value[:2].upper() if type == "eu_vat" else type[:2].upper(),
        "created": tx.seconds,
        "customer": customer["id"],
        "customer_account": None,
        "livemode": False,
        "owner": {"customer": customer["id"], "customer_account": None, "type": "customer"},
        "type": type,
        "value": value,
        "verification": {"status": status, "verified_address": None, "verified_name": None},
    }
    tx.insert(TAX_IDS, tax_id)
    _note(tx, customer)
    emit(tx, "customer.tax_id.created", TAX_IDS, tax_id)
    if status == "pending" and _ENDINGS.get(value[-9:]) != "pending":
        at = tx.now + VERIFIED_SECONDS * instants.SECOND
        tx.schedule("tax_id.verify", at, {"tax_id": tax_id["id"]}, key=f"tax_id:{tax_id['id']}")
    return tax_id


def verify(tx: Transaction, tax_id: Json) -> None:
    """Let the government's register answer (a timer), and announce it."""
    status = _ENDINGS.get(tax_id["value"][-9:], "verified")
    customer = tx.get(CUSTOMERS, tax_id["customer"]) or {}
    name = (customer.get("name") or "") if status == "verified" else ""
    tax_id["verification"] = {"status": status, "verified_address": "", "verified_name": name}
    tx.save(TAX_IDS, tax_id)
    emit(tx, "customer.tax_id.updated", TAX_IDS, tax_id)


def find(tx: Transaction, customer: str, id: str) -> Json:
    """Return a tax id of a customer; raise the 404."""
    found = tx.get(TAX_IDS, id)
    if found is None or found["customer"] != customer:
        raise errors.not_found("tax_id", id)
    return found


def delete(tx: Transaction, tax_id: Json) -> Json:
    """Take a tax id away and announce it."""
    tx.unschedule(f"tax_id:{tax_id['id']}")
    tx.delete(TAX_IDS, tax_id["id"])
    customer = tx.get(CUSTOMERS, tax_id["customer"])
    if customer is not None:
        _note(tx, customer)
    emit(tx, "customer.tax_id.deleted", TAX_IDS, tax_id)
    return {"id": tax_id["id"], "object": "tax_id", "deleted": True}


def listed(tx: Transaction, customer: Json) -> Json:
    """Return a customer's tax ids as a list within them."""
    page = tx.page(TAX_IDS, where={"customer": customer["id"]}, limit=10)
    url = f"/v1/customers/{customer['id']}/tax_ids"
    count = tx.count(TAX_IDS, customer=customer["id"])
    return {"object": "list", "data": page.items, "has_more": page.has_more, "total_count": count, "url": url}


def _note(tx: Transaction, customer: Json) -> None:
    """Keep what invoices show with the customer."""
    held = tx.every(TAX_IDS, customer=customer["id"])
    customer["_"] = customer.get("_", {}) | {
        "tax_ids": [{"type": each["type"], "value": each["value"]} for each in held]
    }
    tx.save(CUSTOMERS, customer)


def _forget(tx: Transaction, customer: Json) -> None:
    for each in list(tx.every(TAX_IDS, customer=customer["id"])):
        tx.unschedule(f"tax_id:{each['id']}")
        tx.delete(TAX_IDS, each["id"])


customers.ON_DELETE.append(_forget)
