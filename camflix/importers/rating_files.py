"""Rating files of recommender research, whole or not at all: `camflix evaluate` refuses what importers would skip."""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from camflix.errors import InvalidFileError
from camflix.importers.archives import Source, open_source
from camflix.importers.movielens_rows import GENRES_OF_100K, film_rows, flagged_film_rows
from camflix.importers.rows import Problem
from camflix.importers.tables import Table, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from camflix.importers.rows import FilmRow

SCALES = (5, 10, 100)
"""Where the scales of ratings end that people use."""

_SEPARATORS = ("::", "\t", ";", "|", ",")  # else spaces
_MOST_KNOWN_RATINGS = 10_000
_PADDING = ' "\t\r\n'
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_NOT_A_LETTER = re.compile(r"[^a-z]")
_COLUMN_NAMES = (
    frozenset({"user", "userid", "uid", "u"}),
    frozenset({"item", "itemid", "iid", "i", "movie", "movieid", "film", "filmid"}),
    frozenset({"rating", "score", "stars", "r"}),
)
_TIME_NAMES = frozenset({"timestamp", "time", "ts", "t", "date", "datetime", "ratedat", "createdat", "updatedat"})
_UTF_8_MARK = "\ufeff".encode().decode("latin-1")
_N_SEPARATORS_OF_U_ITEM = 4 + len(GENRES_OF_100K.split())


@dataclass(frozen=True, slots=True, eq=False)
class RatingFile:
    """The ratings of a file as three columns of equal length.

    Attributes:
        file: its path.
        users: index of the user in ``user_ids``.
        items: index of the item in ``item_ids``.
        ratings: on the file's own scale.
        times: when each was given, in the file's own numbers or in seconds; all 0 where it does not say, minus infinity
            where a single row does not.
        user_ids: the file's names of users, in the order in which they first appear.
        item_ids: the same of items.
    """

    file: str
    users: NDArray[np.int32]
    items: NDArray[np.int32]
    ratings: NDArray[np.float64]
    times: NDArray[np.float64]
    user_ids: list[str]
    item_ids: list[str]


class FilmFacts(NamedTuple):
    """What is known of an item besides its ratings."""

    year: int | None
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cut:
    """How lines are cut: what stands between fields (None: spaces), how many there are, and where ours are."""

    separator: str | None
    n_columns: int
    positions: tuple[int, int, int]
    time: int | None
    is_header: bool = False

    def fields(self, line: str) -> list[str]:
        """Return the fields of a line; a separator between quotes separates nothing."""
        return _split(line, self.separator)


def read_ratings(path: Path | str, *, after: RatingFile | None = None) -> RatingFile:
    """Return the ratings of a file whose lines say user, item, rating and perhaps more.

    Tab, comma, semicolon, ``|``, ``::`` or spaces may stand between them. A line of column names is recognised; without
    it the first three columns are meant, and the fourth as the time if it holds numbers or days. Blank lines and
    those that begin with # are left aside; one that begins so and yet is a rating is refused.

    Args:
        path: the file.
        after: a file whose indices go on here, as a test set's do after its training set's.

    Raises:
        NotFoundError: nothing is there.
        InvalidFileError: a line that is no rating, naming it; no ratings at all.
        StorageError: it may not be read.
    """
    import numpy as np  # noqa: PLC0415 - importing this module stays light

    source = open_source(path)
    users = {name: index for index, name in enumerate(after.user_ids if after else ())}
    items = {name: index for index, name in enumerate(after.item_ids if after else ())}
    columns = _read_columns(source.lines(_only_file_of(source)), str(path), users, items)
    return RatingFile(
        file=str(path),
        users=np.frombuffer(columns[0], dtype=np.int32),
        items=np.frombuffer(columns[1], dtype=np.int32),
        ratings=np.frombuffer(columns[2], dtype=np.float64),
        times=np.frombuffer(columns[3], dtype=np.float64),
        user_ids=list(users),
        item_ids=list(items),
    )


