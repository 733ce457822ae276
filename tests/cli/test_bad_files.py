"""Files that are not what they should be: one clear line with file, line and remedy, and nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cli.files import letterboxd, movielens
from tests.cli.running import (
    WITHOUT_ROOTS_RIGHTS,
    answer,
    assert_one_clear_line,
    row_counts,
    run_process,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Home, Outcome

OUTCOMES = ("created", "updated", "unchanged", "ambiguous", "not_found", "invalid", "skipped_not_film")


class Bad(NamedTuple):
    """A file that cannot be imported.

    Attributes:
        spoil: makes it out of a good data set (a folder ``ml``) or export (``ratings.csv``); returns its path.
        code: of the exit.
        named: what the line must name: the file, the line in it.
    """

    spoil: Callable[[Path], Path]
    code: int
    named: tuple[str, ...]


def rewritten(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def spoil(place: Path) -> Path:
        file = place / name if place.is_dir() else place
        file.write_bytes(change(file.read_bytes()))
        return place

    return spoil


def without(name: str) -> Callable[[Path], Path]:
    def spoil(folder: Path) -> Path:
        (folder / name).unlink()
        return folder

    return spoil


def zipped(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def spoil(folder: Path) -> Path:
        archive = folder.with_suffix(".zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
            for file in folder.iterdir():
                written.write(file, f"ml/{file.name}")
        archive.write_bytes(change(archive.read_bytes()))
        return archive

    return spoil


def replaced_by_a_folder(place: Path) -> Path:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    place.mkdir()
    return place


def nowhere(place: Path) -> Path:
    return place.with_name("nowhere")


def in_utf_16(content: bytes) -> bytes:
    return content.decode().encode("utf-16")


BAD_DATA_SETS = {
    "no such path": Bad(nowhere, 3, ("nowhere",)),
    "an empty folder": Bad(replaced_by_a_folder, 1, ("/ml", "ratings.csv")),
    "no ratings.csv": Bad(without("ratings.csv"), 1, ("/ml", "ratings.csv")),
    "no movies.csv": Bad(without("movies.csv"), 1, ("/ml", "movies.csv")),
    "one file": Bad(lambda folder: folder / "ratings.csv", 1, ("ml/ratings.csv",)),
    "an empty ratings.csv": Bad(rewritten("ratings.csv", lambda _: b""), 1, ("ml/ratings.csv",)),
    "an empty movies.csv": Bad(rewritten("movies.csv", lambda _: b""), 1, ("ml/movies.csv",)),
    "a header only": Bad(rewritten("ratings.csv", lambda old: old.splitlines(keepends=True)[0]), 1, ("/ml",)),
    "blank lines only": Bad(rewritten("ratings.csv", lambda old: old.splitlines()[0] + b"\n \n\n"), 1, ("/ml",)),
    "a missing column": Bad(
        rewritten("ratings.csv", lambda old: old.replace(b"rating,", b"note,", 1)), 1, ("ml/ratings.csv", "rating")
    ),
    "a missing column of films": Bad(
        rewritten("movies.csv", lambda old: old.replace(b"title", b"titre", 1)), 1, ("ml/movies.csv", "title")
    ),
    "latin-1": Bad(
        rewritten("movies.csv", lambda old: old.decode().encode("latin-1")), 1, ("ml/movies.csv", "ligne 6")
    ),
    "latin-1 in the middle of the ratings": Bad(
        rewritten("ratings.csv", lambda old: old.replace(b"\n4,4,", b"\n4,\xe9,")), 1, ("ml/ratings.csv", "ligne 19")
    ),
    "UTF-16": Bad(rewritten("ratings.csv", in_utf_16), 1, ("ml/ratings.csv", "ligne 1")),
    "a null byte": Bad(
        rewritten("ratings.csv", lambda old: old.replace(b"1,2,", b"1,\0,", 1)), 1, ("ml/ratings.csv", "ligne 3")
    ),
    "no ZIP at all": Bad(zipped(lambda _: b"hello"), 1, ("ml.zip",)),
    "an empty ZIP": Bad(zipped(lambda _: b""), 1, ("ml.zip",)),
    "a ZIP cut short": Bad(zipped(lambda old: old[: len(old) // 2]), 1, ("ml.zip",)),
    "a ZIP with damaged content": Bad(
        zipped(lambda old: old[:60] + bytes(byte ^ 0x55 for byte in old[60:120]) + old[120:]), 1, ("ml.zip",)
    ),
}
BAD_EXPORTS = {
    "no such path": Bad(nowhere, 3, ("nowhere",)),
    "a folder in place of the file": Bad(replaced_by_a_folder, 1, ("ratings.csv",)),
    "an empty file": Bad(rewritten("", lambda _: b""), 1, ("ratings.csv",)),
    "a header only": Bad(rewritten("", lambda old: old.splitlines(keepends=True)[0]), 1, ("ratings.csv",)),
    "a missing column": Bad(rewritten("", lambda old: old.replace(b"Year,", b"Jahr,", 1)), 1, ("ratings.csv", "Year")),
    "latin-1": Bad(rewritten("", lambda old: old.decode().encode("latin-1")), 1, ("ratings.csv", "ligne 5")),
    "UTF-16": Bad(rewritten("", in_utf_16), 1, ("ratings.csv", "ligne 1")),
    "another file of the export": Bad(
        rewritten("", lambda old: old.replace(b"Rating", b"Rating,Review", 1)), 1, ("ratings.csv", "reviews.csv")
    ),
    "a spreadsheet": Bad(rewritten("", lambda _: b"\xd0\xcf\x11\xe0" + bytes(range(256))), 1, ("ratings.csv",)),
    "an archive of another kind": Bad(rewritten("", lambda _: b"\x1f\x8b\x08\0\0\0"), 1, ("ratings.csv",)),
}


def assert_refused(outcome: Outcome, bad: Bad) -> None:
    assert outcome.code == bad.code
    assert [name for name in bad.named if name not in outcome.err] == []


@pytest.fixture
def stored(demo: Home) -> Callable[[], dict[str, int]]:
    """Return a function that counts the rows of every table; there are some already."""
    answer("profile")
    return lambda: row_counts(demo.database)


@pytest.mark.parametrize("bad", BAD_DATA_SETS.values(), ids=BAD_DATA_SETS)
def test_a_bad_data_set_is_refused_whole(
    bad: Bad, stored: Callable[[], dict[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = bad.spoil(movielens(tmp_path / "ml")), stored()

    french = answer("import", "movielens", str(path))
    monkeypatch.setenv("LANGUAGE_CODE", "en")
    english = answer("import", "movielens", str(path))

    assert_one_clear_line(french)
    assert_one_clear_line(english)
    assert_refused(french, bad)
    assert french.err != english.err
    assert stored() == before


@pytest.mark.parametrize("bad", BAD_EXPORTS.values(), ids=BAD_EXPORTS)
def test_a_bad_export_is_refused_whole(
    bad: Bad, stored: Callable[[], dict[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = bad.spoil(letterboxd(tmp_path / "ratings.csv")), stored()

    french = answer("import", "letterboxd", str(path))
    monkeypatch.setenv("LANGUAGE_CODE", "en")
    english = answer("import", "letterboxd", str(path))

    assert_one_clear_line(french)
    assert_one_clear_line(english)
    assert_refused(french, bad)
    assert french.err != english.err
    assert stored() == before


@pytest.mark.long
@pytest.mark.parametrize("name", ["latin-1 in the middle of the ratings", "a ZIP cut short", "no such path"])
def test_a_process_that_refuses_a_data_set_says_one_line_and_nothing_is_kept(
    name: str, stored: Callable[[], dict[str, int]], tmp_path: Path
) -> None:
    bad, before = BAD_DATA_SETS[name], stored()

    outcome = run_process("import", "movielens", str(bad.spoil(movielens(tmp_path / "ml"))))

    assert_one_clear_line(outcome)
    assert_refused(outcome, bad)
    assert stored() == before


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may read everything")
@pytest.mark.parametrize(
    ("command", "sealed"), [("movielens", "ml/ratings.csv"), ("movielens", "ml"), ("letterboxd", "l")]
)
def test_a_file_that_may_not_be_read_is_named(
    command: str, sealed: str, stored: Callable[[], dict[str, int]], tmp_path: Path
) -> None:
    movielens(tmp_path / "ml")
    letterboxd(tmp_path / "l")
    (tmp_path / sealed).chmod(0)
    before = stored()

    outcome = run_process("import", command, str(tmp_path / sealed.partition("/")[0]), before=WITHOUT_ROOTS_RIGHTS)

    (tmp_path / sealed).chmod(0o700)
    assert_one_clear_line(outcome)
    assert outcome.code == 1
    assert str(tmp_path / sealed) in outcome.err
    assert stored() == before


ROWS_THAT_CANNOT_BE_TAKEN = {
    "too few columns": b"7,1",
    "too many columns": b"7,1,4.0,964982703,more",
    "an open quote": b'7,"1,4.0,964982703',
    "a rating above the scale": b"7,1,5.5,964982703",
    "a rating below the scale": b"7,1,-1,964982703",
    "a rating that is no number": b"7,1,NaN,964982703",
    "a user that is no number": b"zoe,1,4.0,964982703",
    "a film that is no number": b"7,1.5,4.0,964982703",
    "a film too far away": b"7,99999999999999999999,4.0,964982703",
    "no time": b"7,1,4.0,yesterday",
    "a time after all times": b"7,1,4.0,99999999999999999999",
}


@pytest.mark.parametrize("row", ROWS_THAT_CANNOT_BE_TAKEN.values(), ids=ROWS_THAT_CANNOT_BE_TAKEN)
def test_one_bad_row_stops_nothing_and_is_told_with_its_line(row: bytes, home: Home, tmp_path: Path) -> None:
    folder = movielens(tmp_path / "ml")
    lines = (folder / "ratings.csv").read_bytes().splitlines()
    lines.insert(10, row)
    (folder / "ratings.csv").write_bytes(b"\n".join(lines))

    outcome = answer("import", "movielens", str(folder))

    assert outcome.code == 0
    assert [line for line in outcome.err.splitlines() if line.startswith("ratings.csv:11: ")]
    assert row_counts(home.database)["rating"] == len(lines) - 2


def test_rows_of_which_none_can_be_taken_are_a_failure(home: Home, tmp_path: Path) -> None:
    folder = movielens(tmp_path / "ml")
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,9.5,1\n1,2,9.5,1\n")

    outcome = answer("import", "movielens", str(folder), "--json")

    assert outcome.code == 1
    assert json.loads(outcome.out)["invalid"] == 2


def test_many_bad_rows_are_told_in_part_to_people_and_all_to_programs(home: Home, tmp_path: Path) -> None:
    folder = movielens(tmp_path / "ml")
    with (folder / "ratings.csv").open("a") as file:
        file.writelines(f"{user},1,9.5,1\n" for user in range(1, 101))

    people, programs = (answer("import", "movielens", str(folder), *options) for options in ((), ("--json",)))

    assert people.err.count("ratings.csv:") == 20
    assert "80" in people.err
    assert len(json.loads(programs.out)["problems"]) == 100


def test_a_film_that_cannot_be_taken_is_no_row_and_its_ratings_are_not_found(home: Home, tmp_path: Path) -> None:
    folder = movielens(tmp_path / "ml")
    films = (folder / "movies.csv").read_text().replace("3,Heat (1995)", "three,Heat (1995)")
    (folder / "movies.csv").write_text(films)

    report = json.loads(answer("import", "movielens", str(folder), "--json").out)

    assert report["rows"] == report["created"] + report["not_found"] == 58
    assert report["not_found"] == 9
    assert report["problems"][0]["file"] == "movies.csv"


def import_bytes(folder: Path, content: bytes) -> None:
    """Bring in a data set whose ratings.csv holds these bytes; assert what must hold whatever they are."""
    (folder / "ratings.csv").write_bytes(content)
    database = folder.parent / "xdg" / "data" / "camflix" / "camflix.db"
    before = row_counts(database)

    outcome = answer("import", "movielens", str(folder), "--json")

    after = row_counts(database)
    if outcome.out.startswith('{\n  "error"'):
        assert outcome.code in {1, 3}
        assert after == before
        return
    report = json.loads(outcome.out)
    assert sum(report[name] for name in OUTCOMES) == report["rows"] > 0
    assert outcome.code == (1 if report["invalid"] == report["rows"] else 0)
    assert after["rating"] - before["rating"] == report["created"]
    assert after["import_batch"] - before["import_batch"] == 1


rows_of_anything = st.lists(
    st.lists(
        st.one_of(
            st.sampled_from(["1", "2", "3", "7", "0", "-1", "4.5", "5", "9", '"', '"1"', "", "964982703", "é", "1e3"]),
            st.text(max_size=6),
        ),
        min_size=1,
        max_size=6,
    ).map(",".join),
    max_size=8,
).map("\n".join)


@pytest.fixture
def data_set(tmp_path: Path, home: Home) -> Path:
    """Return a data set that has been brought in once."""
    folder = movielens(tmp_path / "ml")
    answer("import", "movielens", str(folder))
    return folder


@pytest.fixture
def any_bytes(data_set: Path) -> Callable[[bytes], None]:
    return lambda content: import_bytes(data_set, content)


@pytest.mark.long
def test_whatever_bytes_stand_in_a_file_they_are_refused_or_every_row_is_accounted_for(
    any_bytes: Callable[[bytes], None],
) -> None:
    @given(st.binary(max_size=200))
    @example(b"userId,movieId,rating,timestamp\n\xff")
    @example(b"\xef\xbb\xbfuserId,movieId,rating,timestamp\n1,1,5,5\n")
    @example(b"userId,movieId,rating,timestamp\r1,1,5,5\r")
    @example(b"userId;movieId;rating;timestamp\n1;1;4,5;5\n")
    def bytes_of_any_kind(content: bytes) -> None:
        any_bytes(content)

    bytes_of_any_kind()


@pytest.mark.long
def test_whatever_rows_stand_under_the_header_each_is_accounted_for(any_bytes: Callable[[bytes], None]) -> None:
    @given(rows_of_anything)
    def rows_of_any_kind(rows: str) -> None:
        any_bytes(b"userId,movieId,rating,timestamp\n" + rows.encode(errors="replace"))

    rows_of_any_kind()


@pytest.mark.long
def test_whatever_bytes_stand_in_an_export_they_never_end_in_a_traceback(data_set: Path, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"

    @given(st.one_of(st.binary(max_size=100), rows_of_anything.map(lambda rows: rows.encode(errors="replace"))))
    def bytes_of_any_kind(content: bytes) -> None:
        file.write_bytes(b"Date,Name,Year,Letterboxd URI,Rating\n" + content)
        outcome = answer("import", "letterboxd", str(file), "--json")
        report = json.loads(outcome.out)
        assert outcome.code == 1 or sum(report[name] for name in OUTCOMES) == report["rows"]

    bytes_of_any_kind()
