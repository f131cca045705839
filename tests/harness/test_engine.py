"""The life of a request, on the sample provider."""

import asyncio
import gzip
from typing import Any

import pytest

from harness.messages import Request
from harness.transaction import VIOLATIONS, Transaction
from harness.unit import Page
from tests.harness.lab import Lab
from tests.harness.sample import PARCELS


def violations(lab: Lab, world: Any) -> list[dict[str, Any]]:
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    return list(tx.every(VIOLATIONS))


async def test_what_is_created_can_be_retrieved_and_listed_newest_first(lab: Lab) -> None:
    world = lab.world()
    made = [await lab.create(world, name) for name in ("one", "two", "three")]
    assert (await lab.call(world, "GET", f"/parcels/{made[0]['id']}")).json() == made[0]
    page = (await lab.call(world, "GET", "/parcels?limit=2")).json()
    assert [each["name"] for each in page["items"]] == ["three", "two"]
    assert page["more"] is True


async def test_cursors_walk_both_ways(lab: Lab) -> None:
    world = lab.world()
    for number in range(7):
        await lab.create(world, str(number), colour="red")
    listed = (await lab.call(world, "GET", "/parcels?colour=red&limit=7")).json()["items"]
    after = (await lab.call(world, "GET", f"/parcels?colour=red&limit=3&after={listed[1]['id']}")).json()
    assert after == {"items": listed[2:5], "more": True}
    before = (await lab.call(world, "GET", f"/parcels?colour=red&limit=3&before={listed[5]['id']}")).json()
    assert before == {"items": listed[2:5], "more": True}
    first = (await lab.call(world, "GET", f"/parcels?colour=red&limit=9&before={listed[2]['id']}")).json()
    assert first == {"items": listed[:2], "more": False}


async def test_a_refusal_leaves_no_trace_unless_the_provider_keeps_it(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world)
    path = f"/parcels/{made['id']}"
    assert (await lab.call(world, "POST", f"{path}/refuse")).status_code == 402
    assert (await lab.call(world, "GET", path)).json()["state"] == "new"
    assert (await lab.call(world, "POST", f"{path}/refuse", json={"keep": True})).status_code == 402
    assert (await lab.call(world, "GET", path)).json()["state"] == "refused"


async def test_a_mistake_of_a_room_is_the_providers_500_and_changes_nothing(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world)
    answer = await lab.call(world, "POST", f"/parcels/{made['id']}/break")
    assert answer.status_code == 500
    assert "ZeroDivisionError" in answer.json()["problem"]
    assert (await lab.call(world, "GET", f"/parcels/{made['id']}")).json()["state"] == "new"


async def test_wrong_credentials_are_refused_with_a_request_id(lab: Lab) -> None:
    answer = await lab.client.get("/parcels", headers={"Authorization": "Bearer nobody"})
    assert (answer.status_code, answer.json()) == (401, {"problem": "bad_key"})
    assert answer.headers["request-id"].startswith("r_")


async def test_an_unknown_path_is_refused_loudly_in_the_providers_envelope(lab: Lab) -> None:
    world = lab.world()
    answer = await lab.call(world, "PUT", "/parcels/nowhere/at/all")
    assert (answer.status_code, answer.json()) == (404, {"problem": "no_such_path"})
    assert answer.headers["greenroom-unserved"] == "PUT /parcels/nowhere/at/all"
    assert [each["rule"] for each in violations(lab, world)] == ["unserved_operation"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"name": "x", "volume": 3}, "extra_forbidden:volume"),
        ({}, "missing:name"),
        ({"name": "x", "weight": "heavy"}, "int_parsing:weight"),
    ],
)
async def test_wrong_parameters_are_refused_and_kept_as_violations(lab: Lab, body: Any, problem: str) -> None:
    world = lab.world()
    for _ in range(2):
        answer = await lab.call(world, "POST", "/parcels", json=body)
        assert (answer.status_code, answer.json()) == (422, {"problem": problem})
    assert (await lab.call(world, "GET", "/parcels")).json()["items"][0]["name"] == "first"
    (violation,) = violations(lab, world)
    assert (violation["operation"], violation["count"]) == ("CreateParcel", 2)


