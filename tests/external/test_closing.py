"""Customers follow their organisations: changed at Clerk, billed elsewhere, closed, forgotten."""

import pytest

from integrations.errors import ConflictError, NotFoundError
from tests.external.outside import Outside
from tests.external.paying import stripe_client, subscribed, subscription
from tests.external.test_clerk import found, sign_up


def test_a_closed_organisation_is_forgotten(outside: Outside) -> None:
    outside.demand_world()
    outside.listen("stripe")
    organisation_id = subscribed(outside)
    customer = outside.services.customers.find(organisation_id)
    assert customer is not None
    assert outside.app.http.delete(f"/organisations/{organisation_id}").status_code == 204
    outside.settle()
    there = stripe_client(outside)
    assert getattr(there.v1.customers.retrieve(customer.stripe_id), "deleted", False)
    assert subscription(outside, organisation_id).status == "canceled"
    closed = outside.services.organisations.get(organisation_id)
    assert (closed.name, closed.billing_email) == ("(erased)", "nobody@invalid")
    assert all(mail.recipient == "(erased)" for mail in outside.services.mail.list())
    for event in outside.services.inbox.list(limit=1000):
        assert "billing@acme.test" not in event.payload
        assert event.status.value == "processed"
    with pytest.raises(ConflictError, match="closed"):
        outside.services.customers.ensure(organisation_id)
    outside.services.closing.close(organisation_id)
    assert outside.services.reconciliation.run().differences == []
    outside.services.stripe_catch_up.run()
    assert all("billing@acme.test" not in each.payload for each in outside.services.inbox.list(limit=1000))
    with pytest.raises(NotFoundError):
        outside.services.closing.close("nobody")


def test_what_changes_at_clerk_reaches_stripe(outside: Outside) -> None:
    outside.demand("clerk", "clerk_secret_key", "clerk_webhook_secret")
    outside.demand_world()
    outside.listen("clerk")
    outside.listen("stripe")
    user_id = sign_up(outside, "ada@northwind.test")
    organisation_id = found(outside, "Northwind", user_id)
    outside.settle()
    customer_id = outside.services.customers.ensure(organisation_id).stripe_id
    clerk, there = outside.services.clerk._client(), stripe_client(outside)
    clerk.organizations.update(organization_id=organisation_id, name="Northwind Group")
    outside.settle()
    assert there.v1.customers.retrieve(customer_id).name == "Northwind Group"
    made = clerk.email_addresses.create(
        request={"user_id": user_id, "email_address": "ada@group.test", "verified": True, "primary": True}
    )
    assert made is not None
    outside.settle()
    assert there.v1.customers.retrieve(customer_id).email == "ada@group.test"
    assert outside.services.organisations.get(organisation_id).billing_email == "ada@group.test"


def test_the_last_person_takes_the_organisation_along(outside: Outside) -> None:
    outside.demand("clerk", "clerk_secret_key", "clerk_webhook_secret")
    outside.demand_world()
    outside.listen("clerk")
    outside.listen("stripe")
    ada, ben = sign_up(outside, "ada@northwind.test"), sign_up(outside, "ben@northwind.test")
    organisation_id = found(outside, "Northwind", ada)
    clerk = outside.services.clerk._client()
    clerk.organization_memberships.create(organization_id=organisation_id, user_id=ben, role="org:member")
    outside.settle()
    customer_id = outside.services.customers.ensure(organisation_id).stripe_id
    there = stripe_client(outside)
    clerk.users.delete(user_id=ada)
    outside.settle()
    assert there.v1.customers.retrieve(customer_id).email == "ben@northwind.test"
    clerk.users.delete(user_id=ben)
    outside.settle()
    assert getattr(there.v1.customers.retrieve(customer_id), "deleted", False)
    assert outside.services.organisations.get(organisation_id).name == "(erased)"


def test_a_deleted_organisation_is_closed(outside: Outside) -> None:
    outside.demand("clerk", "clerk_secret_key", "clerk_webhook_secret")
    outside.demand_world()
    outside.listen("clerk")
    user_id = sign_up(outside, "ada@northwind.test")
    organisation_id = found(outside, "Northwind", user_id)
    outside.settle()
    customer_id = outside.services.customers.ensure(organisation_id).stripe_id
    with pytest.raises(ConflictError, match="delete it there"):
        outside.services.closing.close(organisation_id)
    outside.services.clerk._client().organizations.delete(organization_id=organisation_id)
    outside.settle()
    assert getattr(stripe_client(outside).v1.customers.retrieve(customer_id), "deleted", False)
