"""Lists, notes and ratings that several write at once: nothing is lost, and what would lose something is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camflix.errors import ConflictError
from camflix.models import MovieListEntry, Rating, RatingChange, WatchlistEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from camflix.services.container import Services
    from tests.services.world import World


def at_once(world: World, acts: list[Callable[[Services], object]]) -> list[object]:
    """Do each thing in a transaction of its own, all at the same time; return results or errors."""

    def run(act: Callable[[Services], object]) -> object:
        try:
            with world.camflix.transaction(writes=True) as services:
                return act(services)
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(run, acts))


def make_list(world: World, user: int, films: list[int]) -> int:
    with world.camflix.transaction(writes=True) as services:
        made = services.lists.create(user, "Mine", "", is_public=False)
        for film in films:
            services.lists.add(user, made.id, film, None)
    return made.id


def films_of(world: World, list_id: int) -> list[int]:
    rows = sorted(world.table(MovieListEntry), key=lambda row: row["position"])  # type: ignore[arg-type,return-value]
    assert [row["position"] for row in rows] == list(range(len(rows)))
    assert {row["list_id"] for row in rows} <= {list_id}
    return [row["movie_id"] for row in rows]  # type: ignore[misc]


def test_films_that_two_add_to_a_list_at_once_are_all_there_in_places_without_gaps(world: World) -> None:
    ann, films = world.user("ann"), world.films(16)
    list_id = make_list(world, ann, [])
    at_once(world, [lambda s, film=film: s.lists.add(ann, list_id, film, 0) for film in films])  # type: ignore[misc]
    assert sorted(films_of(world, list_id)) == films


def test_of_two_who_move_after_reading_the_same_version_one_is_refused(world: World) -> None:
    ann, films = world.user("ann"), world.films(5)
    list_id = make_list(world, ann, films)
    with world.camflix.transaction(writes=False) as services:
        version = services.lists.get(ann, list_id, is_admin=False).list.version
    done = at_once(
        world,
        [
            lambda s: s.lists.move(ann, list_id, films[0], 4, version),
            lambda s: s.lists.move(ann, list_id, films[4], 0, version),
        ],
    )
    assert sum(isinstance(result, ConflictError) for result in done) == 1
    assert sorted(films_of(world, list_id)) == films


def test_of_lists_of_one_name_made_at_once_one_is_made(world: World) -> None:
    ann = world.user("ann")
    done = at_once(world, [lambda s: s.lists.create(ann, "Mine", "", is_public=False)] * 6)
    assert sum(isinstance(result, ConflictError) for result in done) == 5


def test_of_notes_written_at_once_over_the_same_version_one_is_kept(world: World) -> None:
    ann, film = world.user("ann"), world.film("Heat")
    with world.camflix.transaction(writes=True) as services:
        read = services.notes.save(ann, film, "Mine.", None, has_spoiler=False).version
    done = at_once(
        world,
        [lambda s, n=n: s.notes.save(ann, film, f"Change {n}.", read, has_spoiler=False) for n in range(6)],  # type: ignore[misc]
    )
    assert sum(isinstance(result, ConflictError) for result in done) == 5


def test_a_note_written_anew_is_not_the_one_that_was_read_before_it_was_removed(world: World) -> None:
    film, ann = world.film("Heat"), world.user("ann")
    with world.camflix.transaction(writes=True) as services:
        read = services.notes.save(ann, film, "first", None, has_spoiler=False)
        services.notes.remove(ann, film)
        services.notes.save(ann, film, "second", None, has_spoiler=False)
    with pytest.raises(ConflictError), world.camflix.transaction(writes=True) as services:
        services.notes.save(ann, film, "third", read.version, has_spoiler=False)


def test_a_film_put_on_the_watchlist_many_times_at_once_is_there_once(world: World) -> None:
    ann, film = world.user("ann"), world.film("Heat")
    done = at_once(world, [lambda s: s.watchlist.add(ann, film).changed] * 8)
    assert sorted(done, key=str) == [False] * 7 + [True]
    assert len(world.table(WatchlistEntry)) == 1


def test_a_film_that_many_rate_at_once_has_one_rating_each_and_a_true_count(world: World) -> None:
    film = world.film("Heat")
    people = [world.user(f"p-{n}", privacy="private" if n % 4 == 0 else "public") for n in range(24)]
    at_once(world, [lambda s, p=p: s.ratings.rate(p, film, 50 + p % 50, None) for p in people])  # type: ignore[misc]
    assert len(world.table(Rating)) == len(world.table(RatingChange)) == 24
    with world.camflix.transaction(writes=False) as services:
        assert services.movies.get(film).n_ratings == 18


def test_a_film_that_one_user_rates_many_times_at_once_has_one_rating_and_its_whole_history(world: World) -> None:
    ann, film = world.user("ann"), world.film("Heat")
    at_once(world, [lambda s, n=n: s.ratings.rate(ann, film, n, None) for n in range(20)])  # type: ignore[misc]
    changes = world.table(RatingChange)
    assert len(world.table(Rating)) == 1
    assert len(changes) == 20
    assert [row["old_score"] for row in changes[1:]] == [row["new_score"] for row in changes[:-1]]


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["add", "remove", "move"]), st.integers(0, 5), st.integers(0, 7)), max_size=12
    )
)
def test_a_list_is_what_a_plain_list_would_be(world: World, acts: list[tuple[str, int, int]]) -> None:
    with world.camflix.transaction(writes=False) as services:
        ann, known = services.users.find_id("ann"), services.movies.page("title", 6, None).movies
    films = [movie.id for movie in known] or world.films(6)
    ann = ann or world.user("ann")
    plain: list[int] = []
    with world.camflix.transaction(writes=True) as services:
        lists = services.lists
        for each in lists.page("ann", ann, is_admin=False).lists:
            lists.remove(ann, each.id)
        made = lists.create(ann, "Mine", "", is_public=False)
        for act, which, place in acts:
            film = films[which]
            if act == "add":
                lists.add(ann, made.id, film, place)
                if film not in plain:
                    plain.insert(place, film)
            elif act == "remove":
                lists.take_out(ann, made.id, film)
                plain = [other for other in plain if other != film]
            elif film in plain:
                lists.move(ann, made.id, film, place, None)
                plain.remove(film)
                plain.insert(place, film)
        assert [entry.movie.id for entry in lists.get(ann, made.id, is_admin=False).movies] == plain


def test_a_conflict_says_what_to_do(world: World) -> None:
    ann = world.user("ann")
    list_id = make_list(world, ann, [])
    with pytest.raises(ConflictError) as raised, world.camflix.transaction(writes=True) as services:
        services.lists.edit(ann, list_id, 99, "Other", None, None)
    assert raised.value.field == "version"
    assert raised.value.hint
