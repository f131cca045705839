"""Reading JSON that can be written again: the encoder nests less deeply than the parser."""

from __future__ import annotations

from typing import Any

import orjson

FEW = 200
"""Brackets up to which nothing can be too deep."""


class TooDeep(ValueError):
    """The JSON nests too deeply to be kept and answered."""


def read(text: str | bytes) -> Any:
    """Return the value of a JSON text; raise ValueError for what is none, and TooDeep."""
    value = orjson.loads(text)
    marks = (
        (text.count("["), text.count("{")) if isinstance(text, str) else (text.count(b"["), text.count(b"{"))
    )
    if sum(marks) > FEW:
        try:
            orjson.dumps([[[[[[[[[[value]]]]]]]]]])  # as deep as it may be embedded
        except orjson.JSONEncodeError:
            raise TooDeep from None
    return value
