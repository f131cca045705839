"""Indices: their documents, replicas, and what happens to them as a whole.

Every change of an index raises its `generation`, and each record is ordered by the generation in which it was written;
so what an index in memory lacks is found without reading the rest (`corpora.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.collection import Collection
from mocks.algolia import errors
from mocks.algolia.dialect import timestamp
from mocks.algolia.resources import tasks

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

INDICES = Collection("algolia.index", "primary", key="name")
"""{name, uid, created, updated (µs), generation, entries, size (bytes), complete_since, settings, synonyms, rules,
primary, virtual}. `uid` outlives renaming and is what records, synonyms and rules refer to. A replica has no records of
its own: it shows those of its primary. Before the generation `complete_since` there was nothing of what is there now;
`synonyms` and `rules` count the changes of these."""

LONGEST_NAME = 256
PART = ("settings", "synonyms", "rules")
"""What an operation on indices may be limited to."""


def find(tx: Transaction, name: str) -> Json:
    """Return an index, or refuse an unknown name."""
    index = tx.get(INDICES, name)
    if index is None:
        raise errors.no_index(name)
    return index


def check_name(name: str) -> None:
    """Refuse what can be no index's name."""
    if not 0 < len(name) <= LONGEST_NAME or name == "*":
        raise errors.bad_request("indexName is not valid", subject="indexName")


def create(tx: Transaction, name: str, *, primary: str | None = None, virtual: bool = False) -> Json:
    """Make an empty index."""
    check_name(name)
    index = {
        "name": name,
        "uid": f"x{tasks.following(tx, 'index', 1)}",
        "created": tx.now,
        "updated": tx.now,
        "generation": 0,
        "entries": 0,
        "size": 0,
        "complete_since": 0,
        "settings": {},
        "synonyms": 0,
        "rules": 0,
        "primary": primary,
        "virtual": virtual,
    }
    return tx.insert(INDICES, index)


def to_change(tx: Transaction, name: str) -> Json:
    """Return an index for a change, making it when there is none."""
    index = tx.get(INDICES, name) or create(tx, name)
    index["generation"] += 1
    index["updated"] = tx.now
    return tx.save(INDICES, index)


def to_fill(tx: Transaction, name: str) -> Json:
    """Return an index for a change of its records; a replica's come from its primary alone."""
    index = to_change(tx, name)
    if index["primary"] is not None:
        message = f"Index {name} is a replica of {index['primary']}, its records cannot be changed"
        raise errors.bad_request(message, rule="replica_written", subject="indexName")
    return index


def to_empty(tx: Transaction, name: str) -> Json | None:
    """Return an index for taking records out of it; None when there is no such index, which is no mistake."""
    return None if tx.get(INDICES, name) is None else to_fill(tx, name)


def changed(tx: Transaction, index: Json | None) -> int:
    """Keep a change of an index, if there is one, and return its task."""
    if index is not None:
        tx.save(INDICES, index)
    return tasks.new(tx)


def source(tx: Transaction, index: Json) -> Json:
    """Return the index that holds the records which an index shows: itself, or its primary."""
    return index if index["primary"] is None else find(tx, index["primary"])


def note_emptied(index: Json) -> None:
    """Remember that nothing of what was there before is there now."""
    index["complete_since"] = index["generation"]
    index["entries"] = index["size"] = 0


# --- replicas ----------------------------------------------------------------------------------------------------


def replicas(tx: Transaction, index: Json) -> list[Json]:
    """Return the replicas of an index, by name."""
    return sorted(tx.every(INDICES, primary=index["name"]), key=lambda each: str(each["name"]))


def replica_name(entry: str) -> tuple[str, bool]:
    """Read an entry of the setting `replicas`: the name, and whether it is `virtual(name)`."""
    if entry.startswith("virtual(") and entry.endswith(")"):
        return entry[8:-1], True
    return entry, False


def settings_in_effect(tx: Transaction, index: Json) -> Json:
    """Return the settings that searches in an index obey: a virtual replica's stand upon its primary's."""
    own: Json = index["settings"]
    return source(tx, index)["settings"] | own if index["virtual"] else own


# --- how they are listed -----------------------------------------------------------------------------------------


def shown(tx: Transaction, index: Json) -> Json:
    """Show an index in the list."""
    held = source(tx, index)
    item: Json = {
        "name": index["name"],
        "createdAt": timestamp(index["created"]),
        "updatedAt": timestamp(index["updated"]),
        "entries": held["entries"],
        "dataSize": held["size"],
        "fileSize": held["size"] * 2,
        "lastBuildTimeS": 0,
        "numberOfPendingTasks": 0,
        "pendingTask": False,
    }
    if index["primary"] is not None:
        item["primary"] = index["primary"]
        if index["virtual"]:
            item["virtual"] = True
    elif index["settings"].get("replicas"):
        item["replicas"] = [replica_name(each)[0] for each in index["settings"]["replicas"]]
    return item
