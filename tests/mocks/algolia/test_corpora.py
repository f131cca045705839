"""Indices in memory: read once, kept up to date by what changed, and never another state's or another world's."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.transaction import Transaction
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.resources import corpora, indices, records
from tests.mocks.algolia.room import Room

Json = Any


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The objectIDs of records that were put into an index in memory, one each time."""
    seen: list[str] = []
    put = Corpus.put

    def counted(self: Corpus, record: Json) -> None:
        seen.append(record["objectID"])
        put(self, record)

    monkeypatch.setattr(Corpus, "put", counted)
    return seen


async def test_records_are_read_once_and_then_only_what_changed(room: Room, indexed: list[str]) -> None:
    await room.save("i", *({"objectID": str(n)} for n in range(50)))
    assert len(await room.found("i", hitsPerPage=100)) == 50
    await room.found("i", "1")
    await room.search("i", filters="a:b", facets=["*"])
    assert len(indexed) == 50
    indexed.clear()
    await room.ok("PUT", "/1/indexes/i/7", {"n": "changed"})
    await room.ok("DELETE", "/1/indexes/i/8")
    await room.ok("POST", "/1/indexes/i/9/partial", {"n": "changed too"})
    assert await room.found("i", "changed") == ["7", "9"]
    assert indexed == ["7", "9"]
    indexed.clear()
    await room.settings("i", attributesForFaceting=["n"], hitsPerPage=100)
    assert len(await room.found("i")) == 49
    assert indexed == []
    await room.settings("i", searchableAttributes=["n"])
    assert len(await room.found("i")) == 49
    assert len(indexed) == 49


async def test_a_refused_request_undoes_nothing_that_is_in_memory(room: Room, indexed: list[str]) -> None:
    await room.save("i", {"objectID": "1"})
    await room.found("i")
    await room.refused("GET", "/1/indexes/i/none")
    await room.refused("POST", "/1/indexes/i/query", {"filters": "a b"})
    await room.found("i")
    assert indexed == ["1"]


async def test_an_undone_write_was_never_there(room: Room) -> None:
    await room.save("i", {"objectID": "1"})
    tx = room.tx()
    index = indices.to_fill(tx, "i")
    records.put(tx, index, {"objectID": "undone"})
    tx.save(indices.INDICES, index)
    assert len(corpora.corpus(tx, index)) == 2
    tx.rollback()
    assert await room.found("i") == ["1"]
    await room.save("i", {"objectID": "2"})  # of the same generation as the undone one
    assert await room.found("i") == ["1", "2"]


async def test_other_states_and_other_worlds_are_their_own(room: Room) -> None:
    worlds, first = room.runtime.worlds, room.world
    await room.save("i", {"objectID": "1"})
    assert await room.found("i") == ["1"]
    await worlds.snapshot(first, "one")
    await room.save("i", {"objectID": "2"})
    assert await room.found("i") == ["1", "2"]
    fork = await worlds.fork(first)
    await worlds.restore(first, "one")
    assert await room.found("i") == ["1"]
    await room.save("i", {"objectID": "3"})
    assert await room.found("i") == ["1", "3"]
    room.world = fork
    assert await room.found("i") == ["1", "2"]
    await room.save("i", {"objectID": "4"})
    assert await room.found("i") == ["1", "2", "4"]
    room.world = worlds.create(seed=7)
    assert (await room.refused("POST", "/1/indexes/i/query", {}))[0] == 404
    room.world = first
    assert await room.found("i") == ["1", "3"]
    await worlds.reset(first)
    assert (await room.refused("POST", "/1/indexes/i/query", {}))[0] == 404


async def test_keys_of_a_fork_work_in_it(room: Room) -> None:
    made = (await room.ok("POST", "/1/keys", {"acl": ["search"]}))["key"]
    await room.save("i", {"objectID": "1"})
    first = room.world
    room.world = await room.runtime.worlds.fork(first)
    assert await room.found("i", key=made) == await room.found("i", key=room.token("search_key")) == ["1"]
    old = first.accounts["algolia"]["tokens"]["search_key"]
    assert (await room.refused("POST", "/1/indexes/i/query", {}, key=old))[0] == 403


async def test_many_removals_and_synonyms_are_followed(room: Room) -> None:
    ids = [str(n) for n in range(300)]
    await room.save("i", *({"objectID": id} for id in ids))
    assert len(await room.found("i", hitsPerPage=1000)) == 300
    requests = [{"action": "deleteObject", "body": {"objectID": id}} for id in ids[:250]]
    await room.ok("POST", "/1/indexes/i/batch", {"requests": requests})
    assert await room.found("i", hitsPerPage=1000) == ids[250:]
    await room.ok("POST", "/1/indexes/i/clear")
    assert await room.found("i") == []
    await room.save("i", {"objectID": "9", "t": "car"})
    synonym = {"type": "synonym", "synonyms": ["car", "auto"]}
    await room.ok("PUT", "/1/indexes/i/synonyms/s", synonym)
    assert await room.found("i", "auto") == ["9"]
    await room.ok("PUT", "/1/indexes/i/synonyms/s", synonym | {"synonyms": ["car", "vehicle"]})
    assert [await room.found("i", word) for word in ("auto", "vehicle")] == [[], ["9"]]


async def test_few_indices_stay_in_memory(room: Room) -> None:
    for number in range(corpora.KEPT + 5):
        await room.save(f"i{number}", {"objectID": "1"})
        await room.found(f"i{number}")
    assert len(room.world.derived["algolia.corpora"]) == corpora.KEPT
    assert await room.found("i0") == ["1"]


# --- against an index that is built anew -------------------------------------------------------------------------

IDS = st.sampled_from(["a", "b", "c", "d"])
WORDS = st.sampled_from(["red car", "car red", "blue", "carpet", "bleu"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), IDS, WORDS),
        st.tuples(st.just("delete"), IDS, WORDS),
        st.tuples(st.just("clear"), IDS, WORDS),
        st.tuples(st.just("search"), IDS, WORDS),
        st.tuples(st.just("undo"), IDS, WORDS),
    ),
    max_size=12,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STEPS)
async def test_an_index_that_was_kept_up_answers_as_one_that_is_read_anew(
    room: Room, steps: list[tuple[str, str, str]]
) -> None:
    await room.runtime.worlds.reset(room.world)
    room.document = None
    await room.settings("i", hitsPerPage=10)
    for kind, id, text in steps:
        if kind == "put":
            await room.ok("PUT", f"/1/indexes/i/{id}", {"t": text})
        elif kind == "delete":
            await room.ok("DELETE", f"/1/indexes/i/{id}")
        elif kind == "clear":
            await room.ok("POST", "/1/indexes/i/clear")
        elif kind == "undo":
            _undo(room.tx(), id, text)
        kept = [await room.search("i", query) for query in ("", "car", text)]
        room.world.derived.clear()
        assert kept == [await room.search("i", query) for query in ("", "car", text)]


def _undo(tx: Transaction, id: str, text: str) -> None:
    index = indices.to_fill(tx, "i")
    records.put(tx, index, {"objectID": id, "t": text})
    tx.save(indices.INDICES, index)
    corpora.corpus(tx, index)
    tx.rollback()
