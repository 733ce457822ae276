"""Small steps: lines pasted, the cursor of pages, ways back, what undo changes on the screen, keys typed ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Paste

from camflix.tui.screens.discover import Discover
from camflix.tui.screens.film import FilmScreen
from camflix.tui.screens.person import PersonScreen
from camflix.tui.screens.rate import Rate
from camflix.tui.screens.welcome import Welcome
from tests.tui.conftest import press, settle
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.tui.test_walk import Make


def test_a_note_keeps_the_lines_that_were_pasted_and_the_film_shows_them(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e")
        pilot.app.post_message(Paste("line one\r\nline two\n"))
        await settle(pilot)
        assert "line one↵line two" in words(pilot)
        await press(pilot, "enter")
        assert screen(pilot, FilmScreen)._details.note == "line one\nline two"
        assert "line one" in words(pilot)
        assert "line two" in words(pilot)

    walk(make_app(language="en"), steps, (100, 40))


def test_lines_pasted_elsewhere_are_one_and_no_number_has_several(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "slash")
        pilot.app.post_message(Paste("blade\nrunner\n"))
        await settle(pilot)
        assert screen(pilot, Discover).prompt.text == "blade runner"
        await press(pilot, "escape", "r")
        pilot.app.post_message(Paste("8\n5"))
        await settle(pilot)
        assert "A number has one line" in words(pilot)
        assert screen(pilot, Discover).prompt.text == ""

    walk(make_app(language="en"), steps)


def test_the_first_line_that_leads_somewhere_is_reached_from_below(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "T", "enter")
        page = screen(pilot, PersonScreen).query_one("Page")
        first = page.cursor
        assert first > 0
        for key in ("g", "home", "ctrl+u", "k"):
            await press(pilot, "j", key)
            assert page.cursor == first, key

    walk(make_app(language="en"), steps)


@pytest.mark.parametrize("keys", [("enter",), ("y",), ("enter", "y")])
def test_the_key_of_a_section_leads_from_its_pages_to_its_first(make_app: Make, keys: tuple[str, ...]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *keys, "D")
        screen(pilot, Discover)

    walk(make_app(), steps)


def test_from_rate_chosen_at_the_welcome_one_goes_back_to_the_ways_while_nothing_is_rated(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        screen(pilot, Rate)
        await press(pilot, "q")
        screen(pilot, Welcome)
        await press(pilot, "enter", "8", "0", "enter", "q")
        screen(pilot, Discover)

    walk(make_app(user=None), steps)


def test_enter_is_named_only_where_it_opens_something(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert "⏎ open" in words(pilot)
        for key in ("R", "S"):
            await press(pilot, key)
            assert "⏎ open" not in words(pilot), key
        await press(pilot, "T")
        assert "⏎ open" in words(pilot)

    walk(make_app(language="en"), steps)
