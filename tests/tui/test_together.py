"""Films for a group, by keyboard alone: who is in it, by which rule, and what happens with a name that nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from camflix import operations
from camflix.operations import inputs
from camflix.tui.app import CamFlixApp
from camflix.tui.screens.film import FilmScreen
from camflix.tui.screens.receipt import ReceiptScreen
from camflix.tui.screens.together import Together
from tests.cli.running import answer
from tests.tui.conftest import press
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from tests.conftest import Home

Make: TypeAlias = "Callable[..., CamFlixApp]"


def group(pilot: Pilot[None]) -> tuple[str, ...]:
    assert isinstance(pilot.app, CamFlixApp)
    return pilot.app.group


def rows(pilot: Pilot[None]) -> list[Any]:
    shown = screen(pilot, Together).rows
    return [shown.row(number) for number in range(shown.n_lines)]


@pytest.mark.long
def test_twins_are_taken_into_the_group_and_each_ones_prediction_is_shown(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "T", "p")
        assert pilot.app.current_mode == "together"
        await press(pilot, "T", "j", "enter", "p")
        first, second = group(pilot)
        assert f"For you, {first} and {second}" in words(pilot)
        for row in rows(pilot):
            scores = [prediction.predicted_score for prediction in row.predictions]
            assert len(scores) == 3
            assert row.group_score == min(scores)
        best = rows(pilot)[0]
        named = next(line for line in words(pilot).splitlines() if line.startswith(f" {best.movie.title} ("))
        assert first in named
        assert second in named

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_the_app_and_the_operation_agree_on_what_a_group_sees(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "T", "p", "o", "s")
        assert "by the mean of all · seen films too" in words(pilot)
        body = inputs.AskTogether(members=group(pilot), n=50, rule="average", rewatch=True)
        assert isinstance(pilot.app, CamFlixApp)
        found = await pilot.app.calls.ask(lambda asks: asks._client.call(operations.together, body))
        assert [row.movie.id for row in rows(pilot)] == [pick.movie.id for pick in found.picks]
        await press(pilot, "o", "s")
        assert "by the member who likes it least" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_name_that_nobody_has_leaves_the_group_as_it_was(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "E", "m", *"nobody", "enter")
        assert "There is no user “nobody”." in words(pilot)
        assert group(pilot) == ()
        await press(pilot, "T", "p")
        before, shown = group(pilot), rows(pilot)
        for name in ("nobody", "demo"):  # demo asks
            await press(pilot, "m", *name, "enter")
            assert group(pilot) == before
            assert rows(pilot) == shown
        await press(pilot, "m", *before[0], "enter")
        assert group(pilot) == before

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_whoever_leaves_the_group_decides_no_more(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "T", "p", "T", "j", "p")
        first, second = group(pilot)
        await press(pilot, "backspace")
        assert "Who does not watch with you?" in words(pilot)
        await press(pilot, "enter")
        assert group(pilot) == (second,)
        assert first not in words(pilot)
        await press(pilot, "backspace")
        assert group(pilot) == ()
        assert "With whom?" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_a_film_of_the_group_is_opened_explained_rated_and_hidden_as_anywhere(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "T", "p")
        first, second = (row.movie.id for row in rows(pilot)[:2])
        await press(pilot, "enter")
        assert screen(pilot, FilmScreen).film.id == first
        await press(pilot, "q", "y")
        screen(pilot, ReceiptScreen)
        await press(pilot, "q", "7", "7", "enter")
        assert rows(pilot)[0].movie.id == second
        await press(pilot, "x")
        assert rows(pilot)[0].movie.id != second

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_without_an_answer_the_group_stays_and_is_asked_for_again(make_app: Make, cable: Any) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "T")
        cable.is_unplugged = True
        await press(pilot, "p")
        assert "Try again when it is back." in words(pilot)
        assert len(group(pilot)) == 1
        cable.is_unplugged = False
        await press(pilot, "f5")
        assert rows(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_who_is_not_to_be_seen_and_who_has_rated_too_little_are_told_apart(make_app: Make, demo: Home) -> None:
    for name in ("zed", "ann"):
        answer("users", "add", name)
    answer("settings", "set", "--privacy", "members", "--user", "ann")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "E", "m", *"zed", "enter")
        assert "nobody may see them: they can change that in their settings" in " ".join(words(pilot).split())
        await press(pilot, "m", *"ann", "enter")
        assert group(pilot) == ("ann",)
        assert "Too few ratings to predict anything for ann" in words(pilot)
        assert rows(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
def test_of_a_large_group_those_without_a_column_are_named_at_the_foot(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "E")
        names = [f"sample-00{number}" for number in range(1, 6)]
        for name in names:
            await press(pilot, "m", *name, "enter")
        assert all(name in words(pilot) for name in group(pilot))
        last = rows(pilot)[0].predictions[-1].predicted_score
        foot = words(pilot).splitlines()[-2]
        assert f"{names[-1]} {last:.1f}" in foot
        assert "demo" not in foot

    walk(make_app(language="en"), steps)
