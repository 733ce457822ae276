"""Writes while the server is away: all of them are kept, and each is the one that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from camflix.errors import QueuedError
from camflix.tui.screens.discover import Discover
from camflix.tui.screens.film import FilmScreen
from camflix.tui.screens.groups import Groups
from tests.tui.conftest import press, settle
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.tui.test_walk import Make


@pytest.fixture
def kept(cable: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Return the writes that are kept because the server is away, as a remote client keeps them."""
    plugged_in, queue = cable.call, []

    def call(self: Any, operation: Any, body: Any) -> Any:
        if operation.writes and cable.is_unplugged:
            queue.append((operation.name, body))
            raise QueuedError("The server {url} does not answer.", hint="This is kept here.", url="there")
        return plugged_in(self, operation, body)

    monkeypatch.setattr(cable, "call", call)
    return queue


@pytest.mark.long
def test_points_on_a_group_are_kept_for_each_of_its_films(
    make_app: Make, cable: Any, kept: list[tuple[str, Any]]
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        pilot.app.open_groups()  # type: ignore[attr-defined]
        await settle(pilot)
        groups = screen(pilot, Groups)
        cable.is_unplugged = True
        await press(pilot, "6", "3", "enter")
        asked = [movie.id for movie in groups._groups[0].movies]
        assert [(name, body.movie_id, body.score) for name, body in kept] == [("rate", each, 63) for each in asked]
        assert "This is kept here." in words(pilot)
        assert "  63" in words(pilot), "beside the group"

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_what_is_on_the_watchlist_is_taken_off_it_and_put_back(
    make_app: Make, cable: Any, kept: list[tuple[str, Any]]
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "w", "M", "l", "l", "l")
        cable.is_unplugged = True
        await press(pilot, "w", "w", "w")
        assert [name for name, _body in kept] == ["unwatch", "watch", "unwatch"]

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_what_was_put_on_the_watchlist_another_day_is_known_from_what_is_shown(
    make_app: Make, cable: Any, kept: list[tuple[str, Any]]
) -> None:
    async def put_away(pilot: Pilot[None]) -> None:
        await press(pilot, "w", "j", "x")

    async def steps(pilot: Pilot[None]) -> None:
        first = screen(pilot, Discover).film
        await press(pilot, "enter", "q", "l")
        cable.is_unplugged = True
        await press(pilot, "h", "enter", "w", "x", "x")
        assert screen(pilot, FilmScreen).film.id == first.id
        assert [(name, body.movie_id) for name, body in kept] == [
            ("unwatch", first.id),
            ("hide", first.id),
            ("unhide", first.id),
        ]

    walk(make_app(), put_away)
    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_list_that_has_to_wait_is_said_not_to_hold_the_film(
    make_app: Make, cable: Any, kept: list[tuple[str, Any]]
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        film = screen(pilot, Discover).film
        await press(pilot, "plus", "enter")
        cable.is_unplugged = True
        await press(pilot, *"Sundays", "enter")
        assert [name for name, _body in kept] == ["create_list"]
        said = " ".join(words(pilot).split())
        assert "This is kept here." in said
        assert f"{film.title} ({film.year}) is not in the list “Sundays” yet." in said

    walk(make_app(language="en"), steps)
