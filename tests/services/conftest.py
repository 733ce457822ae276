"""The world that tests of services act in, on each database.

PostgreSQL takes a third of a second to make a database; so these tests share one, emptied after each.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from camflix.db.engine import open_engine
from camflix.db.schema import ensure_schema
from camflix.models import Base
from tests.postgres import new_database
from tests.services.world import World, assert_sound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.bootstrap import CamFlix
    from tests.conftest import Clock

_EMPTYING = """
CREATE FUNCTION empty_all_tables(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; is_filled boolean;
BEGIN
    -- Deleting a film looks through its history, deleted rows included: many are cut off instead.
    EXECUTE 'SELECT EXISTS (SELECT FROM rating_change OFFSET 2000)' INTO is_filled;
    IF is_filled THEN
        TRUNCATE rating, rating_change;
    END IF;
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %%I)', name) INTO is_filled;
        IF is_filled THEN
            EXECUTE format('DELETE FROM %%I', name);
        END IF;
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        PERFORM setval(quote_ident(name), 1, false);
    END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def shared_postgresql_url() -> Iterator[str]:
    """Yield the URL of a PostgreSQL database with our tables, one a process of the tests."""
    with new_database(os.environ["CAMFLIX_TEST_PG_URL"]) as url:
        engine = open_engine(url)
        ensure_schema(engine, Base.metadata)
        with engine.begin() as connection:
            connection.exec_driver_sql(_EMPTYING)
        engine.dispose()
        yield url


@pytest.fixture
def postgresql_url(shared_postgresql_url: str) -> Iterator[str]:
    """Yield the URL of a PostgreSQL database with our tables, all empty."""
    yield shared_postgresql_url
    engine = open_engine(shared_postgresql_url)
    with engine.begin() as connection:
        # Whoever holds a lock now has forgotten to let it go.
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        names = [table.name for table in reversed(Base.metadata.sorted_tables)]
        connection.execute(text("SELECT empty_all_tables(:names)"), {"names": names})
    engine.dispose()


@pytest.fixture
def world(camflix: CamFlix, clock: Clock) -> Iterator[World]:
    """Yield a world; at the end of each test it must be sound."""
    made = World(camflix, clock)
    yield made
    with made.session() as session:
        assert_sound(session)
    # A test may have opened another in its place.
    made.camflix.close()
