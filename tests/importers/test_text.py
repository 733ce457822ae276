from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.importers.text import (
    _fold_ascii,
    _fold_unicode,
    fold_title,
    movielens_titles,
    split_year,
    unflip_article,
)

ASCII = st.text(st.characters(max_codepoint=127))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Amélie", "amelie"),
        ("Cœur fidèle", "coeur fidele"),
        ("Łódź", "lodz"),
        ("Død snø", "dod sno"),
        ("Das weiße Band", "das weisse band"),
        ("Đorđe", "dorde"),
        ("İstanbul", "istanbul"),
        ("Kōkaku   Kidōtai!", "kokaku kidotai"),
        ("Hawaiʻi", "hawai i"),
        ("M*A*S*H", "m a s h"),
        ("Spider-Man™", "spider man"),
        ("soft\u00adhyphen", "softhyphen"),
        ("", ""),
    ],
)
def test_a_folded_title_has_no_case_accents_or_punctuation(written: str, folded: str) -> None:
    assert fold_title(written) == folded


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Romeo & Juliet", "romeo and juliet"),
        ("Romeo &amp; Juliet", "romeo and juliet"),
        ("Reality+", "reality plus"),
        ("@ in the mood for love", "at in the mood for love"),
        ("100% Wolf", "100 percent wolf"),
    ],
)
def test_symbols_by_which_titles_differ_become_words(written: str, folded: str) -> None:
    assert fold_title(written) == folded


def test_eight_and_a_half_folds_alike_however_it_is_written() -> None:
    assert fold_title("8½") == fold_title("8 ½") == fold_title("8 1/2") == "8 1 2"


@pytest.mark.parametrize("title", ["千と千尋の神隠し", "が", "दंगल", "هزار", "기생충", "москва слезам не верит"])
def test_letters_of_other_scripts_stay(title: str) -> None:
    assert fold_title(title) == title


def test_a_title_of_symbols_only_stays_itself() -> None:
    assert fold_title("$") == "$"
    assert fold_title("???") != fold_title("!!!")


def test_an_html_entity_of_absurd_length_is_only_text() -> None:
    assert fold_title("&#" + "9" * 5000 + ";").startswith("and 999")


@given(st.text())
def test_folding_never_fails_and_folding_twice_changes_nothing(text: str) -> None:
    folded = fold_title(text)
    assert fold_title(folded) == folded
    assert "  " not in folded
    assert folded == folded.strip()
    assert all(unicodedata.category(char) != "Cc" for char in folded)


@given(st.text())
def test_case_does_not_change_the_folded_title(text: str) -> None:
    assert fold_title(text.casefold()) == fold_title(text)


@given(ASCII)
def test_the_quick_way_for_ascii_gives_what_the_general_way_gives(text: str) -> None:
    assert _fold_ascii(text) == _fold_unicode(text)


@pytest.mark.parametrize(
    ("written", "title", "year"),
    [
        ("Heat (1995)", "Heat", 1995),
        ("Heat (1995) ", "Heat", 1995),
        ("Vampires (1983))", "Vampires", 1983),
        ("Death Note: Desu nôto (2006–2007)", "Death Note: Desu nôto", 2006),
        ("Death Note (2006-2007)", "Death Note", 2006),
        ("Death Note (2006-)", "Death Note", 2006),
        ("Heat (1995/II)", "Heat", 1995),
        ("Land Before Time III (1995) (V)", "Land Before Time III", 1995),
        ("2012 (2009)", "2012", 2009),
        ("The Godfather Trilogy: 1972-1990 (1992)", "The Godfather Trilogy: 1972-1990", 1992),
        ("Padenie (Berlin (1950))", "Padenie (Berlin)", 1950),
        ("Babylon 5", "Babylon 5", None),
        ("1917", "1917", None),
        ("(2009)", "(2009)", None),
        ("(500) Days of Summer", "(500) Days of Summer", None),
        ("Heat (9999)", "Heat (9999)", None),
        ("", "", None),
    ],
)
def test_the_year_comes_off_the_end_of_a_title(written: str, title: str, year: int | None) -> None:
    assert split_year(written) == (title, year)


@given(st.text())
def test_splitting_off_the_year_never_fails(text: str) -> None:
    title, year = split_year(text)
    assert title in text
    assert year is None or 1800 <= year <= 2099


