"""Small steps: lines pasted, the cursor of pages, ways back, what undo changes on the screen, keys typed ahead."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Paste

from camflix.tui.screens.discover import Discover
from camflix.tui.screens.film import FilmScreen
from camflix.tui.screens.groups import Groups
from camflix.tui.screens.import_ import Import
from camflix.tui.screens.person import PersonScreen
from camflix.tui.screens.rate import Rate
from camflix.tui.screens.welcome import Welcome
from tests.tui.conftest import SETTLED, press, settle
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.tui.test_walk import Make


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
@pytest.mark.parametrize("keys", [("enter",), ("y",), ("enter", "y")])
def test_the_key_of_a_section_leads_from_its_pages_to_its_first(make_app: Make, keys: tuple[str, ...]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *keys, "D")
        screen(pilot, Discover)

    walk(make_app(), steps)


@pytest.mark.long
def test_from_rate_chosen_at_the_welcome_one_goes_back_to_the_ways_while_nothing_is_rated(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        screen(pilot, Rate)
        await press(pilot, "q")
        screen(pilot, Welcome)
        await press(pilot, "enter", "8", "0", "enter", "q")
        screen(pilot, Discover)

    walk(make_app(user=None), steps)


@pytest.mark.long
def test_a_score_taken_back_leaves_the_feed_and_its_count(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "R", "9", "5", "enter", "6", "1", "enter")
        rate = screen(pilot, Rate)
        assert "34 ratings" in words(pilot)
        await press(pilot, "u")
        assert [each.score for each in rate._given] == [95]
        assert "33 ratings" in words(pilot)
        await press(pilot, "M", "u", "R")
        assert rate._given == []
        assert "32 ratings" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_films_of_a_group_taken_back_are_marked_and_the_last_one_takes_the_score_along(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        pilot.app.open_groups()  # type: ignore[attr-defined]
        await settle(pilot)
        groups = screen(pilot, Groups)
        await press(pilot, "5", "5", "enter", "u")
        assert words(pilot).count("taken back") == 1
        assert list(groups._scores.values()) == [55]
        await press(pilot, "u", "u")
        assert groups._scores == {}
        assert "taken back" not in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_the_report_of_an_import_tells_what_was_taken_back(make_app: Make, tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text(
        "Date,Name,Year,Letterboxd URI,Rating\n2024-01-01,Heat,1995,x,4.5\n2026-11-23,Amelie,2000,x,3.5\n"
    )

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "I", "f", "ctrl+u", *"ratings.csv", "enter", SETTLED, "G", "enter")
        assert "u takes the whole import back" in words(pilot)
        await press(pilot, "G", "enter", "enter")
        assert "✓" in words(pilot)
        assert "u takes the whole import back" not in words(pilot)
        await press(pilot, "u")
        assert "✓" not in words(pilot)
        assert "u takes the whole import back" in words(pilot)
        await press(pilot, "u")
        assert "the whole import is taken back" in words(pilot)
        screen(pilot, Import)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_scores_typed_while_films_are_on_their_way_wait_for_them(
    make_app: Make, cable: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged_in, may_answer = cable.call, threading.Event()

    def call(self: Any, operation: Any, body: Any) -> Any:
        if operation.name == "rating_feed":
            may_answer.wait(20)
        return plugged_in(self, operation, body)

    monkeypatch.setattr(cable, "call", call)

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("R", *"90", "enter", *"85", "enter")
        await pilot.pause(0.3)
        assert screen(pilot, Rate).film is None
        may_answer.set()
        await settle(pilot)
        assert [each.score for each in screen(pilot, Rate)._given] == [85, 90]

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_what_is_typed_is_seen_however_much_is_said_of_it(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "q", "slash", *"strangelove", "enter", "8", "7")
        assert screen(pilot, Discover).prompt.is_open
        line = next(line for line in words(pilot).splitlines() if "different" in line)
        assert " 87 " in line, line

    walk(make_app(user=None, language="en"), steps, (80, 24))


@pytest.mark.long
def test_enter_is_named_only_where_it_opens_something(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert "⏎ open" in words(pilot)
        for key in ("R", "S"):
            await press(pilot, key)
            assert "⏎ open" not in words(pilot), key
        await press(pilot, "T")
        assert "⏎ open" in words(pilot)

    walk(make_app(language="en"), steps)
