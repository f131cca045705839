"""What a world's methods ask of the control API, and what they make of its answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from greenroom import Advance, ControlError, Greenroom, GreenroomError, Settled, World
from tests.clients.standin import StandIn

AT = "2026-01-31T09:00:00.250Z"
MOMENT = datetime(2026, 1, 31, 9, 0, 0, 250_000, tzinfo=UTC)
DELIVERY = {
    "id": "d1",
    "provider": "stripe",
    "event": "evt_1",
    "type": "customer.created",
    "endpoint": "we_1",
    "url": "http://127.0.0.1:3000/hook",
    "state": "pending",
    "attempts": [
        {
            "number": 1,
            "at": AT,
            "world_time": AT,
            "status": 500,
            "error": None,
            "milliseconds": 3.5,
            "request_headers": {"stripe-signature": "t=1"},
            "response_body": "no",
        }
    ],
    "next_attempt": None,
}


@pytest.fixture
def world(client: Greenroom) -> World:
    return client.create_world()


def test_a_world_is_created_as_asked_for(server: StandIn, client: Greenroom) -> None:
    world = client.create_world(
        "mine", seed=7, clock={"mode": "frozen", "now": datetime(2026, 1, 31, tzinfo=UTC)}, lenient=["stripe"]
    )
    assert server.calls[-1][2] == {
        "name": "mine",
        "seed": 7,
        "clock": {"mode": "frozen", "now": "2026-01-31T00:00:00Z"},
        "lenient": ["stripe"],
    }
    assert (world.id, world.name, world.seed, world.lenient) == ("w1", "mine", 7, ("stripe",))
    assert world.urls["stripe"] == server.url
    assert world.env["STRIPE_SECRET_KEY"] == "sk_test_world1"


def test_what_is_not_given_is_not_sent(server: StandIn, client: Greenroom) -> None:
    client.create_world()
    assert server.calls[-1][2] == {}


def test_a_listed_world_fetches_its_environment_when_asked(server: StandIn, client: Greenroom) -> None:
    client.create_world()
    listed = {name: value for name, value in server.worlds["w1"].items() if name != "env"}
    server.tell("GET", "/worlds", {"worlds": [listed]})
    server.tell("GET", "/worlds/w1/env", {"STRIPE_SECRET_KEY": "sk_test_listed"})
    (world,) = client.worlds()
    assert world.env == {"STRIPE_SECRET_KEY": "sk_test_listed"}
    assert server.queries[-1] == {"format": "json"}


def test_changing_the_environment_one_was_given_changes_no_world(world: World) -> None:
    world.env.clear()
    assert world.env["STRIPE_SECRET_KEY"] == "sk_test_world1"


def test_a_world_is_found_by_a_name_with_any_character(server: StandIn, client: Greenroom) -> None:
    with pytest.raises(ControlError) as caught:
        client.world("a/b ?")
    assert caught.value.status == 404
    assert server.calls[-1][1] == "/worlds/a%2Fb%20%3F"


def test_a_world_is_reset_forked_and_deleted(server: StandIn, world: World) -> None:
    server.answers["POST", "/worlds/w1/fork"] = (201, server.new_world({"name": "copy"}))
    world.reset()
    fork = world.fork("copy")
    world.delete()
    assert server.calls[1:] == [
        ("POST", "/worlds/w1/reset", {}),
        ("POST", "/worlds/w1/fork", {"name": "copy"}),
        ("DELETE", "/worlds/w1", None),
    ]
    assert (fork.id, fork.name) == ("w2", "copy")
    with pytest.raises(ControlError):
        world.delete()


def test_the_clock_is_shown_in_utc(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/clock", {"mode": "fast", "now": AT, "rate": 60})
    assert world.clock.now == MOMENT
    assert world.clock.now.tzinfo is UTC
    shown = world.clock.show()
    assert (shown.mode, shown.rate) == ("fast", 60)


@pytest.mark.parametrize(
    ("now", "sent"),
    [
        (datetime(2026, 1, 31, 9, tzinfo=UTC), "2026-01-31T09:00:00Z"),
        (datetime(2026, 1, 31, 9, tzinfo=timezone(timedelta(hours=2))), "2026-01-31T07:00:00Z"),
        (datetime(2026, 1, 31, 9), "2026-01-31T09:00:00Z"),  # noqa: DTZ001 - without a zone it means UTC
        ("2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z"),
    ],
)
def test_the_clock_is_set_to_any_spelling_of_an_instant(
    server: StandIn, world: World, now: datetime | str, sent: str
) -> None:
    server.tell("PUT", "/worlds/w1/clock", {"mode": "frozen", "now": AT, "rate": 1})
    assert world.clock.set("frozen", now=now).now == MOMENT
    assert server.calls[-1] == ("PUT", "/worlds/w1/clock", {"mode": "frozen", "now": sent})


@pytest.mark.parametrize(
    ("span", "sent"),
    [
        ({"seconds": 0.5}, {"seconds": 0.5}),
        ({"seconds": 0}, {"seconds": 0}),
        ({"minutes": 2}, {"seconds": 120}),
        ({"days": 31, "hours": 2}, {"seconds": 31 * 86400 + 7200}),
        ({"to": MOMENT}, {"to": "2026-01-31T09:00:00.250000Z"}),
    ],
)
def test_the_clock_advances_by_a_span_or_to_an_instant(
    server: StandIn, world: World, span: dict[str, Any], sent: dict[str, Any]
) -> None:
    server.tell("POST", "/worlds/w1/clock/advance", {"now": AT, "timers_run": 3, "deliveries": 2})
    assert world.clock.advance(**span) == Advance(MOMENT, 3, 2)
    assert server.calls[-1][2] == sent


@pytest.mark.parametrize("span", [{}, {"days": 1, "to": MOMENT}])
def test_an_advance_without_a_clear_span_is_refused_here(
    server: StandIn, world: World, span: dict[str, Any]
) -> None:
    asked = len(server.calls)
    with pytest.raises(GreenroomError, match=r"advance\(days=31\)"):
        world.clock.advance(**span)
    assert len(server.calls) == asked


def test_webhooks_are_paused_settled_and_redelivered(server: StandIn, world: World) -> None:
    server.tell("POST", "/worlds/w1/webhooks/pause", {"paused": 2})
    server.tell("POST", "/worlds/w1/webhooks/resume", {"paused": 0})
    server.tell("POST", "/worlds/w1/webhooks/settle", {"delivered": 1, "failed": 0, "scheduled": 4})
    server.tell("POST", "/worlds/w1/deliveries/d1/redeliver", DELIVERY)
    assert world.webhooks.pause("stripe") == 2
    assert world.webhooks.resume() == 0
    assert world.webhooks.settle() == Settled(delivered=1, failed=0, scheduled=4)
    assert world.webhooks.redeliver("d1").attempts[0].status == 500
    assert [call[2] for call in server.calls[1:3]] == [{"provider": "stripe"}, {}]


def test_deliveries_are_read_with_their_attempts(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/deliveries", {"deliveries": [DELIVERY]})
    (delivery,) = world.webhooks.deliveries("pending", provider="stripe", limit=5)
    assert server.queries[-1] == {"state": "pending", "provider": "stripe", "limit": "5"}
    assert (delivery.state, delivery.next_attempt, delivery.attempts[0].at) == ("pending", None, MOMENT)
    server.tell("GET", "/worlds/w1/deliveries", {"deliveries": [DELIVERY | {"next_attempt": AT}]})
    assert world.webhooks.deliveries()[0].next_attempt == MOMENT


def test_an_endpoint_tells_its_secret_when_it_is_added(server: StandIn, world: World) -> None:
    listed = {
        "id": "we_1",
        "provider": "stripe",
        "url": "http://h",
        "events": ["*"],
        "status": "enabled",
        "paused": False,
    }
    server.tell("POST", "/worlds/w1/endpoints", listed | {"secret": "whsec_1"}, status=201)
    server.tell("GET", "/worlds/w1/endpoints", {"endpoints": [listed]})
    added = world.endpoints.add("stripe", "http://h", ["customer.created"])
    assert server.calls[-1][2] == {"provider": "stripe", "url": "http://h", "events": ["customer.created"]}
    assert (added.id, added.secret) == ("we_1", "whsec_1")
    assert world.endpoints.list()[0].secret == ""


def test_faults_are_added_listed_and_cleared(server: StandIn, world: World) -> None:
    fault = {"id": "f1", "kind": "status", "provider": "stripe", "status": 503, "times": 2}
    server.tell("POST", "/worlds/w1/faults", fault, status=201)
    server.tell("GET", "/worlds/w1/faults", {"faults": [fault]})
    for path in ("/worlds/w1/faults", "/worlds/w1/faults/f1"):
        server.answers["DELETE", path] = (204, None)
    added = world.faults.add(kind="status", provider="stripe", status=503, times=2)
    assert server.calls[-1][2] == {"kind": "status", "provider": "stripe", "status": 503, "times": 2}
    assert world.faults.list() == [added]
    world.faults.clear("f1")
    world.faults.clear()
    assert [call[1] for call in server.calls[-2:]] == ["/worlds/w1/faults/f1", "/worlds/w1/faults"]


def test_snapshots_are_saved_listed_restored_and_deleted(server: StandIn, world: World) -> None:
    kept = {"name": "before it", "created": AT}
    server.tell("POST", "/worlds/w1/snapshots", kept, status=201)
    server.tell("GET", "/worlds/w1/snapshots", {"snapshots": [kept]})
    server.answers["DELETE", "/worlds/w1/snapshots/before%20it"] = (204, None)
    saved = world.snapshots.save("before it")
    assert saved.created == MOMENT
    assert world.snapshots.list() == [saved]
    world.snapshots.restore("before it")
    world.snapshots.delete("before it")
    assert [call[1] for call in server.calls[-2:]] == [
        "/worlds/w1/snapshots/before%20it/restore",
        "/worlds/w1/snapshots/before%20it",
    ]


REQUEST = {
    "id": "r1",
    "at": AT,
    "world_time": AT,
    "provider": "stripe",
    "operation": "PostCustomers",
    "method": "POST",
    "path": "/v1/customers",
    "status": 400,
    "milliseconds": 1.25,
}
EVENT = {
    "id": "evt_1",
    "provider": "stripe",
    "type": "customer.created",
    "created": AT,
    "body": {"id": "evt_1"},
}
VIOLATION = {
    "provider": "stripe",
    "operation": "PostCustomers",
    "rule": "unknown_parameter",
    "message": "Received unknown parameter: emial",
    "count": 2,
    "first_at": AT,
    "last_at": AT,
    "example": {"path": "/v1/customers"},
}


def test_requests_are_read(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/requests", {"requests": [REQUEST]})
    (request,) = world.requests("stripe", limit=3)
    assert server.queries[-1] == {"provider": "stripe", "limit": "3"}
    assert (request.status, request.at, request.milliseconds) == (400, MOMENT, 1.25)


def test_events_are_read(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/events", {"events": [EVENT]})
    (event,) = world.events(type="customer.created")
    assert server.queries[-1] == {"type": "customer.created"}
    assert (event.id, event.created) == ("evt_1", MOMENT)


def test_what_is_wrong_with_a_world_is_told(server: StandIn, world: World) -> None:
    wrong = {
        "kind": "stripe.customer",
        "id": "cus_1",
        "rule": "reference metadata.clerkUserId",
        "told": "gone",
    }
    server.tell("GET", "/worlds/w1/coherence", {"coherent": False, "findings": [wrong]})
    assert world.incoherences(provider="stripe") == [wrong]


def test_violations_are_read(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/violations", {"violations": [VIOLATION]})
    (violation,) = world.violations()
    assert (violation.rule, violation.count, violation.last_at) == ("unknown_parameter", 2, MOMENT)


def test_objects_are_given_as_they_are_stored(server: StandIn, world: World) -> None:
    server.tell("GET", "/worlds/w1/objects", {"objects": [{"id": "cus_1"}]})
    assert world.objects(provider="stripe", kind="customer") == [{"id": "cus_1"}]
    assert server.queries[-1] == {"provider": "stripe", "kind": "customer"}


def test_a_trigger_sends_its_fields_and_returns_events(server: StandIn, world: World) -> None:
    server.tell("POST", "/worlds/w1/trigger", {"events": [EVENT]})
    (event,) = world.trigger("stripe", "charge.dispute.created", charge="ch_1")
    assert server.calls[-1][2] == {"provider": "stripe", "event": "charge.dispute.created", "charge": "ch_1"}
    assert (event.type, event.body) == ("customer.created", {"id": "evt_1"})


EXPECTATION = {
    "scenario": "dunning",
    "that": "It is lost",
    "passed": False,
    "expected": "1 stripe.subscription",
    "saw": "0",
    "place": "line 9, column 5",
}
PLAYED = {
    "name": "dunning",
    "seed": "7",
    "refs": {"clerk.person.a": "user_1"},
    "now": AT,
    "steps": [{"at": AT, "what": "stripe: payment fails"}],
    "passed": False,
    "expectations": [EXPECTATION],
}


def test_a_scenario_is_loaded_played_and_checked(server: StandIn, world: World) -> None:
    server.tell(
        "POST", "/worlds/w1/scenario", {"name": "dunning", "seed": "7", "refs": {"clerk.person.a": "user_1"}}
    )
    server.tell("POST", "/worlds/w1/scenario/play", PLAYED)
    server.tell("GET", "/worlds/w1/scenario/check", {"passed": True, "expectations": []})
    assert world.load_scenario("dunning", parameters={"size": 3}) == {"clerk.person.a": "user_1"}
    assert server.calls[-1][2] == {"name": "dunning", "parameters": {"size": 3}}
    verdict = world.scenario("dunning", seed=7, until_seconds=60)
    assert server.calls[-1][2] == {"name": "dunning", "seed": 7, "until_seconds": 60}
    assert not verdict
    assert verdict.refs == {"clerk.person.a": "user_1"}
    assert (verdict.now, verdict.steps[0].what) == (MOMENT, "stripe: payment fails")
    assert [one.that for one in verdict.failed] == ["It is lost"]
    assert str(verdict) == "FAILED: It is lost (expected 1 stripe.subscription; saw 0)"
    assert world.check_scenario()
    assert str(world.check_scenario()) == "nothing is expected"


def test_a_world_is_created_with_the_parameters_of_its_scenario(server: StandIn, client: Greenroom) -> None:
    client.create_world(scenario="dunning", parameters={"size": 3})
    assert server.calls[-1][2] == {"scenario": "dunning", "parameters": {"size": 3}}
