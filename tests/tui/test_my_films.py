"""My films by keyboard alone: lists however long, filtered, and what a write leaves of where one was."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from camflix.bootstrap import CamFlix
from camflix.settings import load_settings
from camflix.tui.screens.my_films import MyFilms
from tests.conftest import NOW
from tests.tui.conftest import press
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
