"""Migrations, transactions, and what a database that cannot be used says."""

import threading
from collections.abc import Iterator
from pathlib import Path

import alembic.command
import alembic.config
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select

from integrations.database import Database, insert_if_absent
from integrations.errors import DatabaseUnusableError
from integrations.models import Base, Organisation
from tests.integrations.stubs import START

VALUES = {
    "id": "o",
    "name": "Acme",
    "billing_email": "a@acme.test",
    "customer_generation": 0,
    "created_at": START,
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    url = (
        f"sqlite:///{tmp_path / 'db.sqlite3'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    database = Database(url)
    yield database
    database.close()


def tables(database: Database) -> set[str]:
    return set(sqlalchemy.inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_migrations_go_up_and_down(database: Database) -> None:
    database.upgrade()
    assert tables(database) == set(Base.metadata.tables)
    database.downgrade("base")
    assert tables(database) == set()
    database.upgrade()
    assert tables(database) == set(Base.metadata.tables)


def test_each_single_migration_can_be_undone(database: Database) -> None:
    scripts = ScriptDirectory.from_config(alembic.config.Config("integrations/alembic.ini"))
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    assert revisions[0] == "0001"
    for revision in revisions:
        database.upgrade(revision)
        database.downgrade("-1")
        database.upgrade(revision)


def test_migrations_make_what_the_models_say(database: Database) -> None:
    database.upgrade()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    database.upgrade()
    with database.transaction() as session:
        session.add(Organisation(**VALUES))
    database.upgrade()
    with database.transaction() as session:
        assert session.scalars(select(Organisation.name)).all() == ["Acme"]


def test_instants_come_back_in_utc(database: Database) -> None:
    database.upgrade()
    with database.transaction() as session:
        session.add(Organisation(**VALUES))
    with database.transaction() as session:
        stored = session.get_one(Organisation, "o").created_at
        assert stored == START
        assert stored.utcoffset() == START.utcoffset()


def test_a_naive_instant_is_refused(database: Database) -> None:
    database.upgrade()
    naive = {**VALUES, "created_at": START.replace(tzinfo=None)}
    with (
        pytest.raises(sqlalchemy.exc.StatementError, match="has no time zone"),
        database.transaction() as session,
    ):
        session.add(Organisation(**naive))


def test_insert_if_absent_inserts_once(database: Database) -> None:
    database.upgrade()
    with database.transaction() as session:
        assert insert_if_absent(session, Organisation, VALUES)
        assert not insert_if_absent(session, Organisation, {**VALUES, "name": "Other"})
        assert session.get_one(Organisation, "o").name == "Acme"


def test_a_failing_block_leaves_nothing(database: Database) -> None:
    database.upgrade()

    def fail() -> None:
        with database.transaction() as session:
            session.add(Organisation(**VALUES))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.transaction() as session:
        assert session.scalars(select(Organisation)).all() == []


def test_reading_then_writing_transactions_wait_for_each_other(database: Database) -> None:
    """With SQLite's own late locking this fails with "database is locked" instead of waiting."""
    database.upgrade()
    with database.transaction() as session:
        session.add(Organisation(**VALUES))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                with database.transaction() as session:
                    organisation = session.get_one(Organisation, "o", with_for_update=True)
                    organisation.customer_generation += 1
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.transaction() as session:
        assert session.get_one(Organisation, "o").customer_generation == 80


def test_a_newer_schema_is_refused_with_advice(database: Database) -> None:
    database.upgrade()
    with database.engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusableError, match="newer version"):
        database.upgrade()


def test_a_damaged_file_is_refused_with_advice(tmp_path: Path) -> None:
    file = tmp_path / "broken.sqlite3"
    file.write_bytes(b"this is no database " * 400)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseUnusableError, match=r"broken\.sqlite3.*Check DATABASE_URL"):
        database.upgrade()
    database.close()


@pytest.mark.parametrize("url", ["no url at all", "mysql://u@h/d"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(DatabaseUnusableError, match="DATABASE_URL"):
        Database(url)


def test_an_error_never_shows_the_password() -> None:
    database = Database("postgres://someone:hidden@127.0.0.1:1/db?connect_timeout=1")
    with pytest.raises(DatabaseUnusableError) as caught:
        database.check()
    assert "hidden" not in str(caught.value)
    assert "postgresql+psycopg://someone" in str(caught.value)
    database.close()


def test_the_developers_command_uses_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'cli.sqlite3'}")
    alembic.command.upgrade(alembic.config.Config("integrations/alembic.ini"), "head")
    database = Database(f"sqlite:///{tmp_path / 'cli.sqlite3'}")
    assert tables(database) == set(Base.metadata.tables)
    database.close()


def test_a_table_is_replaced_without_losing_what_refers_to_it(database: Database) -> None:
    database.upgrade("0001")
    with database.engine.begin() as connection:
        for statement in (
            "INSERT INTO organisations VALUES ('o', 'Acme', 'a@acme.test', 0, '2026-11-01 12:00:00+00')",
            "INSERT INTO mails VALUES ('m', 'o', 't', 'r', 'k', 's', 'h', 'x', NULL, 'sent', 1, NULL, '2026-11-01')",
            "INSERT INTO mail_events VALUES (1, 'm', 'e', 'sent', '{}', '2026-11-01 12:00:00+00')",
        ):
            connection.exec_driver_sql(statement)
    database.upgrade()
    database.downgrade("0001")
    database.upgrade()
    with database.engine.connect() as connection:
        joined = "SELECT mails.id FROM mail_events JOIN mails ON mails.id = mail_events.mail_id"
        assert connection.exec_driver_sql(joined).all() == [("m",)]
