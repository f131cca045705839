"""Every call and every delivery is written down: who, what, why, how it ended; no person's data, and not for ever."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
import sqlalchemy
from sqlalchemy import select, update

from integrations.audit import RULES, acting, minimised
from integrations.errors import ProviderError, ProviderRefusedError, WebhookRejectedError
from integrations.models import ERASED, AuditEntry, Direction
from integrations.services import PROVIDERS, Services
from integrations.settings import load_settings
from integrations.sweeps import sweeps_of
from tests.integrations.clerk_stub import session_token
from tests.integrations.layer import Layer
from tests.integrations.stubs import (
    ENVIRONMENT,
    Answer,
    sign_stripe,
    stripe_error,
    stripe_event,
    subscription,
)

ADA = {"authorization": f"Bearer {session_token({'metadata.role': 'admin'}, lifetime=86_400)}"}


def entries(layer: Layer, direction: Direction | None = None) -> list[AuditEntry]:
    """Return the entries, oldest first."""
    return list(layer.services.audit.list(direction=direction))[::-1]


def told(entry: AuditEntry) -> tuple[str, str | None, str, str]:
    return entry.provider, entry.operation, entry.actor, entry.outcome


def written(layer: Layer) -> str:
    """Return everything that the table holds, as text."""
    with layer.services.database.transaction() as session:
        rows: Sequence[AuditEntry] = session.scalars(select(AuditEntry)).all()
        return repr([[getattr(row, column.key) for column in AuditEntry.__table__.columns] for row in rows])


def test_a_call_is_written_down_with_how_it_ended(layer: Layer) -> None:
    layer.organisation()
    (entry,) = [each for each in entries(layer) if each.provider == "stripe"]
    assert told(entry) == ("stripe", "create customer", "layer", "ok")
    assert (entry.direction, entry.attempts, entry.status) == (Direction.OUTGOING, 1, None)


@pytest.mark.parametrize(
    ("failures", "outcome", "status", "code", "attempts"),
    [
        ([stripe_error(503)], "ok", None, None, 2),
        (
            [stripe_error(400, "parameter_missing", "invalid_request_error")],
            "refused",
            400,
            "parameter_missing",
            1,
        ),
        ([stripe_error(402, "card_declined", "card_error")], "declined", 402, "card_declined", 1),
        ([stripe_error(429, "rate_limit")] * 4, "rate_limited", 429, None, 4),
        ([stripe_error(503)] * 4, "unavailable", 503, None, 4),
    ],
)
def test_refusals_and_repetitions_are_told_apart(
    layer: Layer,
    failures: list[Answer],
    outcome: str,
    status: int | None,
    code: str | None,
    attempts: int,
) -> None:
    made = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    layer.stripe.failures.extend(failures)
    with suppress(ProviderError):
        layer.services.customers.ensure(made.id)
    entry = next(each for each in entries(layer) if each.provider == "stripe")
    assert (entry.outcome, entry.status, entry.code, entry.attempts) == (outcome, status, code, attempts)


def test_a_call_that_is_not_made_is_written_down_too(layer: Layer) -> None:
    made = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    layer.stripe.failures.extend([stripe_error(503)] * 20)
    for _ in range(3):
        with pytest.raises(ProviderError):
            layer.services.customers.ensure(made.id)
    assert entries(layer)[-1].outcome == "circuit_open"


def test_all_calls_go_through_the_door_that_is_watched(layer: Layer) -> None:
    assert {each.provider for each in layer.services.guards} == set(PROVIDERS)
    assert all(each._witness == layer.services.audit.call for each in layer.services.guards)


async def test_who_and_why_are_those_of_the_request(client: httpx.AsyncClient, layer: Layer) -> None:
    made = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    await client.post("/customers", json={"organisation_id": made.id}, headers=ADA)
    entry = next(each for each in entries(layer) if each.provider == "stripe")
    assert (entry.actor, entry.reason) == ("user_ada", "POST /customers")


async def test_requests_of_different_people_are_not_mixed_up(client: httpx.AsyncClient, layer: Layer) -> None:
    made = layer.services.organisations.create(name="Acme", billing_email="billing@acme.test")
    await client.get("/healthz", headers=ADA)
    await client.post("/customers", json={"organisation_id": made.id})
    assert next(each for each in entries(layer) if each.provider == "stripe").actor == "platform"


async def test_the_list_is_for_those_who_may_see_everything(client: httpx.AsyncClient, layer: Layer) -> None:
    layer.organisation()
    (shown,) = (await client.get("/audit", params={"provider": "stripe"})).json()
    assert (shown["operation"], shown["outcome"], "id" in shown) == ("create customer", "ok", False)
    member = {
        "authorization": f"Bearer {session_token(o={'id': 'org_acme', 'rol': 'member', 'slg': 'acme'})}"
    }
    assert (await client.get("/audit", headers=member)).status_code == 403


def test_a_delivery_is_written_down_and_is_why_calls_are_made(layer: Layer) -> None:
    customer = layer.customer_id(layer.organisation())
    layer.stripe.put(subscription("sub_1", customer))
    event = stripe_event("evt_1", "customer.subscription.updated", subscription("sub_1", customer))
    assert [layer.deliver_stripe(event) for _ in range(2)] == ["processed", "duplicate"]
    first, second = entries(layer, Direction.INCOMING)
    assert told(first) == ("stripe", "customer.subscription.updated", "webhook", "processed")
    assert (second.outcome, second.reference) == ("duplicate", event["id"])
    read = next(
        each
        for each in entries(layer, Direction.OUTGOING)
        if each.provider == "stripe" and each.actor == "webhook"
    )
    assert read.reason == f"stripe customer.subscription.updated {event['id']}"


def test_a_delivery_that_fails_is_written_down(layer: Layer) -> None:
    customer = layer.customer_id(layer.organisation())
    layer.stripe.failures.extend([stripe_error(503)] * 4)
    event = stripe_event("evt_1", "customer.subscription.updated", subscription("sub_1", customer))
    with pytest.raises(Exception, match="evt_1"):
        layer.deliver_stripe(event)
    (entry,) = entries(layer, Direction.INCOMING)
    assert (entry.outcome, entry.operation) == ("failed", "customer.subscription.updated")


async def test_what_is_turned_away_is_written_down_without_its_contents(
    client: httpx.AsyncClient, layer: Layer
) -> None:
    body = json.dumps({"id": "evt_1", "email": "eve@elsewhere.test"})
    wrong = {"stripe-signature": sign_stripe(body).replace("v1=", "v1=0")}
    for headers in ({}, wrong):
        assert (await client.post("/webhooks/stripe", content=body, headers=headers)).status_code == 400
    found = entries(layer, Direction.INCOMING)
    assert [(each.provider, each.outcome, each.status) for each in found] == [("stripe", "rejected", 400)] * 2
    assert "eve@elsewhere.test" not in written(layer)


def test_sweeps_and_operators_say_who_they_are(layer: Layer) -> None:
    with acting("sweep", "mail"):
        layer.organisation()
    (entry,) = [each for each in entries(layer) if each.provider == "stripe"]
    assert (entry.actor, entry.reason) == ("sweep", "mail")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("No such customer: ada@acme.test", "No such customer: (mail)"),
        ("called 4242 4242 4242 4242", "called (number)"),
        ("+49 170 1234567 is no number", "(number) is no number"),
        ("key sk_test_abcdefgh12345 and Bearer abc.def", "key (key) and (key)"),
        ("stripe invoice.paid evt_1234567890123", "stripe invoice.paid evt_1234567890123"),
        ("12345678-1234-1234-1234-123456789012", "12345678-1234-1234-1234-123456789012"),
        ("x" * 300, "x" * 200),
    ],
)
def test_texts_are_minimised(text: str, kept: str) -> None:
    assert minimised(text) == kept


def test_every_text_has_a_rule_or_is_a_word_of_ours(layer: Layer) -> None:
    texts = {
        column.key for column in AuditEntry.__table__.columns if isinstance(column.type, sqlalchemy.Text)
    }
    assert texts - RULES.keys() == {"provider", "organisation_id", "outcome"}


def test_what_a_provider_says_of_a_person_is_not_kept(layer: Layer) -> None:
    made = layer.services.organisations.create(name="Acme Ada", billing_email="billing@acme.test")
    layer.stripe.failures.append(stripe_error(400, "ada@acme.test is taken", "invalid_request_error"))
    with pytest.raises(ProviderRefusedError):
        layer.services.customers.ensure(made.id)
    layer.deliver_stripe(stripe_event("evt_1", "customer.updated", {"id": "cus_1", "email": "ada@acme.test"}))
    for private in ("ada@acme.test", "billing@acme.test", "Acme Ada"):
        assert private not in written(layer)


def test_entries_are_deleted_when_their_time_is_over(layer: Layer) -> None:
    layer.organisation()
    layer.clock.elapsed += 300 * 86_400
    layer.organisation("Later", "later@acme.test")
    assert layer.services.audit.retire() == 0
    before = len(entries(layer))
    layer.clock.elapsed += 66 * 86_400
    gone = layer.services.audit.retire()
    assert 0 < gone < before
    assert len(entries(layer)) == before - gone
    limit = layer.clock.now() - timedelta(days=365)
    assert all(each.at >= limit for each in entries(layer))
    assert "audit" in {each.name for each in sweeps_of(layer.services)}


def test_who_is_erased_is_erased_from_the_audit(layer: Layer) -> None:
    layer.clerk.add_user()
    with acting("user_ada", "POST /customers"):
        layer.organisation()
    del layer.clerk.users["user_ada"]
    layer.deliver_clerk("user.deleted", {"id": "user_ada", "object": "user", "deleted": True})
    actors = [each.actor for each in entries(layer)]
    assert "user_ada" not in actors
    assert ERASED in actors


def test_an_organisation_that_is_closed_takes_the_names_of_its_people_along(layer: Layer) -> None:
    organisation = layer.organisation()
    with layer.services.database.transaction() as session:
        session.execute(update(AuditEntry).values(organisation_id=organisation, actor="user_ada"))
    layer.services.closing.close(organisation)
    assert "user_ada" not in written(layer)


def test_an_audit_that_cannot_be_written_stops_nothing(
    layer: Layer, caplog: pytest.LogCaptureFixture
) -> None:
    with layer.services.database.transaction() as session:
        session.execute(sqlalchemy.text("DROP TABLE audit_entries"))
    with caplog.at_level(logging.CRITICAL, "integrations.audit"):
        layer.organisation()
    assert layer.stripe.calls


def test_without_retention_nothing_is_kept(layer: Layer) -> None:
    url = layer.settings.database_url.get_secret_value()
    services = Services.build(
        load_settings({**ENVIRONMENT, "DATABASE_URL": url, "AUDIT_RETENTION_DAYS": "0"})
    )
    with services.audit.call("stripe", "read customer"):
        pass
    assert list(services.audit.list()) == []
    assert "audit" not in {each.name for each in sweeps_of(services)}
    services.close()


def test_the_refusal_of_a_delivery_stays_the_same(layer: Layer) -> None:
    with pytest.raises(WebhookRejectedError):
        layer.services.stripe_webhooks.receive(b"{}", "t=1,v1=00")
