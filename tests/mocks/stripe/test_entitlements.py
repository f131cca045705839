"""Features of products, and what subscribers are entitled to."""

from typing import Any

import stripe

from tests.mocks.stripe.conformance import refused


def test_who_subscribes_is_entitled(checked: stripe.StripeClient) -> None:
    features, active = checked.v1.entitlements.features, checked.v1.entitlements.active_entitlements
    made = features.create({"name": "Reports", "lookup_key": "reports", "metadata": {"k": "v"}})
    with refused(400, "resource_already_exists", "lookup_key"):
        features.create({"name": "Others", "lookup_key": "reports"})
    described: Any = {"name": "Plan", "default_price_data": {"currency": "usd", "unit_amount": 900}}
    described["default_price_data"]["recurring"] = {"interval": "month"}
    product = checked.v1.products.create(described)
    given = checked.v1.products.features.create(product.id, {"entitlement_feature": made.id})
    assert given.entitlement_feature.lookup_key == "reports"
    with refused(400, None, "entitlement_feature"):
        checked.v1.products.features.create(product.id, {"entitlement_feature": made.id})
    owner = checked.v1.customers.create({})
    card = checked.v1.payment_methods.attach("pm_card_visa", {"customer": owner.id})
    wanted: Any = {"customer": owner.id, "items": [{"price": product.default_price}]}
    subscription = checked.v1.subscriptions.create({**wanted, "default_payment_method": card.id})
    (entitlement,) = active.list({"customer": owner.id, "expand": ["data.feature"]}).data
    assert entitlement.feature.id == made.id
    assert active.retrieve(entitlement.id).lookup_key == "reports"
    assert [each.id for each in checked.v1.products.features.list(product.id).data] == [given.id]
    assert checked.v1.products.features.retrieve(product.id, given.id).id == given.id
    checked.v1.subscriptions.cancel(subscription.id)
    assert active.list({"customer": owner.id}).data == []
    with refused(404, "resource_missing"):
        active.retrieve(entitlement.id)
    assert checked.v1.products.features.delete(product.id, given.id).deleted
    features.update(made.id, {"active": False, "name": "Old reports"})
    assert (features.list().data, features.list({"archived": True}).data[0].name) == ([], "Old reports")
    assert features.retrieve(made.id).metadata.to_dict() == {"k": "v"}
