"""Reading JSON that can be written again: the encoder nests less deeply than the parser."""

from __future__ import annotations

from typing import Any

import orjson

FEW = 200
"""Brackets up to which nothing can be too deep."""


class TooDeep(ValueError):
    """The JSON nests too deeply to be kept and answered."""


def read(text: str | bytes) -> Any:
    """Return the value of a JSON text; raise ValueError for what is none (orjson's, with its place), and TooDeep."""
    value = orjson.loads(text)
    marks = (
        (text.count("["), text.count("{")) if isinstance(text, str) else (text.count(b"["), text.count(b"{"))
    )
    if sum(marks) > FEW:
        try:
            orjson.dumps([[[[[[[[[[value]]]]]]]]]])  # as deep as documents, events and pages embed it
        except orjson.JSONEncodeError:
            raise TooDeep("the JSON nests too deeply") from None
    return value


def read_object(text: bytes) -> dict[str, Any]:
    """Return the JSON object of a body, an empty one of an empty body; raise ValueError for anything else."""
    value = read(text) if text else {}
    if not isinstance(value, dict):
        raise ValueError("the JSON is no object")  # noqa: TRY004 - what is read is wrong, not a type of ours
    return value
