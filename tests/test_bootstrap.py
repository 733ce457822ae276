"""Bootstrap: settings in, a working CamFlix out; one transaction an action, all of it or nothing."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

import pytest
from sqlalchemy import event, text

from camflix.bootstrap import CamFlix, utc_now
from camflix.db.schema import HEAD_REVISION
from camflix.errors import SchemaError, SettingsError, StorageError
from camflix.mail import RecordingMailer
from camflix.models import EngineModel, User
from camflix.settings import load_settings
from tests.services.world import World

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from camflix.services.container import Services
    from camflix.services.engine import Served
    from camflix.settings import Settings
    from tests.conftest import Clock


def made_together(settings: Settings, clock: Clock, part: str) -> set[int]:
    """Return the identities of what several threads got that asked a new CamFlix for a part together; then close it."""
    camflix = CamFlix(settings, "fr", clock, mailer=RecordingMailer())
    together, found = threading.Barrier(6), []

    def ask() -> None:
        together.wait(10)
        got = getattr(camflix, part)
        found.append(got() if callable(got) else got)

    threads = [threading.Thread(target=ask) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    camflix.close()
    assert len(found) == together.parties
    return {id(each) for each in found}


@pytest.fixture
def world(camflix: CamFlix, clock: Clock) -> World:
    """Return a world over each database."""
    return World(camflix, clock)


def fail_after_a_write(services: Services) -> NoReturn:
    services.users.add("ann")
    raise KeyError


def names(world: World) -> list[object]:
    return [row["username"] for row in world.table(User)]


class TestTransactions:
    def test_what_was_written_is_there_for_the_next(self, world: World) -> None:
        with world.camflix.transaction(writes=True) as services:
            services.users.add("ann")
        with world.camflix.transaction(writes=False) as services:
            assert services.users.find_id("ann") is not None

    def test_what_was_not_flushed_is_written_at_the_end(self, world: World) -> None:
        with world.camflix.transaction(writes=True) as services:
            services.users._session.add(User(username="ann", created_at=world.clock()))
        assert names(world) == ["ann"]

    def test_any_error_takes_all_of_it_back(self, world: World) -> None:
        with pytest.raises(KeyError), world.camflix.transaction(writes=True) as services:
            fail_after_a_write(services)
        assert names(world) == []

    def test_after_a_failed_one_the_next_works(self, world: World) -> None:
        for _ in range(3):
            with pytest.raises(KeyError), world.camflix.transaction(writes=True) as services:
                fail_after_a_write(services)
        with world.camflix.transaction(writes=True) as services:
            services.users.add("ann")
        assert names(world) == ["ann"]

    def test_nobody_sees_half_of_one(self, world: World) -> None:
        with world.camflix.transaction(writes=True) as services:
            services.users.add("ann")
            assert names(world) == []
            services.users.add("bob")
        assert names(world) == ["ann", "bob"]

    def test_two_writing_ones_come_one_after_the_other(self, world: World) -> None:
        world.user("ann")
        order: list[str] = []
        began = threading.Event()

        def write_too() -> None:
            began.wait(10)
            with world.camflix.transaction(writes=True) as services:
                services.users.disable("ann")
                order.append("second")

        thread = threading.Thread(target=write_too)
        thread.start()
        with world.camflix.transaction(writes=True) as services:
            services.users.disable("ann")
            began.set()
            thread.join(0.2)
            order.append("first")
        thread.join(10)
        assert order == ["first", "second"]

    def test_services_are_made_once_a_transaction(self, world: World) -> None:
        with world.camflix.transaction(writes=False) as services:
            assert services.movies is services.movies
            assert services.evaluation is services.evaluation
            first = services
        with world.camflix.transaction(writes=False) as services:
            assert services is not first

    def test_the_clock_of_every_day_is_aware_and_in_utc(self) -> None:
        assert utc_now().tzinfo is UTC
        assert abs(utc_now() - datetime.now(UTC)) < timedelta(minutes=1)


class TestOpening:
    def test_the_embedded_database_is_made_in_the_data_folder_when_first_used(
        self, tmp_path: Path, clock: Clock
    ) -> None:
        camflix = CamFlix(load_settings({"HOME": str(tmp_path / "home")}), "fr", clock)
        file = tmp_path / "home" / ".local" / "share" / "camflix" / "camflix.db"
        assert not file.exists()
        with camflix.transaction(writes=False) as services:
            assert services.users.all() == []
        assert file.exists()
        camflix.close()

    def test_an_address_that_is_none_is_refused(self, tmp_path: Path) -> None:
        settings = load_settings({"HOME": str(tmp_path), "DATABASE_URL": "postgresql://host:port/films"})
        with pytest.raises(SettingsError):
            CamFlix(settings, "fr")

    def test_a_database_of_another_version_is_refused_before_anything_is_read(self, world: World) -> None:
        world.user("ann")
        with world.session() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        again = CamFlix(world.camflix.settings, "fr", world.clock)
        for writes in (False, True):
            with pytest.raises(SchemaError), again.transaction(writes=writes):
                pytest.fail("nothing is to be done with it")
        again.close()

    def test_upgrading_tells_the_revisions(self, settings: Settings, clock: Clock) -> None:
        camflix = CamFlix(settings, "fr", clock)
        assert camflix.upgrade_schema() == (None, HEAD_REVISION)
        assert camflix.upgrade_schema() == (HEAD_REVISION, HEAD_REVISION)
        with camflix.transaction(writes=True) as services:
            assert services.users.add("ann").username == "ann"
        camflix.close()

    def test_closing_gives_the_connections_back_and_opening_again_is_no_matter(self, world: World) -> None:
        world.user("ann")
        world.camflix.close()
        assert names(world) == ["ann"]


class TestPartsMadeWhenFirstAskedFor:
    @pytest.mark.parametrize("part", ["postman", "import_worker", "passwords", "_model_cache"])
    def test_threads_that_ask_together_get_the_same(self, settings: Settings, clock: Clock, part: str) -> None:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            assert {len(made_together(settings, clock, part)) for _ in range(30)} == {1}
        finally:
            sys.setswitchinterval(interval)

    def test_none_of_them_is_left_when_it_is_closed(self, settings: Settings, clock: Clock) -> None:
        for _ in range(10):
            made_together(settings, clock, "postman")
        assert not [thread for thread in threading.enumerate() if thread.name == "camflix-postman"]


class TestRefreshing:
    def served(self, world: World) -> Served | None:
        with world.camflix.transaction(writes=False) as services:
            return services.engine.served()

    def make_read_only(self, world: World) -> None:
        """Let every connection from now on refuse to write, as a standby server or a read-only disk does."""
        world.camflix.close()
        engine = world.camflix._engine
        if engine.dialect.name == "postgresql":
            address = f"{engine.url.render_as_string(hide_password=False)}?options=-cdefault_transaction_read_only%3Don"
            settings = load_settings({"HOME": str(world.camflix.settings.paths.cache), "DATABASE_URL": address})
            world.camflix = CamFlix(settings, "fr", world.clock)
            return

        def refuse(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA query_only = ON")

        event.listen(engine, "connect", refuse)

    def test_the_first_time_a_model_is_made_and_kept(self, world: World) -> None:
        world.community(8, 10)
        assert self.served(world) is None
        world.camflix.refresh_engine()
        assert self.served(world) is not None
        assert len(world.table(EngineModel)) == 1

    def test_a_fresh_one_is_left_alone(self, world: World) -> None:
        world.community(8, 10)
        for _ in range(3):
            world.camflix.refresh_engine()
        assert len(world.table(EngineModel)) == 1

    def test_where_nothing_can_be_written_the_old_model_goes_on_serving(self, world: World) -> None:
        users, films = world.community(8, 10)
        world.camflix.refresh_engine()
        old = self.served(world)
        assert old is not None
        world.bulk([(users[0], films[0], 3)])
        self.make_read_only(world)
        world.camflix.refresh_engine()
        still = self.served(world)
        assert still is not None
        assert still.header == old.header
        with world.camflix.transaction(writes=False) as services:
            assert services.engine.is_stale()
        world.camflix.close()

    def test_without_any_model_it_must_be_said(self, world: World) -> None:
        world.community(8, 10)
        self.make_read_only(world)
        with pytest.raises(StorageError):
            world.camflix.refresh_engine()
        world.camflix.close()

    def test_threads_that_find_it_old_together_fit_it_once(self, world: World) -> None:
        world.community(8, 10)
        threads = [threading.Thread(target=world.camflix.refresh_engine) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(world.table(EngineModel)) == 1
