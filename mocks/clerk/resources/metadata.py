"""Metadata: merged deeply, or replaced by kind."""

from __future__ import annotations

from typing import Any

from mocks.clerk import validation

Json = dict[str, Any]


def merged(old: Json, changes: Json) -> Json:
    """Return metadata with changes merged in: objects at every level, null removes a key, anything else replaces."""
    result = dict(old)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            below = result.get(name)
            result[name] = merged(below if isinstance(below, dict) else {}, value)
        else:
            result[name] = value
    return result


def merge(holder: Json, given: Json) -> None:
    """Merge each kind that was given into a thing's; the others stay."""
    for kind, changes in given.items():
        if changes is not None:
            holder[kind] = merged(holder.get(kind) or {}, changes)
    validation.check_metadata(holder)


def replace(holder: Json, given: Json) -> None:
    """Put each kind that was given in the place of a thing's; the others stay."""
    for kind, value in given.items():
        if value is not None:
            holder[kind] = value
    validation.check_metadata(holder)
