"""Engines by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from camflix.errors import InvalidInputError
from camflix.recommender.model import Model
from camflix.recommender.registry import DEFAULT_ENGINE, ENGINES, model_class


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_engine_is_a_model_of_its_name(name: str) -> None:
    """What users type is what receipts say."""
    found = model_class(name)
    assert issubclass(found, Model)
    assert found.name == name


def test_the_default_engine_is_one_of_them() -> None:
    """Else nothing would work out of the box."""
    assert DEFAULT_ENGINE in ENGINES


def test_an_unknown_engine_is_refused_with_the_nearest_name() -> None:
    """And with the field that is wrong."""
    with pytest.raises(InvalidInputError) as caught:
        model_class("clasic")
    assert caught.value.field == "engine"
    assert caught.value.values["nearest"] == "classic"


def test_a_name_like_none_is_refused_with_all_names() -> None:
    """No nonsense suggestion."""
    with pytest.raises(InvalidInputError) as caught:
        model_class("zzzzzz")
    assert "nearest" not in caught.value.hint
    assert "classic" in caught.value.hint.format(**caught.value.values)


def test_knowing_the_names_loads_no_numpy() -> None:
    """The command line lists engines without paying for them."""
    program = "import sys, camflix.recommender.registry; sys.exit('numpy' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
