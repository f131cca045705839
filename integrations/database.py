"""Opening, migrating and using the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import sqlalchemy
from alembic.util import CommandError
from sqlalchemy import Engine, event, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from integrations.errors import DatabaseUnusableError
from integrations.models import Base

_ROOM = Path(__file__).parent


class Database:
    """One database: SQLite by default, PostgreSQL (through psycopg) by URL.

    Transactions are short: none is open while a provider is being called.
    """

    def __init__(self, url: str) -> None:
        """`url` is an SQLAlchemy URL, or a `postgres(ql)://` one as hosting services hand it out."""
        self._url = _database_url(url)
        self.engine = _engine(self._url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit what was done in the block, or nothing of it if the block raises."""
        with self._sessions.begin() as session:
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema to `revision`; nothing happens when it is there already."""
        with self._understandable(), self._migrating() as connection:
            alembic.command.upgrade(self._migrations(connection), revision)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to `revision` (`base` removes everything)."""
        with self._understandable(), self._migrating() as connection:
            alembic.command.downgrade(self._migrations(connection), revision)

    def check(self) -> None:
        """Raise `DatabaseUnusableError` unless the database answers."""
        with self._understandable(), self.engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT 1"))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _migrating(self) -> Iterator[sqlalchemy.Connection]:
        """Open a transaction in which SQLite lets a table be copied and replaced while others refer to it."""
        if self._url.get_backend_name() != "sqlite":
            with self.engine.begin() as connection:
                yield connection
            return
        engine = _engine(self._url, foreign_keys=False)
        try:
            with engine.begin() as connection:
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise DatabaseUnusableError(
                        f"The migration would leave {broken[0]} with a broken reference."
                    )
        finally:
            engine.dispose()

    def _migrations(self, connection: sqlalchemy.Connection) -> alembic.config.Config:
        config = alembic.config.Config(_ROOM / "alembic.ini")
        config.attributes["connection"] = connection
        return config

    @contextmanager
    def _understandable(self) -> Iterator[None]:
        """Turn what the database or Alembic says into one error that tells what to do."""
        shown = self._url.render_as_string(hide_password=True)
        try:
            yield
        except CommandError as error:
            raise DatabaseUnusableError(
                f"The schema of {shown} is not one this version knows ({error}). Was it written by a newer "
                "version? Use that one, or another DATABASE_URL."
            ) from error
        except SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            raise DatabaseUnusableError(
                f"{shown} cannot be used: {reason}. Check DATABASE_URL and that the server or file is there, "
                "readable and not damaged."
            ) from error


def insert_if_absent(session: Session, table: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key is there; say whether it was inserted.

    One statement, so that two processes that do the same at once do not fail.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(literal(1))
    return session.execute(statement).first() is not None


def _database_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnusableError(
            "DATABASE_URL is not a database URL, such as sqlite:///file.sqlite3 or postgresql://user@host/name."
        ) from None
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise DatabaseUnusableError(
            f"DATABASE_URL names {parsed.drivername!r}: only SQLite and PostgreSQL serve."
        )
    return parsed


def _engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    if url.get_backend_name() != "sqlite":
        return sqlalchemy.create_engine(url, pool_pre_ping=True)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite if foreign_keys else _prepare_sqlite_for_migration)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions begin too late; `_begin_immediately` begins them.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _prepare_sqlite_for_migration(connection: Any, record: object) -> None:
    _prepare_sqlite(connection, record)
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_immediately(connection: sqlalchemy.Connection) -> None:
    # A transaction that reads first and writes later fails at once, without waiting, when another one wrote
    # in between. Taking the write lock at the start makes it wait its turn instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
