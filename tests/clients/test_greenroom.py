"""The client and its pytest plugin against Greenroom itself, with the providers' official SDKs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe
from resend import Emails

from greenroom import ControlError, Greenroom, TimedOut, World

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
FROZEN = {"mode": "frozen", "now": START}


class Receiver(ThreadingHTTPServer):
    """Takes webhooks and answers with `status`."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"
        self.posts: list[tuple[dict[str, str], bytes]] = []


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def send(world: World, *, subject: str = "Welcome") -> None:
    world.client("resend")
    mail: Emails.SendParams = {
        "from": "Greenroom <team@greenroom.test>",
        "to": ["ada@example.test"],
        "subject": subject,
        "html": '<a href="https://app.example.test/start?code=1">Start</a>',
    }
    Emails.send(mail)


def test_the_server_tells_its_health_and_providers(greenroom: Greenroom) -> None:
    assert greenroom.health().status == "ok"
    providers = {provider.name: provider for provider in greenroom.providers()}
    assert "api.stripe.com" in providers["stripe"].hosts
    assert providers["resend"].operations > 0
    assert "default" in {world.name for world in greenroom.worlds()} | {greenroom.world("default").id}


@pytest.mark.greenroom(seed=7, clock=FROZEN, lenient=["stripe"])
def test_the_world_is_as_the_marker_says(greenroom: Greenroom, world: World) -> None:
    assert (world.seed, world.lenient, world.clock.now) == (7, ("stripe",), START)
    assert greenroom.world(world.id).env == world.env
    listed = next(other for other in greenroom.worlds() if other.id == world.id)
    assert listed.env == world.env
    assert world.env["GREENROOM_STRIPE_URL"] == world.urls["stripe"]


@pytest.mark.greenroom(seed=7, clock=FROZEN)
def test_webhooks_reach_an_endpoint_signed_with_its_secret(world: World, receiver: Receiver) -> None:
    endpoint = world.endpoints.add("stripe", receiver.url, ["customer.created"])
    assert endpoint.secret == world.env["STRIPE_WEBHOOK_SECRET"]
    customer = world.client("stripe").v1.customers.create(params={"email": "ada@example.test"})
    assert world.webhooks.settle().delivered == 1
    ((headers, body),) = receiver.posts
    event = stripe.Webhook.construct_event(body, headers["stripe-signature"], endpoint.secret)
    assert event.data.object.id == customer.id
    (delivery,) = world.webhooks.deliveries("delivered", provider="stripe")
    assert (delivery.type, delivery.attempts[0].status) == ("customer.created", 200)
    assert world.events(type="customer.created")[0].body["id"] == delivery.event
    world.webhooks.redeliver(delivery.id)
    world.webhooks.settle()
    assert len(receiver.posts) == 2
    (listed,) = world.endpoints.list()
    assert (listed.id, listed.url, listed.events) == (endpoint.id, receiver.url, ("customer.created",))


@pytest.mark.greenroom(clock=FROZEN)
def test_a_failed_delivery_waits_for_the_clock(world: World, receiver: Receiver) -> None:
    world.endpoints.add("stripe", receiver.url, ["customer.created"])
    receiver.status = 500
    world.client("stripe").v1.customers.create(params={})
    settled = world.webhooks.settle()
    assert (settled.delivered, settled.scheduled) == (0, 1)
    (delivery,) = world.webhooks.deliveries("pending")
    assert delivery.next_attempt is not None
    assert delivery.next_attempt > START
    receiver.status = 200
    advanced = world.clock.advance(to=delivery.next_attempt)
    assert advanced.now == delivery.next_attempt
    assert advanced.deliveries == 1
    assert [attempt.status for attempt in world.webhooks.deliveries("delivered")[0].attempts] == [500, 200]


@pytest.mark.greenroom(clock=FROZEN)
def test_paused_webhooks_wait_until_they_are_resumed(world: World, receiver: Receiver) -> None:
    world.endpoints.add("stripe", receiver.url)
    assert world.webhooks.pause("stripe") == 1
    world.client("stripe").v1.customers.create(params={})
    world.webhooks.settle()
    assert receiver.posts == []
    world.webhooks.resume()
    assert world.webhooks.settle().delivered >= 1
    assert receiver.posts


@pytest.mark.greenroom(clock=FROZEN)
def test_the_clock_is_frozen_set_and_advanced(world: World) -> None:
    assert world.clock.advance(days=31, hours=2).now == START + timedelta(days=31, hours=2)
    assert world.clock.set("fast", rate=60).rate == 60
    assert world.clock.show().mode == "fast"


