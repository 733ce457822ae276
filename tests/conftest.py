"""Fixtures: a database of each kind, settings in a folder of the test's own, the command line as a process."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from camflix import i18n
from camflix.bootstrap import CamFlix
from camflix.db.engine import open_engine
from camflix.db.schema import ensure_schema
from camflix.mail import RecordingMailer
from camflix.models import Base
from camflix.settings import Settings, load_settings
from tests.forking import run_command
from tests.passwords import CHEAP
from tests.postgres import new_database, running_postgres
from tests.sample import taken
from tests.statements import share_compiled_statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

for _profile, _n_examples in (("camflix", 60), ("sample", 20)):
    hypothesis_settings.register_profile(
        _profile,
        deadline=None,
        max_examples=_n_examples,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--sample``."""
    parser.addoption("--sample", action="store_true", help="a bounded sample of the tests; see tests/sample.py")


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, in the process that hands out the tests, and tell the workers where it is."""
    hypothesis_settings.load_profile("sample" if config.getoption("sample") else "camflix")
    share_compiled_statements()
    gc.disable()  # what collecting tests makes stays to the end: looking through it again and again took seconds
    # Readline tells children the size of the terminal that the tests are run from; ours have terminals of their own.
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # Whoever starts the tests behind a shell (&, nohup) has them ignore Ctrl-C, and so would all they start.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        server = running_postgres()
        os.environ["CAMFLIX_TEST_PG_URL"] = server.__enter__()

        def stop() -> None:
            server.__exit__(None, None, None)

        config.add_cleanup(stop)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not belong to the sample, where one is asked for."""
    if config.getoption("sample"):
        chosen = set(taken(items))
        config.hook.pytest_deselected(items=[test for test in items if test not in chosen])
        items[:] = [test for test in items if test in chosen]


def pytest_collection_finish() -> None:
    """Collect garbage from now on, the tests themselves aside."""
    gc.freeze()
    # A test's own garbage goes with its last reference; looking for cycles every 700 objects took a tenth of all tests.
    gc.set_threshold(100_000, 50, 50)
    gc.enable()


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test folders of its own and a clean environment, and French, the default."""
    for name in (
        "LC_ALL",
        "LC_MESSAGES",
        "LANGUAGE",
        "LANGUAGE_CODE",
        "DATABASE_URL",
        "DEBUG",
        "SECRET_KEY",
        "CACHE_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name.lower()))
    monkeypatch.chdir(tmp_path)
    i18n.use_language("fr")
    yield
    i18n.use_language("fr")


@pytest.fixture
def movielens_folder() -> Path:
    """Return the real MovieLens latest-small data set, where it lies beside the project."""
    folder = SHARED_DATA / "ml-latest-small"
    if not folder.is_dir():
        pytest.skip(f"the MovieLens data set is not here: {folder}")
    return folder


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database of the test's own."""
    with new_database(os.environ["CAMFLIX_TEST_PG_URL"]) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'camflix.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Return settings that name that database."""
    return load_settings({**os.environ, "DATABASE_URL": database_url})


@dataclass
class Clock:
    """A clock that stands still until it is told to move."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """Return a clock of the test's own."""
    return Clock()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite database with our tables, all empty: a copy is there sooner than another one is made."""
    made = tmp_path_factory.mktemp("empty") / "camflix.db"
    engine = open_engine(f"sqlite:///{made}")
    ensure_schema(engine, Base.metadata)
    engine.dispose()
    return made


@pytest.fixture
def camflix(settings: Settings, clock: Clock, empty_sqlite: Path) -> Iterator[CamFlix]:
    """Yield a CamFlix over an empty database of each kind."""
    if settings.database_url.startswith("sqlite"):
        shutil.copy(empty_sqlite, settings.database_url.removeprefix("sqlite:///"))
    opened = CamFlix(settings, "fr", clock, mailer=RecordingMailer(), passwords=CHEAP)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Outcome:
    """What a process of the command line did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run_camflix(tmp_path: Path) -> Callable[..., Outcome]:
    """Return a function that runs the command line as a process of its own."""

    def run(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Outcome:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **(env or {})}
        return Outcome(*run_command(arguments, environment, cwd or tmp_path))

    return run


@dataclass(frozen=True)
class Home:
    """Where the command line keeps things in a test: the folder of data, and the database in it."""

    data: Path
    database: Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return the places that a process of the test's will use; nothing is there yet."""
    data = tmp_path / "xdg" / "data" / "camflix"
    return Home(data, data / "camflix.db")


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database into which ``camflix demo`` has loaded the sample community; made once, copied by tests."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "LANGUAGE_CODE": "fr"}
    environment |= {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    environment.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "camflix", "demo"], check=True, capture_output=True, env=environment)
    return folder / "camflix" / "camflix.db"


@pytest.fixture
def demo(home: Home, demo_database: Path) -> Home:
    """Return places that hold the sample community, as ``camflix demo`` leaves them."""
    home.data.mkdir(parents=True)
    shutil.copy(demo_database, home.database)
    return home
