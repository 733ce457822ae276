"""The data sets of MovieLens: films and ratings of many users, as a folder or a ZIP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camflix.errors import InvalidFileError
from camflix.importers.archives import open_source
from camflix.importers.fields import FIVE_STARS
from camflix.importers.mapping import AS_WRITTEN
from camflix.importers.movielens_rows import GENRES_OF_100K, film_rows, flagged_film_rows, linked_ids, rating_rows
from camflix.importers.rows import Problem
from camflix.importers.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from camflix.importers.archives import Source
    from camflix.importers.mapping import ScoreMapping
    from camflix.importers.rows import FilmRow, RatingRow
    from camflix.importers.tables import Record

_RATING_COLUMNS = ("userId", "movieId", "rating", "timestamp")
_N_FIELDS_OF_U_ITEM = 5 + len(GENRES_OF_100K.split())


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which files a data set consists of, and in what order their columns stand."""

    ratings: Table
    rating_positions: tuple[int, ...]
    films: Table
    film_positions: tuple[int, ...]
    links: Table | None = None


class MovieLensDataset:
    """A MovieLens data set: latest, 32M, 25M, 20M (CSV), 10M and 1M (``::``), or 100K (u.data, u.item).

    Which one is told by the files that are there. Their headers are read at once, the rows when asked for.

    Args:
        path: the folder or the ZIP; the files may lie in one folder inside.
        mapping: which scores its stars become.

    Attributes:
        rating_columns: the names of the columns of ``RatingRow.raw``.

    Raises:
        NotFoundError: nothing is there.
        InvalidFileError: no MovieLens files, a column missing, a file empty or not in its encoding.
        StorageError: it may not be read.
    """

    scale = FIVE_STARS
    """On which the people of MovieLens rate."""

    def __init__(self, path: Path | str, mapping: ScoreMapping = AS_WRITTEN) -> None:
        self._mapping = mapping
        source = open_source(path)
        self._layout = _recognise(source)
        self.rating_columns = self._layout.ratings.columns or _RATING_COLUMNS

    def films(self) -> Iterator[FilmRow | Problem]:
        """Yield each film in the file's order, with the ids of the links file; problems of that file come first."""
        layout = self._layout
        ids: dict[int, tuple[str | None, int | None]] = {}
        if layout.links is not None:
            positions = layout.links.positions("movieId", "imdbId", "tmdbId")
            for link in linked_ids(layout.links.records(), layout.links.name, positions):
                if isinstance(link, Problem):
                    yield link
                else:
                    ids[link[0]] = link[1:]
        yield from self._film_rows(ids)

    def _film_rows(self, ids: dict[int, tuple[str | None, int | None]]) -> Iterator[FilmRow | Problem]:
        films, positions = self._layout.films, self._layout.film_positions
        if not positions:
            return flagged_film_rows(films.records(n_columns=_N_FIELDS_OF_U_ITEM), films.name)
        return film_rows(films.records(n_columns=len(films.columns) or len(positions)), films.name, positions, ids)

    def ratings(self) -> Iterator[RatingRow | Problem]:
        """Yield each rating in the file's order; memory does not grow with their number."""
        return rating_rows(self._rating_records(), self.ratings_name, self._layout.rating_positions, self._mapping)

    def written(self) -> Iterator[str]:
        """Yield each rating as it stands in the file."""
        place = self._layout.rating_positions[2]
        return (record[1][place] for record in self._rating_records() if not isinstance(record, Problem))

    def written_in(self, raw: Sequence[str]) -> str:
        """Return the rating as it stands in a row."""
        return raw[self._layout.rating_positions[2]]

    def _rating_records(self) -> Iterator[Record]:
        ratings, positions = self._layout.ratings, self._layout.rating_positions
        return ratings.records(n_columns=len(ratings.columns) or len(positions))

    @property
    def ratings_name(self) -> str:
        """The name of the file of ratings, for messages."""
        return self._layout.ratings.name

    def count_ratings(self) -> int:
        """Return how many lines of ratings there are, without reading them; for progress bars."""
        ratings = self._layout.ratings
        return ratings.source.count_lines(ratings.name) - bool(ratings.columns)


def _recognise(source: Source) -> _Layout:
    if source.is_single_file:
        raise InvalidFileError(
            "{file} is one file; a MovieLens data set is a folder or a ZIP.",
            hint="Give the folder that holds it, or the ZIP as it was downloaded.",
            file=str(source.path),
        )
    if "ratings.csv" in source and "movies.csv" in source:
        return _csv_layout(source)
    if "ratings.dat" in source and "movies.dat" in source:
        # Both have the same layout; ml-10m, the one with tags, is in UTF-8.
        encoding = "utf-8" if "tags.dat" in source else "latin-1"
        return _headless_layout(source, "ratings.dat", "::", ("movies.dat", "::", encoding), (0, 1, 2))
    if "u.data" in source and "u.item" in source:
        return _headless_layout(source, "u.data", "\t", ("u.item", "|", "latin-1"), ())
    if "ratings.csv" in source:
        raise InvalidFileError(
            "{file} holds no movies.csv beside its ratings.csv.",
            hint="Give the whole MovieLens data set, folder or ZIP; for your own ratings use another format.",
            file=str(source.path),
        )
    raise InvalidFileError(
        "{file} holds no ratings.csv (nor ratings.dat, nor u.data), so it is no MovieLens data set.",
        hint="Give the folder that holds these files, or the ZIP as it was downloaded.",
        file=str(source.path),
    )


def _csv_layout(source: Source) -> _Layout:
    ratings, films = Table.with_header(source, "ratings.csv"), Table.with_header(source, "movies.csv")
    links = Table.with_header(source, "links.csv") if "links.csv" in source else None
    if links is not None:
        links.positions("movieId", "imdbId", "tmdbId")
    return _Layout(
        ratings, ratings.positions(*_RATING_COLUMNS), films, films.positions("movieId", "title", "genres"), links
    )


def _headless_layout(
    source: Source, ratings: str, separator: str, films: tuple[str, str, str], film_positions: tuple[int, ...]
) -> _Layout:
    ratings_table = Table(source, ratings, separator, quotes=False)
    films_table = Table(source, *films, quotes=False)
    for table in (ratings_table, films_table):
        if next(source.lines(table.name, encoding=table.encoding), None) is None:
            raise InvalidFileError("{file} is empty.", hint="Download the data set again.", file=table.place)
    return _Layout(ratings_table, (0, 1, 2, 3), films_table, film_positions)
