"""Deliveries: signed, in order, never inside a request, and only to where they may go."""

import asyncio
import hashlib
import hmac
from dataclasses import replace
from typing import Any

import orjson
import pytest

from harness import faults, instants, realtime
from harness.collection import endpoints_of
from harness.delivery_client import allowed
from harness.store import Query
from harness.store.interface import Row
from harness.transaction import DELIVERIES, Transaction
from harness.world import World
from tests.harness.lab import Lab, Receiver


def verified(headers: dict[str, str], body: bytes, secret: str = "ws_one") -> bool:
    event, stamp, signatures = headers["parcel-signature"].split(";")
    fresh = abs(int(stamp) - realtime.now() / 1e6) < 300
    expected = hmac.new(secret.encode(), f"{event}.{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return fresh and expected in signatures.split(",")


async def listening(lab: Lab, world: World, receiver: Receiver, **more: Any) -> None:
    body = {"url": await receiver.start()} | more
    assert (await lab.call(world, "POST", "/endpoints", json=body)).status_code == 201


def fault(lab: Lab, world: World, **words: Any) -> None:
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    faults.add(tx, faults.checked(words, {"parcel"}))
    tx.commit()


def deliveries(lab: Lab, world: World) -> list[dict[str, Any]]:
    return list(Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"]).every(DELIVERIES))


async def test_deliveries_are_signed_with_real_time_and_arrive_in_order(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver)
    for each in range(20):
        await lab.create(world, str(each))
    await lab.runtime.dispatcher.settle(world)
    assert [orjson.loads(body)["data"]["name"] for _, body in receiver.got] == [
        str(each) for each in range(20)
    ]
    assert all(verified(*each) for each in receiver.got)


async def test_while_a_secret_rotates_both_sign(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver, secrets=["ws_new", "ws_old"])
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    assert verified(*receiver.got[0], "ws_new")
    assert verified(*receiver.got[0], "ws_old")


async def test_an_endpoint_gets_only_the_events_it_asked_for(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver, events=["parcel.arrived"])
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    assert receiver.got == []
    assert deliveries(lab, world) == []


async def test_a_slow_receiver_does_not_hold_up_requests_or_later_events(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver(delay=30)
    await listening(lab, world, receiver)
    for each in range(4):
        await asyncio.wait_for(lab.create(world, str(each)), 5)
    for _ in range(500):
        if len(receiver.got) == 4:
            break
        await asyncio.sleep(0.01)
    assert len(receiver.got) == 4
    await lab.runtime.dispatcher.settle(world)
    assert [each["attempts"][0]["error"] for each in deliveries(lab, world)] == [
        "no answer within 1 seconds"
    ] * 4


async def test_a_dead_receiver_is_an_error_that_says_so(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver)
    receiver.stop()
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    (delivery,) = deliveries(lab, world)
    assert "Connect" in delivery["attempts"][0]["error"]
    assert delivery["state"] == "pending"


async def test_other_hosts_are_never_contacted(lab: Lab) -> None:
    world = lab.world()
    await lab.call(world, "POST", "/endpoints", json={"url": "http://hooks.elsewhere.test/in"})
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    (delivery,) = deliveries(lab, world)
    assert delivery["state"] == "failed"
    assert "--webhook-host" in delivery["attempts"][0]["error"]


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://127.0.0.1:3000/x", True),
        ("http://localhost/x", True),
        ("https://app.localhost/x", True),
        ("http://[::1]:80/", True),
        ("http://friend:80/", True),
        ("http://127.0.0.1.evil.test/", False),
        ("http://169.254.169.254/", False),
        ("http://0.0.0.0/", False),
        ("ftp://localhost/", False),
        ("not a url", False),
    ],
)
def test_loopback_and_the_allow_list_may_be_contacted(url: str, may: bool) -> None:
    assert allowed(url, frozenset({"friend"})) is may


@pytest.mark.parametrize(
    ("mode", "arrivals", "good", "state"),
    [
        ("duplicate", 2, 2, "delivered"),
        ("drop", 0, 0, "failed"),
        ("fail", 0, 0, "pending"),
        ("delay", 0, 0, "pending"),
        ("corrupt_signature", 1, 0, "delivered"),
        ("stale_timestamp", 1, 0, "delivered"),
    ],
)
async def test_faults_on_delivery(lab: Lab, mode: str, arrivals: int, good: int, state: str) -> None:
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver)
    fault(lab, world, kind="delivery", mode=mode, times=1)
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    assert len(receiver.got) == arrivals
    assert sum(verified(*each) for each in receiver.got) == good
    assert [each["state"] for each in deliveries(lab, world)] == [state]
    if state == "pending":
        await lab.runtime.timeline.advance(world, world.clock.now() + 3600 * 1_000_000)
        assert len(receiver.got) == 1


async def test_a_delivery_that_a_fault_delays_comes_by_itself_where_time_passes(lab: Lab) -> None:
    world, receiver = lab.world(at={"mode": "real"}), lab.receiver()
    await listening(lab, world, receiver)
    fault(lab, world, kind="delivery", mode="delay", milliseconds=20, times=1)
    await lab.create(world)
    for _ in range(3000):
        if receiver.got:
            break
        await asyncio.sleep(0.01)
    assert len(receiver.got) == 1