def test_what_a_world_saw_is_told(world: World) -> None:
    sdk = world.client("stripe")
    misspelt: Any = {"emial": "ada@example.test"}
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.customers.create(params=misspelt)
    customer = sdk.v1.customers.create(params={"email": "ada@example.test"})
    newest, oldest = world.requests("stripe")
    assert (newest.operation, newest.status, oldest.status) == ("PostCustomers", 200, 400)
    assert newest.request_body == "email=ada%40example.test"
    (violation,) = world.violations()
    assert (violation.provider, violation.operation, violation.count) == ("stripe", "PostCustomers", 1)
    assert "emial" in violation.message
    assert customer.id in str(world.objects(provider="stripe", kind="customer"))


def test_mail_is_waited_for_and_opened(world: World) -> None:
    with world.stream(timeout=10) as stream:
        send(world)
        assert any(item.kind == "mail" for item in stream)
    mail = world.mailbox.wait_for(to="ada@example.test", subject="welcome")
    assert "https://app.example.test/start?code=1" in mail.links
    assert mail.html is not None
    assert [email.subject for email in world.emails("ada@example.test")] == ["Welcome"]
    assert world.emails("grace@example.test") == []
    later = threading.Timer(0.05, send, [world], {"subject": "Welcome back"})
    later.start()
    assert world.mailbox.wait_for(subject="welcome", after=mail).subject == "Welcome back"
    later.join()
    with pytest.raises(TimedOut, match=r"there: 'Welcome back', 'Welcome'"):
        world.mailbox.wait_for(subject="Receipt", timeout=0.1)


@pytest.mark.greenroom(clock=FROZEN)
def test_a_trigger_returns_its_events(world: World) -> None:
    events = world.trigger("resend", "email.bounced", to="ada@example.test", type="Transient")
    bounced = next(event for event in events if event.type == "email.bounced")
    assert (bounced.provider, bounced.created) == ("resend", START)
    assert bounced.body["data"]["to"] == ["ada@example.test"]


def test_a_fault_meets_its_operation_until_it_is_used_up_or_cleared(world: World) -> None:
    fault = world.faults.add(kind="status", provider="stripe", operation="GetCustomers", status=500, times=1)
    assert [listed.id for listed in world.faults.list()] == [fault.id]
    options = stripe.StripeClient(
        world.env["STRIPE_SECRET_KEY"], base_addresses={"api": world.urls["stripe"]}, max_network_retries=0
    )
    with pytest.raises(stripe.APIError):
        options.v1.customers.list()
    assert options.v1.customers.list().data == []
    other = world.faults.add(kind="latency", milliseconds=1)
    world.faults.clear(other.id)
    world.faults.add(kind="latency", milliseconds=1)
    world.faults.clear()
    assert world.faults.list() == []


def test_a_world_is_kept_brought_back_reset_and_copied(greenroom: Greenroom, world: World) -> None:
    customers = world.client("stripe").v1.customers
    customers.create(params={"email": "ada@example.test"})
    assert world.snapshots.save("one").name == "one"
    customers.create(params={"email": "grace@example.test"})
    fork = world.fork(f"{world.name}-fork")
    world.snapshots.restore("one")
    assert [customer.email for customer in customers.list().data] == ["ada@example.test"]
    assert [snapshot.name for snapshot in world.snapshots.list()] == ["one"]
    world.snapshots.delete("one")
    assert world.snapshots.list() == []
    world.reset()
    assert customers.list().data == []
    assert len(fork.client("stripe").v1.customers.list().data) == 2
    assert greenroom.world(fork.name or "").id == fork.id
    fork.delete()
    with pytest.raises(ControlError, match=r"404"):
        greenroom.world(fork.id)


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda world: world.clock.set("sideways"), 422),
        (lambda world: world.clock.advance(to=START - timedelta(days=900)), 400),
        (lambda world: world.snapshots.restore("never kept"), 404),
        (lambda world: world.endpoints.add("acme", "http://127.0.0.1:9"), 404),
        (lambda world: world.webhooks.redeliver("none"), 404),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(world: World, ask: object, status: int) -> None:
    assert callable(ask)
    with pytest.raises(ControlError) as caught:
        ask(world)
    assert caught.value.status == status
    assert caught.value.detail
