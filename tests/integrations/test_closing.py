"""Closing an organisation, when Stripe does not play along at first."""

import pytest

from integrations.errors import ProviderUnavailableError
from tests.integrations.layer import Layer
from tests.integrations.stubs import stripe_error
from tests.integrations.test_directory import populate


def outage(layer: Layer) -> None:
    layer.stripe.failures.extend([stripe_error(503)] * layer.settings.provider_attempts)


def test_what_breaks_off_is_finished_by_the_sweep(layer: Layer) -> None:
    organisation_id = layer.organisation()
    outage(layer)
    with pytest.raises(ProviderUnavailableError):
        layer.services.closing.close(organisation_id)
    kept = layer.services.organisations.get(organisation_id)
    assert (kept.name, kept.closed_at) == ("Acme", None)
    assert kept.closing_since is not None
    assert layer.services.closing.finish_pending() == 1
    closed = layer.services.organisations.get(organisation_id)
    assert (closed.name, closed.billing_email) == ("(erased)", "nobody@invalid")
    assert closed.closed_at is not None
    assert layer.services.closing.finish_pending() == 0
    assert layer.services.customers.find(organisation_id) is None


def test_clerks_event_is_done_although_stripe_is_down(layer: Layer) -> None:
    for event, data in populate(layer).items():
        layer.deliver_clerk(event, data)
    layer.services.customers.ensure("org_acme")
    layer.clerk.organisations.clear()
    outage(layer)
    assert layer.deliver_clerk("organization.deleted", {"id": "org_acme", "deleted": True}) == "processed"
    assert layer.services.closing.finish_pending() == 1
    assert layer.services.organisations.get("org_acme").closed_at is not None


def test_a_new_name_reaches_stripe_when_it_is_back(layer: Layer) -> None:
    for event, data in populate(layer).items():
        layer.deliver_clerk(event, data)
    customer_id = layer.services.customers.ensure("org_acme").stripe_id
    outage(layer)
    layer.deliver_clerk("organization.updated", layer.clerk.add_organisation(name="Acme Group"))
    assert layer.stripe.objects[customer_id]["name"] == "Acme"
    assert layer.services.customers.push_pending() == 1
    assert layer.stripe.objects[customer_id]["name"] == "Acme Group"
    assert layer.services.customers.push_pending() == 0


def test_a_change_in_the_dashboard_is_not_overwritten(layer: Layer) -> None:
    organisation_id = layer.organisation()
    customer_id = layer.customer_id(organisation_id)
    layer.stripe.objects[customer_id]["email"] = "elsewhere@acme.test"
    layer.services.customers.push(organisation_id)
    assert layer.services.customers.push_pending() == 0
    assert layer.stripe.objects[customer_id]["email"] == "elsewhere@acme.test"


def test_an_address_that_changes_is_followed(layer: Layer) -> None:
    for event, data in populate(layer).items():
        layer.deliver_clerk(event, data)
    customer_id = layer.services.customers.ensure("org_acme").stripe_id
    layer.deliver_clerk("user.updated", layer.clerk.add_user(email="ada@new.test"))
    assert layer.services.organisations.get("org_acme").billing_email == "ada@new.test"
    assert layer.stripe.objects[customer_id]["email"] == "ada@new.test"
