"""World time: timers and deliveries happen in order, each at its own instant."""

import asyncio

import pytest

from harness.clock import configured
from harness.errors import GreenroomError, InvalidInput
from harness.instants import DAY, HOUR, MINUTE, SECOND, iso, parse
from harness.transaction import TIMERS, Transaction
from tests.harness.lab import Lab


async def test_a_timer_runs_at_its_own_instant_during_an_advance(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world)
    await lab.call(world, "POST", f"/parcels/{made['id']}/send")
    done = await lab.runtime.timeline.advance(world, world.clock.now() + DAY)
    parcel = (await lab.call(world, "GET", f"/parcels/{made['id']}")).json()
    assert (parcel["state"], parcel["arrived"] - made["created"]) == ("arrived", 60)
    assert (done.timers_run, done.now) == (1, world.clock.now())


async def test_a_timer_with_a_key_replaces_the_one_before(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world)
    for _ in range(3):
        await lab.call(world, "POST", f"/parcels/{made['id']}/send")
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    assert tx.count(TIMERS) == 1


async def test_time_does_not_run_backwards(lab: Lab) -> None:
    world = lab.world()
    with pytest.raises(InvalidInput):
        await lab.runtime.timeline.advance(world, world.clock.now() - MINUTE)


async def test_a_failing_timer_is_named_and_removed_and_leaves_nothing(lab: Lab) -> None:
    world = lab.world()
    await lab.call(world, "POST", "/explosions")
    with pytest.raises(GreenroomError, match="explode of parcel failed in world"):
        await lab.runtime.timeline.advance(world, world.clock.now() + DAY)
    await lab.runtime.timeline.advance(world, world.clock.now() + DAY)
    assert [each["name"] for each in (await lab.call(world, "GET", "/parcels")).json()["items"]] == ["first"]


async def test_retries_follow_the_schedule_in_world_time(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver(statuses=[500, 302, 200])
    await lab.call(world, "POST", "/endpoints", json={"url": await receiver.start()})
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    assert len(receiver.got) == 1
    assert lab.runtime.dispatcher.counts(world) == {"delivered": 0, "failed": 0, "scheduled": 1}
    start = world.clock.now()
    done = await lab.runtime.timeline.advance(world, start + HOUR)
    assert done.deliveries == 2
    assert lab.runtime.dispatcher.counts(world) == {"delivered": 1, "failed": 0, "scheduled": 0}
    from harness.transaction import DELIVERIES

    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    (delivery,) = tx.every(DELIVERIES)
    assert [each["world_time"] for each in delivery["attempts"]] == [
        iso(start),
        iso(start + 60 * SECOND),
        iso(start + 660 * SECOND),
    ]
    assert [each["status"] for each in delivery["attempts"]] == [500, 302, 200]


async def test_a_delivery_is_given_up_after_the_last_retry(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver(statuses=[500] * 9)
    await lab.call(world, "POST", "/endpoints", json={"url": await receiver.start()})
    await lab.create(world)
    await lab.runtime.timeline.advance(world, world.clock.now() + DAY)
    assert len(receiver.got) == 3
    assert lab.runtime.dispatcher.counts(world) == {"delivered": 0, "failed": 1, "scheduled": 0}


async def test_requests_sent_back_during_an_advance_see_the_instant_of_their_cause(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver()
    times: list[int] = []

    async def call_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        times.append((await lab.create(world, "answer"))["created"])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    receiver.server = await asyncio.start_server(call_back, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{receiver.server.sockets[0].getsockname()[1]}/"
    made = await lab.create(world)
    await lab.call(world, "POST", "/endpoints", json={"url": url, "events": ["parcel.arrived"]})
    await lab.call(world, "POST", f"/parcels/{made['id']}/send")
    await lab.runtime.timeline.advance(world, world.clock.now() + DAY)
    assert times == [made["created"] + 60]


async def test_in_a_fast_world_timers_run_by_themselves(lab: Lab) -> None:
    world = lab.world(at={"mode": "fast", "rate": 100_000, "now": "2026-01-31T09:00:00Z"})
    made = await lab.create(world)
    await lab.call(world, "POST", f"/parcels/{made['id']}/send")
    parcel = made
    for _ in range(200):
        parcel = (await lab.call(world, "GET", f"/parcels/{made['id']}")).json()
        if parcel["state"] == "arrived":
            break
        await asyncio.sleep(0.01)
    assert parcel["state"] == "arrived"


async def test_a_later_timer_leaves_the_alarm_be_and_an_earlier_one_moves_it(lab: Lab) -> None:
    world, timeline = lab.world(at={"mode": "real"}), lab.runtime.timeline
    provider, now = lab.runtime.providers["parcel"], world.clock.now()

    def schedule(at: int) -> int:
        tx = Transaction(lab.runtime.store, world, provider, now=now)
        tx.schedule("arrive", at, {"parcel": "none"})
        lab.runtime.engine.announce(world, tx.commit())
        return timeline._alarms[world.id][0]

    assert schedule(now + HOUR) == now + HOUR
    assert schedule(now + DAY) == now + HOUR
    assert schedule(now + MINUTE) == now + MINUTE
    assert timeline.next_due(world) == now + MINUTE
    timeline.plan(world)
    assert timeline._alarms[world.id][0] == now + MINUTE
    await timeline.set_clock(world, configured("frozen"))
    timeline.plan(world)
    assert world.id not in timeline._alarms


async def test_setting_the_clock_forward_runs_what_became_due(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world)
    await lab.call(world, "POST", f"/parcels/{made['id']}/send")
    await lab.runtime.timeline.set_clock(world, configured("frozen", "2026-02-01T00:00:00Z"))
    assert (await lab.call(world, "GET", f"/parcels/{made['id']}")).json()["state"] == "arrived"
    assert world.clock.now() == parse("2026-02-01T00:00:00Z")


async def test_advancing_a_real_clock_is_a_lasting_offset(lab: Lab) -> None:
    world = lab.world(at={"mode": "real"})
    before = world.clock.now()
    await lab.runtime.timeline.advance(world, before + DAY)
    assert DAY <= world.clock.now() - before < DAY + HOUR
    assert world.clock.mode == "real"


async def test_a_year_ends_the_same_twice(lab: Lab) -> None:
    ends = []
    for _ in range(2):
        world = lab.world(seed=3)
        for each in range(20):
            made = await lab.create(world, str(each))
            await lab.call(world, "POST", f"/parcels/{made['id']}/send")
            await lab.runtime.timeline.advance(world, world.clock.now() + 18 * DAY)
        ends.append((await lab.call(world, "GET", "/parcels?limit=50")).content)
    assert ends[0] == ends[1]
