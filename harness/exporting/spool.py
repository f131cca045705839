"""Documents on their way into a table: kept in a temporary file until it is known which columns they have."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Any, Literal, Self

import orjson

Type = Literal["truth", "whole", "number", "text", "json"]
LARGEST = 2**63


@dataclass(slots=True)
class Column:
    """A column of a kind's table: a field of its documents."""

    name: str
    """As the table has it: no two differ in the case of letters only."""
    key: str
    """As documents have it."""
    types: set[Type] = field(default_factory=set)

    @property
    def type(self) -> Type:
        """The type that holds all of its values; what is nested or mixed is JSON."""
        if self.types <= {"whole", "number"} and self.types:
            return "whole" if self.types == {"whole"} else "number"
        return next(iter(self.types)) if len(self.types) == 1 else "json" if self.types else "text"

    def cell(self, value: Any) -> Any:
        """Return a value as the column's type has it."""
        if value is None:
            return None
        if self.type == "json":
            return orjson.dumps(value).decode()
        return float(value) if self.type == "number" else value


class Spool:
    """The documents of one kind."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        """`lines` are read when the context begins, and only once."""
        self._lines = lines
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the context ends
        self._columns: dict[str, Column] = {}
        self.count = 0

    def __enter__(self) -> Self:
        """Read all documents."""
        try:
            for line in self._lines:
                self._file.write(line + b"\n")
                self._look(orjson.loads(line))
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget the documents."""
        self._file.close()

    def _look(self, document: dict[str, Any]) -> None:
        self.count += 1
        for name, value in document.items():
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = Column(self._named(name), name)
            if value is not None:
                column.types.add(type_of(value))

    def _named(self, name: str) -> str:
        taken = {column.name.lower() for column in self._columns.values()}
        found, number = name, 1
        while found.lower() in taken:
            number += 1
            found = f"{name}_{number}"
        return found

    @property
    def columns(self) -> list[Column]:
        """The columns, in the order in which documents first had them."""
        return list(self._columns.values())

    def documents(self) -> Iterator[dict[str, Any]]:
        """Go through the documents."""
        self._file.seek(0)
        for line in self._file:
            yield orjson.loads(line)

    def rows(self) -> Iterator[list[Any]]:
        """Go through the documents as rows."""
        columns = self.columns
        for document in self.documents():
            yield [column.cell(document.get(column.key)) for column in columns]


def type_of(value: Any) -> Type:
    """Return the type of a value that is no null."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "whole" if -LARGEST <= value < LARGEST else "json"
    if isinstance(value, float):
        return "number"
    return "text" if isinstance(value, str) else "json"
