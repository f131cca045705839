"""Tokens: a card, a new security code or a number of a person, sent ahead of its use by the page that took it.

A token stands for what it was made of once; `payment_methods.from_template` uses a card's. (Stripe API reference: tokens.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe.ids import new_id
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import card_shape, payment_methods
from mocks.stripe.resources.payment_methods import TOKENS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

register(Resource("token", TOKENS))


def of_card(tx: Transaction, given: Json) -> Json:
    """Make the token of a card by its number; raise the 402 for impossible or real cards."""
    month, year = given["exp_month"], given["exp_year"]
    found = payment_methods.read_number(given["number"], month, year, given.get("cvc"), now=tx.now)
    address = {name: given.get(field) for field, name in card_shape.ADDRESS.items()}
    details = {"address": address, "name": given.get("name")}
    kept = {
        "exp_month": month,
        "exp_year": year + 2000 if year < 100 else year,
        "with_cvc": given.get("cvc") is not None,
        "given": {"billing_details": {name: each for name, each in details.items() if each is not None}},
    }
    shape = payment_methods.shape(tx, found, **kept)
    shown = card_shape.of(shape, id=new_id(tx, "card"), checked=False) | {"currency": given.get("currency")}
    return _create(tx, "card", {"card": shown}, {"card": found.name, **kept})


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
