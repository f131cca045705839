"""Databases of a platform: who can write a scenario's story into them.

They are found by the entry-point group `greenroom.databases`; the harness knows none by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol, TextIO

from harness.errors import ConfigurationError

GROUP = "greenroom.databases"
Json = dict[str, Any]


class Database(Protocol):
    """Writes stories as rows; what it cannot use it refuses by a ValueError whose message is for the reader."""

    def guess(self, schema: Path) -> str:
        """Return a first mapping for a schema, as YAML."""

    def mapping_schema(self) -> Json:
        """Return the JSON schema of mapping files."""

    def export(
        self,
        parts: Iterable[Json],
        *,
        refs: dict[str, str],
        present: datetime,
        schema: Path,
        mapping: Path | None,
        to: str,
        out: Path | TextIO | None,
        truncate: bool = False,
        create: bool = False,
        in_parts: bool = False,
        progress: Callable[[str, int], None] = ...,
    ) -> list[Json]:
        """Write a story, told in parts, as rows to a URL, or as `sql` or `csv` to `out`; return what each table got.

        `refs` are the ids that a world's providers gave. `in_parts` keeps a database's rows part by part, so that the same
        call goes on where one was stopped. Returns `table` and `rows` of each.
        """


def database() -> Database:
    """Return the installed writer; raise ConfigurationError where there is none."""
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            found: Database = entry.load()
        except Exception as error:
            raise ConfigurationError(
                f"the databases {entry.name!r} ({entry.value}) cannot be loaded: {error!r}; mend or uninstall them"
            ) from error
        return found
    raise ConfigurationError(f"nothing is installed that writes databases (entry-point group {GROUP})")
