"""Catching up: where it begins, how far it goes, and what stops it."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.errors import EventFailedError
from integrations.webhooks.catch_up import TYPES
from tests.integrations.layer import Layer
from tests.integrations.stubs import Answer, Call, Json, json_answer, stripe_error, stripe_event, subscription


class Announced:
    """Stripe's list of events, newest first, 100 a page at most."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.events: list[Json] = []
        self.asked: list[Json] = []
        reply = layer.stripe.reply
        layer.stripe.reply = lambda call: (  # type: ignore[method-assign]
            self.page(call) if call.path == "/v1/events" else reply(call)
        )

    def announce(self, event_type: str, thing: Json, *, seconds: int = 1000) -> Json:
        """Announce an event, some seconds after the last one."""
        last = self.events[0]["created"] if self.events else 1796126400
        event = stripe_event(f"evt_{len(self.events) + 1}", event_type, thing)
        self.events.insert(0, event | {"created": last + seconds})
        return self.events[0]

    def page(self, call: Call) -> Answer:
        asked = {name: value for name, value in call.query.items() if not name.startswith("types")}
        self.asked.append(asked)
        ids = [event["id"] for event in self.events]
        limit = int(asked["limit"])
        if "ending_before" in asked:
            if asked["ending_before"] not in ids:
                return stripe_error(400, "resource_missing", "invalid_request_error")
            newer = self.events[: ids.index(asked["ending_before"])]
            found, more = newer[-limit:], len(newer) > limit
        else:
            start = ids.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
            found, more = self.events[start : start + limit], len(self.events) > start + limit
        return json_answer({"object": "list", "data": found, "has_more": more, "url": "/v1/events"})


@pytest.fixture
def announced(layer: Layer) -> Announced:
    return Announced(layer)


@pytest.fixture
def sub(layer: Layer) -> Json:
    organisation_id = layer.organisation()
    return layer.stripe.put(subscription("sub_1", layer.customer_id(organisation_id)))


def kept(layer: Layer) -> dict[str, str]:
    return {event.event_id: event.status.value for event in layer.services.inbox.list(limit=5000)}


def run(layer: Layer, **options: Any) -> tuple[int, int, int, bool]:
    done = layer.services.stripe_catch_up.run(**options)
    return done.seen, done.made_good, done.failed, done.complete


def test_there_are_at_most_twenty_types() -> None:
    assert len(TYPES) == len(set(TYPES)) <= 20


def test_only_what_did_not_come_is_made_good(layer: Layer, announced: Announced, sub: Json) -> None:
    events = [announced.announce("customer.subscription.updated", sub) for _ in range(4)]
    layer.deliver_stripe(events[1])
    assert run(layer) == (4, 3, 0, True)
    assert set(kept(layer).values()) == {"processed"}
    assert run(layer) == (1, 0, 0, True), "the cursor stays behind the newest event"
    assert layer.deliver_stripe(events[0]) == "duplicate"


def test_nothing_announced_is_nothing_to_do(layer: Layer, announced: Announced) -> None:
    assert run(layer) == (0, 0, 0, True)
    assert announced.asked == [{"limit": "100"}]


def test_an_event_that_shows_late_is_found(layer: Layer, announced: Announced, sub: Json) -> None:
    for _ in range(3):
        announced.announce("customer.subscription.updated", sub, seconds=60)
    run(layer)
    late = stripe_event("evt_late", "customer.subscription.updated", sub)
    announced.events.insert(1, late | {"created": announced.events[1]["created"]})
    assert run(layer)[1] == 1
    assert "evt_late" in kept(layer)


def test_many_pages_are_walked_from_the_oldest_on(layer: Layer, announced: Announced, sub: Json) -> None:
    announced.announce("customer.updated", {"id": "cus_other", "object": "customer"})
    run(layer)
    for _ in range(250):
        announced.announce("customer.updated", {"id": "cus_other", "object": "customer"})
    assert run(layer, limit=120) == (120, 120, 0, False)
    assert "evt_121" in kept(layer)
    assert "evt_122" not in kept(layer)
    assert run(layer, limit=200)[3]
    assert len(kept(layer)) == 251


def test_the_first_run_goes_back_as_far_as_its_limit(layer: Layer, announced: Announced) -> None:
    for _ in range(230):
        announced.announce("customer.updated", {"id": "cus_other", "object": "customer"})
    assert run(layer, limit=150) == (150, 150, 0, True)
    assert "evt_80" not in kept(layer)
    assert "evt_81" in kept(layer)


def test_a_burst_beyond_the_limit_is_got_through(layer: Layer, announced: Announced) -> None:
    for _ in range(30):
        announced.announce("customer.updated", {"id": "cus_other", "object": "customer"}, seconds=0)
    run(layer, limit=5)
    for _ in range(20):
        announced.announce("customer.updated", {"id": "cus_other", "object": "customer"}, seconds=0)
    for _ in range(20):
        if run(layer, limit=5)[3]:
            break
    assert "evt_50" in kept(layer)


def test_a_forgotten_cursor_begins_anew(layer: Layer, announced: Announced, sub: Json) -> None:
    announced.announce("customer.subscription.updated", sub)
    run(layer)
    announced.events.clear()
    announced.events.append(stripe_event("evt_new", "customer.subscription.updated", sub))
    assert run(layer) == (1, 1, 0, True)


def test_an_outage_stops_it_and_the_next_run_goes_on(layer: Layer, announced: Announced, sub: Json) -> None:
    for _ in range(3):
        announced.announce("customer.subscription.updated", sub)
    page, outage = announced.page, [stripe_error(503)] * layer.settings.provider_attempts

    def breaking(call: Call) -> Answer:
        answer = page(call)
        layer.stripe.failures.extend(outage)
        return answer

    announced.page = breaking  # type: ignore[method-assign]
    assert run(layer) == (1, 0, 1, False)
    announced.page = page  # type: ignore[method-assign]
    layer.clock.elapsed += layer.settings.circuit_recovery_seconds
    assert run(layer)[2:] == (0, True)
    assert set(kept(layer).values()) == {"processed"}
    assert len(kept(layer)) == 3


def test_what_was_left_behind_is_taken_up(layer: Layer, announced: Announced, sub: Json) -> None:
    event = stripe_event("evt_old_type", "customer.subscription.trial_will_end", sub)
    layer.stripe.failures.extend([stripe_error(400, "odd", "invalid_request_error")])
    with pytest.raises(EventFailedError):
        layer.deliver_stripe(event)
    assert run(layer)[1] == 0, "it may still be worked on"
    layer.clock.elapsed += timedelta(minutes=3).total_seconds()
    assert run(layer)[1] == 1
    assert kept(layer) == {"evt_old_type": "processed"}


def test_a_hopeless_event_does_not_stop_the_others(layer: Layer, announced: Announced, sub: Json) -> None:
    broken = announced.announce("customer.subscription.updated", {"object": "subscription"})
    announced.announce("customer.subscription.updated", sub)
    assert run(layer) == (2, 1, 1, True)
    for _ in range(30):
        layer.clock.elapsed += 300
        run(layer)
    (failed,) = [event for event in layer.services.inbox.list() if event.event_id == broken["id"]]
    assert (failed.status.value, failed.attempts) == ("failed", 20)
