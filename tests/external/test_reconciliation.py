"""The mirror against Stripe: what is missing on either side, what differs, and how it is mended."""

import json
import subprocess
import sys

import pytest
from sqlalchemy import delete, update

from integrations.models import Customer, Invoice, Subscription
from tests.external.outside import SWEEPS, Outside
from tests.external.paying import newest_invoice, stripe_client, subscribed, subscription


@pytest.fixture
def even(outside: Outside) -> tuple[Outside, str]:
    """An organisation that is the same on both sides."""
    organisation_id = subscribed(outside)
    outside.services.reconciliation.run(organisation_id, repair=True)
    assert outside.services.reconciliation.run(organisation_id).differences == []
    return outside, organisation_id


def found(outside: Outside, organisation_id: str, *, repair: bool = False) -> list[tuple[str, str]]:
    report = outside.services.reconciliation.run(organisation_id, repair=repair)
    return sorted((each.kind.value, each.finding.value) for each in report.differences)


def test_what_is_missing_here_is_found_and_fetched(even: tuple[Outside, str]) -> None:
    outside, organisation_id = even
    with outside.services.database.transaction() as session:
        session.execute(delete(Invoice))
        session.execute(delete(Subscription))
        session.execute(delete(Customer))
    assert found(outside, organisation_id) == [("customer", "missing_here")]
    expected = [("customer", "missing_here"), ("invoice", "missing_here"), ("subscription", "missing_here")]
    assert found(outside, organisation_id, repair=True) == expected
    assert found(outside, organisation_id) == []
    assert subscription(outside, organisation_id).status == "active"


def test_what_differs_is_told_with_both_values(even: tuple[Outside, str]) -> None:
    outside, organisation_id = even
    with outside.services.database.transaction() as session:
        session.execute(update(Subscription).values(status="past_due"))
        session.execute(update(Customer).values(name="Somebody else"))
    report = outside.services.reconciliation.run(organisation_id)
    fields = {each.kind.value: each.fields for each in report.differences}
    assert fields == {
        "customer": {"name": ("Somebody else", "Acme")},
        "subscription": {"status": ("past_due", "active")},
    }
    assert outside.services.reconciliation.run(organisation_id, repair=True).left == []
    assert found(outside, organisation_id) == []


def test_what_is_missing_there_is_removed(even: tuple[Outside, str]) -> None:
    outside, organisation_id = even
    kept = newest_invoice(outside, organisation_id)
    with outside.services.database.transaction() as session:
        session.execute(update(Invoice).values(stripe_id="in_1NoSuchInvoice"))
    assert found(outside, organisation_id) == [("invoice", "missing_here"), ("invoice", "missing_there")]
    found(outside, organisation_id, repair=True)
    assert newest_invoice(outside, organisation_id).stripe_id == kept.stripe_id
    assert found(outside, organisation_id) == []


def test_a_second_customer_is_reported_and_left_alone(even: tuple[Outside, str]) -> None:
    outside, organisation_id = even
    client = stripe_client(outside)
    other = client.v1.customers.create({"metadata": {"organisation_id": organisation_id}})
    assert found(outside, organisation_id, repair=True) == [("customer", "duplicate")]
    client.v1.customers.delete(other.id)
    assert found(outside, organisation_id) == []


def test_a_customer_deleted_at_stripe_is_noticed(even: tuple[Outside, str]) -> None:
    outside, organisation_id = even
    customer = outside.services.customers.find(organisation_id)
    assert customer is not None
    stripe_client(outside).v1.customers.delete(customer.stripe_id)
    assert ("customer", "missing_there") in found(outside, organisation_id, repair=True)
    assert outside.services.customers.find(organisation_id) is None
    assert subscription(outside, organisation_id).status == "canceled"


def test_the_routes_report_and_repair(even: tuple[Outside, str]) -> None:
    outside, organisation_id = even
    with outside.services.database.transaction() as session:
        session.execute(update(Subscription).values(status="past_due"))
    asked = {"organisation_id": organisation_id}
    report = outside.app.http.get("/billing/reconciliation", params=asked).json()
    (difference,) = report["differences"]
    assert difference["fields"] == {"status": {"here": "past_due", "there": "active"}}
    assert (report["left"], difference["repaired"]) == (1, False)
    assert outside.app.http.post("/billing/reconciliation", params=asked).json()["left"] == 0
    assert outside.app.http.get("/billing/reconciliation", params=asked).json()["differences"] == []


def test_the_command_says_it_by_its_exit_code(even: tuple[Outside, str]) -> None:
    outside, organisation_id = even
    world = outside.demand_world()
    environ = {
        **world["env"],
        **SWEEPS,
        "DATABASE_URL": outside.settings.database_url.get_secret_value(),
    }

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "integrations.reconcile", *arguments],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    with outside.services.database.transaction() as session:
        session.execute(update(Subscription).values(status="past_due"))
    told = command()
    assert told.returncode == 1
    assert "'past_due' here, 'active' there" in told.stdout
    repaired = command("--repair", "--organisation", organisation_id, "--json")
    assert repaired.returncode == 0
    assert json.loads(repaired.stdout)["left"] == 0
    assert command().returncode == 0
    assert command("--organisation", "nobody").returncode == 2
