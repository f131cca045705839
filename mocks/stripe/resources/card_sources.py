"""Sources of customers: cards saved by their tokens, the way of saving them before payment methods.

A source is kept as the payment method that Stripe shows it as, under its own id. (Stripe API reference: cards.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import card_shape, payment_methods, unserved_links
from mocks.stripe.resources.customers import CUSTOMERS
from mocks.stripe.resources.events import emit, updated
from mocks.stripe.resources.payment_methods import PAYMENT_METHODS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PREFIX = "card_"


def _view(tx: Transaction, method: Json) -> Json:
    return card_shape.of(method, id=method["id"], customer=method["customer"])


register(
    Resource(
        "card", PAYMENT_METHODS, expands={"customer": "customer", **unserved_links.of("card")}, view=_view
    )
)


def shown(method: Json) -> Json:
    """Return the document of a source under the name of its kind, to be rendered or announced."""
    return method | {"object": "card"}


def add(tx: Transaction, customer: Json, token: str, *, announce_default: bool = True) -> Json:
    """Save a token's card with a customer and announce it; the first one becomes the default. Raises the 402s."""
    method = payment_methods.from_template(tx, token, param="source")
    tx.delete(PAYMENT_METHODS, method["id"])
    card = payment_methods.card_of(method)
    if not card.saves and card.decline is not None:
        raise errors.card_error(**payment_methods.decline_fields(card.decline), keep=False)
    source = tx.insert(PAYMENT_METHODS, method | {"id": new_id(tx, "card"), "customer": customer["id"]})
    emit(tx, "customer.source.created", PAYMENT_METHODS, shown(source))
    if customer["default_source"] is None:
        customer["default_source"] = source["id"]
        if announce_default:
            updated(tx, "customer.updated", CUSTOMERS, customer)
        else:
            tx.save(CUSTOMERS, customer)
    return source


def of(tx: Transaction, customer: str) -> list[Json]:
    """Return the sources of a customer, newest first."""
    found = tx.every(PAYMENT_METHODS, customer=customer, newest_first=True)
    return [each for each in found if each["id"].startswith(PREFIX)]


def find(tx: Transaction, customer: str, id: str) -> Json:
    """Return a source of a customer; raise the 404."""
    found = tx.get(PAYMENT_METHODS, id)
    if found is None or found["customer"] != customer or not id.startswith(PREFIX):
        raise errors.not_found("source", id)
    return found


def change(tx: Transaction, source: Json, given: Json) -> Json:
    """Change a source, and announce it when that changed anything."""
    details = dict(source["billing_details"])
    card = dict(source["card"])
    for name, value in given.items():
        match name:
            case "metadata":
                source["metadata"] = merged(source["metadata"], value)
            case "name":
                details["name"] = value
            case "exp_month" | "exp_year":
                card[name] = value
            case _:
                details["address"] = details["address"] | {card_shape.ADDRESS[name]: value}
    source |= {"billing_details": details, "card": card}
    if tx.before(PAYMENT_METHODS, source["id"]) != source:
        tx.save(PAYMENT_METHODS, source)
        emit(tx, "customer.source.updated", PAYMENT_METHODS, shown(source))
    return source


def remove(tx: Transaction, customer: Json, source: Json) -> Json:
    """Take a source from its customer, and announce it; the newest of the others becomes the default."""
    emit(tx, "customer.source.deleted", PAYMENT_METHODS, shown(source))
    tx.delete(PAYMENT_METHODS, source["id"])
    if customer["default_source"] == source["id"]:
        left = of(tx, customer["id"])
        customer["default_source"] = left[0]["id"] if left else None
        updated(tx, "customer.updated", CUSTOMERS, customer)
    return {"id": source["id"], "object": "card", "deleted": True}
