"""Two languages: which one is spoken, and how it says numbers, plurals, errors and pages of help."""

from __future__ import annotations

import gettext
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix import i18n
from camflix.cli.main import choose_language
from camflix.errors import InvalidInputError, NotFoundError, SettingsError, Word
from camflix.operations import inputs
from camflix.operations.validate import decoded
from tests.architecture.tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Outcome

NBSP = "\N{NO-BREAK SPACE}"
NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.fixture(autouse=True)
def _typers_words_stay_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what choosing a language sets for the whole process."""
    monkeypatch.setenv("LANGUAGE", "")
    yield
    gettext.textdomain("messages")


# ---- which language

POLISH, ENGLISH, FRENCH = "pl_PL.UTF-8", "en_GB.UTF-8", "fr_CA.UTF-8"


@pytest.mark.parametrize(
    ("environment", "dotenv", "config", "language"),
    [
        ({}, None, None, "fr"),
        ({"LC_MESSAGES": ENGLISH}, None, None, "en"),
        ({"LC_MESSAGES": ENGLISH, "LC_ALL": FRENCH}, None, None, "fr"),
        ({"LC_MESSAGES": FRENCH, "LC_ALL": ENGLISH}, None, None, "en"),
        ({"LC_ALL": ENGLISH, "LANGUAGE_CODE": "fr"}, None, None, "fr"),
        ({"LC_ALL": FRENCH, "LANGUAGE_CODE": "en"}, None, None, "en"),
        ({"LANGUAGE_CODE": "en-us"}, None, None, "en"),
        ({"LC_ALL": ENGLISH}, None, "fr", "fr"),
        ({"LC_ALL": FRENCH}, None, "en", "en"),
        ({}, "fr", "en", "fr"),
        ({}, "en", "fr", "en"),
        ({"LANGUAGE_CODE": "fr"}, "en", "en", "fr"),
        ({"LANGUAGE_CODE": "en"}, "fr", "fr", "en"),
        ({"LANG": ENGLISH}, None, None, "fr"),
        ({"LANG": ENGLISH, "LC_CTYPE": ENGLISH}, None, None, "fr"),
        ({"LC_ALL": POLISH}, None, None, "fr"),
        ({"LC_ALL": "C.UTF-8"}, None, None, "fr"),
        ({"LC_ALL": ""}, None, None, "fr"),
        ({"LC_ALL": POLISH, "LC_MESSAGES": ENGLISH}, None, None, "en"),
    ],
)
def test_language_code_then_lc_all_then_lc_messages_then_french(
    environment: dict[str, str],
    dotenv: str | None,
    config: str | None,
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANG", FRENCH if language == "en" else ENGLISH)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if dotenv:
        (tmp_path / ".env").write_text(f"LANGUAGE_CODE={dotenv}\n")
    if config:
        folder = tmp_path / "xdg" / "config" / "camflix"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(f'language_code = "{config}"\n')

    choose_language()

    assert i18n.current_language() == language


def test_a_language_code_that_camflix_does_not_speak_is_refused_in_one_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGUAGE_CODE", "pl")
    monkeypatch.setenv("LC_ALL", ENGLISH)

    with pytest.raises(SettingsError) as caught:
        choose_language()

    assert i18n.say(caught.value) == "LANGUAGE_CODE (environment): “pl” cannot be used; expected fr / en."
    i18n.use_language("fr")
    assert i18n.say(caught.value).startswith(f"LANGUAGE_CODE (environnement){NBSP}: «{NBSP}pl{NBSP}»")


@pytest.mark.parametrize("language", ["pl", "", "EN", "fr_FR"])
def test_an_unknown_language_becomes_french(language: str) -> None:
    i18n.use_language("en")

    i18n.use_language(language)

    assert i18n.current_language() == "fr"


@pytest.mark.parametrize(
    ("environment", "usage"),
    [({}, f"Utilisation{NBSP}: "), ({"LC_ALL": ENGLISH}, "Usage: "), ({"LANGUAGE_CODE": "en"}, "Usage: ")],
)
def test_the_command_line_speaks_that_language(
    run_camflix: Callable[..., Outcome], environment: dict[str, str], usage: str
) -> None:
    assert run_camflix("--help", env=environment).out.startswith(usage)


# ---- numbers


@pytest.mark.parametrize(
    ("value", "digits", "signed", "french", "english"),
    [
        (94.212, 1, False, "94,2", "94.2"),
        (94.212, 3, False, "94,212", "94.212"),
        (94.5, 0, False, "94", "94"),
        (100.0, 0, False, "100", "100"),
        (1.726, 3, True, "+1,726", "+1.726"),
        (-0.881, 3, True, "−0,881", "−0.881"),
        (-0.881, 3, False, "−0,881", "−0.881"),
        (0.0, 1, True, "+0,0", "+0.0"),
        (-0.04, 1, False, "0,0", "0.0"),
        (float("nan"), 2, False, "nan", "nan"),
    ],
)
def test_numbers_have_the_decimal_mark_of_the_language_and_a_real_minus(
    value: float,
    digits: int,
    signed: bool,  # noqa: FBT001 - a parameter of the test
    french: str,
    english: str,
) -> None:
    assert i18n.decimal(value, digits, signed=signed) == french
    i18n.use_language("en")
    assert i18n.decimal(value, digits, signed=signed) == english


@given(NUMBERS, st.integers(0, 6), st.booleans())
def test_a_number_reads_back_as_itself_to_the_digits_shown(value: float, digits: int, signed: bool) -> None:  # noqa: FBT001
    text = i18n.decimal(value, digits, signed=signed)

    assert re.fullmatch(r"[+−]?\d+(,\d+)?", text)
    assert float(text.replace(",", ".").replace("−", "-")) == round(value, digits)


@given(NUMBERS, st.integers(0, 6))
def test_a_sign_is_shown_always_or_only_for_less_than_nothing(value: float, digits: int) -> None:
    assert i18n.decimal(value, digits, signed=True)[0] in "+−"
    assert (i18n.decimal(value, digits)[0] == "−") is (round(value, digits) < 0)


# ---- sentences


def test_french_says_zero_in_the_singular_and_english_in_the_plural() -> None:
    said = {}
    for language in i18n.LANGUAGES:
        i18n.use_language(language)
        said[language] = [i18n.plural("{n} rating", "{n} ratings", n) for n in (0, 1, 2)]

    assert said == {"fr": ["0 note", "1 note", "2 notes"], "en": ["0 ratings", "1 rating", "2 ratings"]}


def test_a_sentence_that_nobody_translated_is_said_in_english() -> None:
    assert i18n._("Nobody translated this.") == "Nobody translated this."
    assert i18n.plural("{n} owl", "{n} owls", 2) == "2 owls"


def test_braces_in_a_value_are_left_alone() -> None:
    error = NotFoundError("There is no user “{username}”.", username="{username} {0}")

    assert "{username} {0}" in i18n.say(error)


def test_an_error_says_its_hint_after_its_sentence() -> None:
    error = NotFoundError("There is no user “{username}”.", hint="See them with: camflix users list", username="zoé")

    assert i18n.say(error) == (
        f"Il n’y a pas d’utilisateur «{NBSP}zoé{NBSP}». Pour voir la liste{NBSP}: camflix users list"
    )
    i18n.use_language("en")
    assert i18n.say(error) == "There is no user “zoé”. See them with: camflix users list"


def test_only_our_own_words_are_translated_in_a_value() -> None:
    sentence = "{name} ({origin}): “{value}” cannot be used; expected {expected}."

    said = i18n.say(SettingsError(sentence, name="X", origin=Word("default"), value="default", expected=Word("text")))

    assert said == f"X (défaut){NBSP}: «{NBSP}default{NBSP}» ne convient pas{NBSP}; attendu{NBSP}: du texte."


def test_what_the_operating_system_says_is_translated(run_camflix: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    outcome = run_camflix("movies", env={"DATABASE_URL": f"sqlite:///{tmp_path}/file/folder/camflix.db"})

    assert outcome.err.startswith("camflix: Impossible de créer le dossier")
    assert "ce n’est pas un dossier" in outcome.err


# ---- inputs that do not fit their types


@pytest.mark.parametrize(
    ("type_", "value", "field", "english"),
    [
        (inputs.RateMovie, {"movie_id": 1, "score": 101}, "score", "score: give a whole number up to 100."),
        (inputs.RateMovie, {"movie_id": 1, "score": -1}, "score", "score: give a whole number from 0 on."),
        (inputs.RateMovie, {"movie_id": 1, "score": 7.5}, "score", "score: expected int."),
        (inputs.RateMovie, {"movie_id": 1, "score": "abc"}, "score", "score: expected int."),
        (inputs.RateMovie, {"movie_id": 1}, "score", "score is missing."),
        (inputs.RateMovie, {"movie_id": 1, "score": 2, "mood": 3}, "mood", "mood: there is no such field."),
        (inputs.ResolveMovie, {"film": ""}, "film", "film: this must not be empty."),
        (inputs.ResolveMovie, {"film": "x" * 501}, "film", "film: give at most 500 characters."),
        (inputs.ListMovies, {"sort": "mood"}, "sort", "sort: 'mood' is not one of the choices."),
        (inputs.ListMovies, {"cursor": 5}, "cursor", "cursor: expected str | null."),
        (inputs.ListRatings, {"limit": 0}, "limit", "limit: give a whole number from 1 on."),
        (inputs.Nothing, [], None, "input: expected object."),
    ],
)
def test_a_wrong_input_is_named_with_its_field_in_both_languages(
    type_: type[msgspec.Struct], value: Any, field: str | None, english: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        decoded(value, type_)

    french = i18n.say(caught.value)
    i18n.use_language("en")

    assert i18n.say(caught.value) == english
    assert french != english
    assert caught.value.field == field


def test_a_kind_of_wrong_input_that_is_new_to_us_is_said_in_the_decoders_words() -> None:
    class Matching(msgspec.Struct):
        name: str = msgspec.field()

        def __post_init__(self) -> None:
            msg = "names begin with a letter"
            raise ValueError(msg)

    with pytest.raises(InvalidInputError, match="input: names begin with a letter"):
        decoded({"name": "1"}, Matching)


# ---- pages of help

HELP_PAGES = """
import json, sys, typer
from typer.core import TyperGroup
from camflix.cli.main import choose_language
from camflix.cli.tree import root

