"""Many at once, and the same write twice: one row each, the right history, the right mean."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from camflix.models import Movie, Rating, RatingChange
from tests.passwords import CHEAP, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from tests.server.live import LiveServer
    from tests.services.world import World

N = 200
N_THREADS = 8
MAX = 50


def at_once(jobs: list[Callable[[], int]]) -> list[int]:
    """Run jobs by a few threads; return what they return, in no order."""
    waiting, done = list(jobs), []
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                job = waiting.pop()
            done.append(job())

    threads = [threading.Thread(target=work) for _ in range(N_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def rating(live: LiveServer, token: str, film: int, score: int, key: str | None = None) -> Callable[[], int]:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})

    def send() -> int:
        browser: FlaskClient = live.server.app.test_client(use_cookies=False)
        body = {"movie_id": film, "score": score}
        return browser.post("/api/ratings/", json=body, headers=headers).status_code

    return send


def history(world: World, film: int) -> list[tuple[int | None, int | None]]:
    with world.session() as session:
        query = select(RatingChange.old_score, RatingChange.new_score).where(RatingChange.movie_id == film)
        return [(old, new) for old, new in session.execute(query.order_by(RatingChange.id))]


@pytest.mark.long
def test_two_hundred_ratings_of_one_film_by_one_user_leave_one_row_and_an_unbroken_history(
    live: LiveServer, world: World
) -> None:
    film, token = world.film("Heat"), (world.user("zoe"), live.token("zoe"))[1]
    codes = at_once([rating(live, token, film, number % 101) for number in range(N)])
    assert set(codes) == {201}
    changes = history(world, film)
    assert changes[0][0] is None
    # Each change begins where the one before it ended.
    assert [old for old, _new in changes[1:]] == [new for _old, new in changes[:-1]]
    with world.session() as session:
        rows = session.execute(select(Rating.score).where(Rating.movie_id == film)).all()
        assert [score for (score,) in rows] == [changes[-1][1]]
        assert session.scalar(select(Movie.n_ratings).where(Movie.id == film)) == 1


@pytest.mark.long
def test_two_hundred_users_rating_one_film_at_once_are_all_counted(live: LiveServer, world: World) -> None:
    film = world.film("Heat")
    tokens = [(world.user(f"user{number}"), live.token(f"user{number}"))[1] for number in range(N)]
    codes = at_once([rating(live, token, film, number % 101) for number, token in enumerate(tokens)])
    assert set(codes) == {201}
    expected = [number % 101 for number in range(N)]
    with world.session() as session:
        n, mean = session.execute(select(func.count(), func.avg(Rating.score)).where(Rating.movie_id == film)).one()
        assert (n, round(float(mean), 6)) == (N, round(sum(expected) / N, 6))
        assert session.scalar(select(Movie.n_ratings).where(Movie.id == film)) == N
    assert len(history(world, film)) == N


def test_a_write_that_comes_twenty_times_with_one_key_is_done_once(live: LiveServer, world: World) -> None:
    film, token = world.film("Heat"), (world.user("zoe"), live.token("zoe"))[1]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "the-key"}

    def create() -> int:
        browser = live.server.app.test_client(use_cookies=False)
        return int(browser.post("/api/lists/", json={"name": "Rainy days"}, headers=headers).json["id"])

    assert len(set(at_once([create] * 20))) == 1
    assert [rating(live, token, film, 90, "other")() for _ in range(2)] == [201, 201]
    assert history(world, film) == [(None, 90)]


def test_a_repeated_write_is_answered_as_the_first_time_even_after_other_writes(live: LiveServer, world: World) -> None:
    film, token = world.film("Heat"), (world.user("zoe"), live.token("zoe"))[1]
    browser = live.server.app.test_client()
    headers: dict[str, Any] = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
    body = {"movie_id": film, "score": 90}
    first = browser.post("/api/ratings/", json=body, headers=headers)
    browser.post("/api/ratings/", json={**body, "score": 10}, headers={**headers, "Idempotency-Key": "two"})
    again = browser.post("/api/ratings/", json=body, headers=headers)
    assert again.data == first.data
    assert history(world, film) == [(None, 90), (90, 10)]
    other = browser.post("/api/ratings/", json={**body, "score": 5}, headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "conflict")


def test_a_refused_write_may_be_mended_and_sent_again_with_its_key(live: LiveServer, world: World) -> None:
    token = (world.user("zoe"), live.token("zoe"))[1]
    assert rating(live, token, 1, 90, "key")() == 404
    film = world.film("Heat")
    assert film == 1
    assert rating(live, token, film, 90, "key")() == 201


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_keys_are_forgotten_after_a_month(live: LiveServer, world: World) -> None:
    film, token = world.film("Heat"), (world.user("zoe"), live.token("zoe"))[1]
    rating(live, token, film, 90, "key")()
    world.tick(days=29)
    assert live.server.camflix.clean_up() == 0
    world.tick(days=2)
    assert live.server.camflix.clean_up() >= 1


def tokens(live: LiveServer, token: str) -> set[str]:
    browser = live.server.app.test_client(use_cookies=False)
    answer = browser.get("/api/tokens/", headers={"Authorization": f"Bearer {token}"})
    return {each["name"] for each in answer.json["tokens"]}


@pytest.mark.long
def test_signing_in_ends_the_oldest_sign_in_of_fifty_and_no_token_made_by_hand(live: LiveServer, world: World) -> None:
    world.user("zoe", password_hash=CHEAP.hash(PASSWORD))
    token = live.token("zoe")

    def log_in(name: str) -> Callable[[], int]:
        body = {"login": "zoe", "password": PASSWORD, "name": name}
        return lambda: live.server.app.test_client(use_cookies=False).post("/api/login/", json=body).status_code

    assert log_in("first")() == 201
    assert set(at_once([log_in(f"terminal {number}") for number in range(70)])) == {201}
    names = tokens(live, token)
    assert "test" in names
    assert "first" not in names
    assert len(names) == MAX + 1


@pytest.mark.long
def test_no_more_than_fifty_tokens_are_made_by_hand_however_many_ask_at_once(live: LiveServer, world: World) -> None:
    world.user("zoe", password_hash=CHEAP.hash(PASSWORD))
    token = live.token("zoe")
    world.tick(days=31)
    token = live.token("zoe")  # the one before is expired, and not counted

    def make(number: int) -> Callable[[], int]:
        headers = {"Authorization": f"Bearer {token}"}
        browser = live.server.app.test_client(use_cookies=False)
        return lambda: browser.post("/api/tokens/", json={"name": str(number)}, headers=headers).status_code

    codes = at_once([make(number) for number in range(70)])
    assert (codes.count(201), codes.count(409)) == (MAX - 1, 70 - MAX + 1)
    assert len(tokens(live, token)) == MAX
    assert (
        live.server.app.test_client()
        .post("/api/login/", json={"login": "zoe", "password": PASSWORD, "name": "t"})
        .status_code
        == 201
    )
