"""Worlds, their clocks and snapshots over the control API."""

import pytest

from tests.harness.controlling import CLOCK, Control

START = CLOCK["now"]


async def test_a_new_world_answers_with_what_a_consumer_needs(control: Control) -> None:
    made = await control.call("POST", "/worlds", {"name": "mine", "seed": 7, "clock": CLOCK}, status=201)
    assert made["name"] == "mine"
    assert made["seed"] == 7
    assert made["clock"] == {"mode": "frozen", "now": START, "rate": 1.0}
    assert made["urls"] == {"parcel": "http://127.0.0.1:4401"}
    assert made["lenient"] == []
    assert made["env"]["PARCEL_KEY"].startswith("pk_")
    assert made["env"]["GREENROOM_PARCEL_URL"] == made["env"]["PARCEL_BASE_URL"] == "http://127.0.0.1:4401"
    assert made["env"]["GREENROOM_WORLD"] == "mine"
    assert await control.call("GET", f"/worlds/{made['id']}") == made
    assert await control.call("GET", "/worlds/mine") == made


async def test_a_world_without_wishes_has_a_seed_of_its_own_and_real_time(control: Control) -> None:
    one = await control.call("POST", "/worlds", {}, status=201)
    two = await control.call("POST", "/worlds", {}, status=201)
    assert isinstance(one["seed"], int)
    assert one["seed"] != two["seed"]
    assert one["clock"]["mode"] == "real"
    assert one["env"]["PARCEL_KEY"] != two["env"]["PARCEL_KEY"]


async def test_a_seed_may_be_a_word(control: Control) -> None:
    made = await control.call("POST", "/worlds", {"seed": "friday"}, status=201)
    assert made["seed"] == "friday"


async def test_a_list_of_worlds_keeps_their_credentials_to_itself(control: Control) -> None:
    listed = (await control.call("GET", "/worlds"))["worlds"]
    assert [world["name"] for world in listed][:1] == ["default"]
    assert control.world in [world["id"] for world in listed]
    assert all("env" not in world for world in listed)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"name": "default"}, 409, "exists already"),
        ({"name": "No Spaces"}, 400, "is not a world's name"),
        ({"lenient": ["nobody"]}, 400, "not installed"),
        ({"clock": {"mode": "frozen", "now": "yesterday"}}, 400, "not an instant"),
        ({"clock": {"mode": "real", "rate": 3}}, 400, "mode fast only"),
        ({"clock": {"mode": "slow"}}, 422, "clock.mode"),
        ({"scenario": "nothing-like-it"}, 400, "there is no scenario"),
        ({"name": ""}, 422, "name"),
    ],
)
async def test_what_no_world_can_be_made_of(control: Control, body: object, status: int, words: str) -> None:
    assert words in await control.refused("POST", "/worlds", body, status=status)
    assert [world.id for world in control.lab.runtime.worlds] == ["default", control.world]


async def test_an_invalid_body_is_explained_field_by_field(control: Control) -> None:
    answer = await control.raw("POST", "/worlds", json={"name": "", "more": 1})
    assert answer.json()["errors"] == [
        {"in": "body", "field": "name", "message": "String should have at least 1 character"},
        {"in": "body", "field": "more", "message": "Extra inputs are not permitted"},
    ]


async def test_a_deleted_world_is_gone_with_its_credentials(control: Control) -> None:
    world = control.lab.runtime.worlds.find(control.world)
    await control.call("DELETE", "~", status=204)
    assert control.world in await control.refused("GET", "~", status=404)
    assert (await control.lab.call(world, "GET", "/parcels")).status_code == 401


async def test_the_default_world_stays(control: Control) -> None:
    assert "reset it instead" in await control.refused("DELETE", "/worlds/default", status=409)


async def test_reset_returns_the_world_as_it_was_made(control: Control) -> None:
    made = await control.call("GET", "~")
    await control.parcel()
    await control.call("POST", "~/clock/advance", {"seconds": 60})
    await control.call("POST", "~/endpoints", {"provider": "parcel", "url": "http://127.0.0.1:9"}, status=201)
    assert await control.call("POST", "~/reset") == made
    assert await control.call("GET", "~/endpoints") == {"endpoints": []}
    assert (await control.call("GET", "~/objects", kind="parcel"))["kinds"][0]["count"] == 1


async def test_a_fork_holds_the_same_data_under_credentials_of_its_own(control: Control) -> None:
    await control.parcel("kept")
    made = await control.call("GET", "~")
    twin = await control.call("POST", "~/fork", {"name": "twin"}, status=201)
    assert twin["name"] == "twin"
    assert twin["seed"] == made["seed"]
    assert twin["clock"] == made["clock"]
    assert twin["env"]["PARCEL_KEY"] != made["env"]["PARCEL_KEY"]
    objects = await control.call("GET", f"/worlds/{twin['id']}/objects", kind="parcel")
    assert "kept" in [parcel["name"] for parcel in objects["objects"]]
    assert (await control.raw("POST", "~/fork")).status_code == 201