def scale_of(*files: RatingFile) -> int:
    """Return where the scale ends on which these files rate, judged by the highest rating in any of them.

    Up to 5: five stars; up to 10: ten points; up to 100: CamFlix's own scale.

    Raises:
        InvalidFileError: a rating lies above 100.
    """
    highest, file = max((float(file.ratings.max()), file.file) for file in files)
    for maximum in SCALES:
        if highest <= maximum:
            return maximum
    raise InvalidFileError(
        "{file}: a rating of {highest} lies above every scale that CamFlix knows (5, 10, 100).",
        hint="Check which column holds the ratings; user, item, rating is the order.",
        file=file,
        highest=highest,
    )


def read_films(path: Path | str) -> dict[str, FilmFacts]:
    """Return year and genres by item id from MovieLens's movies.csv, movies.dat or u.item, told by the first line.

    Raises:
        NotFoundError: nothing is there.
        InvalidFileError: none of these, or a line of it is broken.
        StorageError: it may not be read.
    """
    source = open_source(path)
    facts: dict[str, FilmFacts] = {}
    for row in _film_rows(source, _only_file_of(source)):
        if isinstance(row, Problem):
            raise InvalidFileError(
                "{file}, line {line}: this is not a film with its id (a whole number from 1), title and genres.",
                hint="Correct the line or take it out.",
                file=str(path),
                line=row.line,
            )
        facts[str(row.movielens_id)] = FilmFacts(row.year, row.genres)
    return facts


def _only_file_of(source: Source) -> str:
    if not source.is_single_file:
        raise InvalidFileError(
            "{file} is a folder or an archive, not a file.", hint="Give the one file inside.", file=str(source.path)
        )
    return next(iter(source.names))


def _film_rows(source: Source, name: str) -> Iterator[FilmRow | Problem]:
    first_line = next(source.lines(name, encoding="latin-1"), "")
    # MovieLens's own files are latin-1; whoever saved one again with a mark of UTF-8 made it that.
    encoding = "utf-8" if first_line.startswith(_UTF_8_MARK) else "latin-1"
    if "::" in first_line:
        table = Table(source, name, "::", encoding, quotes=False)
        return film_rows(table.records(n_columns=3), name, (0, 1, 2), {})
    if first_line.count("|") == _N_SEPARATORS_OF_U_ITEM:
        table = Table(source, name, "|", encoding, quotes=False)
        return flagged_film_rows(table.records(n_columns=_N_SEPARATORS_OF_U_ITEM + 1), name)
    table = Table.with_header(source, name)
    return film_rows(table.records(), name, table.positions("movieId", "title", "genres"), {})


def _read_columns(
    lines: Iterator[str], place: str, users: dict[str, int], items: dict[str, int]
) -> tuple[array[int], array[int], array[float], array[float]]:
    """Return the columns; ``users`` and ``items`` receive the ids that were not in them."""
    user_column, item_column, rating_column, time_column = array("i"), array("i"), array("d"), array("d")
    known_ratings: dict[str, float] = {}
    says_when = True
    for line, user, item, text, time in _fields(lines, place):
        if not (user and item):
            raise InvalidFileError(
                "{file}, line {line}: the user or the item is missing.",
                hint="Correct the line or take it out.",
                file=place,
                line=line,
            )
        rating = known_ratings.get(text)
        if rating is None:
            rating = _rating(text, place, line)
            if len(known_ratings) < _MOST_KNOWN_RATINGS:
                known_ratings[text] = rating
        user_column.append(users.setdefault(user, len(users)))
        item_column.append(items.setdefault(item, len(items)))
        rating_column.append(rating)
        moment = float(time) if time.isdecimal() and time.isascii() else _moment(time)
        says_when = says_when and moment is not None
        time_column.append(moment or 0.0)
    if not rating_column:
        raise InvalidFileError("{file} holds no ratings.", hint="Each line should say user item rating.", file=place)
    says_when = says_when and max(time_column) > -math.inf
    times = time_column if says_when else array("d", bytes(time_column.itemsize * len(time_column)))
    return user_column, item_column, rating_column, times