async def test_reordered_deliveries_change_places(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver(delay=0.05)
    await listening(lab, world, receiver)
    fault(lab, world, kind="delivery", mode="reorder", times=1)
    for name in ("zero", "one", "two"):
        await lab.create(world, name)
    await lab.runtime.dispatcher.settle(world)
    names = [orjson.loads(body)["data"]["name"] for _, body in receiver.got]
    assert names == ["one", "two", "zero"]


async def test_a_delivery_can_be_made_again_by_hand(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver)
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    (delivery,) = deliveries(lab, world)
    again = await lab.runtime.dispatcher.redeliver(world, delivery["id"])
    assert [each["status"] for each in again["attempts"]] == [200, 200]
    assert receiver.got[0][1] == receiver.got[1][1]


async def test_a_backlog_beyond_the_limit_is_delivered_whole(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.dispatcher.BACKLOG", 5)
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver)
    await asyncio.gather(*(lab.create(world, str(each)) for each in range(40)))
    await lab.runtime.dispatcher.settle(world)
    assert sorted(int(orjson.loads(body)["data"]["name"]) for _, body in receiver.got) == list(range(40))


async def test_a_backlog_taken_up_at_once_goes_on_by_itself(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.dispatcher.BACKLOG", 5)
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver)
    dispatcher = lab.runtime.dispatcher
    dispatcher._stopping = True  # as before a restart: events are written, nothing is posted
    for each in range(40):
        await lab.create(world, str(each))
    dispatcher._stopping = False
    dispatcher.take_up(world)
    for _ in range(500):
        if len(receiver.got) == 40:
            break
        await asyncio.sleep(0.01)
    assert sorted(int(orjson.loads(body)["data"]["name"]) for _, body in receiver.got) == list(range(40))


async def test_what_is_due_already_is_nothing_to_wait_for(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver(statuses=[500])
    await listening(lab, world, receiver)
    dispatcher = lab.runtime.dispatcher
    dispatcher._stopping = True
    await lab.create(world)
    assert dispatcher.next_due(world) is None
    dispatcher._stopping = False
    await dispatcher.settle(world)
    assert dispatcher.next_due(world) == world.clock.now() + 60_000_000


async def test_the_backlog_of_one_world_does_not_hold_back_another(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.dispatcher.BACKLOG", 3)
    busy, quiet, slow, quick = lab.world(), lab.world(), lab.receiver(delay=30), lab.receiver()
    await listening(lab, busy, slow)
    await listening(lab, quiet, quick)
    for each in range(8):
        await lab.create(busy, str(each))
    await lab.create(quiet, "heard")
    await asyncio.wait_for(lab.runtime.dispatcher.settle(quiet), 5)
    assert [orjson.loads(body)["data"]["name"] for _, body in quick.got] == ["heard"]


async def test_what_a_paused_endpoint_holds_back_does_not_hold_back_others(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.dispatcher.BACKLOG", 5)
    world, held, free = lab.world(), lab.receiver(), lab.receiver()
    await listening(lab, world, held)
    paused(lab, world, so=True)
    for each in range(20):
        await lab.create(world, str(each))
    await listening(lab, world, free)
    for each in range(20, 30):
        await lab.create(world, str(each))
    await lab.runtime.dispatcher.settle(world)
    assert held.got == []
    assert [int(orjson.loads(body)["data"]["name"]) for _, body in free.got] == list(range(20, 30))


def paused(lab: Lab, world: World, *, so: bool) -> None:
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    (endpoint,) = tx.endpoints()
    tx.save(endpoints_of("parcel"), endpoint | {"paused": so})
    tx.commit()


async def test_what_a_paused_endpoint_holds_back_is_read_once_while_time_passes(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, receiver = lab.world(), lab.receiver()
    await listening(lab, world, receiver)
    paused(lab, world, so=True)
    for each in range(30):
        made = await lab.create(world, str(each))
        await lab.call(world, "POST", f"/parcels/{made['id']}/send")
        await lab.runtime.timeline.advance(world, world.clock.now() + instants.SECOND)
    store, read = lab.runtime.store, 0
    page = store.page

    def counted(space: int, query: Query) -> list[Row]:
        nonlocal read
        found = page(space, query)
        read += len(found) if query.kind == DELIVERIES.kind else 0
        return found

    monkeypatch.setattr(store, "page", counted)
    done = await lab.runtime.timeline.advance(world, world.clock.now() + instants.HOUR)
    held = [each for each in deliveries(lab, world) if each["state"] == "pending"]
    assert done.timers_run == 30
    assert len(held) >= 60  # created, and arrived
    assert read < 3 * len(held)  # not once for each step of time
    assert receiver.got == []
    paused(lab, world, so=False)
    await lab.runtime.dispatcher.settle(world)
    assert len(receiver.got) == len(held)


async def test_the_reply_is_kept_with_each_attempt(lab: Lab) -> None:
    world, receiver = lab.world(), lab.receiver(statuses=[418, 200])
    await listening(lab, world, receiver)
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    (delivery,) = deliveries(lab, world)
    (attempt,) = delivery["attempts"]
    assert (attempt["status"], attempt["response_body"]) == (418, "ok")
    assert "Parcel-Signature" in attempt["request_headers"]
    assert orjson.loads(delivery["request_body"])["type"] == "parcel.created"


async def test_a_further_attempt_may_tell_of_the_earlier_ones(lab: Lab) -> None:
    parcel = lab.runtime.providers["parcel"]
    assert parcel.webhooks is not None
    parcel.webhooks = replace(
        parcel.webhooks,
        retried=lambda event, endpoint, attempts: orjson.dumps([event["type"], attempts[0]["status"]]),
    )
    world, receiver = lab.world(), lab.receiver(statuses=[418, 200])
    await listening(lab, world, receiver)
    await lab.create(world)
    await lab.runtime.dispatcher.settle(world)
    await lab.runtime.timeline.advance(world, world.clock.now() + instants.DAY)
    first, second = (orjson.loads(body) for _, body in receiver.got)
    assert (first["type"], second) == ("parcel.created", ["parcel.created", 418])
