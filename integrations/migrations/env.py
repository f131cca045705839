"""Alembic's entry: migrates the connection it is given, or the database that DATABASE_URL names."""

from typing import Literal

import sqlalchemy
from alembic import context
from alembic.autogenerate.api import AutogenContext

from integrations.database import Database
from integrations.models import Base, UtcDateTime
from integrations.settings import database_url

#: Any number, as long as nobody else takes the same advisory lock in this database.
_MIGRATION_LOCK = 4_407_001


def _render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write plain SQLAlchemy types into new migrations, so that they stand without today's models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _migrate(connection: sqlalchemy.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=_render,
        # SQLite cannot alter most of a table in place: Alembic copies it instead.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Several processes may start at once: the first migrates, the others wait and find it done.
            connection.execute(sqlalchemy.text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        context.run_migrations()


_given: sqlalchemy.Connection | None = context.config.attributes.get("connection")
if _given is not None:
    _migrate(_given)
else:
    _database = Database(database_url())
    with _database.engine.begin() as _connection:
        _migrate(_connection)
    _database.close()
