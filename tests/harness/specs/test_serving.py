"""The spec engine serves statefully what the document describes and nobody wrote by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harness.collection import events_of
from harness.specs.document import Document
from harness.specs.reading import Library
from harness.specs.rendering import acted
from harness.transaction import VIOLATIONS, Transaction
from harness.world import World
from tests.harness.lab import Lab
from tests.harness.specs.parcels import SOURCE, inferring


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    lab, _ = inferring(tmp_path)
    yield lab
    await lab.close()


async def note(
    lab: Lab, world: World, parcel: str, text: str = "fragile", **more: object
) -> dict[str, object]:
    made = await lab.call(world, "POST", f"/parcels/{parcel}/notes", json={"text": text, **more})
    assert made.status_code == 201, made.text
    body: dict[str, object] = made.json()
    return body


async def test_what_was_created_is_read_changed_acted_upon_and_gone(lab: Lab) -> None:
    world = lab.world()
    parcel = (await lab.create(world))["id"]
    made = await note(lab, world, parcel, pinned=True)
    assert made == {
        "id": made["id"],
        "object": "note",
        "parcel": parcel,
        "text": "fragile",
        "status": "open",
        "pinned": True,
        "created_at": 1769850000,
        "archived_at": None,
        **({"level": made["level"]} if "level" in made else {}),
    }
    path = f"/parcels/{parcel}/notes/{made['id']}"
    assert (await lab.call(world, "GET", path)).json() == made
    changed = (await lab.call(world, "PATCH", path, json={"text": "heavy"})).json()
    assert changed == made | {"text": "heavy"}
    assert (await lab.call(world, "POST", f"{path}/archive")).json() == changed | {"status": "archived"}
    assert (await lab.call(world, "GET", path)).json()["status"] == "archived"
    assert (await lab.call(world, "DELETE", path)).status_code == 204
    gone = await lab.call(world, "GET", path)
    assert (gone.status_code, list(gone.json())) == (404, ["problem"])


@pytest.mark.parametrize(
    ("verb", "status"),
    [("activate", "active"), ("deactivate", "inactive"), ("archive", "archived"), ("ate", None)],
)
def test_an_action_sets_the_status_that_it_is_named_for(verb: str, status: str | None) -> None:
    schema = {"properties": {"status": {"type": "string", "enum": ["active", "archived", "inactive"]}}}
    document = Document(SOURCE, {"openapi": "3.1.0"})
    assert acted(document, schema, verb).get("status") == status


async def test_lists_are_paged_filtered_and_counted_the_newest_first(lab: Lab) -> None:
    world = lab.world()
    parcel = (await lab.create(world))["id"]
    made = [await note(lab, world, parcel, str(number), pinned=number == 1) for number in range(5)]
    path = f"/parcels/{parcel}/notes"
    first = (await lab.call(world, "GET", path, params={"limit": "2"})).json()
    assert ([each["text"] for each in first["data"]], first["has_more"], first["total_count"]) == (
        ["4", "3"],
        True,
        5,
    )
    cursor = {"limit": "2", "after": first["data"][-1]["id"]}
    assert (await lab.call(world, "GET", path, params=cursor)).json()["data"] == [made[2], made[1]]
    assert (await lab.call(world, "GET", path, params={"pinned": "true"})).json()["data"] == [made[1]]


async def test_what_is_below_a_hand_written_thing_needs_that_thing(lab: Lab) -> None:
    world = lab.world()
    refused = await lab.call(world, "POST", "/parcels/nobody/notes", json={"text": "x"})
    assert refused.status_code == 404
    assert "greenroom-unserved" not in refused.headers


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "missing:text"),
        ({"text": 7}, "string_type:text"),
        ({"text": "x" * 21}, "string_too_long:text"),
        ({"text": "x", "level": "middle"}, "literal_error:level"),
        ({"text": "x", "colour": "red"}, "extra_forbidden:colour"),
    ],
)
async def test_bodies_are_held_against_the_document(lab: Lab, body: object, problem: str) -> None:
    world = lab.world()
    parcel = (await lab.create(world))["id"]
    before = lab.runtime.store.kinds(world.space)
    refused = await lab.call(world, "POST", f"/parcels/{parcel}/notes", json=body)
    assert (refused.status_code, refused.json()) == (422, {"problem": problem})
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    assert [each["subject"] for each in tx.every(VIOLATIONS)] == [problem.partition(":")[2]]
    after = {kind: count for kind, count in lab.runtime.store.kinds(world.space) if kind != VIOLATIONS.kind}
    assert after == dict(before)


async def test_queries_are_read_by_the_types_of_the_document(lab: Lab) -> None:
    world = lab.world()
    parcel = (await lab.create(world))["id"]
    refused = await lab.call(world, "GET", f"/parcels/{parcel}/notes", params={"limit": "many"})
    assert refused.json() == {"problem": "int_type:limit"}


async def test_a_lenient_world_lets_it_pass(lab: Lab) -> None:
    world = lab.world(lenient=["parcel"])
    parcel = (await lab.create(world))["id"]
    made = await note(lab, world, parcel, colour="red")
    assert "colour" not in made


async def test_versions_of_a_path_are_of_one_thing_and_forms_are_read(lab: Lab) -> None:
    world = lab.world()
    put = await lab.call(world, "PUT", "/v2/depots/north", data={"beds": "3", "tags[]": "cold"})
    assert put.json() == {"name": "north", "beds": 3, "tags": ["cold"]}
    assert (await lab.call(world, "GET", "/v1/depots/north")).json() == put.json()


async def test_the_one_thing_of_a_path_is_read_and_changed(lab: Lab) -> None:
    world = lab.world()
    assert (await lab.call(world, "GET", "/settings")).json()["colour"] == "green"
    assert (await lab.call(world, "GET", "/settings?colour=blue")).json()["colour"] == "blue"
    await lab.call(world, "PATCH", "/settings", json={"colour": "red", "nested": {"one": 1}})
    assert (await lab.call(world, "GET", "/settings?colour=blue")).json()["colour"] == "red"
    changed = await lab.call(world, "PATCH", "/settings", json={"nested": {"two": 2}, "colour": "red"})
    assert changed.json() == {"colour": "red", "nested": {"one": 1, "two": 2}}


async def test_a_file_is_one(lab: Lab) -> None:
    printed = await lab.call(lab.world(), "GET", "/label.pdf")
    assert (printed.headers["content-type"], printed.content[:5]) == ("application/pdf", b"%PDF-")


async def test_creations_are_announced_as_the_document_describes(lab: Lab) -> None:
    world = lab.world()
    parcel = (await lab.create(world))["id"]
    made = await note(lab, world, parcel)
    tx = Transaction(lab.runtime.store, world, lab.runtime.providers["parcel"])
    (event,) = tx.every(events_of("parcel"), type="note.created")
    assert (event["body"]["type"], event["body"]["data"]) == ("note.created", made)


async def test_hand_written_operations_win(lab: Lab) -> None:
    world = lab.world()
    made = await lab.create(world)
    assert (await lab.call(world, "GET", f"/parcels/{made['id']}")).json() == made


@pytest.mark.parametrize("path", ["/leftover", "/nothing", "/impossible"])
async def test_what_no_answer_fits_is_loudly_unserved(lab: Lab, path: str) -> None:
    refused = await lab.call(lab.world(), "GET", path)
    assert (refused.status_code, refused.json()) == (404, {"problem": "no_such_path"})
    assert refused.headers["greenroom-unserved"].startswith(f"GET {path}")


async def test_the_same_calls_on_the_same_seed_give_the_same_bytes(lab: Lab) -> None:
    async def play() -> list[bytes]:
        world = lab.world()
        parcel = (await lab.create(world))["id"]
        made = await note(lab, world, parcel)
        listed = await lab.call(world, "GET", f"/parcels/{parcel}/notes")
        depot = await lab.call(world, "GET", "/v1/depots/north")
        return [str(made).encode(), listed.content, depot.content]

    assert await play() == await play()


async def test_worlds_do_not_see_each_other(lab: Lab) -> None:
    first, second = lab.world(), lab.world(seed=8)
    await lab.call(first, "PATCH", "/settings", json={"colour": "red", "nested": {}})
    assert (await lab.call(second, "GET", "/settings")).json()["colour"] == "green"


async def test_nothing_is_read_before_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = Library.read

    def reading(self: Library, source: object) -> object:
        read.append(source.file)  # type: ignore[attr-defined]
        return original(self, source)  # type: ignore[arg-type]

    monkeypatch.setattr(Library, "read", reading)
    lab, _ = inferring(tmp_path)
    world = lab.world()
    await lab.create(world)
    assert read == []
    for _ in range(2):
        await lab.call(world, "GET", "/settings")
    assert read == ["parcel.yaml"]
    await lab.close()


async def test_without_documents_nothing_changes(tmp_path: Path) -> None:
    lab = Lab.open(tmp_path)
    refused = await lab.call(lab.world(), "GET", "/settings")
    assert (refused.status_code, refused.headers["greenroom-unserved"]) == (404, "GET /settings")
    await lab.close()