@pytest.mark.parametrize(
    ("filed", "said"),
    [
        ("Matrix, The", "The Matrix"),
        ("Fabuleux destin d'Amélie Poulain, Le", "Le Fabuleux destin d'Amélie Poulain"),
        ("Enfants du paradis, Les", "Les Enfants du paradis"),
        ("battre mon coeur s'est arrêté, De", "De battre mon coeur s'est arrêté"),
        ("Avventura, L'", "L'Avventura"),
        ("Avventura, L’", "L’Avventura"),
        ("Boot, Das", "Das Boot"),
        ("Buono, il brutto, il cattivo, Il", "Il Buono, il brutto, il cattivo"),
        ("Sjunde inseglet, Det", "Det Sjunde inseglet"),
        ("Boum 2, La", "La Boum 2"),
        ("matrix, the", "the matrix"),
    ],
)
def test_an_article_filed_at_the_end_goes_to_the_front(filed: str, said: str) -> None:
    assert unflip_article(filed) == said


@pytest.mark.parametrize(
    "title",
    [
        "Lola rennt",
        "Hello, Dolly!",
        "Lust, Caution",
        "I, Robot",
        "Paris, Texas",
        "Monsters, Inc.",
        "Se, jie",
        ", The",
        "",
    ],
)
def test_a_comma_without_an_article_behind_it_stays(title: str) -> None:
    assert unflip_article(title) == title


@given(st.text())
def test_putting_the_article_in_front_loses_no_letter(text: str) -> None:
    lost = Counter(text) - Counter(unflip_article(text))
    assert all(char == "," or char.isspace() for char in lost)


@pytest.mark.parametrize(
    ("written", "main", "others"),
    [
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            "The City of Lost Children",
            ("La Cité des enfants perdus",),
        ),
        ("Boot, Das (Boat, The) (1981)", "Das Boot", ("The Boat",)),
        (
            "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)",
            "Léon: The Professional",
            ("The Professional", "Léon"),
        ),
        (
            "Asterix in America (a.k.a Asterix Conquers America) (1994)",
            "Asterix in America",
            ("Asterix Conquers America",),
        ),
        ("European Vacation (aka Vacation, The) (1985)", "European Vacation", ("The Vacation",)),
        ("Akasha (Akarui mirai) (2003)", "Akasha", ("Akarui mirai",)),
        ("Heat (a.k.a. ) (1995)", "Heat", ()),
        ("Heat (Heat) (1995)", "Heat", ()),
    ],
)
def test_a_movielens_title_holds_other_titles_in_brackets(written: str, main: str, others: tuple[str, ...]) -> None:
    year = int(written[-5:-1])
    assert movielens_titles(written) == (main, others, year)


@pytest.mark.parametrize(
    ("written", "main"),
    [
        ("Birdman: Or (The Unexpected Virtue of Ignorance) (2014)", "Birdman: Or (The Unexpected Virtue of Ignorance)"),
        ("Che, The (Part 1) (2008)", "The Che (Part 1)"),
        ("1-900 (06) (1994)", "1-900 (06)"),
        ("Heat (Director's Cut) (1995)", "Heat (Director's Cut)"),
        ("Frontière(s) (2007)", "Frontière(s)"),
        ("Evangelion: 3.0 You Can (Not) Redo (2012)", "Evangelion: 3.0 You Can (Not) Redo"),
        ("(500) Days of Summer (2009)", "(500) Days of Summer"),
        ("Unbalanced) (1999)", "Unbalanced)"),
    ],
)
def test_brackets_that_are_no_title_stay_in_the_title(written: str, main: str) -> None:
    assert movielens_titles(written)[:2] == (main, ())


def test_a_title_with_a_number_in_words_is_not_a_note() -> None:
    assert movielens_titles("Chapter 27 (Chapter Twenty-Seven) (2007)")[1] == ("Chapter Twenty-Seven",)


@given(st.text("ab(), '-.thekL19", max_size=40))
def test_reading_a_movielens_title_never_fails_and_leaves_a_title(text: str) -> None:
    main, others, _ = movielens_titles(text)
    assert bool(main) == bool(text.strip())
    assert all(others)
    assert main not in others
