"""``camflix evaluate``: engines measured on files of any usual layout, and on the database."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.running import answer, assert_one_clear_line, run_process

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Home

FIGURES = {
    "rmse", "mae", "rmse_100", "mae_100", "within_5", "within_10", "coverage", "interval_80", "precision_10",
    "recall_10", "ndcg_10", "fit_seconds", "predict_seconds", "peak_mb",
}  # fmt: skip
MEASURED_ON_THE_WAY = {"fit_seconds", "predict_seconds", "peak_mb"}


def ratings(seed: int = 5) -> list[tuple[int, int, int]]:
    """Return ratings of forty people and thirty films: two camps, with a mind of their own here and there."""
    rng = random.Random(seed)
    return [
        (user, film, min(5, max(1, 3 + (1 if (user + film) % 2 else -1) + rng.choice((-1, 0, 0, 1)))))
        for user in range(1, 41)
        for film in range(1, 31)
        if rng.random() < 0.7
    ]


LAYOUTS = {
    "u.data": ("", "{}\t{}\t{}\t881250949"),
    "ratings.csv": ("userId,movieId,rating,timestamp\n", "{},{},{},964982703"),
    "ratings.dat": ("", "{}::{}::{}::978300760"),
    "tab": ("", "{}\t{}\t{}"),
    "comma": ("", "{},{},{}"),
    "space": ("", "{} {} {}"),
    "spaces": ("", "{}   {}  {}"),
}


def written(folder: Path, layout: str, of: list[tuple[int, int, int]]) -> tuple[Path, Path]:
    """Write four fifths to learn from and a fifth to predict; return the two files."""
    header, line = LAYOUTS[layout]
    train, test = folder / "train", folder / "test"
    train.write_text(header + "\n".join(line.format(*row) for n, row in enumerate(of) if n % 5) + "\n")
    test.write_text(header + "\n".join(line.format(*row) for n, row in enumerate(of) if not n % 5) + "\n")
    return train, test


def evaluated(*arguments: str) -> dict[str, Any]:
    outcome = answer("evaluate", *arguments, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    decoded: dict[str, Any] = json.loads(outcome.out)
    return decoded


def lasting(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures that do not depend on the machine."""
    return {name: value for name, value in figures.items() if name not in MEASURED_ON_THE_WAY}


@pytest.mark.long
def test_every_layout_gives_the_same_figures(tmp_path: Path) -> None:
    found = []
    for layout in LAYOUTS:
        train, test = written(tmp_path, layout, ratings())
        found.append(lasting(evaluated("--train", str(train), "--test", str(test), "--engine", "classic")))

    assert [figures for figures in found if figures != found[0]] == []


def test_of_rows_of_one_user_and_film_the_newest_counts_wherever_it_stands_and_the_others_are_told(
    tmp_path: Path,
) -> None:
    train, test = written(tmp_path, "ratings.csv", ratings())
    files = ("--train", str(train), "--test", str(test), "--engine", "classic")
    once = lasting(evaluated(*files))
    older = [line.split(",") for line in train.read_text().splitlines()[1:20]]
    with train.open("a") as file:
        file.writelines(f"{user},{film},1,5\n" for user, film, _score, _time in older)
    again = test.read_text().splitlines()[1:]
    with test.open("a") as file:
        file.writelines(f"{line}\n" for line in again)
    n_left_out = len(older) + len(again)
    assert lasting(evaluated(*files)) == {**once, "n_repeated": n_left_out}
    assert f"{n_left_out} lignes" in answer("evaluate", *files).out


def test_what_was_learnt_from_and_is_predicted_all_the_same_is_told(tmp_path: Path) -> None:
    train, test = written(tmp_path, "ratings.csv", ratings())
    n = len(train.read_text().splitlines()) - 1
    apart = ("--train", str(train), "--test", str(test), "--engine", "classic")
    alike = ("--train", str(train), "--test", str(train), "--engine", "classic")

    assert evaluated(*apart)["n_learnt"] == 0
    assert evaluated(*alike)["n_learnt"] == n
    assert f"{n} notes prédites avaient aussi été apprises" in answer("evaluate", *alike).out


def test_films_of_another_data_set_are_refused_and_zeros_before_a_number_mean_nothing(tmp_path: Path) -> None:
    train, test = written(tmp_path, "ratings.csv", ratings())
    films = tmp_path / "movies.csv"
    how = ("--engine", "factors", "--preset", "fast", "--films", str(films))
    files = ("--train", str(train), "--test", str(test), *how)
    films.write_text("movieId,title,genres\n7000,Heat (1995),Crime\n")
    outcome = answer("evaluate", *files, "--json")
    assert outcome.code == 1
    assert "movies.csv" in outcome.err
    rows = [f"{film},Film {film} ({1950 + film}),{'Crime' if film % 2 else 'Drama'}" for film in range(1, 31)]
    films.write_text("movieId,title,genres\n" + "\n".join(rows) + "\n")
    plain = lasting(evaluated(*files))
    assert plain["n_described"] == 30
    for file in (train, test):
        header, *lines = file.read_text().splitlines()
        padded = [f"{user},000{film},{score},{time}" for user, film, score, time in (row.split(",") for row in lines)]
        file.write_text("\n".join((header, *padded)) + "\n")
    assert lasting(evaluated(*files)) == plain


