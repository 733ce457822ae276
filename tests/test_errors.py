"""Errors: each kind tells what, where and what to do, in the reader's language, and has a code of its own."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

import camflix
from camflix import errors, i18n
from camflix.errors import AmbiguousError, CamFlixError, InvalidInputError, NotFoundError, StorageError, Word

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CamFlixError)]
PACKAGE = Path(camflix.__file__).parent


def sentences_raised() -> list[tuple[str, str, list[str], set[str]]]:
    """Return the file and line, the class, the sentences and the names of the values of each error made in camflix."""
    found = []
    names = {kind.__name__ for kind in KINDS}
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names):
                continue
            values = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            if len(values) < len(node.keywords):
                continue  # **values: known only when it is raised
            texts = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "hint")]
            literal = [str(text.value) for text in texts if isinstance(text, ast.Constant)]
            found.append((f"{file.relative_to(PACKAGE)}:{node.lineno}", node.func.id, literal, values))
    return found


def test_every_kind_has_a_code_of_its_own() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS) >= 10


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_in_its_docstring_when_it_is_raised(kind: type[CamFlixError]) -> None:
    assert kind.__doc__


def test_an_error_is_its_sentence_with_the_values_in_their_places() -> None:
    error = StorageError("The disk of {place} is full.", hint="Make room on {place}.", place="/tmp/films.db")
    assert str(error) == "The disk of /tmp/films.db is full."
    assert error.values == {"place": "/tmp/films.db"}
    assert error.field is None


def test_the_hint_is_said_after_the_sentence() -> None:
    i18n.use_language("en")
    error = InvalidInputError("{value} is none.", hint="Try {nearest}.", field="score", value=7.5, nearest=8)
    assert i18n.say(error) == "7.5 is none. Try 8."
    assert i18n.say(NotFoundError("There is nothing to undo.")) == "There is nothing to undo."


def test_a_brace_in_a_value_is_only_a_brace() -> None:
    i18n.use_language("en")
    assert (
        i18n.say(NotFoundError("No film is called “{film}”.", film="{0} {film}")) == "No film is called “{0} {film}”."
    )


def test_the_language_of_the_reader_decides_when_the_error_is_said_not_when_it_is_raised() -> None:
    error = NotFoundError("There is nothing to undo.")
    i18n.use_language("en")
    english = i18n.say(error)
    i18n.use_language("fr")
    assert i18n.say(error) != english
    assert str(error) == english


def test_a_word_of_ours_among_the_values_is_said_in_the_language_of_the_sentence() -> None:
    error = errors.SettingsError("{name}: {expected}.", name="X", expected=Word("text"))
    i18n.use_language("en")
    assert i18n.say(error) == "X: text."
    i18n.use_language("fr")
    assert i18n.say(error) == "X: du texte."


def test_an_ambiguous_name_brings_what_it_may_mean() -> None:
    error = AmbiguousError("“{film}” may be any of these.", candidates=(1, 2), film="Heat", field="film")
    assert error.candidates == (1, 2)
    assert error.field == "film"
    assert isinstance(error, CamFlixError)


def test_every_place_in_a_sentence_is_given_its_value() -> None:
    raised = sentences_raised()
    assert len(raised) > 30
    for place, kind, texts, values in raised:
        if place.startswith("db/failures.py"):
            continue  # a table of sentences; their values come when one is raised (tests/db/test_failures.py)
        for text in texts:
            wanted = {name.partition(".")[0] for _, name, _, _ in Formatter().parse(text) if name is not None}
            given = values - {"hint", "candidates"}
            assert wanted <= given, f"{place}: {kind}({text!r})"
