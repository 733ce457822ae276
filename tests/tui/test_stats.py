"""Stats by keyboard alone: what the year shows, however little it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.tui.conftest import press
from tests.tui.test_walk import walk, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from camflix.tui.app import CamFlixApp

Make: TypeAlias = "Callable[..., CamFlixApp]"


def test_each_month_of_the_year_has_its_place_in_the_chart(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "S", "h")
        lines = words(pilot).splitlines()
        first = next(number for number, line in enumerate(lines) if "by month" in line)
        months = next(line for line in lines[first:] if "01 02 03 04 05 06 07 08 09 10 11 12" in line)
        # All was rated in November.
        assert lines[first].index("██") == months.index("11")
        assert lines[first].count("█") == 2

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_year_of_viewings_is_shown_without_any_rating(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "q", "v", "enter", "S")
        assert "No ratings yet" in words(pilot)
        await press(pilot, "h")
        assert "No ratings yet" not in words(pilot)
        assert "films seen        1  (0 again)" in words(pilot)
        assert "by month" in words(pilot)

    walk(make_app(user=None, language="en"), steps)


def test_the_names_of_facts_have_the_room_that_they_need(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "S", "h")
        assert "mois le plus rempli  2026-11" in words(pilot)

    walk(make_app(language="fr"), steps, (80, 24))


def test_a_sentence_longer_than_the_page_goes_on_in_the_next_line(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "S", "l", "l")
        assert "the moment you rate with a list of your own." in " ".join(words(pilot).split())

    walk(make_app(language="en"), steps, (80, 24))
