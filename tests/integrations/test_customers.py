"""An organisation's life as a Stripe customer."""

import pytest
import requests

from integrations.errors import NotFoundError, ProviderRefusedError, ProviderUnavailableError
from tests.integrations.layer import Layer
from tests.integrations.stubs import customer, stripe_error, stripe_event, subscription


def test_ensure_makes_one_customer(layer: Layer) -> None:
    organisation_id = layer.organisation()
    again = layer.services.customers.ensure(organisation_id)
    assert again.stripe_id == layer.customer_id(organisation_id)
    assert layer.stripe.paths() == ["POST /v1/customers"]
    assert layer.stripe.objects[again.stripe_id]["metadata"] == {"organisation_id": organisation_id}


def test_an_answer_that_was_lost_leads_to_no_second_customer(layer: Layer) -> None:
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    layer.stripe.failures.extend([requests.ConnectionError("reset")] * layer.settings.provider_attempts)
    with pytest.raises(ProviderUnavailableError):
        layer.services.customers.ensure(organisation.id)
    layer.services.customers.ensure(organisation.id)
    assert len({call.headers["Idempotency-Key"] for call in layer.stripe.calls}) == 1


def test_a_stored_refusal_is_not_asked_for_again(layer: Layer) -> None:
    """Stripe repeats the first answer to a key for 24 hours, errors too."""
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    layer.stripe.failures.append(stripe_error(400, "email_invalid", "invalid_request_error"))
    with pytest.raises(ProviderRefusedError):
        layer.services.customers.ensure(organisation.id)
    layer.services.customers.ensure(organisation.id)
    assert len({call.headers["Idempotency-Key"] for call in layer.stripe.calls}) == 2


def test_two_at_once_get_the_same_customer(layer: Layer) -> None:
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    found: list[str] = []
    reply = layer.stripe.reply

    def overtaken(call: object) -> object:
        layer.stripe.reply = reply  # type: ignore[method-assign]
        found.append(layer.services.customers.ensure(organisation.id).stripe_id)
        return reply(call)  # type: ignore[arg-type]

    layer.stripe.reply = overtaken  # type: ignore[assignment, method-assign]
    found.append(layer.services.customers.ensure(organisation.id).stripe_id)
    assert found == ["cus_1", "cus_1"]


def test_update_changes_both_sides(layer: Layer) -> None:
    organisation_id = layer.organisation()
    layer.services.customers.update(organisation_id, name="Acme Ltd", billing_email="pay@acme.test")
    mirrored = layer.services.customers.find(organisation_id)
    assert mirrored is not None
    assert (mirrored.name, mirrored.email) == ("Acme Ltd", "pay@acme.test")
    assert layer.stripe.objects[mirrored.stripe_id]["email"] == "pay@acme.test"
    assert layer.services.organisations.get(organisation_id).billing_email == "pay@acme.test"


def test_what_stripe_refuses_changes_nothing(layer: Layer) -> None:
    organisation_id = layer.organisation()
    layer.stripe.failures.append(stripe_error(400, "email_invalid", "invalid_request_error"))
    with pytest.raises(ProviderRefusedError):
        layer.services.customers.update(organisation_id, billing_email="broken@acme.test")
    assert layer.services.organisations.get(organisation_id).billing_email == "billing@acme.test"


def test_an_organisation_without_customer_is_only_updated_here(layer: Layer) -> None:
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    layer.services.customers.update(organisation.id, name="Acme Ltd")
    assert layer.services.organisations.get(organisation.id).name == "Acme Ltd"
    assert layer.stripe.calls == []


def test_after_deletion_a_new_customer_can_be_made(layer: Layer) -> None:
    organisation_id = layer.organisation()
    first = layer.customer_id(organisation_id)
    layer.services.customers.delete(organisation_id)
    assert layer.services.customers.find(organisation_id) is None
    with pytest.raises(NotFoundError):
        layer.services.customers.delete(organisation_id)
    assert layer.services.customers.ensure(organisation_id).stripe_id != first


def test_a_deletion_in_the_dashboard_arrives_by_webhook(layer: Layer) -> None:
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    event = stripe_event("evt_1", "customer.deleted", layer.stripe.objects[customer_id])
    layer.stripe.objects[customer_id] = {"id": customer_id, "object": "customer", "deleted": True}
    assert layer.deliver_stripe(event) == "processed"
    assert layer.services.customers.find(organisation_id) is None


def test_a_change_in_the_dashboard_arrives_by_webhook(layer: Layer) -> None:
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    stale = stripe_event("evt_1", "customer.updated", layer.stripe.objects[customer_id])
    layer.stripe.objects[customer_id] |= {"delinquent": True, "name": "Acme in arrears"}
    assert layer.deliver_stripe(stale) == "processed"
    mirrored = layer.services.customers.find(organisation_id)
    assert mirrored is not None
    assert (mirrored.delinquent, mirrored.name) == (True, "Acme in arrears")


def test_a_customer_of_another_system_is_ignored(layer: Layer) -> None:
    event = stripe_event("evt_1", "customer.updated", layer.stripe.put(customer("cus_other")))
    assert layer.deliver_stripe(event) == "ignored"
    assert layer.stripe.calls == []


def test_a_new_payment_method_becomes_the_default(layer: Layer) -> None:
    organisation_id = layer.organisation()
    attached = layer.services.customers.replace_payment_method(organisation_id, "pm_card_visa")
    mirrored = layer.services.customers.find(organisation_id)
    assert mirrored is not None
    assert mirrored.default_payment_method == attached != "pm_card_visa"


def test_a_subscriptions_own_payment_method_is_replaced_too(layer: Layer) -> None:
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    kept = {"sub_own": "pm_old", "sub_none": None, "sub_over": "pm_old"}
    for subscription_id, method in kept.items():
        status = "canceled" if subscription_id == "sub_over" else "past_due"
        layer.stripe.put(subscription(subscription_id, customer_id, status, default_payment_method=method))
        layer.services.subscriptions.refresh(subscription_id)
    attached = layer.services.customers.replace_payment_method(organisation_id, "pm_card_visa")
    now = {name: layer.stripe.objects[name]["default_payment_method"] for name in kept}
    assert now == {"sub_own": attached, "sub_none": None, "sub_over": "pm_old"}


def test_a_payment_method_needs_a_customer(layer: Layer) -> None:
    organisation = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    with pytest.raises(NotFoundError, match="Stripe customer"):
        layer.services.customers.replace_payment_method(organisation.id, "pm_card_visa")
