"""My films by keyboard alone: lists however long, filtered, and what a write leaves of where one was."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from camflix.bootstrap import CamFlix
from camflix.settings import load_settings
from camflix.tui.screens.movie_list import MovieListScreen
from camflix.tui.screens.my_films import MyFilms
from tests.conftest import NOW
from tests.tui.conftest import paste, press
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from camflix.tui.app import CamFlixApp

Make: TypeAlias = "Callable[..., CamFlixApp]"

_N_LONG = 250


def long_lists(n: int = _N_LONG) -> None:
    """Let the user of the sample community have so many films in each list; in the diary, most of them twice."""
    camflix = CamFlix(load_settings(os.environ), "en", lambda: NOW)
    with camflix.transaction(writes=True) as services:
        user_id = services.users.id_of("demo")
        films = range(1, n + 1)
        for place, movie_id in enumerate(films):
            services.watchlist.add(user_id, movie_id)
            services.hidden.hide(user_id, movie_id)
            for year in (0, 1) if place >= _N_LONG - 200 else (0,):
                day = NOW.date() - timedelta(days=365 * year + place + 1)
                services.diary.add(user_id, movie_id, day.isoformat(), None)
    camflix.close()


def rows(pilot: Pilot[None]) -> Any:
    return screen(pilot, MyFilms).rows


@pytest.mark.long
def test_every_line_of_a_long_list_is_reached_and_counted(make_app: Make) -> None:
    long_lists()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "M", "l", "G")
        assert "450 viewings" in words(pilot)
        assert rows(pilot).cursor == 449
        assert rows(pilot).current is not None
        for view in ("To rate", "Watchlist", "Hidden"):
            await press(pilot, "l", "G")
            n = rows(pilot).n_lines
            assert n > 200, view
            assert f"{n} films" in words(pilot)
            assert rows(pilot).cursor == n - 1

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_what_is_opened_opens_once_and_what_is_written_is_written_once(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "v", "enter", "M", "enter", "q")
        screen(pilot, MyFilms)
        await press(pilot, "v", "enter", "l")
        assert "2 viewings" in words(pilot)
        await press(pilot, "T", "p", "v", "enter", "M")
        assert "3 viewings" in words(pilot)

    walk(make_app(language="en"), steps)


def film(pilot: Pilot[None]) -> Any:
    return screen(pilot, MyFilms).film


async def filter_by(pilot: Pilot[None], text: str) -> None:
    await press(pilot, "slash", "ctrl+e", "ctrl+w", "ctrl+w")
    # At once: long lists are filtered anew after each letter, which test_walk.py looks at.
    await paste(pilot, text, "enter")


@pytest.mark.long
def test_a_write_leaves_the_filter_and_the_film_one_is_at(make_app: Make) -> None:
    long_lists()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "M", "l", "l", "l")
        await filter_by(pilot, "the")
        n = rows(pilot).n_lines
        await press(pilot, "j", "j", "j")
        at, after = film(pilot), rows(pilot).row(4).movie
        await press(pilot, "8", "8", "enter")
        assert screen(pilot, MyFilms).query_text == "the"
        assert (film(pilot), rows(pilot).n_lines) == (at, n)
        # It leaves the list: the next one is under the cursor.
        await press(pilot, "w")
        assert (film(pilot).id, rows(pilot).n_lines) == (after.id, n - 1)
        await press(pilot, "h", "h")
        await filter_by(pilot, "the")
        at = film(pilot)
        await press(pilot, "w", "w")
        assert screen(pilot, MyFilms).query_text == "the"
        assert film(pilot) == at
        await press(pilot, "escape")

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_rating_that_moves_to_another_place_takes_the_cursor_along(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "M", "j", "j")
        at = film(pilot)
        await press(pilot, "5", "enter")
        assert film(pilot).id == at.id
        assert rows(pilot).cursor > 20
        await press(pilot, "o")
        assert rows(pilot).cursor == 0

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_every_list_takes_the_one_language_of_filters(make_app: Make) -> None:
    long_lists()

    async def steps(pilot: Pilot[None]) -> None:
        for view in ("Ratings", "Diary", "To rate", "Watchlist", "Hidden"):
            await press(pilot, "M", *([] if view == "Ratings" else ["l"]))
            n = rows(pilot).n_lines
            await filter_by(pilot, "genre:drama year:1960..1979")
            assert 0 < rows(pilot).n_lines < n, view
            assert all(1960 <= rows(pilot).row(place).movie.year <= 1979 for place in range(rows(pilot).n_lines))
            await filter_by(pilot, "genre:dramat")
            assert "There is no genre" in words(pilot), view
            await press(pilot, "q")
            assert rows(pilot).n_lines == n
        await filter_by(pilot, "-hidden")
        assert "Nothing fits." in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_the_diary_is_filtered_by_days_too(make_app: Make) -> None:
    long_lists()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "M", "l")
        await filter_by(pilot, "2025-08")
        days = {rows(pilot).row(place).at.date().isoformat()[:7] for place in range(rows(pilot).n_lines)}
        assert days == {"2025-08"}

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_list_is_filtered_by_what_is_known_in_it_and_says_what_is_not(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "l", "plus", "enter", *"Two", "enter")
        for _film in range(4):
            await press(pilot, "j", "plus", "enter")
        await press(pilot, "M", "h")
        await filter_by(pilot, "year:1990")
        assert "Lists are filtered by their names" in words(pilot)
        await press(pilot, "q", "enter")
        shown = screen(pilot, MovieListScreen).rows
        year = shown.row(0).movie.year
        await filter_by(pilot, f"year:<={year}")
        assert 0 < shown.n_lines <= 5
        assert all(shown.row(place).movie.year <= year for place in range(shown.n_lines))
        await filter_by(pilot, "genre:drama")
        assert "Within a list" in words(pilot)
        await filter_by(pilot, "+rated")
        assert "Nothing fits." in words(pilot) or all(shown.row(n).score is not None for n in range(shown.n_lines))

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_film_of_a_list_is_moved_as_fast_as_keys_are_pressed(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "l", "plus", "enter", *"Two", "enter")
        for _film in range(3):
            await press(pilot, "j", "plus", "enter")
        await press(pilot, "M", "h", "enter")
        first = screen(pilot, MovieListScreen).film
        await press(pilot, "J", "J", "J", "K")
        assert screen(pilot, MovieListScreen).film == first
        assert screen(pilot, MovieListScreen).rows.cursor == 2

    walk(make_app(language="en"), steps)
