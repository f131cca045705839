"""A world in files: which there are, and what writes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.exporting import formats
from harness.exporting.spool import Spool

Json = dict[str, Any]
INDEX = "world.json"
SCRIPT = "world.sql"


class Format(StrEnum):
    """How documents are written."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    SQL = "sql"


WRITERS: dict[Format, formats.Write] = {
    Format.JSON: formats.as_json,
    Format.CSV: formats.as_csv,
    Format.PARQUET: formats.as_parquet,
    Format.SQL: formats.as_sql,
}
Lines = Callable[[str, str], Iterator[bytes]]


def export(
    world: Json, kinds: list[Json], lines: Lines, folder: Path, format: Format, *, truncate: bool = False
) -> list[Json]:
    """Write documents, `lines(provider, kind)` of each kind; return {provider, kind, count, file} of each.

    `world.json` names the files when all is written. Raises InvalidInput for a folder that holds an export.
    """
    if format is Format.PARQUET:
        formats.parquets()
    _prepare(folder, truncate=truncate)
    written: list[Json] = []
    for each in kinds:
        provider, kind = each["provider"], each["kind"]
        file = SCRIPT if format is Format.SQL else f"{provider}/{_safe(kind)}.{format}"
        if format is not Format.SQL and file in {other["file"] for other in written}:
            file = f"{provider}/{_safe(kind)}-{len(written)}.{format}"
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        with Spool(lines(provider, kind)) as spool:
            WRITERS[format](path, f"{provider}.{kind}", spool)
            written.append({"provider": provider, "kind": kind, "count": spool.count, "file": file})
    told = {
        "world": world["name"],
        "seed": world["seed"],
        "now": world["clock"]["now"],
        "format": str(format),
    }
    text = json.dumps({**told, "kinds": written}, indent=2, ensure_ascii=False)
    (folder / INDEX).write_text(text + "\n", "utf-8")
    return written


def _prepare(folder: Path, *, truncate: bool) -> None:
    """Make the folder; take an earlier export away if that is wanted: only what it names."""
    folder.mkdir(parents=True, exist_ok=True)
    index = folder / INDEX
    left = [
        SCRIPT,
        *(str(path.relative_to(folder)) for path in folder.glob("*/*") if path.suffix[1:] in set(Format)),
    ]
    there = [folder / name for name in left if (folder / name).exists()]
    if (there or index.exists()) and not truncate:
        raise InvalidInput(f"{folder} holds an export already: give --truncate to replace it")
    for path in [*there, index]:
        path.unlink(missing_ok=True)


def _safe(kind: str) -> str:
    """Return a name that any file system takes: kinds that the spec engine made hold paths."""
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in kind)
