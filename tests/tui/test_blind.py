"""Rating blind: no prediction and no average of a film is told before its score is saved."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, TypeAlias

import pytest

from camflix.bootstrap import CamFlix
from camflix.settings import load_settings
from camflix.tui.screens.film import FilmScreen
from camflix.tui.screens.receipt import ReceiptScreen
from tests.conftest import NOW
from tests.tui.conftest import press
from tests.tui.test_walk import screen, walk, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from camflix.tui.app import CamFlixApp
    from tests.conftest import Home

Make: TypeAlias = "Callable[..., CamFlixApp]"


@pytest.fixture
def blind(demo: Home) -> None:
    """Let the user of the sample community rate blind."""
    camflix = CamFlix(load_settings(os.environ), "en", lambda: NOW)
    with camflix.transaction(writes=True) as services:
        services.settings.change(services.users.id_of("demo"), blind=True)
    camflix.close()


@pytest.mark.long
@pytest.mark.usefixtures("blind")
def test_the_receipt_of_an_unrated_film_tells_its_prediction_only_after_the_score(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "y")
        screen(pilot, ReceiptScreen)
        assert "You rate blind" in words(pilot)
        assert "predicted  " not in words(pilot)
        assert not re.search(r"\d\d\.\d", words(pilot))
        await press(pilot, "8", "7", "enter")
        assert "predicted  " in words(pilot)
        assert "You rate blind" not in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
@pytest.mark.usefixtures("blind")
def test_a_films_page_predicts_nothing_nor_do_the_films_like_it_that_are_unrated(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter")
        assert not re.search(r"\d\d\.\d", words(pilot))
        await press(pilot, "8", "7", "enter", "G")
        similar = screen(pilot, FilmScreen)._similar
        assert any(like.own_score is None for like in similar)
        assert all(like.prediction.predicted_score is None for like in similar if like.own_score is None)
        await press(pilot, "g")
        assert "predicted  " in words(pilot)
        assert "everybody" in words(pilot)

    walk(make_app(language="en"), steps)


@pytest.mark.long
@pytest.mark.usefixtures("blind")
def test_settings_say_what_rating_blind_hides(make_app: Make) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "comma")
        said = " ".join(words(pilot).split())
        assert "a film's page predicts nothing, nor tells averages, until I rate it; nor do receipt" in said

    walk(make_app(language="en"), steps, (80, 24))
