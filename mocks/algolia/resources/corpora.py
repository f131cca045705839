"""Indices in memory: worked out of the stored records once, then kept up to date by what has changed since.

They lie in `world.derived`, which the harness empties whenever the state may be another than the one they were made of.
A search in an index that has not changed reads one document, the index's own.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mocks.algolia.engine import conditions
from mocks.algolia.engine.corpus import Corpus
from mocks.algolia.engine.declarations import SORT
from mocks.algolia.engine.shape import Shape
from mocks.algolia.engine.synonyms import Synonyms
from mocks.algolia.resources import dictionaries, indices, records
from mocks.algolia.resources.rules import RULES
from mocks.algolia.resources.synonyms import SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.collection import Collection
    from harness.transaction import Transaction

Json = dict[str, Any]

KEPT = 32
"""Indices of a world that stay in memory, the last used ones."""

AT_ONCE = 20_000
"""Documents that are read at once."""

NONE = Synonyms()


@dataclass(slots=True)
class Shelf:
    """An index in memory, as of a generation."""

    corpus: Corpus
    generation: int = 0


def corpus(tx: Transaction, index: Json) -> Corpus:
    """Return an index's records and words, up to date."""
    held = indices.source(tx, index)
    settings = indices.settings_in_effect(tx, index)
    shape = Shape.of(settings, dictionaries.in_effect(tx))
    shelves: OrderedDict[Any, Shelf] = tx.world.derived.setdefault("algolia.corpora", OrderedDict())
    key = held["uid"], shape
    shelf = shelves.pop(key, None)
    if shelf is None or shelf.generation < held["complete_since"]:
        shelf = Shelf(Corpus(shape))
    if shelf.generation < held["generation"]:
        shelf.corpus.expect(*_columns(settings))
        _refresh(tx, shelf, held)
    shelves[key] = shelf
    if len(shelves) > KEPT:
        shelves.popitem(last=False)
    return shelf.corpus


def _columns(settings: Json) -> tuple[set[str], set[str]]:
    """Return the attributes that searches will filter and count by, and those that they will be ordered by."""
    facets = {conditions.bare(each) for each in settings.get("attributesForFaceting") or ()}
    orders = [*(settings.get("customRanking") or ()), *(settings.get("ranking") or ())]
    return facets, {match[2] for each in orders if (match := SORT.fullmatch(each))}


def _refresh(tx: Transaction, shelf: Shelf, held: Json) -> None:
    """Take over what was removed since, and then what was written: that may be what was removed before."""
    for document in _since(tx, records.REMOVED, shelf, held):
        shelf.corpus.remove(document["objectID"])
    for document in _since(tx, records.RECORDS, shelf, held):
        shelf.corpus.put(document["record"])
    shelf.generation = held["generation"]


def _since(tx: Transaction, collection: Collection, shelf: Shelf, held: Json) -> Iterator[Json]:
    where, since = {"uid": held["uid"]}, shelf.generation + 1
    end = None
    while True:
        page = tx.page(collection, where=where, since=since, newest_first=False, limit=AT_ONCE, beyond=end)
        yield from page.items
        if not page.has_more:
            return
        end = page.end


def synonyms(tx: Transaction, index: Json) -> Synonyms:
    """Return an index's synonyms, read again only when they were changed."""
    if not index["synonyms"]:
        return NONE
    known: dict[str, tuple[int, Synonyms]] = tx.world.derived.setdefault("algolia.synonyms", {})
    version, found = known.get(index["uid"], (0, NONE))
    if version != index["synonyms"]:
        found = Synonyms.of(each["synonym"] for each in tx.every(SYNONYMS, uid=index["uid"]))
        known[index["uid"]] = index["synonyms"], found
    return found


def rules(tx: Transaction, index: Json) -> list[Json]:
    """Return an index's rules, read again only when they were changed."""
    if not index.get("rules"):
        return []
    known: dict[str, tuple[int, list[Json]]] = tx.world.derived.setdefault("algolia.rules", {})
    version, found = known.get(index["uid"], (0, []))
    if version != index["rules"]:
        found = [each["rule"] for each in tx.every(RULES, uid=index["uid"])]
        known[index["uid"]] = index["rules"], found
    return found
