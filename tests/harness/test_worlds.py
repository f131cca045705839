"""Worlds: isolated, the same for the same seed, and cheap to copy, reset and remove."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from harness import realtime
from harness.collection import Collection
from harness.errors import Conflict, InvalidInput, NotFound
from harness.provider import Credential
from harness.runtime import Settings, open_runtime
from harness.store.interface import SHIFT
from harness.transaction import Transaction
from harness.world import World
from tests.harness.lab import Lab
from tests.harness.sample import PARCELS, build


async def story(lab: Lab, world: World) -> list[bytes]:
    """Play some requests and return the bytes of their answers."""
    answers = [await lab.call(world, "POST", "/parcels", json={"name": str(each)}) for each in range(3)]
    parcel = answers[0].json()["id"]
    answers += [
        await lab.call(world, "POST", f"/parcels/{parcel}/send"),
        await lab.call(world, "POST", "/parcels", json={"wrong": True}),
    ]
    await lab.runtime.timeline.advance(world, world.clock.now() + 3600 * 1_000_000)
    answers.append(await lab.call(world, "GET", "/parcels"))
    return [b"\n".join([str(sorted(each.headers.items())).encode(), each.content]) for each in answers]


async def test_same_seed_and_calls_give_the_same_bytes(lab: Lab) -> None:
    one, two, other = lab.world(seed=7), lab.world(seed=7), lab.world(seed=8)
    first = await story(lab, one)
    assert first == await story(lab, two)
    assert first != await story(lab, other)


async def test_interleaved_requests_do_not_change_each_others_chance(lab: Lab) -> None:
    alone, crowded = lab.world(), lab.world()
    expected = [(await lab.create(alone, str(each)))["id"] for each in range(3)]
    receiver = {"url": "http://127.0.0.1:9/none"}
    got = []
    for each in range(3):
        await lab.call(crowded, "POST", "/endpoints", json=receiver)
        got.append((await lab.create(crowded, str(each)))["id"])
    assert got == expected


async def test_a_hundred_worlds_in_parallel_never_see_each_other(lab: Lab) -> None:
    worlds = [lab.world(seed=7) for _ in range(100)]

    async def hammer(number: int, world: World) -> set[str]:
        for _ in range(5):
            await lab.create(world, f"of {number}")
            await asyncio.sleep(0)
        return {each["name"] for each in (await lab.call(world, "GET", "/parcels?limit=50")).json()["items"]}

    seen = await asyncio.gather(*(hammer(number, world) for number, world in enumerate(worlds)))
    assert seen == [{"first", f"of {number}"} for number in range(100)]


async def test_reset_returns_a_world_as_it_was_made(lab: Lab) -> None:
    world = lab.world(lenient=["parcel"])
    before = await story(lab, world)
    env, space = lab.runtime.environment(world), world.space
    await lab.call(world, "POST", "/endpoints", json={"url": "http://127.0.0.1:9/none"})
    await lab.runtime.worlds.reset(world)
    assert lab.runtime.environment(world) == env
    assert world.space != space
    assert await story(lab, world) == before


async def test_what_a_reset_leaves_behind_is_removed(lab: Lab) -> None:
    world = lab.world()
    await story(lab, world)
    old = world.space
    await lab.runtime.worlds.reset(world)
    for _ in range(100):
        if old not in lab.runtime.store.spaces():
            break
        await asyncio.sleep(0.01)
    assert old not in lab.runtime.store.spaces()
    left = lab.runtime.store.ask("SELECT count(*) FROM entries WHERE space=?", (old,)).fetchone()
    assert left == (0,)


async def test_a_fork_goes_its_own_way_with_credentials_of_its_own(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world, "shared")
    await lab.call(world, "POST", f"/parcels/{made['id']}/send")
    await lab.call(world, "POST", "/endpoints", json={"url": "http://127.0.0.1:9/none"})
    twin = await lab.runtime.worlds.fork(world, "twin")
    mine, theirs = lab.runtime.environment(world), lab.runtime.environment(twin)
    assert mine["PARCEL_KEY"] != theirs["PARCEL_KEY"]
    assert mine["PARCEL_FIRST"] == theirs["PARCEL_FIRST"]
    await lab.runtime.timeline.advance(twin, twin.clock.now() + 3600 * 1_000_000)
    path = f"/parcels/{made['id']}"
    assert (await lab.call(twin, "GET", path)).json()["state"] == "arrived"
    assert (await lab.call(world, "GET", path)).json()["state"] == "sent"
    assert lab.runtime.dispatcher.counts(twin) == {"delivered": 0, "failed": 0, "scheduled": 1}


async def test_a_snapshot_can_be_restored_again_and_again(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world)
    await lab.call(world, "POST", f"/parcels/{made['id']}/send")
    await lab.runtime.worlds.snapshot(world, "sent")
    path, start = f"/parcels/{made['id']}", world.clock.now()
    for _ in range(2):
        await lab.runtime.timeline.advance(world, start + 3600 * 1_000_000)
        assert (await lab.call(world, "GET", path)).json()["state"] == "arrived"
        await lab.runtime.worlds.restore(world, "sent")
        assert (await lab.call(world, "GET", path)).json()["state"] == "sent"
        assert world.clock.now() == start
    assert [each["name"] for each in lab.runtime.worlds.snapshots(world)] == ["sent"]
    lab.runtime.worlds.forget_snapshot(world, "sent")
    with pytest.raises(NotFound):
        await lab.runtime.worlds.restore(world, "sent")


async def test_a_restored_world_repeats_its_chance(lab: Lab) -> None:
    world = lab.world()
    await lab.runtime.worlds.snapshot(world, "start")
    first = await lab.create(world)
    await lab.runtime.worlds.restore(world, "start")
    assert await lab.create(world) == first


async def test_copies_of_large_worlds_are_complete(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    world = lab.world()
    for each in range(120):
        await lab.create(world, str(each), colour="red", sizes=["S", "M", "L"])
    monkeypatch.setattr("harness.spaces.CHUNK", 50)
    twin = await lab.runtime.worlds.fork(world)

    def rows(table: str, one: World) -> list[tuple[Any, ...]]:
        low = one.space << SHIFT
        kept = "kind NOT IN ('harness.delivery', 'parcel.endpoint')"
        columns = "kind, id, at, body" if table == "objects" else "kind, field, value, at"
        sql = f"SELECT {columns}, pk - {low} FROM {table} WHERE space={one.space} AND {kept} ORDER BY 5"
        return lab.runtime.store.ask(sql).fetchall()

    assert rows("objects", world) == rows("objects", twin)
    assert sorted(rows("entries", world)) == sorted(rows("entries", twin))


async def test_a_deleted_world_is_gone_with_its_key(lab: Lab) -> None:
    world = lab.world(name="gone")
    await lab.runtime.worlds.delete(world)
    assert (await lab.call(world, "GET", "/parcels")).status_code == 401
    with pytest.raises(NotFound):
        lab.runtime.worlds.find("gone")
    with pytest.raises(Conflict):
        await lab.runtime.worlds.delete(lab.runtime.worlds.find("default"))


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Lab.open(tmp_path / "kept")
    world = first.world(name="kept")
    await story(first, world)
    await first.runtime.worlds.snapshot(world, "snap")
    listed = (await first.call(world, "GET", "/parcels")).json()
    before = [listed, first.runtime.environment(world), world.clock.now()]
    await first.close()
    again = Lab.open(tmp_path / "kept")
    found = again.runtime.worlds.find("kept")
    listed = (await again.call(found, "GET", "/parcels")).json()
    assert before == [listed, again.runtime.environment(found), found.clock.now()]
    assert [each["name"] for each in again.runtime.worlds.snapshots(found)] == ["snap"]
    await again.close()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"name": "Not A Name"}, InvalidInput),
        ({"name": "default"}, Conflict),
        ({"at": {"mode": "backwards"}}, InvalidInput),
        ({"at": {"mode": "real", "rate": 3}}, InvalidInput),
        ({"at": {"mode": "fast", "rate": -1}}, InvalidInput),
        ({"at": {"mode": "frozen", "now": "soon"}}, InvalidInput),
        ({"lenient": ["unknown"]}, InvalidInput),
    ],
)
async def test_bad_words_make_no_world(lab: Lab, words: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        lab.world(**words)
    assert [world.name for world in lab.runtime.worlds] == ["default"]


async def test_the_default_world_has_fixed_credentials(lab: Lab, tmp_path: Path) -> None:
    other = Lab.open(tmp_path / "other")
    default = [each.runtime.environment(each.runtime.worlds.find("default")) for each in (lab, other)]
    assert default[0] == default[1]
    assert default[0]["PARCEL_BASE_URL"] == default[0]["GREENROOM_PARCEL_URL"] == "http://127.0.0.1:4401"
    await other.close()


async def test_a_receiver_of_a_fork_hears_nothing_until_resumed(lab: Lab) -> None:
    receiver = lab.receiver()
    world = lab.world()
    await lab.call(world, "POST", "/endpoints", json={"url": await receiver.start()})
    twin = await lab.runtime.worlds.fork(world)
    await lab.create(twin)
    await lab.runtime.dispatcher.settle(twin)
    assert receiver.got == []


async def test_what_is_derived_of_the_state_is_dropped_when_the_state_may_be_another(lab: Lab) -> None:
    world = lab.world()

    def derive() -> None:
        world.derived["parcel"] = "worked out"

    derive()
    await lab.create(world)
    await lab.call(world, "GET", "/parcels/none")
    assert (
        world.derived
    )  # writes are seen by what was derived itself, and a refusal that wrote nothing undid nothing
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    tx.insert(Collection("parcel.note"), {"id": "one"})
    tx.count(Collection("parcel.note"))
    tx.rollback()
    assert not world.derived
    derive()
    await lab.runtime.worlds.snapshot(world, "one")
    assert world.derived
    await lab.runtime.worlds.restore(world, "one")
    assert not world.derived
    derive()
    assert not (await lab.runtime.worlds.fork(world)).derived
    await lab.runtime.worlds.reset(world)
    assert not world.derived
    derive()
    lab.runtime.worlds.reload()
    assert not world.derived


async def test_a_credential_may_be_spelled_as_no_form_can_say(tmp_path: Path) -> None:
    def spelled(drawn: str) -> str:
        return f"pk_{drawn[::-1]}"

    parcel = build()
    mirrored = Credential("publishable", "{hex:4}ff", env=("PARCEL_PUBLISHABLE",), spell=spelled)
    parcel.credentials = (*parcel.credentials, mirrored)
    runtime = open_runtime(Settings(data_dir=tmp_path), {"parcel": parcel})
    world = runtime.worlds.create(seed=7)
    twin = await runtime.worlds.fork(world)
    tokens = [each.accounts["parcel"]["tokens"]["publishable"] for each in (world, twin)]
    assert all(token.startswith("pk_ff") and len(token) == 9 for token in tokens)
    for each, token in zip((world, twin), tokens, strict=True):
        found = runtime.worlds.credentials.find("parcel", token)
        assert found is not None
        assert found.world == each.id
    await runtime.close()


async def test_pages_may_leave_out_the_first_so_many(lab: Lab) -> None:
    world = lab.world()
    names = [(await lab.create(world, str(number)))["name"] for number in range(4)]
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    page = tx.page(PARCELS, limit=2, offset=1, newest_first=False, where={"colour": "brown"})
    every = [each["name"] for each in tx.every(PARCELS, colour="brown")]
    assert [each["name"] for each in page.items] == every[1:3]
    assert set(names) <= {each["name"] for each in tx.every(PARCELS)}


async def test_real_time_is_the_hosts_whatever_the_worlds_clock_says(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "now", lambda: 1_700_000_000_999_999)
    tx = Transaction(lab.runtime.store, lab.world(), lab.runtime.providers["parcel"])
    assert tx.real_seconds == 1_700_000_000
    assert tx.seconds != tx.real_seconds
