"""What the database cannot do, really provoked: one sentence with place and remedy, and nothing half-written."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from camflix import i18n
from camflix.bootstrap import CamFlix
from camflix.db.failures import storage_errors
from camflix.errors import CamFlixError, SettingsError, StorageError
from camflix.models import User
from camflix.settings import load_settings
from tests.db.conftest import PASSWORD
from tests.postgres import own_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from camflix.services.container import Services
    from tests.postgres import OwnPostgres

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BIG = "x" * 4000


_OPENED: list[CamFlix] = []


@pytest.fixture(autouse=True)
def _all_closed() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


def opened(url: str | Path) -> CamFlix:
    """Open CamFlix over an SQLite file, or whatever an address names; it is closed after the test at the latest."""
    database_url = f"sqlite:///{url}" if isinstance(url, Path) else url
    camflix = CamFlix(load_settings({**os.environ, "DATABASE_URL": database_url}), "en", lambda: NOW)
    _OPENED.append(camflix)
    return camflix


def add_users(camflix: CamFlix, n: int, prefix: str = "user") -> None:
    """Add users with long biographies, in one transaction."""
    with camflix.transaction(writes=True) as services:
        rows = [{"username": f"{prefix}-{i}", "created_at": NOW, "bio": BIG} for i in range(n)]
        services.users._session.execute(insert(User), rows)


def n_users(camflix: CamFlix) -> int:
    with camflix.transaction(writes=False) as services:
        return services.users._session.scalar(select(func.count()).select_from(User)) or 0


def said(failed: pytest.ExceptionInfo[CamFlixError]) -> str:
    i18n.use_language("en")
    return i18n.say(failed.value)


@contextmanager
def without_waiting(camflix: CamFlix) -> Iterator[None]:
    """Let this CamFlix wait a twentieth of a second for a lock instead of ten seconds."""

    def shorten(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    camflix.close()
    event.listen(camflix._engine, "connect", shorten)
    yield
    event.remove(camflix._engine, "connect", shorten)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the file of a database with three users."""
    path = tmp_path / "data" / "films.db"
    camflix = opened(path)
    add_users(camflix, 3)
    camflix.close()
    return path


class TestFullDisk:
    def test_nothing_of_the_transaction_stays(self, small_disk: Callable[[str], Path]) -> None:
        camflix = opened(small_disk("2m") / "films.db")
        add_users(camflix, 3)
        with pytest.raises(StorageError) as failed:
            add_users(camflix, 1000, "more")
        assert "is full" in said(failed)
        assert "films.db" in said(failed)
        assert n_users(camflix) == 3
        camflix.close()

    def test_after_room_is_made_it_goes_on(self, small_disk: Callable[[str], Path]) -> None:
        folder = small_disk("2m")
        camflix = opened(folder / "films.db")
        add_users(camflix, 3)
        ballast = folder / "ballast"
        with pytest.raises(OSError, match="No space"), ballast.open("wb") as ballast_file:
            ballast_file.write(b"x" * 3_000_000)
        with pytest.raises(StorageError):
            add_users(camflix, 200, "more")
        ballast.unlink()
        add_users(camflix, 20, "more")
        assert n_users(camflix) == 23
        camflix.close()

    def test_a_database_that_cannot_even_be_begun_is_begun_later(self, small_disk: Callable[[str], Path]) -> None:
        folder = small_disk("40k")
        camflix = opened(folder / "films.db")
        with pytest.raises(StorageError) as failed:
            n_users(camflix)
        assert "is full" in said(failed)
        subprocess.run(["mount", "-o", "remount,size=4m", folder], check=True)
        assert n_users(camflix) == 0
        camflix.close()

    def test_a_file_that_may_grow_no_more_is_the_same(self, file: Path) -> None:
        camflix = opened(file)
        with closing(sqlite3.connect(file)) as raw:
            n_pages = raw.execute("PRAGMA page_count").fetchone()[0]

        def limit(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {n_pages + 10}")

        event.listen(camflix._engine, "connect", limit)
        with pytest.raises(StorageError) as failed:
            add_users(camflix, 100, "more")
        assert "is full" in said(failed)
        assert n_users(camflix) == 3
        camflix.close()

    def test_a_quota_counts_as_an_error_of_the_disk(self, file: Path) -> None:
        """The system says EFBIG; Python ignores the signal that comes with it."""
        camflix = opened(file)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 50_000, before[1]))
        try:
            with pytest.raises(StorageError) as failed:
                add_users(camflix, 300, "more")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert "disk" in said(failed)
        assert n_users(camflix) == 3
        camflix.close()

    def test_postgresql_says_the_same(self, small_disk: Callable[..., Path]) -> None:
        import pwd  # noqa: PLC0415 - not on every system

        # A server of its own: while one of its disks is full, no checkpoint of a server succeeds.
        with own_postgres() as server, closing(psycopg.connect(server.url, autocommit=True)) as connection:
            owner = pwd.getpwuid(server.data.stat().st_uid)
            disk = small_disk("20m", f"uid={owner.pw_uid}", f"gid={owner.pw_gid}", "mode=0700")
            for folder in (disk, *disk.parents):
                folder.chmod(folder.stat().st_mode | 0o011)
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'".encode())
            connection.execute("CREATE DATABASE camflix_small TABLESPACE small")
            camflix = opened(server.url.rsplit("/", 1)[0] + "/camflix_small")
            add_users(camflix, 3)
            with pytest.raises(StorageError) as failed:
                fill_up(camflix)
            assert "is full" in said(failed)
            left = n_users(camflix)
            assert (left - 3) % 1000 == 0
            camflix.close()