def pages(command, parent=None):
    context = typer.Context(command, parent=parent, info_name=command.name)
    yield context.command_path, command.get_help(context)
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            yield from pages(command.get_command(context, name), context)

choose_language()
json.dump(dict(pages(root())), sys.stdout)
"""


def help_pages(language: str) -> dict[str, str]:
    environment = {**os.environ, "LANGUAGE_CODE": language, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    done = subprocess.run([sys.executable, "-c", HELP_PAGES], capture_output=True, check=True, env=environment)
    pages: dict[str, str] = json.loads(done.stdout)
    return pages


def test_no_page_of_help_mixes_its_languages() -> None:
    catalogue = gettext.translation(i18n.DOMAIN, i18n.LOCALE_FOLDER, ["fr"])
    pairs = {str(english): french for english, french in catalogue._catalog.items() if english and " " in english}  # type: ignore[attr-defined]

    french = {name: " ".join(page.split()) for name, page in help_pages("fr").items()}
    english = {name: " ".join(page.split()) for name, page in help_pages("en").items()}

    assert {"camflix", "camflix rate", "camflix import movielens", "camflix users disable"} <= set(french)
    for name, page in french.items():
        assert [text for text, said in pairs.items() if text != said and f" {text} " in page] == []
        assert [said for text, said in pairs.items() if text != said and f" {said} " in english[name]] == []
        assert page.startswith("Utilisation : ")
        assert "Options :" in page
        assert english[name].startswith("Usage: ")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_pages_of_help_fit_eighty_columns(language: str) -> None:
    lines = [line for page in help_pages(language).values() for line in page.splitlines()]

    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.rstrip().endswith("...") and "[ARG" not in line] == [], "cut short"
