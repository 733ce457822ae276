"""The receipt on a screen: its points stand in one column and add up, whatever the width and the language."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from camflix import i18n
from camflix.cli.receipt import _Paper, show_receipt
from camflix.results import MovieSummary, Prediction, Receipt, ReceiptLine, changed

HEAT = MovieSummary(6, "Heat", 1995, "Heat", "Heat", "Heat", 949, "tt0113277", 6)
SPIRITED = changed(HEAT, id=7, title="千と千尋の神隠し", year=2001)
POINTS = re.compile(r"[+−]?\d+[,.]\d{3}$")


def neighbour(thousandths: int, username: str | None = "ml-1") -> ReceiptLine:
    return ReceiptLine(
        "neighbour",
        thousandths / 1000,
        username=username,
        score=90,
        weight=0.0328,
        deviation=-52.6,
        correlation=0.14,
        n_common=11,
    )


def receipt(*lines: ReceiptLine, own_score: int | None = None) -> Receipt:
    base = (ReceiptLine("mean", 61.38), ReceiptLine("film", 9.857), ReceiptLine("person", -6.164))
    total = sum(round(line.amount * 1000) for line in (*base, *lines)) / 1000
    prediction = Prediction(total, 50.0, 100.0, None, len(lines), "classic")
    return Receipt("zoé", HEAT, prediction, total, (*base, *lines), own_score)


def printed(receipt: Receipt, *, width: int = 160, height: int = 25, terminal: bool = False) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=terminal, no_color=True, highlight=False)
    _Paper(console, receipt).print_all()
    return [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in out.getvalue().splitlines()]


def thousandths(line: str) -> int | None:
    found = POINTS.search(line)
    return int(re.sub(r"[,.+]", "", found[0]).replace("−", "-")) if found else None


def summands_and_total(lines: list[str]) -> tuple[list[int], int]:
    """Return the points of a receipt between its rules, the subtotal left out, and its total."""
    amounts, after_rule = [], False
    for line in lines:
        points = thousandths(line)
        if points is not None:
            amounts.append((points, after_rule))
        after_rule = line.strip().startswith("─")
    *parts, (total, _is_total) = amounts
    return [points for points, is_subtotal in parts if not is_subtotal], total


LINES = st.lists(
    st.builds(neighbour, st.integers(-9999, 9999), st.one_of(st.none(), st.text("abc千ö_", min_size=1, max_size=64))),
    max_size=45,
)
SCREENS = st.sampled_from([(80, 24, True), (120, 36, True), (60, 24, True), (160, 25, False)])


@given(LINES, SCREENS, st.sampled_from(i18n.LANGUAGES))
def test_the_printed_lines_add_up_to_the_digit(
    lines: list[ReceiptLine], screen: tuple[int, int, bool], language: str
) -> None:
    i18n.use_language(language)
    asked = receipt(*lines)

    parts, total = summands_and_total(printed(asked, width=screen[0], height=screen[1], terminal=screen[2]))

    assert sum(parts) == total == round(asked.total * 1000)


@given(LINES, SCREENS, st.sampled_from(i18n.LANGUAGES))
def test_the_points_stand_at_the_right_edge_and_nothing_is_wider(
    lines: list[ReceiptLine], screen: tuple[int, int, bool], language: str
) -> None:
    i18n.use_language(language)

    shown = printed(receipt(*lines), width=screen[0], height=screen[1], terminal=screen[2])

    assert {cell_len(line) for line in shown if line.strip()} == {min(screen[0], 78)}


def test_the_greatest_are_named_and_the_others_are_one_line() -> None:
    shown = printed(receipt(*[neighbour(amount, f"ml-{amount}") for amount in range(1, 41)]))

    names = [line.split()[0] for line in shown if line.startswith("ml-")]
    assert names == [f"ml-{amount}" for amount in range(40, 28, -1)]
    assert any(line.startswith("les 28 autres personnes ensemble") for line in shown)


def test_one_other_person_is_named_too() -> None:
    shown = printed(receipt(*[neighbour(amount, f"ml-{amount}") for amount in range(1, 14)]))

    assert sum(line.startswith("ml-") for line in shown) == 13


@pytest.mark.parametrize(("height", "n_named"), [(24, 6), (30, 12), (60, 12), (10, 4)])
def test_a_small_screen_gets_a_receipt_of_one_page(height: int, n_named: int) -> None:
    many = receipt(*[neighbour(amount, f"ml-{amount}") for amount in range(1, 41)])

    shown = printed(many, width=80, height=height, terminal=True)

    assert sum(line.startswith("ml-") for line in shown) == n_named
    # The title, the prediction in two lines, the line about the engine, the prompt, and empty lines between.
    assert len(shown) + 7 <= max(height, 22)


def test_a_narrow_screen_leaves_out_columns_from_the_right_never_points() -> None:
    wide, narrow = (printed(receipt(neighbour(1726)), width=width) for width in (80, 52))

    assert next(line for line in wide if "ml-1" in line).split() == [
        *("ml-1", "90", "−52,6", "3,28", "%", "0,140", "11", "+1,726")
    ]
    assert next(line for line in narrow if "ml-1" in line).split() == ["ml-1", "90", "−52,6", "3,28", "%", "+1,726"]


def test_who_contributes_anonymously_has_no_name() -> None:
    assert any(line.startswith("anonyme ") for line in printed(receipt(neighbour(100, None))))


@pytest.mark.parametrize(
    ("amount", "words"), [(9.857, "mieux noté"), (-9.857, "moins bien noté"), (0.0, "noté comme la moyenne")]
)
def test_the_words_go_with_the_sign(amount: float, words: str) -> None:
    shown = printed(Receipt("zoé", HEAT, receipt().prediction, amount, (ReceiptLine("film", amount),), None))

    assert words in shown[1]


def test_ones_own_films_are_listed_with_what_their_score_and_their_choice_add() -> None:
    own = [
        ReceiptLine("own_rating", 2.5, movie=SPIRITED, score=95),
        ReceiptLine("own_presence", -0.5, movie=SPIRITED, score=95),
    ]

    shown = printed(receipt(*own))

    (rated,) = (line for line in shown if "千と千尋の神隠し (2001)" in line)
    assert rated.split()[-4:] == ["95", "+2,500", "−0,500", "+2,000"]


def test_a_prediction_cut_at_the_end_of_the_scale_says_so() -> None:
    shown = printed(receipt(neighbour(50_000), ReceiptLine("clip", -15.073)))

    assert any(line.startswith("ramené dans l’échelle") and line.endswith("−15,073") for line in shown)


def test_the_whole_page_begins_with_the_prediction(capsys: pytest.CaptureFixture[str]) -> None:
    show_receipt(receipt(neighbour(1726), own_score=88))

    lines = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines[1:6] == [
        "Heat (1995), pour zoé",
        "",
        "note prédite         66,8   0 ··········━━━●━━━━━━ 100",
        "fourchette à 80 %  50-100   d’après 1 avis",
        "Votre note est 88 ; prédiction faite comme si vous ne l’aviez pas donnée.",
    ]
    assert lines[-1] == "moteur : classic ; écart × poids = points ; le compte est bon au millième"


def test_without_a_prediction_the_reason_stands_there(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = Prediction(None, None, None, "film_unrated", 0, "classic")

    show_receipt(Receipt("zoé", HEAT, unknown, 0.0, (), None))

    out = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert out.splitlines()[1:] == ["Heat (1995), pour zoé", "", "Pas de note prédite : personne ne l’a encore noté."]
