"""A server that is away, killed, slow, older, newer, or none at all: clear words, nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from camflix import __version__, i18n
from camflix.bootstrap import CamFlix
from camflix.client.login import Login
from camflix.client.queue import QueuedWrite
from camflix.client.remote import RemoteClient
from camflix.client.wire import wire_request
from camflix.db.bulk import upsert_ratings
from camflix.errors import (
    CamFlixError,
    IncompatibleServerError,
    InvalidInputError,
    NotFoundError,
    QueuedError,
    ServerAwayError,
    TooManyRequestsError,
)
from camflix.importers.rows import FilmRow
from camflix.models import Rating, RatingChange
from camflix.operations import (
    get_movie,
    inputs,
    list_movies,
    list_ratings,
    rate,
    rating_history,
    save_note,
    sign_up,
    undo,
    unrate,
)
from camflix.services.catalogue import CatalogueWriter
from camflix.services.counting import recount
from tests.client.canned import Answer, canned_server
from tests.conftest import NOW
from tests.server.live import live_server
from tests.server.process import ServerProcess, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from camflix.settings import Settings
    from tests.conftest import Clock
    from tests.services.world import World

VERSION = {"CamFlix-Version": __version__, "Content-Type": "application/json"}
QUICK: dict[str, Any] = {"pauses": (0.01, 0.02), "timeout": httpx.Timeout(0.3)}
EMPTY = b'{"movies": [], "next_cursor": null, "n_matching": 0}'


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[Callable[..., RemoteClient]]:
    """Return a function that makes a client of an address; it keeps what it was told in ``notices``."""
    opened = []

    def make(url: str, token: str = "token", **options: Any) -> RemoteClient:
        client = RemoteClient(Login(url, "zoe", token), tmp_path / "state", **{**QUICK, **options})
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


def test_a_server_that_is_away_is_named_with_what_to_do(make_client: Callable[..., RemoteClient]) -> None:
    client = make_client(f"http://127.0.0.1:{free_port()}")
    i18n.use_language("en")
    with pytest.raises(ServerAwayError) as raised:
        client.call(list_movies, inputs.ListMovies())
    assert "does not answer" in i18n.say(raised.value)
    assert client.login.url in i18n.say(raised.value)


def test_a_server_that_is_slow_is_called_slow(make_client: Callable[..., RemoteClient]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = make_client(f"http://127.0.0.1:{silent.getsockname()[1]}", pauses=())
        with pytest.raises(ServerAwayError, match="takes too long"):
            client.call(list_movies, inputs.ListMovies())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {"Content-Type": "text/html"}, b"<p>Hello"), "no CamFlix server"),
        ((404, {"Content-Type": "text/html"}, b"<p>Not here"), "no CamFlix server"),
        ((200, {"CamFlix-Version": "99.0.0"}, b'{"films": []}'), "is newer"),
        ((200, {"CamFlix-Version": "0.0.1"}, b'{"films": []}'), "is older"),
        ((404, {"CamFlix-Version": "0.0.1"}, b'{"code": "http_404"}'), "is older"),
    ],
)
def test_a_server_of_another_kind_or_age_is_called_so(
    make_client: Callable[..., RemoteClient], answer: Any, words: str
) -> None:
    with canned_server(answer) as (url, _got), pytest.raises(IncompatibleServerError, match=words):
        make_client(url).call(list_movies, inputs.ListMovies())


def test_reading_is_tried_again_and_so_are_writes_with_the_same_key(make_client: Callable[..., RemoteClient]) -> None:
    broken = (503, VERSION, b'{"code": "storage", "message": "busy", "detail": "busy"}')
    gone = (404, VERSION, b'{"code": "not_found", "message": "none", "detail": "none"}')
    with canned_server(broken, broken, gone) as (url, got):
        with pytest.raises(NotFoundError):
            make_client(url, pauses=(0.01, 0.01)).call(rate, inputs.RateMovie(1, 90))
        assert len({headers["Idempotency-Key"] for headers in got}) == 1
        assert len(got) == 3


def test_what_is_not_safe_to_repeat_is_sent_once(make_client: Callable[..., RemoteClient]) -> None:
    broken = (503, VERSION, b'{"code": "storage", "message": "busy", "detail": "busy"}')
    with canned_server(broken) as (url, got):
        with pytest.raises(CamFlixError):
            make_client(url).call(sign_up, inputs.SignUp("zoe", "zoe@example.org", "correct horse battery"))
        assert len(got) == 1


def test_a_server_that_asks_to_wait_long_is_not_pressed(make_client: Callable[..., RemoteClient]) -> None:
    body = b'{"code": "too_many_requests", "message": "Too many requests.", "detail": "x", "values": {}}'
    with canned_server((429, {**VERSION, "Retry-After": "60"}, body)) as (url, got):
        with pytest.raises(TooManyRequestsError) as raised:
            make_client(url).call(list_movies, inputs.ListMovies())
        assert (raised.value.retry_after, len(got)) == (60, 1)


def test_an_input_is_refused_before_it_is_sent(make_client: Callable[..., RemoteClient]) -> None:
    with pytest.raises(InvalidInputError):
        make_client("http://127.0.0.1:1").call(rate, inputs.RateMovie(1, 101))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestOffline:
    """With a real server that goes and comes back."""

    def test_writes_are_kept_and_sent_in_order_when_it_is_back(
        self, settings: Settings, clock: Clock, world: World, tmp_path: Path
    ) -> None:
        films = world.films(4)
        world.user("zoe")
        notices: list[str] = []
        with live_server(settings, clock, tmp_path) as live:
            login = live.login("zoe")
        client = RemoteClient(login, tmp_path, notice=notices.append, **QUICK)
        for body in ((films[0], 50), (films[1], 60), (films[0], 70), (2**31 - 1, 5), (films[2], 80)):
            with pytest.raises(QueuedError):
                client.call(rate, inputs.RateMovie(*body))
        with pytest.raises(QueuedError):
            client.call(undo, inputs.Nothing())
        client.close()
        with live_server(settings, clock, tmp_path) as live:
            moved = Login(live.url, "zoe", login.token)
            (tmp_path / "remote").joinpath(moved.folder(tmp_path).name).mkdir(parents=True)
            login.folder(tmp_path).joinpath("queue.jsonl").replace(moved.folder(tmp_path) / "queue.jsonl")
            client = RemoteClient(moved, tmp_path, notice=notices.append, **QUICK)
            page = client.call(list_ratings, inputs.ListRatings())
            assert {rated.movie.id: rated.score for rated in page.ratings} == {films[0]: 70, films[1]: 60}
            assert client.queue.is_empty()
            # What the server refuses for good is put away, with its reason, and said.
            assert b"2147483647" in client.queue.refused_file.read_bytes()
            assert any(str(client.queue.refused_file) in notice for notice in notices)
            client.close()
        with world.session() as session:
            changes = session.execute(select(RatingChange.movie_id, RatingChange.new_score).order_by(RatingChange.id))
            written = [(movie, score) for movie, score in changes]
        assert written[:4] == [(films[0], 50), (films[1], 60), (films[0], 70), (films[2], 80)]

    def test_what_was_rated_later_elsewhere_is_kept(
        self, settings: Settings, clock: Clock, world: World, tmp_path: Path
    ) -> None:
        first, second, third = world.films(3)
        world.user("zoe")
        notices: list[str] = []
        i18n.use_language("en")

        def keep(client: RemoteClient, operation: str, minutes: int, **body: int) -> None:
            # An hour passes on the server until it is sent, none on this machine.
            made_at = datetime.now(UTC) - timedelta(minutes=60 - minutes)
            client.queue.append(QueuedWrite(uuid.uuid4().hex, operation, body, made_at))

        with live_server(settings, clock, tmp_path) as live:
            laptop = live.client("zoe", notice=notices.append)
            phone = RemoteClient(live.login("zoe"), tmp_path / "phone")
            phone.call(rate, inputs.RateMovie(first, 33))
            keep(laptop, "rate", 1, movie_id=second, score=40)
            keep(laptop, "rate", 2, movie_id=first, score=10)
            keep(laptop, "undo", 3)
            keep(laptop, "unrate", 4, movie_id=first)
            keep(laptop, "rate", 5, movie_id=third, score=60)
            world.tick(minutes=60)
            phone.call(rate, inputs.RateMovie(first, 90))
            world.tick()
            page = laptop.call(list_ratings, inputs.ListRatings())
            # The undo was meant for a score that is refused: it takes nothing else back.
            assert {rated.movie.id: rated.score for rated in page.ratings} == {first: 90, second: 40, third: 60}
            assert "keeps the score 90: it was rated later elsewhere" in notices[0]
            assert len([notice for notice in notices if "refused" in notice]) == 2
            assert notices[-1] == "2 writes made offline were sent."
            assert len(laptop.queue.refused_file.read_text("utf-8").splitlines()) == 3
            assert laptop.queue.is_empty()
            history = laptop.call(rating_history, inputs.MovieRef(third)).changes
            assert [change.new_score for change in history] == [60]
            assert abs(history[0].changed_at - NOW - timedelta(minutes=6)) < timedelta(minutes=1)
            for client in (laptop, phone):
                client.close()

    def test_what_was_written_late_gives_way_to_what_was_said_since_not_to_what_was_imported_since(
        self, settings: Settings, clock: Clock, world: World, tmp_path: Path
    ) -> None:
        said, imported = world.films(2)
        zoe = world.user("zoe")
        i18n.use_language("en")
        with live_server(settings, clock, tmp_path) as live:
            laptop, phone = (
                live.client("zoe", notice=lambda _: None),
                RemoteClient(live.login("zoe"), tmp_path / "phone"),
            )
            phone.call(rate, inputs.RateMovie(said, 70))
            an_hour_ago = datetime.now(UTC) - timedelta(minutes=60)
            for film in (said, imported):
                body = {"movie_id": film, "score": 20}
                laptop.queue.append(QueuedWrite(uuid.uuid4().hex, "rate", body, an_hour_ago))
            note = {"movie_id": said, "text": "late", "has_spoiler": False, "version": None}
            laptop.queue.append(QueuedWrite(uuid.uuid4().hex, "save_note", note, an_hour_ago))
            world.tick(minutes=120)
            phone.call(rate, inputs.RateMovie(said, 70))
            phone.call(save_note, inputs.SaveNote(said, "mine"))
            with world.camflix.transaction(writes=True) as services:
                old = NOW - timedelta(days=2000)
                upsert_ratings(
                    services.users._session.connection(),
                    [(zoe, imported, 40, old)],
                    source="letterboxd",
                    batch_id=services.imports.sample([], [], zoe).batch_id,
                    now=clock(),
                )
                recount(services.users._session, f"SELECT {imported}")
            page = laptop.call(list_ratings, inputs.ListRatings())
            assert {rated.movie.id: rated.score for rated in page.ratings} == {said: 70, imported: 20}
            assert phone.call(get_movie, inputs.MovieRef(said)).note == "mine"
            for client in (laptop, phone):
                client.close()

    def test_an_undo_kept_offline_takes_back_nothing_newer_than_itself(
        self, settings: Settings, clock: Clock, world: World, tmp_path: Path
    ) -> None:
        (film,) = world.films(1)
        world.user("zoe")
        i18n.use_language("en")
        with live_server(settings, clock, tmp_path) as live:
            notices: list[str] = []
            laptop = live.client("zoe", notice=notices.append)
            phone = RemoteClient(live.login("zoe"), tmp_path / "phone")
            an_hour_ago = datetime.now(UTC) - timedelta(minutes=60)
            laptop.queue.append(QueuedWrite(uuid.uuid4().hex, "undo", {}, an_hour_ago))
            world.tick(minutes=60)
            phone.call(rate, inputs.RateMovie(film, 90))
            assert laptop.call(get_movie, inputs.MovieRef(film)).marks.score == 90
            assert "What you wrote last stays" in notices[0]
            world.tick(minutes=60)
            laptop.queue.append(QueuedWrite(uuid.uuid4().hex, "undo", {}, datetime.now(UTC)))
            assert laptop.call(get_movie, inputs.MovieRef(film)).marks.score is None
            for client in (laptop, phone):
                client.close()

    def test_reading_is_answered_from_the_last_answer_with_its_age(
        self, settings: Settings, clock: Clock, world: World, tmp_path: Path
    ) -> None:
        film = world.film("Heat")
        world.user("zoe")
        notices: list[str] = []
        i18n.use_language("en")
        with live_server(settings, clock, tmp_path) as live:
            client = live.client("zoe", notice=notices.append)
            now = client.call(get_movie, inputs.MovieRef(film))
        again = client.call(get_movie, inputs.MovieRef(film))
        assert again == now
        assert notices == ["The server does not answer; this is its last answer, 0 minutes old."]
        assert client.away_since is not None
        with pytest.raises(ServerAwayError):
            client.call(list_movies, inputs.ListMovies())
        client.close()


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killing_the_server_in_the_middle_of_a_thousand_ratings_loses_none_and_doubles_none(
    settings: Settings, tmp_path: Path
) -> None:
    n = 1000
    camflix = CamFlix(settings, "fr")
    with camflix.transaction(writes=True) as services:
        session = services.users._session
        CatalogueWriter(session, camflix._now).write([FilmRow(2 + i, f"Film {i}", 1950) for i in range(n)])
        user = services.users.add("zoe")
        token = services.tokens.create(user.id, "test", "rate", 9).secret
    server = ServerProcess(settings.database_url)
    server.start()
    login = Login(server.url, "zoe", token)
    client = RemoteClient(login, tmp_path / "client", pauses=(0.01,), timeout=httpx.Timeout(5.0))
    n_queued = 0
    for number in range(n):
        if number == n // 3:
            server.end(signal.SIGKILL)
        if number == 2 * n // 3:
            server.start()
        try:
            client.call(rate, inputs.RateMovie(number + 1, number % 101))
        except QueuedError:
            n_queued += 1
    until = time.monotonic() + 10
    while not client.queue.is_empty() and time.monotonic() < until:
        with suppress(ServerAwayError):
            client.replay()
        time.sleep(0.1)
    client.close()
    assert server.end(signal.SIGTERM) == 0
    assert n_queued > 100
    with camflix.transaction(writes=False) as services:
        session = services.users._session
        rows = dict(session.execute(select(Rating.movie_id, Rating.score)).all())
        n_changes = session.scalar(select(func.count()).select_from(RatingChange))
    camflix.close()
    assert rows == {number + 1: number % 101 for number in range(n)}
    assert n_changes == n


def test_the_remote_client_loads_no_database() -> None:
    script = (
        "import sys\nimport camflix.client.remote, camflix.client.login, camflix.operations\n"
        "assert not {'sqlalchemy', 'numpy', 'flask'} & {name.partition('.')[0] for name in sys.modules}\n"
    )
    subprocess.run(
        [sys.executable, "-c", script], check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    )


def test_the_requests_of_operations_are_as_their_paths_say() -> None:
    request = wire_request(unrate, {"movie_id": 7})
    assert (request.method, request.path, request.query, request.json) == ("DELETE", "/api/ratings/7/", {}, None)
    body = wire_request(rate, {"movie_id": 7, "score": 5}).json
    assert body is not None
    assert msgspec.json.decode(body) == {"movie_id": 7, "score": 5}


@pytest.mark.parametrize(("days", "n_waiting"), [(1, 1), (8, 0)])
def test_a_server_that_fails_or_sends_on_holds_writes_up_for_a_week(tmp_path: Path, days: int, n_waiting: int) -> None:
    with canned_server((500, {}, b'{"code": "http_500", "detail": "failed"}')) as (url, _got):
        client = RemoteClient(Login(url, "zoe", "token"), tmp_path, pauses=(), notice=lambda _: None)
        made_at = datetime.now(UTC) - timedelta(days=days)
        client.queue.append(QueuedWrite(uuid.uuid4().hex, "rate", {"movie_id": 1, "score": 20}, made_at))
        with suppress(CamFlixError):
            client.replay()
        assert len(client.queue.waiting()) == n_waiting
        client.close()


def test_a_write_at_which_the_server_fails_stops_no_reading_and_loses_no_other(tmp_path: Path) -> None:
    failed: Answer = (500, {}, b'{"code": "http_500", "detail": "failed"}')
    version = {"CamFlix-Version": __version__}
    read: Answer = (200, version, msgspec.json.encode({"movies": [], "next_cursor": None}))
    with canned_server(failed, read, failed) as (url, _got):
        notices: list[str] = []
        client = RemoteClient(Login(url, "zoe", "token"), tmp_path, pauses=(), notice=notices.append)
        client.queue.append(QueuedWrite(uuid.uuid4().hex, "rate", {"movie_id": 1, "score": 20}, datetime.now(UTC)))
        assert client.call(list_movies, inputs.ListMovies()).movies == ()
        assert "failed" in notices[0]
        with pytest.raises(QueuedError):
            client.call(rate, inputs.RateMovie(2, 30))
        assert [write.body["movie_id"] for write in client.queue.waiting()] == [1, 2]
        client.close()


@pytest.mark.parametrize(("url", "n_read"), [("http://127.0.0.1:9", 0), ("https://films.example.org", 1)])
def test_certificates_are_read_only_where_something_is_enciphered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, n_read: int
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    read: list[object] = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda _context, *places: read.append(places))
    RemoteClient(Login(url, "zoe", "cfx_none"), tmp_path).close()

    assert len(read) == n_read
