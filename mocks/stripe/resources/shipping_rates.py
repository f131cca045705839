"""Shipping rates: what Checkout asks for sending goods (Stripe docs: charge for shipping)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import unserved_links
from mocks.stripe.resources.money import check_currency

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

SHIPPING_RATES = Collection(
    "stripe.shipping_rate", "active", currency=lambda rate: rate["fixed_amount"]["currency"]
)

register(Resource("shipping_rate", SHIPPING_RATES, expands=unserved_links.of("shipping_rate")))


def find(tx: Transaction, id: str) -> Json:
    """Return a shipping rate named in the path; raise the 404."""
    found = tx.get(SHIPPING_RATES, id)
    if found is None:
        raise errors.not_found("shipping_rate", id, param="shipping_rate_token")
    return found


def create(tx: Transaction, given: Json) -> Json:
    """Create a shipping rate; nothing announces it. Raises the 400s of an amount that is missing or cannot be charged."""
    fixed = given.get("fixed_amount")
    if fixed is None:
        raise errors.missing_parameter("fixed_amount")
    check_currency(fixed["currency"], param="fixed_amount[currency]")
    rate: Json = {
        "id": new_id(tx, "shr"),
        "object": "shipping_rate",
        "active": True,
        "created": tx.seconds,
        "delivery_estimate": _estimate(given.get("delivery_estimate")),
        "display_name": given["display_name"],
        "fixed_amount": {"amount": fixed["amount"], "currency": fixed["currency"]},
        "livemode": False,
        "metadata": merged({}, given.get("metadata") or {}),
        "tax_behavior": given.get("tax_behavior") or "unspecified",
        "tax_code": None,
        "type": "fixed_amount",
    }
    return tx.insert(SHIPPING_RATES, rate)


def change(tx: Transaction, rate: Json, given: Json) -> Json:
    """Archive a shipping rate or use it again, or change its metadata; its tax behaviour is chosen once."""
    behavior = given.get("tax_behavior")
    if behavior is not None and rate["tax_behavior"] not in {"unspecified", behavior}:
        raise errors.invalid(
            "You cannot change `tax_behavior` once it is set.",
            param="tax_behavior",
            rule="tax_behavior_fixed",
        )
    if "metadata" in given:
        given = given | {"metadata": merged(rate["metadata"], given["metadata"])}
    return tx.save(SHIPPING_RATES, rate | given)


def chosen(tx: Transaction, id: str, currency: str, *, param: str) -> Json:
    """Return a shipping rate that is offered; raise the 400 for an unknown or archived one, or of another currency."""
    rate = tx.get(SHIPPING_RATES, id)
    if rate is None:
        raise errors.no_such("shipping rate", id, param=param)
    if not rate["active"]:
        raise errors.invalid(
            f"The shipping rate {id} is archived and cannot be used.",
            param=param,
            rule="inactive_shipping_rate",
        )
    if rate["fixed_amount"]["currency"] != currency:
        raise errors.invalid(
            f"The shipping rate {id} is in `{rate['fixed_amount']['currency']}`, and what is sold in `{currency}`.",
            param=param,
            rule="mixed_currencies",
        )
    return rate


def estimate(rate: Json) -> str:
    """Return how long goods take, as the page says it: `3–5 business days`; nothing where the rate does not say."""
    known = rate["delivery_estimate"] or {}
    least, most = known.get("minimum"), known.get("maximum")
    if least is None or most is None:
        only = least or most
        return "" if only is None else f"{'at least' if least else 'up to'} {_written(only)}"
    if least["unit"] != most["unit"]:
        return f"{_written(least)} to {_written(most)}"
    if least["value"] == most["value"]:
        return _written(most)
    return f"{least['value']}–{_written(most)}"


def _written(bound: Json) -> str:
    unit = bound["unit"].replace("_", " ")
    return f"{bound['value']} {unit}{'' if bound['value'] == 1 else 's'}"


def _estimate(given: Json | None) -> Json | None:
    return None if given is None else {name: given.get(name) for name in ("maximum", "minimum")}