def fill_up(camflix: CamFlix) -> None:
    """Add users whose biographies cannot be compressed, a thousand a transaction."""
    for number in range(20):
        with camflix.transaction(writes=True) as services:
            names = [f"more-{number}-{i}" for i in range(1000)]
            rows = [{"username": name, "created_at": NOW, "bio": os.urandom(2000).hex()} for name in names]
            services.users._session.execute(insert(User), rows)


class TestReadOnly:
    def test_a_folder_that_may_not_be_written(
        self, file: Path, read_only: Callable[[Path], AbstractContextManager[None]]
    ) -> None:
        camflix = opened(file)
        with read_only(file.parent), pytest.raises(StorageError) as failed:
            add_users(camflix, 3, "more")
        assert "cannot be written to" in said(failed)
        assert "Nothing was saved" in said(failed)
        camflix.close()
        assert n_users(opened(file)) == 3

    def test_a_file_that_may_not_be_written_can_still_be_read(
        self, file: Path, read_only: Callable[[Path], AbstractContextManager[None]]
    ) -> None:
        camflix = opened(file)
        with read_only(file):
            assert n_users(camflix) == 3
            with pytest.raises(StorageError) as failed:
                add_users(camflix, 3, "more")
            assert "cannot be written to" in said(failed)
            assert n_users(camflix) == 3
            camflix.close()

    def test_a_folder_in_which_no_database_can_be_made(
        self, tmp_path: Path, read_only: Callable[[Path], AbstractContextManager[None]]
    ) -> None:
        folder = tmp_path / "disc"
        folder.mkdir()
        with read_only(folder), pytest.raises(StorageError) as failed:
            n_users(opened(folder / "films.db"))
        assert str(folder / "films.db") in said(failed)
        assert "cannot be opened" in said(failed)

    def test_a_folder_of_folders_that_cannot_be_made(
        self, tmp_path: Path, read_only: Callable[[Path], AbstractContextManager[None]]
    ) -> None:
        with read_only(tmp_path), pytest.raises(StorageError) as failed:
            opened(tmp_path / "a" / "films.db")
        assert "cannot be made" in said(failed)

    def test_a_postgresql_that_only_reads(self, postgresql_url: str) -> None:
        camflix = opened(postgresql_url)
        add_users(camflix, 3)
        camflix.close()
        standby = opened(f"{postgresql_url}?options=-cdefault_transaction_read_only%3Don")
        assert n_users(standby) == 3
        with pytest.raises(StorageError) as failed:
            add_users(standby, 3, "more")
        assert "cannot be written to" in said(failed)
        assert n_users(standby) == 3
        standby.close()

    def test_a_postgresql_role_that_may_only_read(self, postgresql_url: str) -> None:
        camflix = opened(postgresql_url)
        add_users(camflix, 3)
        with camflix.transaction(writes=True) as services:
            for statement in (
                "DROP ROLE IF EXISTS camflix_reader",
                "CREATE ROLE camflix_reader LOGIN",
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO camflix_reader",
            ):
                services.users._session.execute(text(statement))
        reader = opened(postgresql_url.replace("//postgres@", "//camflix_reader@"))
        assert n_users(reader) == 3
        with pytest.raises(StorageError) as failed:
            add_users(reader, 3, "more")
        assert "cannot be written to" in said(failed)
        reader.close()
        with camflix.transaction(writes=True) as services:
            services.users._session.execute(text("DROP OWNED BY camflix_reader"))
            services.users._session.execute(text("DROP ROLE camflix_reader"))
        camflix.close()