def test_engines_that_are_right_to_the_point_are_shown_too(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.write_text("u1,i1,4\n")
    outcome = answer("evaluate", "--train", str(one), "--test", str(one), "--preset", "fast")
    assert (outcome.code, outcome.err) == (0, "")
    assert "RMSE" in outcome.out


def test_the_figures_are_those_that_are_promised_and_make_sense(tmp_path: Path) -> None:
    train, test = written(tmp_path, "u.data", ratings())

    figures = evaluated("--train", str(train), "--test", str(test), "--engine", "classic")

    assert figures.keys() >= FIGURES
    assert figures["engine"] == "classic"
    assert figures["n_train"] + figures["n_test"] == len(ratings())
    assert (figures["scale"], figures["n_users"], figures["n_movies"]) == (5, 40, 30)
    assert figures["rmse_100"] == pytest.approx(figures["rmse"] * 20)
    assert figures["mae_100"] == pytest.approx(figures["mae"] * 20)
    assert 0 < figures["mae"] <= figures["rmse"] < 1.2
    for share in ("within_5", "within_10", "coverage", "interval_80", "precision_10", "recall_10", "ndcg_10"):
        assert 0 <= figures[share] <= 1, share
    assert figures["within_5"] <= figures["within_10"]
    assert figures["peak_mb"] > 0


@pytest.mark.long
def test_a_process_answers_with_the_same_figures(tmp_path: Path) -> None:
    train, test = written(tmp_path, "ratings.csv", ratings())
    arguments = ("--train", str(train), "--test", str(test), "--engine", "classic")

    outcome = run_process("evaluate", *arguments, "--json")

    assert (outcome.code, outcome.err) == (0, "")
    assert lasting(json.loads(outcome.out)) == lasting(evaluated(*arguments))


def test_people_get_a_table(tmp_path: Path) -> None:
    train, test = written(tmp_path, "u.data", ratings())

    outcome = answer("evaluate", "--train", str(train), "--test", str(test))

    assert outcome.code == 0
    for words in ("RMSE (0-100)", "nDCG@10", "classic"):
        assert words in outcome.out


def test_all_engines_are_a_list_each_with_its_name(tmp_path: Path) -> None:
    train, test = written(tmp_path, "u.data", ratings())

    found = json.loads(answer("evaluate", "--train", str(train), "--test", str(test), "--engine", "all", "--json").out)

    assert "classic" in [figures["engine"] for figures in found]


@pytest.mark.long
def test_the_same_seed_holds_out_the_same_ratings(demo: Home) -> None:
    arguments = ("--holdout", "0.2", "--engine", "classic")

    first, again, other = (lasting(evaluated(*arguments, "--seed", seed)) for seed in ("7", "7", "8"))

    assert first == again
    assert first != other
    assert first["n_test"] == pytest.approx(0.2 * (first["n_train"] + first["n_test"]), abs=1)


MISTAKES = {
    "an unknown engine": (("--engine", "clasic"), 2, "« classic »"),
    "only a training file": (("--train", "train"), 2, "--test"),
    "only a test file": (("--test", "test"), 2, "--train"),
    "only films": (("--films", "films"), 2, "--train"),
    "files and a share": (("--train", "train", "--test", "test", "--holdout", "0.2"), 2, "--holdout"),
    "a share of nothing": (("--holdout", "0"), 2, "holdout"),
    "a share of more than all": (("--holdout", "1.5"), 2, "holdout"),
    "a share that is no number": (("--holdout", "nan"), 2, "holdout"),
    "a database without ratings": (("--holdout", "0.2"), 2, "camflix demo"),
    "a file that is not there": (("--train", "nowhere", "--test", "test"), 3, "nowhere"),
    "a folder": (("--train", ".", "--test", "test"), 1, "."),
    "a line that is no rating": (("--train", "broken", "--test", "test"), 1, "ligne 2"),
    "a rating that is no number": (("--train", "words", "--test", "test"), 1, "ligne 2"),
    "an empty file": (("--train", "empty", "--test", "test"), 1, "empty"),
    "no text": (("--train", "binary", "--test", "test"), 1, "binary"),
    "a scale that nobody uses": (("--train", "thousand", "--test", "test"), 1, "thousand"),
}


@pytest.mark.parametrize(("arguments", "code", "named"), MISTAKES.values(), ids=MISTAKES)
def test_what_cannot_be_measured_is_told_in_one_line(
    arguments: tuple[str, ...], code: int, named: str, tmp_path: Path
) -> None:
    written(tmp_path, "u.data", ratings())
    (tmp_path / "broken").write_text("1\t1\t4\n1\t2\n")
    (tmp_path / "words").write_text("1\t1\t4\n1\t2\tgood\n")
    (tmp_path / "empty").write_text("")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x01")
    (tmp_path / "thousand").write_text("1\t1\t1000\n")

    outcome = answer("evaluate", *arguments)

    assert_one_clear_line(outcome)
    assert outcome.code == code
    assert named in outcome.err.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_test_file_of_strangers_is_measured_all_the_same(tmp_path: Path) -> None:
    train, test = written(tmp_path, "u.data", ratings())
    test.write_text("stranger\tunseen\t3\nstranger\t1\t4\n1\tunseen\t2\n")

    figures = evaluated("--train", str(train), "--test", str(test), "--engine", "classic")

    assert figures["n_test"] == 3
    assert figures["coverage"] <= 1
