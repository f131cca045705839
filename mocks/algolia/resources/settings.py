"""Index settings: reading, changing, and the replicas that they make and let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.algolia import errors
from mocks.algolia.dialect import place
from mocks.algolia.engine import declarations, parameters
from mocks.algolia.engine.parameters import Wrong
from mocks.algolia.resources import indices, records

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

ALIASES = {"attributesToIndex": "searchableAttributes", "slaves": "replicas"}
"""Old names, still understood."""

READ_ONLY = frozenset({"version", "primary"})
"""What `getSettings` answers besides settings; copying an index to another application sends it back."""

NULLS = (
    *(
        "searchableAttributes",
        "attributesToRetrieve",
        "numericAttributesForFiltering",
        "unretrievableAttributes",
    ),
    *("optionalWords", "attributesForFaceting", "attributesToSnippet", "attributesToHighlight"),
    *("attributeForDistinct", "customRanking"),
)
"""Settings that the real API answers as null where they are not set; its published schema has no nulls."""

OF_ONE_INDEX = frozenset({"replicas", "enableReRanking", "mode"})
"""Settings that copying an index leaves behind."""


def shown(tx: Transaction, index: Json) -> Json:
    """Show an index's settings with defaults."""
    own = indices.settings_in_effect(tx, index)
    if index["virtual"]:
        own = {name: value for name, value in own.items() if name != "replicas"}
    empty = dict.fromkeys(NULLS) if tx.live else {}
    answer = empty | parameters.defaults() | own | {"version": 2}
    if index["primary"] is not None:
        answer["primary"] = index["primary"]
    return answer


def change(tx: Transaction, index: Json, given: Json, *, forward: bool = False) -> None:
    """Set settings: unnamed ones stay, null brings the default back. `forward` sets them on replicas, too."""
    changes = _checked(tx, given)
    if "replicas" in changes:
        _set_replicas(tx, index, changes["replicas"] or [])
    _merge(index, changes)
    if forward:
        for replica in indices.replicas(tx, index):
            own = indices.to_change(tx, replica["name"])
            _merge(own, {name: value for name, value in changes.items() if name not in OF_ONE_INDEX})
            tx.save(indices.INDICES, own)


def _merge(index: Json, changes: Json) -> None:
    for name, value in changes.items():
        if value is None:
            index["settings"].pop(name, None)
        else:
            index["settings"][name] = value


def _checked(tx: Transaction, given: Json) -> Json:
    """Return settings as they are kept: as they were sent, by their present names."""
    changes = {}
    for sent, value in given.items():
        name = ALIASES.get(sent, sent)
        if sent in ALIASES and name in given:
            message = (
                f'You cannot specify "{sent}" and "{name}" at the same time. "{sent}" is deprecated you should'
                f' only use "{name}"'
            )
            raise errors.bad_request(message, subject=sent)
        if name in READ_ONLY:
            continue
        known = parameters.known().get(name)
        if known is None or known.scope == "search":
            tx.deviation(errors.unknown_setting(sent, place(_body(tx), sent)))
            continue
        if value is not None:
            try:
                read = parameters.checked(known, value)
                declarations.check(name, read)
            except Wrong as wrong:
                raise errors.bad_request(_located(tx, sent, name, wrong), subject=name) from None
            # A text that stands for a list is kept as the list; otherwise what was sent comes back as it was.
            changes[name] = read if isinstance(read, list) else value
        else:
            changes[name] = None
    return changes


def _located(tx: Transaction, sent: str, name: str, wrong: Wrong) -> str:
    """Return what is wrong; of `customRanking` with the place, as reported answers have it."""
    if name != "customRanking" or not wrong.message.startswith("Invalid CustomRanking"):
        return wrong.message
    line, column = place(_body(tx), sent)
    return f"{wrong.message} near line:{line} column:{column}"


def _body(tx: Transaction) -> bytes:
    return tx.request.body if tx.request is not None else b""


# --- replicas ----------------------------------------------------------------------------------------------------


def _set_replicas(tx: Transaction, index: Json, entries: list[str]) -> None:
    if index["primary"] is not None:
        raise errors.bad_request(
            f"Index {index['name']} is a replica and cannot have replicas", subject="replicas"
        )
    wanted = dict(indices.replica_name(each) for each in entries)
    if len(wanted) < len(entries):
        raise errors.bad_request("An index cannot be a replica twice", subject="replicas")
    if index["name"] in wanted:
        raise errors.bad_request("An index cannot be its own replica", subject="replicas")
    for replica in indices.replicas(tx, index):
        if replica["name"] not in wanted:
            detach(tx, replica)
    for name, virtual in wanted.items():
        _attach(tx, index, name, virtual=virtual)


def _attach(tx: Transaction, index: Json, name: str, *, virtual: bool) -> None:
    """Make an index a replica; one that had records of its own loses them."""
    replica = tx.get(indices.INDICES, name)
    if replica is None:
        replica = indices.create(tx, name, primary=index["name"], virtual=virtual)
        if not virtual:
            own = index["settings"].items()
            replica["settings"] = {key: value for key, value in own if key not in OF_ONE_INDEX}
    elif replica["primary"] not in (None, index["name"]) or replica["settings"].get("replicas"):
        raise errors.bad_request(f"Index {name} is a replica or a primary already", subject="replicas")
    elif replica["primary"] is None:
        replica["generation"] += 1
        records.clear(tx, replica)
    replica |= {"primary": index["name"], "virtual": virtual, "updated": tx.now}
    tx.save(indices.INDICES, replica)


def detach(tx: Transaction, replica: Json) -> None:
    """Make a replica an index of its own, with the records that it showed."""
    origin = indices.source(tx, replica)
    settings = indices.settings_in_effect(tx, replica)
    virtual = replica["virtual"]
    replica |= {"primary": None, "virtual": False, "updated": tx.now}
    replica["settings"] = {name: value for name, value in settings.items() if name != "replicas"}
    replica["generation"] += 1
    if not virtual:
        records.copied(tx, origin, replica)
    tx.save(indices.INDICES, replica)