_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


@contextmanager
def held(file: Path, mode: str) -> Iterator[None]:
    """Hold a transaction open in another process."""
    command = [sys.executable, "-c", _HOLD, str(file), mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.stdin.write("\n")


class TestLocked:
    def test_while_another_process_writes_one_may_read_but_not_write(self, file: Path) -> None:
        camflix = opened(file)
        with held(file, "IMMEDIATE"), without_waiting(camflix):
            assert n_users(camflix) == 3
            with pytest.raises(StorageError) as failed:
                add_users(camflix, 3, "more")
            assert "is busy" in said(failed)
            assert "try again" in said(failed)
        add_users(camflix, 3, "more")
        assert n_users(camflix) == 6
        camflix.close()

    def test_a_writer_waits_for_another_that_ends_in_time(self, file: Path) -> None:
        camflix = opened(file)
        command = [sys.executable, "-c", _HOLD, str(file), "IMMEDIATE"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdin is not None
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            holder.stdin.write("\n")
            holder.stdin.flush()
            add_users(camflix, 3, "more")
        assert n_users(camflix) == 6
        camflix.close()

    def test_postgresql_gives_up_a_deadlock(self, postgresql_url: str) -> None:
        camflix = opened(postgresql_url)
        add_users(camflix, 1)
        lock = text("SELECT id FROM user_account WHERE username = 'user-0' FOR UPDATE NOWAIT")
        with camflix.transaction(writes=True) as first:
            first.users._session.execute(lock)
            with pytest.raises(StorageError) as failed, camflix.transaction(writes=True) as second:
                second.users._session.execute(lock)
        assert "is busy" in said(failed)
        camflix.close()


class TestDamaged:
    def test_a_file_of_something_else_is_left_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "films.db"
        file.write_text("Title,Year\nHeat,1995\n" * 100)
        with pytest.raises(StorageError) as failed:
            n_users(opened(file))
        assert f"The file {file} is not a database" in said(failed)
        assert file.read_text().startswith("Title,Year")

    def test_a_damaged_database_is_told_from_an_empty_one(self, file: Path) -> None:
        add_users(camflix := opened(file), 300, "more")
        camflix.close()
        content = bytearray(file.read_bytes())
        content[8192:-8192] = os.urandom(len(content) - 16384)
        file.write_bytes(content)
        with pytest.raises(StorageError) as failed:
            add_users(opened(file), 300, "again")
        assert "it is damaged" in said(failed)
        assert "backup" in said(failed)

    def test_a_truncated_database(self, file: Path) -> None:
        file.write_bytes(file.read_bytes()[:20_000])
        with pytest.raises(StorageError) as failed:
            add_users(opened(file), 100, "again")
        assert "it is damaged" in said(failed)

    def test_a_folder_where_the_file_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "films.db").mkdir()
        with pytest.raises(StorageError) as failed:
            n_users(opened(tmp_path / "films.db"))
        assert "cannot be opened" in said(failed)

    def test_an_empty_file_becomes_a_database(self, tmp_path: Path) -> None:
        (tmp_path / "films.db").touch()
        assert n_users(opened(tmp_path / "films.db")) == 0

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")
    def test_a_file_of_someone_else(self, file: Path) -> None:
        for folder in file.parents[:-2]:
            folder.chmod(folder.stat().st_mode | 0o055)
        file.chmod(0o600)
        camflix = opened(file)
        os.seteuid(65534)
        try:
            with pytest.raises(StorageError) as failed:
                n_users(camflix)
        finally:
            os.seteuid(0)
        assert "cannot be opened" in said(failed)


class TestPostgresNotReached:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (PASSWORD, "wrong"),
            (f":{PASSWORD}", ""),
            ("//postgres:", "//nobody:"),
            ("/postgres", "/no_such_database"),
            ("127.0.0.1", "nowhere.invalid"),
        ],
        ids=["wrong password", "no password", "no such role", "no such database", "no such host"],
    )
    def test_the_place_is_told_without_the_password(self, password_server: OwnPostgres, old: str, new: str) -> None:
        start, _, end = password_server.url.rpartition(old)
        with pytest.raises(StorageError) as failed:
            n_users(opened(start + new + end))
        assert "cannot be opened" in said(failed)
        assert "DATABASE_URL" in said(failed)
        assert f"{PASSWORD}@" not in said(failed)
        assert "wrong@" not in said(failed)

    def test_a_server_that_is_down(self, password_server: OwnPostgres) -> None:
        camflix = opened(password_server.url)
        assert n_users(camflix) == 0
        password_server.stop()
        try:
            with pytest.raises(StorageError) as failed:
                n_users(camflix)
            assert "cannot be opened" in said(failed)
        finally:
            password_server.start()
        assert n_users(camflix) == 0
        camflix.close()

    @pytest.mark.long
    def test_a_server_that_goes_down_in_the_middle_leaves_nothing_half_written(
        self, password_server: OwnPostgres
    ) -> None:
        camflix = opened(password_server.url)
        before = n_users(camflix)
        with pytest.raises(StorageError) as failed, camflix.transaction(writes=True) as services:
            add_and_lose(services, password_server)
        password_server.start()
        assert "cannot be opened" in said(failed)
        assert n_users(camflix) == before
        camflix.close()

    def test_an_option_that_is_none(self, password_server: OwnPostgres) -> None:
        with pytest.raises((StorageError, SettingsError)) as failed:
            n_users(opened(f"{password_server.url}?nonsense=1"))
        assert "nonsense" in said(failed)


