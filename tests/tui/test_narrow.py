"""A terminal of 80 columns: no sentence loses its end, and a way out is always named."""

from __future__ import annotations

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


def test_what_a_setting_is_now_is_said_to_the_end(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "comma", *["j"] * 6, "enter")
        assert "cachées jusqu’à ma note" in " ".join(words(pilot).split())

    walk(make_app(language="fr"), steps, SIZE)


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