async def test_lenient_lets_unknown_parameters_pass_and_keeps_the_violation(lab: Lab) -> None:
    world = lab.world(lenient=["parcel"])
    assert (await lab.create(world, "x", volume=3))["name"] == "x"
    assert [each["subject"] for each in violations(lab, world)] == ["volume"]
    assert (await lab.call(world, "POST", "/parcels", json={"volume": 3})).status_code == 422


async def test_a_key_gives_the_first_answer_again_and_no_second_effect(lab: Lab) -> None:
    world = lab.world()
    first, second = [
        await lab.call(world, "POST", "/parcels", json={"name": "x"}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert first.content == second.content
    assert second.headers["replayed"] == first.headers["request-id"] != second.headers["request-id"]
    assert len((await lab.call(world, "GET", "/parcels")).json()["items"]) == 2
    other = await lab.call(world, "POST", "/parcels", json={"name": "y"}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 409


async def test_a_key_is_free_again_after_a_day_and_after_a_refused_validation(lab: Lab) -> None:
    world, key = lab.world(), {"Idempotency-Key": "k"}
    assert (await lab.call(world, "POST", "/parcels", json={}, headers=key)).status_code == 422
    first = await lab.call(world, "POST", "/parcels", json={"name": "x"}, headers=key)
    await lab.runtime.timeline.advance(world, world.clock.now() + 24 * 3600 * 1_000_000)
    second = await lab.call(world, "POST", "/parcels", json={"name": "x"}, headers=key)
    assert first.json()["id"] != second.json()["id"]


async def test_a_kept_refusal_is_remembered_under_its_key(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world)
    answers = [
        await lab.call(
            world,
            "POST",
            f"/parcels/{made['id']}/refuse",
            json={"keep": True},
            headers={"Idempotency-Key": "k"},
        )
        for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [402, 402]
    assert "replayed" in answers[1].headers


async def test_bodies_may_be_compressed_up_to_the_limit(lab: Lab) -> None:
    world = lab.world()
    packed = gzip.compress(b'{"name": "packed"}')
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert (await lab.call(world, "POST", "/parcels", content=packed, headers=headers)).json()[
        "name"
    ] == "packed"
    for body, status in ((packed[:-9], 400), (b"junk", 400), (gzip.compress(b" " * 10_001), 413)):
        answer = await lab.call(world, "POST", "/parcels", content=body, headers=headers)
        assert answer.status_code == status
        assert "problem" in answer.json()


async def test_an_oversized_or_malformed_body_is_refused_in_the_providers_envelope(lab: Lab) -> None:
    world = lab.world()
    assert (await lab.call(world, "POST", "/parcels", content=b"x" * 10_001)).status_code == 413
    assert (await lab.call(world, "POST", "/parcels", content=b"{nonsense")).json() == {
        "problem": "malformed"
    }


@pytest.mark.parametrize("host", ["evil.test", "parcel.evil.test", ""])
async def test_a_foreign_host_is_misdirected(lab: Lab, host: str) -> None:
    answer = await lab.call(lab.world(), "GET", "/parcels", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.parcel.test/parcels",
        "http://parcel.greenroom.localhost:4400/parcels",
        "http://localhost:4400/parcel/parcels",
        "http://127.0.0.1:4401/parcels",
    ],
)
async def test_a_provider_is_found_by_port_host_and_prefix(lab: Lab, url: str) -> None:
    assert (await lab.call(lab.world(), "GET", url)).status_code == 200


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:4401/~here{}", "http://here.parcel.greenroom.localhost:4400{}"]
)
async def test_pages_find_their_world_by_label(lab: Lab, address: str) -> None:
    here, there = lab.world(name="here"), lab.world(name="there")
    made = await lab.create(here, "letter")
    assert made["id"] == (await lab.create(there, "other"))["id"]
    page = await lab.client.get(address.format(f"/page/{made['id']}"))
    assert page.text == "<p>letter of here</p>"
    assert page.headers["content-type"] == "text/html"
    assert (await lab.client.get(f"http://127.0.0.1:4401/~nowhere/page/{made['id']}")).status_code == 404


@pytest.mark.parametrize("where", [{}, {"colour": "red"}, {"colour": "red", "sizes": "L"}])
async def test_a_page_is_read_by_index_without_sorting(lab: Lab, where: dict[str, str]) -> None:
    world = lab.world()
    made = [await lab.create(world, str(each), colour="red", sizes=["L", "M"]) for each in range(5)]
    asked: list[str] = []
    database = lab.runtime.store._db
    database.set_trace_callback(asked.append)
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    page = tx.page(PARCELS, where=where, limit=2, after=made[4]["id"], since=0)
    database.set_trace_callback(None)
    assert [each["id"] for each in page.items] == [made[3]["id"], made[2]["id"]]
    (statement,) = (each for each in asked if "ORDER BY" in each)
    plan = [row[-1] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN") for step in plan), plan


async def test_a_page_is_found_by_its_number_and_by_where_the_last_one_ended(lab: Lab) -> None:
    world = lab.world()
    made = [(await lab.create(world, str(each)))["id"] for each in range(5)]
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    second = tx.page(PARCELS, limit=2, offset=2)
    assert ([each["id"] for each in second.items], second.has_more) == ([made[2], made[1]], True)
    tx.delete(PARCELS, made[1])
    assert [each["id"] for each in tx.page(PARCELS, limit=1, beyond=second.end).items] == [made[0]]
    assert tx.page(PARCELS, limit=2, offset=9) == Page([], has_more=False)


async def test_a_request_that_cannot_be_written_harms_no_other_of_its_batch(lab: Lab) -> None:
    world, other = lab.world(), lab.world()
    parcel = lab.runtime.providers["parcel"]

    @parcel.post("/unwritable", id="Unwritable", tier="P2")
    def unwritable(tx: Transaction) -> dict[str, Any]:
        """Keep what no JSON can hold."""
        tx.insert(PARCELS, {"id": "p_bad", "colour": "red", "sizes": [], "name": {1, 2}})
        return {}

    calls = [
        lab.call(world, "POST", "/parcels", json={"name": "before"}),
        lab.call(world, "POST", "/unwritable"),
        lab.call(other, "POST", "/parcels", json={"name": "elsewhere"}),
        lab.call(world, "POST", "/parcels", json={"name": "after"}),
    ]
    answers = await asyncio.gather(*calls)
    assert [each.status_code for each in answers] == [201, 500, 201, 201]
    names = [each["name"] for each in (await lab.call(world, "GET", "/parcels")).json()["items"]]
    assert names == ["after", "before", "first"]


async def test_a_write_that_the_store_refuses_harms_no_other_of_its_batch(lab: Lab) -> None:
    world, other = lab.world(), lab.world()
    parcel = lab.runtime.providers["parcel"]

    @parcel.post("/clash", id="Clash", tier="P2")
    def clash(tx: Transaction) -> dict[str, Any]:
        """Use a number twice: what only a mistake of the engine's could do."""
        for name in ("clash", "other"):
            tx.insert(PARCELS, {"id": f"p_{name}", "colour": "red", "sizes": [], "name": name})
            tx._sequence -= 1
        return {}

    answers = await asyncio.gather(
        lab.call(other, "POST", "/parcels", json={"name": "elsewhere"}),
        lab.call(world, "POST", "/clash"),
        lab.call(other, "POST", "/parcels", json={"name": "afterwards"}),
    )
    assert [each.status_code for each in answers] == [201, 500, 201]
    names = [each["name"] for each in (await lab.call(other, "GET", "/parcels")).json()["items"]]
    assert names == ["afterwards", "elsewhere", "first"]


async def test_a_room_that_cannot_be_loaded_says_so_in_its_providers_envelope(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = lab.runtime.providers["parcel"]

    def broken() -> None:
        raise ImportError("no module named wheels")

    monkeypatch.setattr(type(parcel), "load", lambda _: broken())
    answer = await lab.call(lab.world(), "GET", "/parcels")
    assert answer.status_code == 500
    assert "wheels" in answer.json()["problem"]


async def test_a_dialect_says_where_a_request_is_registered_and_whose_it_is(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = lab.world(), lab.world()
    made = await lab.create(two)

    def route(request: Request, directory: object) -> tuple[str, str]:
        request.label = two.name
        return "GET", request.path.removeprefix("/other")

    monkeypatch.setattr(lab.runtime.providers["parcel"].dialect, "route", route)
    answer = await lab.call(one, "POST", f"/other/parcels/{made['id']}")
    assert answer.status_code == 404  # found, and looked for in the world of the key
    assert (await lab.call(two, "POST", f"/other/parcels/{made['id']}")).json() == made
