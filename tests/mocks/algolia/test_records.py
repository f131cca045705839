"""Records: saving, batches as a whole or not at all, sizes, deleting by filters, tasks."""

from typing import Any

import pytest

from tests.mocks.algolia.room import Room


async def test_every_write_has_a_task_of_its_own_that_only_grows(room: Room) -> None:
    tasks = [(await room.ok("POST", "/1/indexes/i", {"objectID": "1"}))["taskID"]]
    tasks.append((await room.ok("DELETE", "/1/indexes/i/none"))["taskID"])
    tasks.append((await room.ok("PUT", "/1/indexes/i/settings", {}))["taskID"])
    tasks.append((await room.ok("POST", "/1/indexes/none/clear"))["taskID"])
    tasks.append((await room.ok("POST", "/1/indexes/i/batch", {"requests": []}))["taskID"])
    assert tasks == sorted(set(tasks))
    assert max(tasks) < 2**53
    for task in tasks:
        assert await room.ok("GET", f"/1/indexes/gone/task/{task}") == {"status": "published"}
        assert await room.ok("GET", f"/1/task/{task}") == {"status": "published"}
    for unknown in (tasks[-1] + 1, 1, "x", "9" * 30):
        assert (await room.refused("GET", f"/1/indexes/i/task/{unknown}"))[0] == 404


async def test_taking_records_out_of_no_index_makes_none(room: Room) -> None:
    await room.ok("POST", "/1/indexes/i/clear")
    await room.ok("DELETE", "/1/indexes/i/1")
    await room.ok("POST", "/1/indexes/i/deleteByQuery", {"filters": "a:b"})
    await room.ok("DELETE", "/1/indexes/i")
    assert (await room.ok("GET", "/1/indexes"))["items"] == []


async def test_object_ids(room: Room) -> None:
    saved = await room.ok("POST", "/1/indexes/i", {"name": "no id"})
    assert len(saved["objectID"]) == 32
    assert (await room.ok("POST", "/1/indexes/i", {"objectID": 5}))["objectID"] == "5"
    assert await room.ok("GET", "/1/indexes/i/5") == {"objectID": "5"}
    await room.ok("PUT", "/1/indexes/i/path", {"objectID": "body", "n": 1})
    assert (await room.ok("GET", "/1/indexes/i/path"))["objectID"] == "path"
    wrong: Any
    for wrong in (True, [], {}, 1.5, ""):
        assert (await room.refused("POST", "/1/indexes/i", {"objectID": wrong}))[0] == 400


async def test_a_batch_is_carried_out_in_order(room: Room) -> None:
    actions: list[tuple[str, Any]] = [
        ("addObject", {"objectID": "1", "n": 1}),
        ("addObject", {"n": 0}),
        ("updateObject", {"objectID": "1", "m": 1}),
        ("partialUpdateObject", {"objectID": "1", "k": 1}),
        ("partialUpdateObjectNoCreate", {"objectID": "2", "k": 1}),
        ("partialUpdateObject", {"objectID": "3"}),
        ("deleteObject", {"objectID": "3"}),
        ("deleteObject", {"objectID": "never"}),
    ]
    requests = [{"action": action, "body": body} for action, body in actions]
    done = await room.ok("POST", "/1/indexes/i/batch", {"requests": requests})
    assert [done["objectIDs"][at] for at in (0, 2, 3, 4, 5, 6, 7)] == ["1", "1", "1", "2", "3", "3", "never"]
    assert await room.ok("GET", "/1/indexes/i/1") == {"objectID": "1", "m": 1, "k": 1}
    [index] = (await room.ok("GET", "/1/indexes"))["items"]
    assert index["entries"] == 2
    requests = [{"action": "clear"}, {"action": "addObject", "body": {"objectID": "new"}}]
    await room.ok("POST", "/1/indexes/i/batch", {"requests": requests})
    assert await room.found("i") == ["new"]
    requests = [{"action": "delete"}, {"action": "addObject", "body": {"objectID": "again"}}]
    await room.ok("POST", "/1/indexes/i/batch", {"requests": requests})
    assert await room.found("i") == ["again"]
    await room.ok("POST", "/1/indexes/i/batch", {"requests": [{"action": "delete"}]})
    assert (await room.ok("GET", "/1/indexes"))["items"] == []


async def test_one_record_too_big_and_the_batch_is_not_carried_out(room: Room) -> None:
    await room.save("i", {"objectID": "0"})
    before = room.state()
    big = {"objectID": "big", "text": "x" * 14_042}
    requests = [{"action": "addObject", "body": body} for body in ({"objectID": "1"}, big)]
    answer = await room.call("POST", "/1/indexes/i/batch", {"requests": requests})
    refusal = answer.json()
    size = len('{"objectID":"big","text":""}') + 14_042
    start = (
        f"Record at the position 1 objectID=big is too big size={size}/10000 bytes. Please have a look at "
    )
    assert refusal["message"].startswith(start)
    assert (refusal["position"], refusal["objectID"]) == (1, "big")
    assert room.state() == before
    status, message = await room.refused("PUT", "/1/indexes/i/big", big)
    assert (status, message.startswith("Record is too big size=")) == (400, True)
    assert room.rules() == ["record_too_big", "record_too_big"]


