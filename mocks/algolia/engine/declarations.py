"""What entries of settings may say: searchable attributes with their modifiers, and the criteria of a ranking."""

from __future__ import annotations

import re
from typing import Any

import orjson

from mocks.algolia.engine.parameters import Wrong

Json = Any

SORT = re.compile(r"(asc|desc)\(\s*(.+?)\s*\)")
"""An attribute to sort by, and which way."""

CRITERIA = ("typo", "geo", "words", "filters", "proximity", "attribute", "exact", "custom")
LARGEST_USER_DATA = 32 * 1024
"""Bytes of `userData` of an index's settings (Algolia: "userData")."""

_SEARCHABLE = re.compile(r"(?:un)?ordered\(([^()]+)\)")
_CALL = re.compile(r"\w+\(.*|.*\b(?:un)?ordered\(.*", re.DOTALL)


def check(name: str, value: Json) -> None:
    """Look at the entries of a setting, or parameter, that was read; raise Wrong."""
    if name == "customRanking":
        for entry in value:
            if not SORT.fullmatch(entry):
                raise Wrong(f"Invalid CustomRanking function({entry}), you should use asc() or desc()", name)
    elif name == "ranking":
        for entry in value:
            if entry not in CRITERIA and not SORT.fullmatch(entry):
                raise _entry(name, entry, f"one of {', '.join(CRITERIA)}, asc() or desc()")
    elif name == "searchableAttributes":
        for entry in value:
            if not _is_searchable(entry):
                raise _entry(name, entry, "attributes, ordered() or unordered()")
    elif name == "userData" and (size := len(orjson.dumps(value))) > LARGEST_USER_DATA:
        raise Wrong(f"userData is too big size={size}/{LARGEST_USER_DATA} bytes", name)


def _is_searchable(entry: str) -> bool:
    modified = _SEARCHABLE.fullmatch(entry.strip())
    if modified is None and _CALL.fullmatch(entry.strip()):
        return False
    names = modified[1] if modified else entry
    return all(each.strip() for each in names.split(","))


def _entry(name: str, entry: str, expected: str) -> Wrong:
    return Wrong(f'Invalid value "{entry}" for "{name}" parameter, expected {expected}', name)
