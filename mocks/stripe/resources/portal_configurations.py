"""Configurations of the billing portal: what customers may do there.

The account's default one comes into being when it is first needed, as it does in Stripe's dashboard.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.ids import new_id
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import prices, products
from mocks.stripe.resources.events import emit

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

CONFIGURATIONS = Collection("stripe.portal_configuration", "active", "is_default")

register(Resource("billing_portal.configuration", CONFIGURATIONS, expands={"application": "application"}))

_NOTHING: Json = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}
"""Every feature, in Stripe's order, all of them off; never changed in place."""

_USUAL: Json = {
    "customer_update": {"allowed_updates": ["email", "name", "phone"], "enabled": True},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True},
}
"""What the default configuration allows."""


def create(tx: Transaction, given: Json, *, is_default: bool = False) -> Json:
    """Create a configuration and announce it; raises the 400s of products and prices that cannot be switched to."""
    configuration: Json = {
        "id": new_id(tx, "bpc"),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None},
        "created": tx.seconds,
        "default_return_url": None,
        "features": deepcopy(_NOTHING),
        "is_default": is_default,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": {},
        "name": None,
        "updated": tx.seconds,
    }
    _apply(tx, configuration, given)
    tx.insert(CONFIGURATIONS, configuration)
    emit(tx, "billing_portal.configuration.created", CONFIGURATIONS, configuration)
    return configuration


def change(tx: Transaction, configuration: Json, given: Json) -> Json:
    """Change a configuration, and announce it when that changed anything."""
    if given.get("active") is False and configuration["is_default"]:
        raise errors.invalid(
            "The default configuration cannot be deactivated.", param="active", rule="default_configuration"
        )
    _apply(tx, configuration, given)
    if tx.before(CONFIGURATIONS, configuration["id"]) != configuration:
        configuration["updated"] = tx.seconds
        tx.save(CONFIGURATIONS, configuration)
        emit(tx, "billing_portal.configuration.updated", CONFIGURATIONS, configuration)
    return configuration


def default(tx: Transaction) -> Json:
    """Return the account's default configuration."""
    found = tx.first(CONFIGURATIONS, is_default=True)
    return create(tx, {"features": _USUAL}, is_default=True) if found is None else found


def get(tx: Transaction, id: str | None) -> Json:
    """Return the configuration named in a parameter, the default one for None; raise the 400 when it cannot be used."""
    if id is None:
        return default(tx)
    found = tx.get(CONFIGURATIONS, id)
    if found is None:
        raise errors.no_such("configuration", id, param="configuration")
    if not found["active"]:
        raise errors.invalid(
            f"The configuration {id} is inactive.", param="configuration", rule="inactive_configuration"
        )
    return found


def choices(tx: Transaction, configuration: Json) -> list[Json]:
    """Return the prices that customers may switch to."""
    wanted = configuration["features"]["subscription_update"]
    if not wanted["enabled"] or "price" not in wanted["default_allowed_updates"]:
        return []
    ids = [id for each in wanted["products"] for id in each["prices"]]
    found = [tx.get(prices.PRICES, id) for id in dict.fromkeys(ids)]
    return [each for each in found if each is not None and each["active"]]


def quantities(tx: Transaction, configuration: Json, price: str) -> tuple[int, int | None] | None:
    """Return between which numbers customers may choose how many of a price they have; None where they may not."""
    wanted = configuration["features"]["subscription_update"]
    if not wanted["enabled"] or "quantity" not in wanted["default_allowed_updates"]:
        return None
    product = (tx.get(prices.PRICES, price) or {}).get("product")
    for each in wanted["products"]:
        adjustable = each["adjustable_quantity"]
        if each["product"] == product and adjustable["enabled"]:
            return adjustable["minimum"], adjustable["maximum"]
    return None


def _apply(tx: Transaction, configuration: Json, given: Json) -> None:
    for name, value in given.items():
        match name:
            case "features":
                features = configuration["features"]
                configuration[name] = features | {
                    feature: _feature(tx, feature, features[feature], wanted)
                    for feature, wanted in value.items()
                    if wanted is not None
                }
            case "business_profile":
                configuration[name] = configuration[name] | value
            case "login_page":
                secret = tx.token("portal.login_page", 14)
                url = f"https://billing.stripe.com/p/login/test_{secret}"
                configuration[name] = {"enabled": value["enabled"], "url": url if value["enabled"] else None}
            case "metadata":
                configuration[name] = merged(configuration[name], value)
            case _:
                configuration[name] = value


def _feature(tx: Transaction, name: str, before: Json, wanted: Json) -> Json:
    after: Json = before | wanted
    for field in ("allowed_updates", "default_allowed_updates", "products"):
        if field in after and after[field] is None:
            after[field] = []
    if "cancellation_reason" in wanted:
        reason = before["cancellation_reason"] | wanted["cancellation_reason"]
        after["cancellation_reason"] = reason | {"options": reason["options"] or []}
    if name == "subscription_update":
        waits = wanted.get("schedule_at_period_end") or before["schedule_at_period_end"]
        after["schedule_at_period_end"] = {"conditions": waits.get("conditions") or []}
        after["products"] = [
            _product(tx, each, place)
            for place, each in enumerate(wanted.get("products") or after["products"])
        ]
        if after["enabled"]:
            for field in ("default_allowed_updates", "products"):
                if not after[field]:
                    raise errors.missing_parameter(f"features[{name}][{field}]")
    if name == "customer_update" and after["enabled"] and not after["allowed_updates"]:
        raise errors.missing_parameter(f"features[{name}][allowed_updates]")
    return after


def _product(tx: Transaction, given: Json, place: int) -> Json:
    """Check a product whose prices can be switched to."""
    at = f"features[subscription_update][products][{place}]"
    product = products.get(tx, given["product"], param=f"{at}[product]")
    for number, id in enumerate(given["prices"]):
        price = prices.get(tx, id, param=f"{at}[prices][{number}]")
        if price["product"] != product["id"] or price["recurring"] is None:
            raise errors.invalid(
                f"The price {id} must be a recurring price of the product {product['id']}.",
                param=f"{at}[prices][{number}]",
                rule="price_of_other_product",
            )
    quantity = {"enabled": False, "maximum": None, "minimum": 1} | (given.get("adjustable_quantity") or {})
    return {"adjustable_quantity": quantity, "prices": given["prices"], "product": product["id"]}
