"""Tokens: a card, a new security code or a number of a person, sent ahead of its use by the page that took it.

A token stands for what it was made of once; `payment_methods.from_template` uses a card's. (Stripe API reference: tokens.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import payment_methods
from mocks.stripe.resources.payment_methods import TOKENS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

_ADDRESS = {
    "address_city": "city",
    "address_country": "country",
    "address_line1": "line1",
    "address_line2": "line2",
    "address_state": "state",
    "address_zip": "postal_code",
}

register(Resource("token", TOKENS))


def of_card(tx: Transaction, given: Json) -> Json:
    """Make the token of a card by its number; raise the 402 for impossible or real cards."""
    month, year = given["exp_month"], given["exp_year"]
    found = payment_methods.read_number(given["number"], month, year, given.get("cvc"), now=tx.now)
    address = {name: given.get(field) for field, name in _ADDRESS.items()}
    details = {"address": address, "name": given.get("name")}
    kept = {
        "exp_month": month,
        "exp_year": year + 2000 if year < 100 else year,
        "with_cvc": given.get("cvc") is not None,
        "given": {"billing_details": {name: each for name, each in details.items() if each is not None}},
    }
    shape = payment_methods.shape(tx, found, **kept)
    return _create(tx, "card", {"card": _card(tx, shape, given)}, {"card": found.name, **kept})


def of_nothing_shown(tx: Transaction, kind: str) -> Json:
    """Make the token of what Stripe keeps and never shows: `cvc_update`, `pii`."""
    return _create(tx, kind, {}, {})


def _create(tx: Transaction, kind: str, shown: Json, kept: Json) -> Json:
    prefix = {"cvc_update": "cvctok", "pii": "pii"}.get(kind, "tok")
    token: Json = {"id": new_id(tx, prefix), "object": "token"} | shown
    token |= {
        "client_ip": None,
        "created": tx.seconds,
        "livemode": False,
        "type": kind,
        "used": False,
        "_": kept,
    }
    return tx.insert(TOKENS, token)


def _card(tx: Transaction, method: Json, given: Json) -> Json:
    """Return a card as tokens show it, from the shape of a payment method."""
    card = method["card"]
    checks = card["checks"]
    unchecked = "unchecked" if checks["cvc_check"] is not None else None
    return {
        "id": new_id(tx, "card"),
        "object": "card",
        **{name: given.get(name) for name in _ADDRESS},
        "address_line1_check": None if checks["address_line1_check"] is None else "unchecked",
        "address_zip_check": None if checks["address_postal_code_check"] is None else "unchecked",
        "brand": _BRANDS.get(card["brand"], card["brand"]),
        "country": card["country"],
        "currency": given.get("currency"),
        "cvc_check": unchecked,
        "dynamic_last4": None,
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "last4": card["last4"],
        "metadata": {},
        "name": given.get("name"),
        "networks": {"preferred": None},
        "regulated_status": card["regulated_status"],
        "tokenization_method": None,
    }


_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "MasterCard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
"""What cards of the older API call the brands of payment methods."""
