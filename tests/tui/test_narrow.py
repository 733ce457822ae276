"""A terminal of 80 columns: no sentence loses its end, and a way out is always named."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

import pytest

from camflix.tui.app import CamFlixApp
from camflix.tui.drawing import wrapped
from camflix.tui.widgets.bars import Notice
from tests.tui.conftest import press, settle
from tests.tui.test_walk import walk, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

Make: TypeAlias = "Callable[..., CamFlixApp]"
SIZE = (80, 24)


@pytest.mark.long
@pytest.mark.parametrize(("language", "help_words"), [("fr", "? aide"), ("en", "? help")])
def test_the_foot_of_every_main_screen_names_help(make_app: Make, language: str, help_words: str) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        for keys in (("D",), ("R",), ("M",), ("T",), ("S",), ("D", "enter"), ("q", "y")):
            await press(pilot, *keys)
            assert help_words in words(pilot).splitlines()[-1], keys

    walk(make_app(language=language), steps, SIZE)


def test_the_legend_of_twins_tells_chance_from_opposite(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "T")
        assert "0 is the same taste, about 33 chance, about 50 the opposite." in words(pilot)

    walk(make_app(language="en"), steps, SIZE)


def test_the_welcome_says_its_last_sentence_to_the_end(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert "u takes the last score back." in " ".join(words(pilot).split())

    walk(make_app(user=None, language="en"), steps, SIZE)


@pytest.mark.long
def test_what_a_setting_is_now_is_said_to_the_end(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "comma", *["j"] * 6, "enter")
        assert "nor do receipt and like films in the app" in " ".join(words(pilot).split())

    walk(make_app(language="en"), steps, SIZE)


def test_a_long_notice_is_said_whole_and_one_too_long_for_the_screen_says_so(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, CamFlixApp)
        pilot.app.say(Notice("So it goes. " * 40 + "The end."))
        await settle(pilot)
        assert "The end." in words(pilot)
        pilot.app.say(Notice("So it goes. " * 200 + "The end."))
        await settle(pilot)
        assert "The end." not in words(pilot)
        assert "…" in words(pilot).splitlines()[-2]

    walk(make_app(language="en"), steps, SIZE)


def test_text_is_broken_between_words_by_the_cells_it_takes() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("東京 物語", 5) == ["東京", "物語"]
    assert wrapped("unbreakable it is", 6) == ["unbre…", "it is"]
    assert wrapped("jusqu’à\N{NO-BREAK SPACE}: là", 9) == ["jusqu’à\N{NO-BREAK SPACE}:", "là"]
    assert wrapped("", 5) == [""]


@pytest.mark.long
def test_the_question_before_a_list_is_deleted_is_read_to_its_end(make_app: Make) -> None:
    name = "Films of Sundays in November when it rains and nobody wants to go out"

    async def steps(pilot: Pilot[None]) -> None:
        keys = {" ": "space"}
        await press(pilot, "M", "h", "n", *(keys.get(letter, letter) for letter in name), "enter", "delete")
        said = " ".join(line.strip(" │") for line in words(pilot).splitlines())
        assert f"Delete the list “{name}”? It cannot be brought back." in said

    walk(make_app(language="en"), steps, SIZE)


def test_help_takes_the_room_that_there_is(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "question_mark")
        assert pilot.app.screen.query_one("#box").size.width > 90

    walk(make_app(language="en"), steps, (120, 36))


@pytest.mark.long
def test_the_palette_says_that_nothing_fits(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+p", *"qqqqqqqqq")
        assert "Nothing fits." in words(pilot)
        await press(pilot, "ctrl+u", *"twins")
        assert "Nothing fits." not in words(pilot)

    walk(make_app(language="en"), steps, SIZE)


@pytest.mark.long
def test_the_line_of_a_search_is_erased_by_the_key_that_erases_others(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "slash", *"solaris", "ctrl+u", *"brazil", "enter")
        assert "Brazil" in words(pilot)

    walk(make_app(language="en"), steps, SIZE)


def test_what_pops_up_by_itself_leaves_the_notice_in_sight(make_app: Make) -> None:
    app = make_app(language="en")

    async def run() -> None:
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await settle(pilot)
            await press(pilot, "w")
            app.notify("5 writes made offline were sent.")
            await settle(pilot)
            assert "on your watchlist" in words(pilot)
            assert "5 writes made offline" in words(pilot)

    asyncio.run(run())
