"""Scores as a person chose to see them on the command line; JSON and what is typed stay at 0 to 100."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from camflix import display
from tests.cli.running import answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Home


@pytest.fixture(autouse=True)
def of_100_again() -> Iterator[None]:
    """Show scores of 100 again afterwards."""
    yield
    display.use_display("100")


@pytest.mark.parametrize(("shown", "given"), [("100", "70"), ("10", "7,0"), ("stars", "★★★½")])
def test_scores_are_shown_as_chosen(demo: Home, shown: str, given: str) -> None:
    del demo
    assert answer("settings", "set", "--display", shown, "--user", "demo").code == 0
    saved = answer("rate", "Alien (1979)", "70", "--user", "demo")
    assert f"(1979) : {given}" in saved.out.replace("\xa0", " ")
    assert given in answer("movie", "show", "Alien (1979)", "--user", "demo").out
    assert given in answer("ratings", "--user", "demo", "--filter", "alien").out
    removed = answer("unrate", "Alien (1979)", "--user", "demo")
    assert given in removed.out


def test_predictions_and_ranges_lie_on_the_scale_chosen(demo: Home) -> None:
    del demo
    answer("settings", "set", "--display", "stars", "--user", "demo")
    first = json.loads(answer("recommend", "--user", "demo", "-n", "1", "--json").out)["recommendations"][0]
    assert first["prediction"]["predicted_score"] > 5
    told = answer("recommend", "--user", "demo", "-n", "1").out
    assert f"{first['prediction']['predicted_score'] / 20:.1f}".replace(".", ",") in told


def test_a_receipt_stays_in_points_of_100_and_says_so(demo: Home) -> None:
    del demo
    plain = answer("why", "Pulp Fiction (1994)", "--user", "demo").out
    assert "en points sur 100" not in plain
    answer("settings", "set", "--display", "10", "--user", "demo")
    told = answer("why", "Pulp Fiction (1994)", "--user", "demo").out
    assert told.startswith(plain)
    assert "en points sur 100" in told


@pytest.mark.parametrize("arguments", [("ratings",), ("rate", "Alien (1979)", "70"), ("profile",)])
def test_json_is_of_100_whatever_is_chosen(demo: Home, arguments: tuple[str, ...]) -> None:
    del demo
    answer("settings", "set", "--display", "stars", "--user", "demo")
    assert "★" not in answer(*arguments, "--user", "demo", "--json").out
    assert answer("rate", "Alien (1979)", "4.5", "--user", "demo").code == 2
