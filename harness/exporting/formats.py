"""The formats: each writes one kind of documents into a file that is open, or into a path."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import orjson

from harness.errors import ConfigurationError
from harness.exporting.spool import Column, Spool

ROW_GROUP = 10_000
AT_ONCE = 200
SQL_TYPES = {
    "truth": "BOOLEAN",
    "whole": "BIGINT",
    "number": "DOUBLE PRECISION",
    "text": "TEXT",
    "json": "TEXT",
}
Write = Callable[[Path, str, Spool], None]


def as_json(path: Path, _name: str, spool: Spool) -> None:
    """Write an array of documents, one a line."""
    with path.open("wb") as file:
        file.write(b"[")
        for number, document in enumerate(spool.documents()):
            file.write((b",\n" if number else b"\n") + orjson.dumps(document))
        file.write(b"\n]\n")


def as_csv(path: Path, _name: str, spool: Spool) -> None:
    """Write a sheet: the first line names the columns, what is nested is JSON, a null an empty place."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in spool.columns])
        for row in spool.rows():
            writer.writerow([str(cell).lower() if isinstance(cell, bool) else cell for cell in row])


def as_parquet(path: Path, _name: str, spool: Spool) -> None:
    """Write Parquet in groups of rows; what is nested is JSON."""
    arrow, parquet = parquets()
    types = {
        "truth": arrow.bool_(),
        "whole": arrow.int64(),
        "number": arrow.float64(),
        "text": arrow.string(),
        "json": arrow.string(),
    }
    schema = arrow.schema([arrow.field(column.name, types[column.type]) for column in spool.columns])
    rows = spool.rows()
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(rows, ROW_GROUP)):
            arrays = [
                arrow.array(cells, each.type)
                for cells, each in zip(zip(*some, strict=True), schema, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))


def parquets() -> tuple[Any, Any]:
    """Return pyarrow and its Parquet; raise ConfigurationError where it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ConfigurationError("Parquet needs pyarrow: pip install 'greenroom[export]'") from error
    return pa, pq


def as_sql(path: Path, name: str, spool: Spool) -> None:
    """Add a table with its rows to a script, as PostgreSQL and SQLite read it."""
    with path.open("a", encoding="utf-8") as file:
        table = _quoted(name)
        columns = spool.columns
        defined = ",\n".join(f"    {_quoted(each.name)} {SQL_TYPES[each.type]}" for each in columns)
        file.write(f"CREATE TABLE {table} (\n{defined}\n);\n")
        _insert(file, table, columns, spool.rows())


def _insert(file: TextIO, table: str, columns: list[Column], rows: Iterator[list[Any]]) -> None:
    names = ", ".join(_quoted(each.name) for each in columns)
    while some := list(islice(rows, AT_ONCE)):
        values = ",\n".join("(" + ", ".join(map(_literal, row)) + ")" for row in some)
        file.write(f"INSERT INTO {table} ({names}) VALUES\n{values};\n")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"
