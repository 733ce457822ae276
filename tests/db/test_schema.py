"""The schema: the same by models and by migrations, on both databases; other versions and other programs refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from camflix import i18n
from camflix.db.engine import open_engine
from camflix.db.migrate import config, current_revision, upgrade
from camflix.db.schema import HEAD_REVISION, ensure_schema
from camflix.errors import SchemaError
from camflix.models import Base

if TYPE_CHECKING:
    from sqlalchemy import Engine

RELEASED = ["0001", "0002", "0003", "0004"]
"""Every revision that a released CamFlix may have left behind."""

_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
"""
_COLUMNS = """
SELECT table_name, column_name, data_type, character_maximum_length, collation_name, is_nullable, column_default
FROM information_schema.columns WHERE table_schema = 'public'
"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


def described(connection: Connection) -> dict[str, Any]:
    """Return everything that the database knows of its own schema, in an order that does not matter."""
    if connection.dialect.name == "postgresql":
        queries = {"constraints": _CONSTRAINTS, "columns": _COLUMNS, "indexes": _INDEXES}
        return {name: {tuple(row) for row in connection.execute(text(query))} for name, query in queries.items()}
    look = inspect(connection)
    indexes = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    return {
        table: {
            "columns": {repr(sorted(column.items(), key=str)) for column in look.get_columns(table)},
            "primary key": look.get_pk_constraint(table),
            "foreign keys": {repr(sorted(key.items(), key=str)) for key in look.get_foreign_keys(table)},
            "unique": {repr(sorted(key.items(), key=str)) for key in look.get_unique_constraints(table)},
            "checks": {repr(sorted(check.items(), key=str)) for check in look.get_check_constraints(table)},
            "without rowid": connection.execute(text(f"PRAGMA table_list('{table}')")).one().wr,
        }
        for table in look.get_table_names()
    } | {"indexes": {tuple(row) for row in connection.execute(text(indexes))}}


def said(refused: pytest.ExceptionInfo[SchemaError]) -> str:
    i18n.use_language("en")
    return i18n.say(refused.value)


def at_revision(engine: Engine, revision: str | None) -> None:
    """Make a database of ours whose revision is another."""
    ensure_schema(engine, Base.metadata)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision is not None:
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


def tables_of(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


_THEN = "'2026-01-01 00:00:00.000000'"
FULL = (
    f"INSERT INTO user_account (id, username, created_at) VALUES (1, 'ann', {_THEN}), (2, 'bob', {_THEN})",
    (
        "INSERT INTO movie (id, title_en, title_folded, created_at, updated_at) "
        f"VALUES (1, 'Heat', 'heat', {_THEN}, {_THEN}), (2, 'Alien', 'alien', {_THEN}, {_THEN})"
    ),
    "INSERT INTO movie_title (movie_id, kind, title, folded) VALUES (1, 'main', 'Heat', 'heat')",
    (
        "INSERT INTO rating (user_id, movie_id, score, created_at, updated_at, source) "
        f"VALUES (1, 1, 90, {_THEN}, {_THEN}, 'hand'), (2, 1, 30, {_THEN}, {_THEN}, 'hand')"
    ),
    (
        "INSERT INTO rating_change (user_id, movie_id, new_score, changed_at, source) "
        f"VALUES (1, 1, 90, {_THEN}, 'hand'), (2, 1, 30, {_THEN}, 'hand')"
    ),
    f"INSERT INTO watchlist_entry (user_id, movie_id, added_at) VALUES (1, 2, {_THEN})",
    (
        "INSERT INTO neighbour (user_id, rank, model_id, neighbour_id, similarity, taste_distance, n_common) "
        "VALUES (1, 1, 7, 2, 0.25, NULL, 1), (2, 1, 7, 1, 0.25, 12.5, 1)"
    ),
)


def rows_of(connection: Connection, table: str) -> list[dict[str, object]]:
    result = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2")
    return [dict(row) for row in result.mappings()]


class TestMigrations:
    def test_they_make_the_schema_that_the_models_make(self, engine: Engine) -> None:
        ensure_schema(engine, Base.metadata)
        with engine.begin() as connection:
            by_models = described(connection)
            Base.metadata.drop_all(connection)
            connection.execute(text("DROP TABLE alembic_version"))
        assert upgrade(engine, Base.metadata) == (None, HEAD_REVISION)
        with engine.connect() as connection:
            by_migrations = described(connection)
        version_key = {"pk_alembic_version", "alembic_version_pkc", "alembic_version_pkey"}
        for part, found in by_models.items():
            if part == "alembic_version":
                continue  # Alembic's own table: only the name of its key differs
            ours = {row for row in found if not version_key & set(row)} if isinstance(found, set) else found
            theirs = by_migrations[part]
            assert ours == ({r for r in theirs if not version_key & set(r)} if isinstance(theirs, set) else theirs), (
                part
            )

    def test_checks_and_partial_keys_and_tables_without_rowid_are_compared_too(self, engine: Engine) -> None:
        upgrade(engine, Base.metadata)
        with engine.connect() as connection:
            whole = repr(described(connection))
        for name in ("ck_rating_score", "ck_user_account_privacy", "ck_rating_change_something_changed"):
            assert name in whole
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                assert described(connection)["rating"]["without rowid"] == 1

    def test_autogenerate_finds_nothing_to_change(self, engine: Engine) -> None:
        upgrade(engine, Base.metadata)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []

    def test_they_form_one_line_and_its_end_is_the_revision_that_a_start_expects(self, engine: Engine) -> None:
        with engine.connect() as connection:
            scripts = ScriptDirectory.from_config(config(connection, Base.metadata))
        line = [script.revision for script in scripts.walk_revisions()][::-1]
        assert scripts.get_heads() == [HEAD_REVISION]
        assert line == [f"{number:04}" for number in range(1, len(line) + 1)]
        assert set(RELEASED) <= set(line)

    def test_an_upgrade_keeps_every_row_of_a_database_that_is_full(self, engine: Engine) -> None:
        """SQLite alters a table by a copy in its place; what refers to it must not go with the old one."""
        tables = ("user_account", "movie", "movie_title", "rating", "rating_change", "watchlist_entry", "neighbour")
        upgrade(engine, Base.metadata, "0001")
        with engine.begin() as connection:
            for statement in FULL:
                connection.exec_driver_sql(statement)
            before = {name: rows_of(connection, name) for name in tables}
        upgrade(engine, Base.metadata)
        with engine.begin() as connection:
            for name, rows in before.items():
                assert rows
                after = rows_of(connection, name)
                assert [{key: row[key] for key in rows[0]} for row in after] == rows
            if engine.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

    @pytest.mark.parametrize("revision", RELEASED)
    def test_a_database_of_each_released_version_comes_to_the_newest(self, engine: Engine, revision: str) -> None:
        assert upgrade(engine, Base.metadata, revision) == (None, revision)
        assert upgrade(engine, Base.metadata) == (revision, HEAD_REVISION)
        ensure_schema(engine, Base.metadata)
        with engine.connect() as connection:
            assert current_revision(connection) == HEAD_REVISION

    def test_no_number_of_a_user_a_list_or_a_viewing_is_given_twice(self, engine: Engine) -> None:
        """What is kept of one that has gone, as a write while the server was away, must not mean another."""
        upgrade(engine, Base.metadata, "0001")
        upgrade(engine, Base.metadata)
        given = "VALUES ('ann', '2026-01-01') RETURNING id"
        with engine.begin() as connection:
            first = connection.exec_driver_sql(f"INSERT INTO user_account (username, created_at) {given}").scalar()
            connection.exec_driver_sql("DELETE FROM user_account")
            second = connection.exec_driver_sql(f"INSERT INTO user_account (username, created_at) {given}").scalar()
            assert first != second
            if engine.dialect.name == "sqlite":
                for name in ("user_account", "movie_list", "viewing"):
                    made = connection.exec_driver_sql(f"SELECT sql FROM sqlite_schema WHERE name = '{name}'").scalar()
                    assert "AUTOINCREMENT" in str(made)

    def test_upgrading_a_new_database_changes_nothing(self, engine: Engine) -> None:
        ensure_schema(engine, Base.metadata)
        assert upgrade(engine, Base.metadata) == (HEAD_REVISION, HEAD_REVISION)

    def test_one_that_fails_leaves_the_database_as_it_was(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('0000')"))
        with pytest.raises(Exception, match="0000"):
            upgrade(engine, Base.metadata)
        assert tables_of(engine) == {"alembic_version"}


class TestOtherVersions:
    def test_an_empty_database_is_made_ours(self, engine: Engine) -> None:
        ensure_schema(engine, Base.metadata)
        assert tables_of(engine) == {*Base.metadata.tables, "alembic_version"}

    def test_ours_is_left_as_it_is(self, engine: Engine) -> None:
        ensure_schema(engine, Base.metadata)
        ensure_schema(engine, Base.metadata)
        with engine.connect() as connection:
            assert current_revision(connection) == HEAD_REVISION

    def test_an_older_one_is_told_how_to_come_up_to_date(self, engine: Engine) -> None:
        at_revision(engine, "0000")
        with pytest.raises(SchemaError) as refused:
            ensure_schema(engine, Base.metadata)
        assert "older CamFlix" in said(refused)
        assert "camflix db upgrade" in said(refused)
        assert str(engine.url.database) in said(refused)

    def test_a_newer_one_is_left_to_the_newer_camflix(self, engine: Engine) -> None:
        at_revision(engine, "9999")
        for touch in (ensure_schema, upgrade):
            with pytest.raises(SchemaError) as refused:
                touch(engine, Base.metadata)
            assert "newer CamFlix (revision 9999)" in said(refused)

    @pytest.mark.parametrize("revision", [None, "ab12cd34ef56", "0000abcdef12", "1"])
    def test_a_database_of_another_program_that_uses_alembic_is_not_called_ours(
        self, engine: Engine, revision: str | None
    ) -> None:
        at_revision(engine, revision)
        for touch in (ensure_schema, upgrade):
            with pytest.raises(SchemaError) as refused:
                touch(engine, Base.metadata)
            assert "not CamFlix's" in said(refused)

    def test_nothing_is_put_among_the_tables_of_another_program(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE invoice (id INTEGER)"))
        for touch in (ensure_schema, upgrade):
            with pytest.raises(SchemaError) as refused:
                touch(engine, Base.metadata)
            assert "not CamFlix's" in said(refused)
            assert "DATABASE_URL" in said(refused)
            assert tables_of(engine) == {"invoice"}

    def test_a_password_is_not_told(self, postgresql_url: str) -> None:
        engine = open_engine(postgresql_url.replace("postgres@", "postgres:hunter2@"))
        at_revision(engine, "9999")
        with pytest.raises(SchemaError) as refused:
            ensure_schema(engine, Base.metadata)
        assert "hunter2" not in said(refused)
        engine.dispose()


_FIRST_START = """
import sys
from camflix.db.engine import open_engine
from camflix.db.schema import ensure_schema
from camflix.models import Base

engine = open_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
ensure_schema(engine, Base.metadata)
with engine.connect() as connection:
    print(connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar())
"""


@pytest.mark.long
def test_processes_that_start_together_make_the_database_once(engine: Engine, database_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", _FIRST_START, database_url]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [(process.communicate(timeout=60)[0], process.returncode) for process in processes]
    assert outcomes == [("1\n", 0)] * 3
    assert tables_of(engine) == {*Base.metadata.tables, "alembic_version"}