async def test_the_environment_comes_as_json_dotenv_and_shell(control: Control) -> None:
    env = (await control.call("GET", "~"))["env"]
    assert await control.call("GET", "~/env") == env
    assert await control.call("GET", "~/env", format="json") == env
    dotenv = await control.raw("GET", "~/env", params={"format": "dotenv"})
    assert dotenv.headers["content-type"].startswith("text/plain")
    assert f"PARCEL_KEY={env['PARCEL_KEY']}\n" in dotenv.text
    shell = await control.raw("GET", "~/env", params={"format": "shell"})
    assert f"export PARCEL_KEY={env['PARCEL_KEY']}\n" in shell.text
    assert "format" in await control.refused("GET", "~/env", status=422, format="toml")


async def test_the_clock_is_shown_set_and_advanced(control: Control) -> None:
    assert (await control.call("GET", "~/clock"))["now"] == START
    await control.parcel()
    parcel = await control.parcel("sent")
    world = control.lab.runtime.worlds.find(control.world)
    await control.lab.call(world, "POST", f"/parcels/{parcel['id']}/send")
    done = await control.call("POST", "~/clock/advance", {"seconds": 60.5})
    assert done == {"now": "2026-01-31T09:01:00.500Z", "timers_run": 1, "deliveries": 0}
    done = await control.call("POST", "~/clock/advance", {"to": "2026-02-01T00:00:00Z"})
    assert done["now"] == "2026-02-01T00:00:00.000Z"
    set_to = await control.call("PUT", "~/clock", {"mode": "frozen", "now": "2026-03-01T00:00:00Z"})
    assert set_to == {"mode": "frozen", "now": "2026-03-01T00:00:00.000Z", "rate": 1.0}


async def test_a_clock_that_is_given_no_time_goes_on_from_where_it_is(control: Control) -> None:
    changed = await control.call("PUT", "~/clock", {"mode": "fast", "rate": 60})
    assert changed["mode"] == "fast"
    assert changed["rate"] == 60
    assert changed["now"][:16] == START[:16]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "~/clock/advance", {}, 400, "seconds or to"),
        ("POST", "~/clock/advance", {"seconds": 1, "to": START}, 400, "seconds or to"),
        ("POST", "~/clock/advance", {"to": "2020-01-01"}, 400, "before the world's time"),
        ("POST", "~/clock/advance", {"seconds": -1}, 422, "seconds"),
        ("POST", "~/clock/advance", {"seconds": 1e300}, 400, "beyond the year 9998"),
        ("POST", "~/clock/advance", {"days": 3}, 422, "days"),
        ("PUT", "~/clock", {}, 422, "mode"),
        ("PUT", "~/clock", {"mode": "fast", "rate": 0}, 400, "rate"),
    ],
)
async def test_a_clock_refuses_what_makes_no_sense(
    control: Control, method: str, path: str, body: object, status: int, words: str
) -> None:
    assert words in await control.refused(method, path, body, status=status)
    assert (await control.call("GET", "~/clock"))["now"] == START


async def test_snapshots_are_saved_listed_restored_and_removed(control: Control) -> None:
    await control.parcel("before")
    saved = await control.call("POST", "~/snapshots", {"name": "early"}, status=201)
    assert saved["name"] == "early"
    await control.parcel("after")
    await control.call("POST", "~/clock/advance", {"seconds": 3600})
    restored = await control.call("POST", "~/snapshots/early/restore")
    assert restored["id"] == control.world
    assert restored["clock"]["now"] == START
    names = [each["name"] for each in (await control.call("GET", "~/objects", kind="parcel"))["objects"]]
    assert "before" in names
    assert "after" not in names
    assert await control.call("GET", "~/snapshots") == {"snapshots": [saved]}
    await control.call("DELETE", "~/snapshots/early", status=204)
    assert await control.call("GET", "~/snapshots") == {"snapshots": []}
    assert "no snapshot 'early'" in await control.refused("POST", "~/snapshots/early/restore", status=404)
    assert "no snapshot 'early'" in await control.refused("DELETE", "~/snapshots/early", status=404)


async def test_a_snapshot_needs_a_usable_name(control: Control) -> None:
    assert "not a snapshot's name" in await control.refused(
        "POST", "~/snapshots", {"name": "a/b"}, status=400
    )


async def test_what_is_written_is_durable_when_it_is_answered(control: Control) -> None:
    store = control.lab.runtime.store
    for path, body in (
        ("~/snapshots", {"name": "one"}),
        ("~/endpoints", {"provider": "parcel", "url": "http://127.0.0.1:9"}),
        ("~/faults", {"kind": "reset"}),
    ):
        await control.call("POST", path, body, status=201)
        assert not store.pending
