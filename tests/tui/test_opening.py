"""What the app opens over what is shown, and what becomes of an answer that comes when the app was left."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from camflix.errors import NotFoundError, ServerAwayError
from camflix.operations import inputs, list_genres
from camflix.tui.calls import Link, RememberingClient
from camflix.tui.screens.discover import Discover
from camflix.tui.screens.film import FilmScreen
from tests.tui.conftest import press, settle
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from camflix.tui.app import CamFlixApp
    from tests.tui.test_walk import Make


@pytest.mark.long
def test_a_film_is_drawn_and_drawn_again_and_one_step_leads_back(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        drawn = set()
        for _ in range(12):
            await press(pilot, "P")
            drawn.add(screen(pilot, FilmScreen).film.id)
        assert "Drawn from 27 films" in words(pilot)
        assert len(drawn) > 3
        await press(pilot, "q")
        screen(pilot, Discover)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_film_is_drawn_over_a_receipt_too_and_back_leads_to_it(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "P", "y", "P", "q")
        assert type(pilot.app.screen).__name__ == "ReceiptScreen"

    walk(make_app(language="en"), steps)


def test_where_no_film_can_be_drawn_that_is_said(make_first_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "P")
        assert "no ratings to learn from" in words(pilot)

    walk(make_first_app(user=None, language="en"), steps)


def test_an_answer_that_the_client_had_kept_shows_its_age_as_one_of_ours_does() -> None:
    moment = datetime(2026, 11, 22, tzinfo=UTC)

    class Kept:
        away_since = (ServerAwayError("The server is away."), moment)

        def call(self, _operation: object, _body: object) -> Any:
            return "an old answer"

    told: list[Link] = []
    client = RememberingClient(Kept(), lambda: moment, told.append)
    answer: object = client.call(list_genres, inputs.Nothing())
    assert answer == "an old answer"
    assert told == [Link(*Kept.away_since)]


def test_what_was_ordered_just_before_leaving_is_carried_out(make_app: Make) -> None:
    done: list[int] = []

    async def leave() -> None:
        app = make_app()
        async with app.run_test() as pilot:
            await settle(pilot)
            for number in range(4):
                app.tell(lambda _asks, number=number: done.append(number), lambda _answer: None)  # type: ignore[misc]
            app.exit()

    asyncio.run(leave())
    assert done == [0, 1, 2, 3]


@pytest.mark.parametrize("fails", [False, True], ids=["an answer", "an error"])
def test_what_comes_when_the_app_was_left_is_shown_to_nobody(make_app: Make, *, fails: bool) -> None:
    """The call goes on in its thread while the screens are taken away; its answer finds none."""
    shown: list[object] = []

    async def leave() -> CamFlixApp:
        app = make_app()
        async with app.run_test() as pilot:
            await settle(pilot)

            def slow(_asks: object) -> bool:
                end = time.monotonic() + 20
                while app.screen_stack and time.monotonic() < end:
                    time.sleep(0.001)
                if fails:
                    raise NotFoundError("There is nothing here.")
                return not app.screen_stack

            app.ask(slow, shown.append, group="slow", failed=shown.append)
            await pilot.pause(0.1)
            app.exit()
        return app

    app = asyncio.run(leave())
    assert app.page is None
    assert shown == []
