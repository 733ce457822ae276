"""Whoever waits for an import to end waits for a while only, and a server without connections says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from camflix import i18n
from camflix.db.failures import storage_errors
from camflix.db.locks import lock_imports, lock_users
from camflix.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from camflix.bootstrap import CamFlix
    from camflix.services.container import Services


def test_whoever_waits_for_an_import_longer_than_allowed_is_told_that_the_database_is_busy(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time, whatever they write")
    with engine.begin() as importing:
        lock_imports(importing, patience_seconds=None)
        with pytest.raises(StorageError, match="is busy"), storage_errors(engine), engine.begin() as other:
            lock_imports(other, patience_seconds=0.05)
    with engine.begin() as other:
        lock_imports(other, patience_seconds=0.05)


class TestOnPostgreSQL:
    @pytest.fixture
    def database_url(self, postgresql_url: str) -> str:
        return postgresql_url

    @staticmethod
    def patience(services: Services) -> str:
        return str(services.users._session.execute(text("SHOW lock_timeout")).scalar_one())

    def test_undoing_and_rescaling_wait_five_seconds_and_imports_as_long_as_it_takes(self, camflix: CamFlix) -> None:
        with camflix.transaction(writes=True) as services:
            user_id = services.users.add("ann").id
        with camflix.transaction(writes=True) as services:
            with pytest.raises(NotFoundError):
                services.undo.undo(user_id)
            assert self.patience(services) == "5s"
        with camflix.transaction(writes=True) as services:
            services.rescaling.rescale(user_id, 10, dry_run=True)
            assert self.patience(services) == "5s"
        with camflix.transaction(writes=True) as services:
            services.imports.sample([], [], user_id)
            assert self.patience(services) == "0"

    def test_a_rating_waits_for_another_write_of_its_owner_no_longer_than_on_sqlite(
        self, camflix: CamFlix, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("camflix.db.engine.BUSY_TIMEOUT_MS", 50)
        camflix._engine.dispose()
        with camflix.transaction(writes=True) as services:
            user_id = services.users.add("ann").id
        with camflix.transaction(writes=True) as first:
            lock_users(first.users._session.connection(), f"SELECT {user_id}")
            with pytest.raises(StorageError, match="is busy"), camflix.transaction(writes=True) as second:
                second.ratings.rate(user_id, 1, 50, None)
        with pytest.raises(NotFoundError), camflix.transaction(writes=True) as second:
            second.ratings.rate(user_id, 1, 50, None)


def test_where_all_connections_are_taken_the_database_is_said_to_be_busy(
    camflix: CamFlix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camflix._engine.pool, "_timeout", 0.05)
    taken = [camflix._engine.connect() for _ in range(15)]
    with pytest.raises(StorageError) as failed, camflix.transaction(writes=False):
        pass
    i18n.use_language("en")
    assert "is busy: all connections to it are taken" in i18n.say(failed.value)
    assert "{" not in i18n.say(failed.value)
    taken.pop().close()
    with camflix.transaction(writes=True) as services:
        assert services.users.add("ann").username == "ann"
    for connection in taken:
        connection.close()
