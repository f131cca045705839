"""The way to a subscription."""

import pytest

from integrations.billing.plans import Plan
from integrations.errors import ConflictError
from tests.integrations.layer import Layer
from tests.integrations.stubs import subscription


def test_a_session_is_for_one_plan_and_one_organisation(layer: Layer) -> None:
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    session = layer.services.checkout.start(organisation.id, Plan.ESSENTIAL_MONTHLY)
    assert session.url.endswith(session.id)
    made, opened = layer.stripe.calls
    assert made.path == "/v1/customers"
    assert opened.form == {
        "mode": "subscription",
        "customer": layer.customer_id(organisation.id),
        "client_reference_id": organisation.id,
        "line_items[0][price]": "price_essential_monthly",
        "line_items[0][quantity]": "1",
        "subscription_data[metadata][organisation_id]": organisation.id,
        "metadata[organisation_id]": organisation.id,
        "success_url": "https://app.platform.test/billing?checkout=success&session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://app.platform.test/billing?checkout=cancelled",
    }


@pytest.mark.parametrize("status", ["active", "trialing", "past_due", "incomplete", "unpaid", "paused"])
def test_nobody_subscribes_twice(layer: Layer, status: str) -> None:
    organisation_id = layer.organisation()
    layer.stripe.put(subscription("sub_1", layer.customer_id(organisation_id), status))
    layer.services.subscriptions.refresh("sub_1")
    with pytest.raises(ConflictError, match="sub_1"):
        layer.services.checkout.start(organisation_id, Plan.ADVANCED_ANNUAL)


@pytest.mark.parametrize("status", ["canceled", "incomplete_expired"])
def test_after_the_end_one_may_subscribe_again(layer: Layer, status: str) -> None:
    organisation_id = layer.organisation()
    layer.stripe.put(subscription("sub_1", layer.customer_id(organisation_id), status))
    layer.services.subscriptions.refresh("sub_1")
    assert layer.services.checkout.start(organisation_id, Plan.ADVANCED_ANNUAL).url
