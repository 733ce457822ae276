"""A person's ratings as Letterboxd exports them: ratings.csv, loose, unpacked or in the export's ZIP."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from camflix.errors import InvalidFileError, Word
from camflix.importers.archives import open_source
from camflix.importers.fields import RatingScale, Refused, parse_date, parse_title, parse_year
from camflix.importers.mapping import AS_WRITTEN
from camflix.importers.rows import Problem, RatingRow
from camflix.importers.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from camflix.importers.archives import Source
    from camflix.importers.mapping import ScoreMapping
    from camflix.importers.tables import Record

_STARS = RatingScale(5, Fraction(1, 2), Fraction(1, 2))
_MOST_LINES_OF_A_ROW = 10
_FOLDERS_OF_AN_EXPORT = frozenset({"deleted", "orphaned", "likes", "lists"})
_TELLING_COLUMNS = (
    # From the most telling to the least: a review has a diary entry's columns, and so on.
    ("Review", "reviews.csv"),
    ("Watched Date", "diary.csv"),
    ("Date Joined", "profile.csv"),
    ("Comment", "comments.csv"),
    ("Letterboxd list export v7", Word("a list")),
)
_NOT_TAKEN = ("watched.csv", "diary.csv", "reviews.csv", "watchlist.csv")
_COLUMNS_WITHOUT_RATING = frozenset({"date", "name", "year", "letterboxd uri"})


class LetterboxdExport:
    """The ratings of one person.

    Args:
        path: ratings.csv, or the export's ZIP or folder; only its own ratings.csv is read, not those of its folders
            ``deleted`` and ``orphaned``.
        mapping: which scores its stars become.

    Attributes:
        columns: the names in the header, in the order of ``RatingRow.raw``.
        left_out: other files of the export that lie beside ratings.csv and of which nothing is taken.

    Raises:
        NotFoundError: nothing is there.
        InvalidFileError: no ratings.csv, or another file of the export; empty, or not in UTF-8.
        StorageError: it may not be read.
    """

    scale = _STARS
    """On which Letterboxd lets people rate."""

    def __init__(self, path: Path | str, mapping: ScoreMapping = AS_WRITTEN) -> None:
        self._mapping = mapping
        source = open_source(path)
        self._table = Table.with_header(source, _ratings_file_of(source))
        self.columns = self._table.columns
        self.left_out = () if source.is_single_file else tuple(name for name in _NOT_TAKEN if name in source)
        _refuse_other_exports(self._table)
        self._positions = self._table.positions("Date", "Name", "Year", "Rating")

    def ratings(self) -> Iterator[RatingRow | Problem]:
        """Yield each rating in the file's order, on our scale: half a star is 10 unless the mapping says otherwise."""
        date, name, year, stars = self._positions
        for record in self._records():
            if isinstance(record, Problem):
                yield record
                continue
            line, fields = record
            try:
                yield RatingRow(
                    line=line,
                    score=self._mapping.score_of(fields[stars].strip(), _STARS),
                    rated_at=parse_date(fields[date].strip()),
                    title=parse_title(fields[name]),
                    year=parse_year(fields[year].strip()),
                    raw=tuple(fields),
                )
            except Refused as refused:
                yield refused.at(self._table.name, line, fields)

    def written(self) -> Iterator[str]:
        """Yield each rating as it stands in the file."""
        return (self.written_in(record[1]) for record in self._records() if not isinstance(record, Problem))

    def written_in(self, raw: Sequence[str]) -> str:
        """Return the rating as it stands in a row."""
        return raw[self._positions[3]].strip()

    def _records(self) -> Iterator[Record]:
        return self._table.records(max_lines=_MOST_LINES_OF_A_ROW)

    @property
    def ratings_name(self) -> str:
        """The name of the file of ratings, for messages."""
        return self._table.name

    def count_ratings(self) -> int:
        """Return how many lines of ratings there are, without reading them; for progress bars."""
        return self._table.source.count_lines(self._table.name) - 1


def _ratings_file_of(source: Source) -> str:
    if "ratings.csv" in source and source.top_folder not in _FOLDERS_OF_AN_EXPORT:
        return "ratings.csv"
    if source.is_single_file:
        return next(iter(source.names))
    raise InvalidFileError(
        "{file} holds no ratings.csv.",
        hint="Give the ZIP that Letterboxd sent (Settings, Data, Export your data), or the ratings.csv in it.",
        file=str(source.path),
    )


def _refuse_other_exports(table: Table) -> None:
    """Tell the other files of an export by their columns, since people rename what they download."""
    columns = {column.casefold() for column in table.columns}
    told = [file for column, file in _TELLING_COLUMNS if column.casefold() in columns]
    if not told and columns == _COLUMNS_WITHOUT_RATING:
        told = [Word("watched.csv, watchlist.csv or likes/films.csv")]
    if told:
        raise InvalidFileError(
            "{file} is not Letterboxd's ratings.csv: by its columns it is {kind}.",
            hint="Give ratings.csv of the same export, or the whole ZIP.",
            file=table.place,
            kind=told[0],
        )
