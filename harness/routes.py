"""Finding the operation of a path: a tree of path segments, literal before `{name}`."""

from __future__ import annotations

from typing import Generic, TypeVar
from urllib.parse import unquote

Target = TypeVar("Target")


class _Node(Generic[Target]):
    __slots__ = ("literals", "methods", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[Target]] = {}
        self.variable: _Node[Target] | None = None
        self.methods: dict[str, tuple[Target, tuple[str, ...]]] = {}


class Routes(Generic[Target]):
    """Templates such as `/v1/customers/{customer}` to targets, by method."""

    def __init__(self) -> None:
        """Start with no routes."""
        self._root: _Node[Target] = _Node()

    def add(self, method: str, template: str, target: Target) -> None:
        """Add a route; a later one with the same method and shape replaces it."""
        node, names = self._root, []
        for segment in template.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.variable = node = node.variable or _Node()
            else:
                node = node.literals.setdefault(segment, _Node())
        node.methods[method] = (target, tuple(names))

    def find(self, method: str, path: str) -> tuple[Target, dict[str, str]] | frozenset[str]:
        """Return the target with its path values (unquoted), or the methods that the path does have (maybe none).

        Most paths are found without ever turning back, at a fraction of the cost of looking everywhere.
        """
        segments = path.strip("/").split("/")
        node, values = self._root, []
        for segment in segments:
            below = node.literals.get(segment)
            if below is None:
                below = node.variable
                if below is None or not segment:
                    return self._anywhere(method, segments)
                values.append(unquote(segment) if "%" in segment else segment)
            node = below
        match = node.methods.get(method)
        if match is None:
            return self._anywhere(method, segments)
        return match[0], dict(zip(match[1], values, strict=True))

    def _anywhere(self, method: str, segments: list[str]) -> tuple[Target, dict[str, str]] | frozenset[str]:
        methods: set[str] = set()
        found = self._walk(self._root, segments, 0, [], method, methods)
        return frozenset(methods) if found is None else found

    def _walk(
        self,
        node: _Node[Target],
        segments: list[str],
        at: int,
        values: list[str],
        method: str,
        methods: set[str],
    ) -> tuple[Target, dict[str, str]] | None:
        if at == len(segments):
            match = node.methods.get(method)
            if match is None:
                methods.update(node.methods)
                return None
            return match[0], dict(zip(match[1], values, strict=True))
        segment = segments[at]
        literal = node.literals.get(segment)
        if literal is not None:
            found = self._walk(literal, segments, at + 1, values, method, methods)
            if found is not None:
                return found
        if node.variable is not None and segment:
            return self._walk(node.variable, segments, at + 1, [*values, unquote(segment)], method, methods)
        return None
