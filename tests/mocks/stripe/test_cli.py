"""Stripe's own command line against the mock: listen, trigger, logs tail, events resend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from tests import needs
from tests.harness.serving import Receiver, Served
from tests.mocks.stripe.cli import Cli, line_with, program

LISTEN = ("listen", "--all-snapshot", "--skip-update", "--no-wss")


@pytest.fixture
def world(server: Served) -> dict[str, dict[str, str]]:
    """A world with a clock that stands still."""
    return server.create_world(seed=7, clock={"mode": "frozen", "now": "2026-03-01T09:00:00Z"})


@pytest.fixture
def cli(world: dict[str, dict[str, str]], tmp_path: Path) -> Cli:
    """The command line."""
    executable = program()
    reason = "Stripe's CLI is not installed: `make node` does, where npm has it for this machine"
    needs.require("stripe-cli", available=executable is not None, reason=reason)
    assert executable is not None
    return Cli(executable, tmp_path, world["env"]["STRIPE_SECRET_KEY"], world["urls"]["stripe"])


@pytest.fixture
def client(world: dict[str, dict[str, str]]) -> stripe.StripeClient:
    """Stripe's Python SDK in the same world."""
    return stripe.StripeClient(
        world["env"]["STRIPE_SECRET_KEY"], base_addresses={"api": world["urls"]["stripe"]}
    )


def test_the_secret_is_that_of_the_environment(cli: Cli, world: dict[str, dict[str, str]]) -> None:
    assert cli.run(*LISTEN, "--print-secret").strip() == world["env"]["STRIPE_WEBHOOK_SECRET"]


def test_listen_forwards_what_trigger_brings_about(
    cli: Cli, world: dict[str, dict[str, str]], receiver: Receiver
) -> None:
    with cli.following(*LISTEN, "--forward-to", f"{receiver.url}/hook") as listening:
        assert "Trigger succeeded" in cli.run("trigger", "payment_intent.succeeded")
        received = receiver.wait_for(3)
        for each in received[:3]:
            event = stripe.Webhook.construct_event(  # type: ignore[no-untyped-call]
                each.body, each.headers["stripe-signature"], world["env"]["STRIPE_WEBHOOK_SECRET"]
            )
            assert event.api_version == "2026-05-27.dahlia"
        types = {json.loads(each.body)["type"] for each in received}
        assert {"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"} <= types
        assert "[200] POST" in line_with(listening, "<--")


def test_listen_can_ask_for_the_latest_version(
    cli: Cli, client: stripe.StripeClient, receiver: Receiver
) -> None:
    with cli.following(*LISTEN, "--latest", "--forward-to", receiver.url):
        client.v1.customers.create({"email": "ada@shop.test"})
        [received] = receiver.wait_for(1)
        assert json.loads(received.body)["api_version"] == "2026-10-28.endive"


def test_an_event_is_sent_again_to_who_listens(
    cli: Cli, client: stripe.StripeClient, receiver: Receiver
) -> None:
    client.v1.customers.create({"email": "ada@shop.test"})
    [event] = client.v1.events.list().data
    with cli.following(*LISTEN, "--forward-to", receiver.url):
        assert json.loads(cli.run("events", "resend", event.id))["id"] == event.id
        [received] = receiver.wait_for(1)
        assert json.loads(received.body)["id"] == event.id


def test_an_event_is_sent_again_to_an_endpoint(
    cli: Cli, client: stripe.StripeClient, receiver: Receiver
) -> None:
    client.v1.customers.create({"email": "ada@shop.test"})
    [event] = client.v1.events.list().data
    endpoint = client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    cli.run("events", "resend", event.id, "--webhook-endpoint", endpoint.id)
    [received] = receiver.wait_for(1)
    assert json.loads(received.body)["id"] == event.id


def test_the_log_tells_requests_and_their_errors(cli: Cli, client: stripe.StripeClient) -> None:
    with cli.following("logs", "tail", "--no-wss") as tail:
        client.v1.customers.create({"email": "ada@shop.test"})
        assert "[200] POST /v1/customers [req_" in line_with(tail, "/v1/customers")
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.customers.retrieve("cus_nobody")
        assert "[404] GET /v1/customers/cus_nobody [req_" in line_with(tail, "cus_nobody")
        assert "No such customer" in line_with(tail, "Message:")


def test_a_lost_session_is_told_as_the_cli_expects_it(world: dict[str, dict[str, str]]) -> None:
    url = f"{world['urls']['stripe']}/~{world['name']}/stripecli/sockets/cliws_lost"
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    answer = httpx.get(url, headers=headers)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Unknown WebSocket ID.")


@pytest.mark.parametrize(
    "event",
    [
        "cash_balance.funds_available",
        "charge.captured",
        "charge.failed",
        "charge.refunded",
        "checkout.session.completed",
        "checkout.session.expired",
        "coupon.updated",
        "credit_note.created",
        "customer.discount.created",
        "customer.discount.deleted",
        "customer.discount.updated",
        "customer.source.updated",
        "customer.subscription.created",
        "customer.subscription.deleted",
        "customer.subscription.trial_will_end",
        "customer.subscription.updated",
        "invoice.paid",
        "invoice.payment_action_required",
        "invoice.payment_failed",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_method.attached",
        "price.updated",
        "product.deleted",
        "plan.deleted",
        "quote.accepted",
        "quote.canceled",
        "promotion_code.created",
        "setup_intent.setup_failed",
        "subscription.payment_failed",
        "subscription_schedule.canceled",
        "subscription_schedule.released",
        "subscription_schedule.updated",
        "test_helpers.test_clock.ready",
    ],
)
def test_trigger(cli: Cli, client: stripe.StripeClient, event: str) -> None:
    assert "Trigger succeeded" in cli.run("trigger", event)
    wanted = {"subscription.payment_failed": "invoice.payment_failed"}.get(event, event)
    assert [each.type for each in client.v1.events.list({"type": wanted}).data] != []


@pytest.mark.parametrize("event", ["async_payment_failed", "async_payment_succeeded"])
def test_trigger_of_a_late_payment(
    server: Served, world: dict[str, Any], cli: Cli, client: stripe.StripeClient, event: str
) -> None:
    assert "Trigger succeeded" in cli.run("trigger", f"checkout.session.{event}")
    server.control("POST", f"/worlds/{world['id']}/clock/advance", {"seconds": 5})
    assert len(client.v1.events.list({"type": f"checkout.session.{event}"}).data) == 1
