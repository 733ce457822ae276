"""``camflix engine``: which engine predicts, and choosing another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from camflix.results import EngineStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Outcome


def test_the_engine_is_shown_and_chosen(run_camflix: Callable[..., Outcome]) -> None:
    shown = run_camflix("engine", "show", "--json")
    status = msgspec.convert(json.loads(shown.out), EngineStatus)
    assert (status.chosen_by, status.fitted_at) == ("default", None)
    assert status.engine in status.engines
    chosen = run_camflix("engine", "set", status.engine, "--json")
    assert msgspec.convert(json.loads(chosen.out), EngineStatus).chosen_by == "hand"
    words = run_camflix("engine", "show", env={"LANGUAGE_CODE": "en"}).out
    assert "chosen by hand" in words
    assert status.engine in words
    assert "no ratings to learn from" in words
    back = run_camflix("engine", "set", "default", "--json")
    assert msgspec.convert(json.loads(back.out), EngineStatus).chosen_by == "default"


@pytest.mark.long
def test_an_engine_that_does_not_exist_is_refused_with_the_nearest(run_camflix: Callable[..., Outcome]) -> None:
    refused = run_camflix("engine", "set", "clasic")
    assert refused.code == 2
    assert "classic" in refused.err
    assert json.loads(run_camflix("engine", "show", "--json").out)["chosen_by"] == "default"
