"""What is refused: said without the names of fields, with what was typed still there to be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from camflix import i18n
from camflix.errors import InvalidInputError
from camflix.tui.screens.discover import Discover
from camflix.tui.screens.settings import Settings
from tests.tui.conftest import press
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from camflix.tui.app import CamFlixApp

Make: TypeAlias = "Callable[..., CamFlixApp]"


@pytest.mark.long
def test_a_refused_day_stays_on_the_line(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        prompt = screen(pilot, Discover).prompt
        await press(pilot, "v", "ctrl+u", *"2026-13-01", "enter")
        assert (prompt.is_open, prompt.text) == (True, "2026-13-01")
        assert "“2026-13-01” is no day. Write it as 2026-11-23." in words(pilot)
        assert "seen_on" not in words(pilot)
        await press(pilot, "ctrl+u", *"2026-11-01", "enter")
        assert not prompt.is_open
        assert "seen on 2026-11-01" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_refused_time_zone_stays_on_the_line(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "comma", *["j"] * 7, "enter", "ctrl+u", *"Nowhere", "enter")
        prompt = screen(pilot, Settings).prompt
        assert (prompt.is_open, prompt.text) == (True, "Nowhere")
        assert "time_zone" not in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_filter_that_is_no_range_is_answered_with_ranges_of_its_kind(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "slash", *"year", "colon", *"soon")
        assert "“soon” is no range for year. Write year:1960..1979, year:<1980 or year:1975." in words(pilot)
        assert "query:" not in words(pilot)

    walk(make_app(language="en"), steps)


def test_a_sentence_begins_with_a_capital_unless_it_begins_with_a_name() -> None:
    day = InvalidInputError("{field}: write it as 2026-11-23.", field="seen_on")
    member = InvalidInputError("members: {name} is in the group already.", field="members", name="root")
    other = InvalidInputError("Look: there is none.", field="members")

    said = []
    for language in ("en", "fr"):
        with i18n.speaking(language):
            said.append([i18n.say_plainly(error) for error in (day, member, other)])

    assert said[0] == ["Write it as 2026-11-23.", "root is in the group already.", "Look: there is none."]
    assert said[1][0] == "Écrivez-le comme 2026-11-23."
    assert said[1][1].startswith("root ")
