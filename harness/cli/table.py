"""Tables for people: aligned columns of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LONGEST = 80
"""Characters of a cell: one long path would push all that stands behind it out of sight. `--json` has it whole."""


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, empty: str) -> str:
    """Write rows under the columns' names, long cells cut but in the last column; `empty` is said when there are none."""
    *others, last = columns
    cells = [[*(_cut(_text(row.get(column))) for column in others), _text(row.get(last))] for row in rows]
    if not cells:
        return empty
    lines = [[column.replace("_", " ").upper() for column in columns], *cells]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    return "\n".join(_line(line, widths) for line in lines)


def pairs(values: Mapping[str, Any]) -> str:
    """Write names and values, one a line."""
    width = max(map(len, values), default=0)
    return "\n".join(f"{name.ljust(width)}  {_text(value)}".rstrip() for name, value in values.items())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _line(cells: list[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _CONTROL.sub(_shown, str(value))


def _shown(found: re.Match[str]) -> str:
    """Write a control character as people read it: what a consumer sent must not steer a terminal, nor break a line."""
    return " " if found[0] in "\n\t" else f"\\x{ord(found[0]):02x}"
