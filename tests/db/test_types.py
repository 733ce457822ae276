"""A moment means the same on both databases, in whatever zone it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError

from camflix.db.types import UtcDateTime

if TYPE_CHECKING:
    from sqlalchemy import Engine

TABLE = Table("happened", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime()))
ZONES = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
    lambda t: timezone(timedelta(minutes=t.seconds // 60))
)
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001 - the zones come after


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moment=MOMENTS)
def test_a_moment_comes_back_as_the_same_in_utc(engine: Engine, moment: datetime) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        TABLE.create(connection)
        connection.execute(insert(TABLE).values(at=moment))
        stored = connection.execute(select(TABLE.c.at)).scalar_one()
        assert stored == moment
        assert stored.tzinfo is UTC
        assert connection.execute(select(TABLE.c.id).where(TABLE.c.at == moment)).scalar() == 1
        transaction.rollback()


def test_no_moment_stays_none(engine: Engine) -> None:
    with engine.begin() as connection:
        TABLE.create(connection)
        connection.execute(insert(TABLE).values(at=None))
        assert connection.execute(select(TABLE.c.at)).scalar_one() is None


def test_a_moment_without_its_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="without its zone"), engine.begin() as connection:
        connection.execute(select(TABLE.c.id).where(TABLE.c.at == datetime(2026, 11, 22)))  # noqa: DTZ001 - on purpose


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)])
def test_the_first_and_the_last_moment_come_back_whatever_the_zone_of_the_database(
    engine: Engine, moment: datetime
) -> None:
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            for zone in ("America/Los_Angeles", "Pacific/Kiritimati"):
                connection.execute(text(f"ALTER DATABASE {engine.url.database} SET timezone TO '{zone}'"))
        engine.dispose()
    table = Table("moment", MetaData(), Column("at", UtcDateTime()))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert().values(at=moment))
    engine.dispose()
    with engine.begin() as connection:
        assert connection.execute(select(table.c.at)).scalar_one() == moment
