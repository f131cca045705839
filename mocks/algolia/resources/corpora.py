"""Indices in memory: worked out of the stored records once, then kept up to date by what has changed since.

They lie in `world.derived`, which the harness empties whenever the state may be another than the one they were made of.
A search in an index that has not changed reads one document, the index's own.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mocks.algolia.engine.corpus import Corpus, Shape
from mocks.algolia.engine.synonyms import Synonyms
from mocks.algolia.resources import indices
from mocks.algolia.resources.records import RECORDS
from mocks.algolia.resources.synonyms import SYNONYMS

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

KEPT = 32
"""Indices of a world that stay in memory, the last used ones."""

NONE = Synonyms()


@dataclass(slots=True)
class Shelf:
    """An index in memory, as of a generation."""

    corpus: Corpus
    generation: int = 0


def corpus(tx: Transaction, index: Json) -> Corpus:
    """Return an index's records and words, up to date."""
    held = indices.source(tx, index)
    shape = Shape.of(indices.settings_in_effect(tx, index))
    shelves: OrderedDict[Any, Shelf] = tx.world.derived.setdefault("algolia.corpora", OrderedDict())
    key = held["uid"], shape
    shelf = shelves.pop(key, None)
    if shelf is None or shelf.generation < held["complete_since"]:
        shelf = Shelf(Corpus(shape))
    if shelf.generation < held["generation"]:
        _refresh(tx, shelf, held)
    shelves[key] = shelf
    if len(shelves) > KEPT:
        shelves.popitem(last=False)
    return shelf.corpus


def _refresh(tx: Transaction, shelf: Shelf, held: Json) -> None:
    for generation, id in held["removed"]:
        if generation > shelf.generation:
            shelf.corpus.remove(id)
    # As many as there are: what was written since is what the next search needs.
    written = tx.page(
        RECORDS,
        where={"uid": held["uid"]},
        since=shelf.generation + 1,
        newest_first=False,
        limit=held["entries"],
    )
    for document in written.items:
        shelf.corpus.put(document["record"])
    shelf.generation = held["generation"]


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