async def test_a_lenient_world_takes_big_records_and_notes_it(lenient: Room) -> None:
    await lenient.save("i", {"objectID": "big", "text": "x" * 20_000})
    assert await lenient.found("i") == ["big"]
    assert lenient.rules() == ["record_too_big"]


async def test_what_a_batch_cannot_do(room: Room) -> None:
    before = room.state()
    for action in ("updateObject", "partialUpdateObject", "deleteObject"):
        body = {"requests": [{"action": "addObject", "body": {}}, {"action": action, "body": {}}]}
        place = 69 + len(action)  # of the end of the second request
        message = f"The 'objectID' attribute is required to use action={action} near line:1 column:{place}"
        assert await room.refused("POST", "/1/indexes/i/batch", body) == (400, message)
    wrong: Any
    for wrong in ([{"action": "upsert", "body": {}}], [{"body": {}}], [5], {}, [{"action": "clear", "x": 1}]):
        assert (await room.refused("POST", "/1/indexes/i/batch", {"requests": wrong}))[0] == 400
    assert room.state() == before


async def test_deleting_by_filters(room: Room) -> None:
    await room.settings("i", attributesForFaceting=["brand"])
    records: list[Any] = [
        {"objectID": str(n), "brand": "Acme" if n % 2 else "Bolt", "n": n, "_tags": ["t"]} for n in range(6)
    ]
    records[0]["_geoloc"] = {"lat": 48.86, "lng": 2.35}
    await room.save("i", *records)
    await room.ok("POST", "/1/indexes/i/deleteByQuery", {"filters": "brand:Acme AND n > 3"})
    assert await room.found("i") == ["0", "1", "2", "3", "4"]
    await room.ok("POST", "/1/indexes/i/deleteByQuery", {"params": "facetFilters=brand:Acme&tagFilters=t"})
    assert await room.found("i") == ["0", "2", "4"]
    near = {"aroundLatLng": "48.85,2.35", "aroundRadius": 5000}
    await room.ok("POST", "/1/indexes/i/deleteByQuery", near)
    assert await room.found("i") == ["2", "4"]
    before = room.state()
    for wrong in ({}, {"filters": ""}, {"query": "x"}, {"filters": "brand:Bolt", "hitsPerPage": 1}):
        status, message = await room.refused("POST", "/1/indexes/i/deleteByQuery", wrong)
        assert (status, message.partition(" ")[0]) == (400, "DeleteByQuery")
    assert (await room.refused("POST", "/1/indexes/i/deleteByQuery", {"filters": "a b"}))[0] == 400
    assert room.state() == before


async def test_reading_records(room: Room) -> None:
    await room.save("i", {"objectID": "1", "a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}], "secret": 1})
    await room.settings("i", unretrievableAttributes=["secret"])
    key = (await room.ok("POST", "/1/keys", {"acl": ["search"]}))["key"]
    assert await room.ok("GET", "/1/indexes/i/1?attributesToRetrieve=a.b,d.e", key=key) == {
        "objectID": "1",
        "a": {"b": 1},
        "d": [{"e": 1}],
    }
    assert "secret" not in await room.ok("GET", "/1/indexes/i/1", key=key)
    assert "secret" in await room.ok("GET", "/1/indexes/i/1")
    request = {"indexName": "i", "objectID": "1", "attributesToRetrieve": ["*", "-a"]}
    read = await room.ok(
        "POST", "/1/indexes/*/objects", {"requests": [request, {**request, "indexName": "no"}]}
    )
    assert read == {
        "results": [{"objectID": "1", "d": [{"e": 1, "f": 2}], "secret": 1}, None],
        "message": "Index no does not exist.",
    }
    assert await room.refused("GET", "/1/indexes/no/1") == (404, "Index no does not exist")


@pytest.mark.parametrize("key", ["query", "settings", "batch", "browse"])
async def test_object_ids_like_paths_are_reached_by_other_verbs(room: Room, key: str) -> None:
    await room.ok("PUT", f"/1/indexes/i/{'x' if key == 'settings' else key}", {"n": 1})
    await room.ok("DELETE", f"/1/indexes/i/{key}")
    assert await room.found("i") == (["x"] if key == "settings" else [])


async def test_the_real_api_says_more_of_tasks(room: Room) -> None:
    live = room.runtime.worlds.create(seed=7, live=["algolia"])
    theirs = live.accounts["algolia"]["tokens"]
    room.world, room.document = live, None
    assert room.token("admin_key") == theirs["admin_key"]
    task = (await room.ok("POST", "/1/indexes/i", {"objectID": "1"}))["taskID"]
    answer = await room.ok("GET", f"/1/indexes/i/task/{task}")
    assert answer == {"status": "published", "pendingTask": False}
    assert (await room.ok("GET", "/1/indexes/i/settings"))["searchableAttributes"] is None
    rule = {"objectID": "r", "consequence": {}}
    assert (await room.ok("PUT", "/1/indexes/i/rules/r", rule))["objectID"] == "r"
