"""Attributes of records: values at a path such as `brand.name`, through arrays as well."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

Json = Any


def values(record: Json, path: str) -> list[Json]:
    """Return the leaf values at a path: those of an array one by one, none where there is nothing."""
    found: list[Json] = []
    _collect(record, path, found)
    return found


def _collect(node: Json, path: str, found: list[Json]) -> None:
    if isinstance(node, list):
        for each in node:
            _collect(each, path, found)
    elif not path:
        if node is not None and not isinstance(node, dict):
            found.append(node)
    elif isinstance(node, dict):
        if path in node:
            _collect(node[path], "", found)
            return
        head, _, rest = path.partition(".")
        if rest and head in node:
            _collect(node[head], rest, found)


def leaves(node: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Return each leaf value below a node with its path; array elements have the path of their array."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for each in node:
            yield from leaves(each, path)
    elif node is not None:
        yield path, node


def within(path: str, names: Collection[str]) -> bool:
    """Tell whether a path is one of the attributes named, or below one of them."""
    if path in names or "*" in names:
        return True
    return "." in path and any(path.startswith(f"{name}.") for name in names)


def spelled(value: Json) -> str:
    """Return a value as facets and filters spell it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def pick(record: dict[str, Json], wanted: list[str]) -> dict[str, Json]:
    """Return the part of a record that `attributesToRetrieve` asks for: names, paths, `*`, and `-name` to leave out."""
    left_out = [name[1:] for name in wanted if name.startswith("-")]
    asked = [name for name in wanted if not name.startswith("-")]
    everything = "*" in asked or (left_out and not asked)
    shown = record if everything else _part(record, asked)
    for name in left_out:
        shown = _without(shown, name)
    return shown


def _part(node: Json, asked: list[str]) -> Json:
    shown = {}
    for name, value in node.items():
        if name in asked:
            shown[name] = value
            continue
        below = [path[len(name) + 1 :] for path in asked if path.startswith(f"{name}.")]
        part = _parts(value, below) if below else None
        if part is not None:
            shown[name] = part
    return shown


def _parts(node: Json, asked: list[str]) -> Json:
    if isinstance(node, dict):
        return _part(node, asked) or None
    if isinstance(node, list):
        return [part for each in node if (part := _parts(each, asked)) is not None] or None
    return None


def _without(node: Json, path: str) -> Json:
    if isinstance(node, list):
        return [_without(each, path) for each in node]
    if not isinstance(node, dict):
        return node
    if path in node:
        return {name: value for name, value in node.items() if name != path}
    head, _, rest = path.partition(".")
    if rest and head in node:
        return node | {head: _without(node[head], rest)}
    return node
