"""Features of products, and what customers are entitled to because they subscribe to such products.

Entitlements are looked up, not kept: a customer has those of the products that their running subscriptions charge for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import chance
from harness.collection import Collection
from mocks.stripe import errors
from mocks.stripe.parameters import merged
from mocks.stripe.rendering import Resource, register
from mocks.stripe.resources import prices
from mocks.stripe.resources.subscriptions import SUBSCRIPTIONS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

FEATURES = Collection("stripe.entitlement_feature", "lookup_key", archived=lambda each: not each["active"])
PRODUCT_FEATURES = Collection("stripe.product_feature", product=lambda each: each["_"]["product"])
ACTIVE = Collection("stripe.active_entitlement")
"""Never filled: it only completes the declaration."""

ENTITLING = ("active", "past_due", "trialing")


def _product_view(tx: Transaction, document: Json) -> Json:
    shown = {name: value for name, value in document.items() if name != "_"}
    return shown | {"entitlement_feature": tx.get(FEATURES, document["_"]["feature"])}


register(Resource("entitlements.feature", FEATURES))
register(Resource("product_feature", PRODUCT_FEATURES, view=_product_view))
register(Resource("entitlements.active_entitlement", ACTIVE, expands={"feature": "entitlements.feature"}))


def create(tx: Transaction, given: Json) -> Json:
    """Create a feature; raise the 400 for a lookup key that is taken."""
    if tx.first(FEATURES, lookup_key=given["lookup_key"]) is not None:
        raise errors.invalid(
            f"A feature with the lookup key {given['lookup_key']} exists already.",
            param="lookup_key",
            code="resource_already_exists",
            rule="resource_already_exists",
        )
    return tx.insert(
        FEATURES,
        {
            "id": f"feat_test_61{tx.token('feature.id', 32)}",
            "object": "entitlements.feature",
            "active": True,
            "livemode": False,
            "lookup_key": given["lookup_key"],
            "metadata": merged({}, given.get("metadata") or {}),
            "name": given["name"],
        },
    )


def change(tx: Transaction, feature: Json, given: Json) -> Json:
    """Change a feature, or archive it (`active`)."""
    if "metadata" in given:
        given = given | {"metadata": merged(feature["metadata"], given["metadata"])}
    return tx.save(FEATURES, feature | given)


def give(tx: Transaction, product: Json, feature: str) -> Json:
    """Give a product a feature; raise the 400 for one that it has, an archived or an unknown one."""
    found = tx.get(FEATURES, feature)
    if found is None or not found["active"]:
        raise errors.no_such("feature", feature, param="entitlement_feature")
    if any(each["_"]["feature"] == feature for each in tx.every(PRODUCT_FEATURES, product=product["id"])):
        raise errors.invalid(
            f"The product {product['id']} has the feature {feature} already.",
            param="entitlement_feature",
            rule="product_has_feature",
        )
    return tx.insert(
        PRODUCT_FEATURES,
        {
            "id": f"prodft_{tx.token('product_feature.id', 14)}",
            "object": "product_feature",
            "entitlement_feature": None,
            "livemode": False,
            "_": {"feature": feature, "product": product["id"]},
        },
    )


def find(tx: Transaction, product: str, id: str) -> Json:
    """Return a feature of a product; raise the 404."""
    found = tx.get(PRODUCT_FEATURES, id)
    if found is None or found["_"]["product"] != product:
        raise errors.not_found("product_feature", id)
    return found


def take(tx: Transaction, product_feature: Json) -> Json:
    """Take a feature away from a product."""
    tx.delete(PRODUCT_FEATURES, product_feature["id"])
    return {"id": product_feature["id"], "object": "product_feature", "deleted": True}


def active(tx: Transaction, customer: str) -> list[Json]:
    """Return what a customer is entitled to, by the order in which features came to be needed."""
    found: dict[str, Json] = {}
    for subscription in tx.every(SUBSCRIPTIONS, customer=customer):
        if subscription["status"] not in ENTITLING:
            continue
        for item in subscription["items"]:
            price = tx.get(prices.PRICES, item["price"])
            for each in tx.every(PRODUCT_FEATURES, product=None if price is None else price["product"]):
                feature = tx.get(FEATURES, each["_"]["feature"])
                if feature is not None:
                    found.setdefault(feature["id"], _entitlement(tx, customer, feature))
    return list(found.values())


def entitled(tx: Transaction, id: str) -> Json:
    """Return an entitlement by its id; raise the 404. Looks through the subscriptions that run."""
    customers = dict.fromkeys(
        each["customer"] for status in ENTITLING for each in tx.every(SUBSCRIPTIONS, status=status)
    )
    for customer in customers:
        for each in active(tx, customer):
            if each["id"] == id:
                return each
    raise errors.not_found("active_entitlement", id)


def _entitlement(tx: Transaction, customer: str, feature: Json) -> Json:
    purpose = f"stripe.active_entitlement.{customer}.{feature['id']}"
    return {
        "id": f"ent_test_61{chance.spell(chance.draw(tx.world.seed, purpose, 0, 32))}",
        "object": "entitlements.active_entitlement",
        "feature": feature["id"],
        "livemode": False,
        "lookup_key": feature["lookup_key"],
    }
