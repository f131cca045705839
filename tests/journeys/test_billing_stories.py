"""Scenarios of subscribers in a running Greenroom: states as told, histories that were played, every id an object's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe

from fixtures.catalogue import FOLDER
from fixtures.format import read
from tests.harness.serving import Served

NOW = "2026-03-01T09:00:00Z"
SCENARIOS = ("billing-states", "dunning", "plan-changes", "trial-to-churn")
ID = re.compile(
    r"(acct|ch|cus|di|evt|ii|il|in|inpay|pi|pm|price|prod|re|seti|si|sub|sub_sched|txn)_[A-Za-z0-9]{10,}"
)
Json = dict[str, Any]


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def ids(value: Any) -> Iterator[str]:
    """Yield the id of a document and of all that lies in it."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), str):
            yield value["id"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from ids(each)


class Told:
    """A world that began with a scenario."""

    def __init__(self, server: Served, name: str) -> None:
        """Make the world; its clock stands still."""
        self.server, self.scenario = server, read((FOLDER / f"{name}.yaml").read_text("utf-8"), name)
        world = server.create_world(seed=7, clock={"mode": "frozen", "now": NOW})
        self.path = f"/worlds/{world['id']}"
        self.refs = server.control("POST", f"{self.path}/scenario", {"name": name})["refs"]
        self.client = stripe.StripeClient(
            world["env"]["STRIPE_SECRET_KEY"], base_addresses={"api": world["urls"]["stripe"]}
        )

    def subscription(self, organisation: str) -> stripe.Subscription:
        return self.client.v1.subscriptions.retrieve(self.refs[f"stripe.subscription.{organisation}"])

    def invoices(self, organisation: str) -> list[stripe.Invoice]:
        """Return the invoices of an organisation's subscription, oldest first."""
        found = self.client.v1.invoices.list({"subscription": self.subscription(organisation).id})
        return found.data[::-1]

    def objects(self) -> list[Json]:
        """Return every document of Stripe's, as it is stored."""
        query: Json = {"provider": "stripe", "limit": 1000}
        kinds = self.server.control("GET", f"{self.path}/objects", **query)["kinds"]
        found: list[Json] = []
        for kind in kinds:
            page = self.server.control("GET", f"{self.path}/objects", **query, kind=kind["kind"])
            assert not page["has_more"]
            found += [{"kind": kind["kind"], **each} for each in page["objects"]]
        return found


@pytest.fixture(scope="module", params=SCENARIOS)
def told(request: pytest.FixtureRequest, server: Served) -> Told:
    return Told(server, request.param)


def test_subscriptions_are_in_the_states_that_are_told(told: Told) -> None:
    for wanted in told.scenario.subscriptions:
        subscription = told.subscription(wanted.organisation)
        assert subscription.status == wanted.state, wanted.organisation
        assert subscription.customer == told.refs[f"stripe.organisation.{wanted.organisation}"]
        began = datetime.fromisoformat(NOW) - timedelta(days=wanted.days_ago)
        assert subscription.created == began.timestamp()


def test_every_id_that_is_referred_to_exists(told: Told) -> None:
    objects = told.objects()
    known = {id for each in objects for id in ids(each)}
    named = {text for each in objects for text in strings(each) if ID.fullmatch(text)}
    assert len(named) > 50
    assert named - known == set()


def test_events_tell_the_history_in_its_order(told: Told) -> None:
    instants = [each["created"] for each in told.objects() if each["kind"] == "event"][::-1]
    assert instants == sorted(instants)
    first = max(each.days_ago for each in told.scenario.organisations)
    began = datetime.fromisoformat(NOW) - timedelta(days=first)
    assert instants[0] == began.timestamp() * 1_000_000
    assert instants[-1] <= datetime.fromisoformat(NOW).timestamp() * 1_000_000


def test_nothing_in_it_breaks_stripes_rules(told: Told) -> None:
    assert told.server.control("GET", f"{told.path}/violations")["violations"] == []


def test_a_discount_lasts_its_months_and_changes_are_prorated(server: Served) -> None:
    told = Told(server, "trial-to-churn")
    assert [each.total for each in told.invoices("converted")] == [0, 15920, 15920]
    grown = told.invoices("grown")
    assert [each.billing_reason for each in grown][:3] == [
        "subscription_create",
        "subscription_cycle",
        "subscription_update",
    ]
    assert told.subscription("grown")["items"].data[0].price.unit_amount == 99900
    assert told.subscription("leaving").cancel_at_period_end
    shrunk = told.client.v1.customers.retrieve(told.refs["stripe.organisation.shrunk"])
    assert [each.total < 0 for each in told.invoices("shrunk")].count(True) == 1
    assert (shrunk.balance or 0) <= 0


def test_dunning_ends_as_the_cards_do(server: Served) -> None:
    told = Told(server, "dunning")
    assert [each.attempt_count for each in told.invoices("lost")] == [1, 4]
    details = told.subscription("lost").cancellation_details
    assert details is not None
    assert details.reason == "payment_failed"
    failing = told.invoices("failing")[-1]
    assert (failing.status, failing.attempt_count, failing.next_payment_attempt is None) == ("open", 2, False)
    assert [(each.status, each.attempt_count > 1) for each in told.invoices("mended")] == [
        ("paid", False),
        ("paid", True),
    ]
    statuses = [each.status for key in ("waiting", "declined") for each in told.invoices(key)]
    assert statuses == ["open", "void"]


def test_what_lies_in_the_future_happens_when_it_comes(server: Served) -> None:
    told = Told(server, "trial-to-churn")
    server.control("POST", f"{told.path}/clock/advance", {"seconds": 40 * 86400})
    states = [told.subscription(key).status for key in ("trying", "leaving", "cardless")]
    assert states == ["active", "canceled", "paused"]


def test_a_state_that_is_told_wrongly_is_said(server: Served) -> None:
    world = server.create_world(seed=7, clock={"mode": "frozen", "now": NOW})
    text = (FOLDER / "dunning.yaml").read_text("utf-8").replace("state: past_due", "state: unpaid")
    path, wrong = f"/_greenroom/worlds/{world['id']}/scenario", {"name": "mine", "text": text}
    answer = server.http.post(path, json=wrong)
    assert answer.status_code == 500
    assert "the subscription of failing is unpaid by now" in answer.json()["detail"]
