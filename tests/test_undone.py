"""What undo says of what was no rating."""

from __future__ import annotations

from typing import get_args

import pytest

from camflix import i18n
from camflix.results import MovieSummary, Undone
from camflix.results.ratings import UndoneKind
from camflix.undone import put_back_words

OTHERS = [kind for kind in get_args(UndoneKind) if kind not in ("rating", "import", "rescale")]


def undone(kind: UndoneKind, *, is_there: bool) -> Undone:
    movie = None if kind == "list" else MovieSummary(1, "Heat", 1995, "Heat", None, None, None, None, None)
    name = "Noir" if kind.startswith("list") else None
    return Undone(kind, movie, 0, 0, None, is_there=is_there, list_name=name)


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("kind", OTHERS)
def test_each_kind_is_told_with_its_film_or_list_in_both_languages(kind: UndoneKind, *, is_there: bool) -> None:
    step = undone(kind, is_there=is_there)
    words = {}
    for language in ("fr", "en"):
        i18n.use_language(language)
        words[language] = put_back_words(step)
        assert ("Heat (1995)" in words[language]) == (kind != "list")
        assert ("Noir" in words[language]) == kind.startswith("list")
    assert words["fr"] != words["en"]


def test_there_and_gone_are_told_apart() -> None:
    for kind in OTHERS:
        assert put_back_words(undone(kind, is_there=True)) != put_back_words(undone(kind, is_there=False))
