"""What must hold at the end: retries, isolation, and no rule broken."""

from __future__ import annotations

from demo.journey import Journey, check, step


@step("webhooks")
def retried(journey: Journey) -> str:
    """A receiver that answers 500 twice gets its event the third time."""
    world, flaky = journey.stage.world, journey.stage.flaky
    world.endpoints.add("stripe", flaky.url, ["customer.updated"])
    client = world.client("stripe")
    client.v1.customers.update(journey.customer, params={"description": "Renewed by phone"})
    settled = world.webhooks.settle()
    check((flaky.answered, settled.scheduled) == ([500], 1), f"answered {flaky.answered}, {settled}")
    world.clock.advance(hours=3)
    check(flaky.answered == [500, 500, 200], f"the receiver answered {flaky.answered}")
    (delivery,) = [each for each in world.webhooks.deliveries() if each.url == flaky.url]
    times = [each.world_time.strftime("%H:%M") for each in delivery.attempts]
    return f"attempts at {', '.join(times)} of world time, on Stripe's schedule"


@step("worlds")
def untouched(journey: Journey) -> str:
    """A second world saw nothing of all this."""
    other = journey.stage.other
    customers = other.client("stripe").v1.customers.list().data
    check(not customers, f"it has customers: {customers}")
    check(not other.emails() and not other.events(), "it has mails or events")
    people = other.client("clerk").users.list(request={})
    check(not people, f"Clerk has people in it: {people}")
    indices = other.client("algolia").list_indices().items
    check(not indices, f"Algolia has indices in it: {indices}")
    return f"world {other.name!r}: no people, customers, indices, mails or events; its clock stands still"


@step("world")
def clean(journey: Journey) -> str:
    """No rule of a provider was broken on the way."""
    violations = journey.stage.world.violations()
    check(not violations, f"violations: {violations}")
    requests = journey.stage.world.requests(limit=1000)
    asked = sorted({request.provider for request in requests})
    return f"the last {len(requests)} requests went to {', '.join(asked)}: 0 violations"