def add_and_lose(services: Services, server: OwnPostgres) -> None:
    services.users.add("ann")
    server.stop()
    services.users.add("bob")


def fail_after_a_write(services: Services) -> None:
    services.users.add("ann")
    raise ZeroDivisionError


class TestBugs:
    """What is no failure of the place is not dressed up as one."""

    def test_a_constraint_passes_untouched(self, camflix: CamFlix) -> None:
        add_users(camflix, 1)
        with pytest.raises(IntegrityError):
            add_users(camflix, 1)
        assert n_users(camflix) == 1

    def test_wrong_sql_passes_untouched(self, camflix: CamFlix) -> None:
        with pytest.raises(DBAPIError, match="nothing"), camflix.transaction(writes=False) as services:
            services.users._session.execute(text("SELECT * FROM nothing"))

    def test_other_errors_of_the_system_pass_untouched(self, camflix: CamFlix) -> None:
        with pytest.raises(FileNotFoundError), storage_errors(camflix._engine):
            Path("nowhere").read_text()

    def test_whatever_fails_in_a_transaction_undoes_all_of_it(self, camflix: CamFlix) -> None:
        add_users(camflix, 2)
        with pytest.raises(ZeroDivisionError), camflix.transaction(writes=True) as services:
            fail_after_a_write(services)
        assert n_users(camflix) == 2


def test_no_journal_is_left_beside_a_closed_database(file: Path) -> None:
    assert sorted(path.name for path in file.parent.iterdir()) == ["films.db"]
    shutil.copy(file, file.parent / "copy.db")
    assert n_users(opened(file.parent / "copy.db")) == 3