def _fields(lines: Iterator[str], place: str) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield the line, user, item, rating and time ("" where there is none) of each line that has them."""
    numbered = (
        (line, content)
        for line, content in enumerate(lines, 1)
        if not (content.isspace() or (content[0] == "#" and _is_comment(content, place, line)))
    )
    first = next(numbered, None)
    if first is None:
        return
    cut = _cut_of(first[1], place, first[0])
    n_columns, (user, item, rating), time = cut.n_columns, cut.positions, cut.time
    for line, content in numbered if cut.is_header else chain([first], numbered):
        fields = cut.fields(content)
        if len(fields) != n_columns:
            raise InvalidFileError(
                "{file}, line {line}: {n_found} columns where the first line has {n_wanted}.",
                hint="Correct the line or take it out.",
                file=place,
                line=line,
                n_found=len(fields),
                n_wanted=n_columns,
            )
        said = "" if time is None else fields[time].strip(_PADDING)
        yield line, fields[user].strip(_PADDING), fields[item].strip(_PADDING), fields[rating].strip(_PADDING), said


def _split(line: str, separator: str | None) -> list[str]:
    if '"' in line and separator is not None and len(separator) == 1:
        import csv  # noqa: PLC0415 - few files have quotes

        return next(csv.reader([line.rstrip("\r\n")], delimiter=separator))
    return line.split(separator)


def _separator_of(line: str) -> str | None:
    return next((candidate for candidate in _SEPARATORS if candidate in line), None)


def _is_comment(content: str, place: str, line: int) -> bool:
    """Return True; a line that may be a rating of somebody whose id begins with # is refused, for it can't be known."""
    fields = [field.strip(_PADDING) for field in _split(content, _separator_of(content))]
    if len(fields) < len(_COLUMN_NAMES) or fields[0] == "#" or not _NUMBER.fullmatch(fields[2].replace(",", ".")):
        return True
    raise InvalidFileError(
        "{file}, line {line}: this begins with # as a comment does, and yet may be a rating.",
        hint="Take the line out, or give the user an id without #.",
        file=place,
        line=line,
    )


def _cut_of(first: str, place: str, line: int) -> _Cut:
    """Return how a file is cut, judged by its first line that is no comment."""
    separator = _separator_of(first)
    fields = [field.strip(_PADDING) for field in _split(first, separator)]
    if len(fields) < len(_COLUMN_NAMES):
        raise InvalidFileError(
            "{file}, line {line}: this is no rating.",
            hint="Each line should say user item rating, with tab, comma, :: or spaces between.",
            file=place,
            line=line,
        )
    # "user_id:token" is how RecBole writes a name with its type.
    names = [_NOT_A_LETTER.sub("", field.casefold().split(":")[0]) for field in fields]
    found = [[place for place, name in enumerate(names) if name in known] for known in _COLUMN_NAMES]
    if all(found):
        time = next((place for place, name in enumerate(names) if name in _TIME_NAMES), None)
        return _Cut(separator, len(fields), (found[0][0], found[1][0], found[2][0]), time, is_header=True)
    n_ours = len(_COLUMN_NAMES)
    return _Cut(separator, len(fields), (0, 1, 2), n_ours if len(fields) > n_ours else None)


def _moment(text: str) -> float | None:
    """Return a time in seconds, of a number or of a day as 2026-11-23; before all others where there is none.

    None is what is no time at all.
    """
    if not text:
        return -math.inf
    if _NUMBER.fullmatch(text):
        return float(text)
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (day if day.tzinfo else day.replace(tzinfo=UTC)).timestamp()


def _rating(text: str, place: str, line: int) -> float:
    number = text.replace(",", ".")
    rating = float(number) if _NUMBER.fullmatch(number) else -1.0
    if not 0 <= rating < float("inf"):
        raise InvalidFileError(
            "{file}, line {line}: “{value}” is not a rating, a number from 0.",
            hint="Correct the line or take it out.",
            file=place,
            line=line,
            value=shown(text),
        )
    return rating
