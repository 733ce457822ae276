"""Rows of MovieLens files as films and ratings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

from camflix.i18n import N_
from camflix.importers.fields import FIVE_STARS, Refused, parse_id, parse_timestamp, parse_title
from camflix.importers.mapping import AS_WRITTEN
from camflix.importers.rows import FilmRow, Problem, RatingRow
from camflix.importers.tables import shown
from camflix.importers.text import movielens_titles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from camflix.importers.mapping import ScoreMapping
    from camflix.importers.tables import Record

GENRES_OF_100K = (
    "unknown Action Adventure Animation Children's Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical "
    "Mystery Romance Sci-Fi Thriller War Western"
)
"""In the order of the flags that end a line of u.item."""
_GENRES = {"children": "family", "children's": "family", "sci-fi": "science-fiction"}
_NO_GENRES = frozenset({"", "unknown", "(no genres listed)"})
_IMDB_ID = re.compile(r"(?:tt)?([0-9]{1,9})")

_Value = TypeVar("_Value")


class _Parsed(dict[str, _Value], Generic[_Value]):
    """Values by the text that spells them: parsed when first met, looked up from then on."""

    MOST = 1_000_000
    """Texts kept, so that memory stays flat whatever the file holds."""

    def __init__(self, parse: Callable[[str], _Value]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, text: str) -> _Value:
        value = self._parse(text)
        if len(self) < self.MOST:
            self[text] = value
        return value


def rating_rows(
    records: Iterable[Record], file: str, positions: tuple[int, ...], mapping: ScoreMapping = AS_WRITTEN
) -> Iterator[RatingRow | Problem]:
    """Yield the ratings of a file, in its order.

    Args:
        records: its rows.
        file: its name.
        positions: where user, film, stars and timestamp stand in a row.
        mapping: which scores the stars become.
    """
    users, movielens_ids = _Parsed(_user_name), _Parsed(parse_id)
    scores = _Parsed(lambda text: mapping.score_of(text, FIVE_STARS))
    user, film, stars, timestamp = positions
    for record in records:
        if isinstance(record, Problem):
            yield record
            continue
        line, fields = record
        try:
            yield RatingRow(
                line=line,
                score=scores[fields[stars]],
                user=users[fields[user]],
                rated_at=parse_timestamp(fields[timestamp]),
                movielens_id=movielens_ids[fields[film]],
                raw=tuple(fields),
            )
        except Refused as refused:
            yield refused.at(file, line, fields)


def film_rows(
    records: Iterable[Record], file: str, positions: tuple[int, ...], ids: Mapping[int, tuple[str | None, int | None]]
) -> Iterator[FilmRow | Problem]:
    """Yield the films of a file whose genres are names.

    Args:
        records: its rows.
        file: its name.
        positions: where id, title and genres stand in a row.
        ids: the IMDb and TMDB ids by MovieLens id.
    """
    film, title, genres = positions
    for record in records:
        if isinstance(record, Problem):
            yield record
            continue
        line, fields = record
        try:
            yield _film(line, fields[film], fields[title], genre_names(fields[genres].split("|")), ids)
        except Refused as refused:
            yield refused.at(file, line, fields)


def flagged_film_rows(records: Iterable[Record], file: str) -> Iterator[FilmRow | Problem]:
    """Yield the films of an ml-100k u.item: id, title, two dates, an address, a flag for each genre."""
    for record in records:
        if isinstance(record, Problem):
            yield record
            continue
        line, fields = record
        try:
            yield _film(line, fields[0], fields[1], flagged_genres(fields[5:]), {})
        except Refused as refused:
            yield refused.at(file, line, fields)


def linked_ids(
    records: Iterable[Record], file: str, positions: tuple[int, ...]
) -> Iterator[tuple[int, str | None, int | None] | Problem]:
    """Yield the MovieLens, IMDb and TMDB ids of each film of a links file.

    Args:
        records: its rows.
        file: its name.
        positions: where these three ids stand in a row.
    """
    film, imdb, tmdb = positions
    for record in records:
        if isinstance(record, Problem):
            yield record
            continue
        line, fields = record
        try:
            tmdb_id = parse_id(fields[tmdb]) if fields[tmdb] else None
            yield parse_id(fields[film]), _imdb_id(fields[imdb]), tmdb_id
        except Refused as refused:
            yield refused.at(file, line, fields)


def genre_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return MovieLens's genres by our names: lower case, "family" for Children, "science-fiction" for Sci-Fi."""
    lower = (name.strip().casefold() for name in names)
    known = (_GENRES.get(name, name.replace(" ", "-")) for name in lower if name not in _NO_GENRES)
    return tuple(dict.fromkeys(known))


def flagged_genres(flags: list[str]) -> tuple[str, ...]:
    """Return the genres whose flag is 1 in a line of u.item."""
    names = GENRES_OF_100K.split()
    return genre_names(name for name, flag in zip(names, flags, strict=True) if flag.strip() == "1")


def _film(
    line: int,
    movielens_id: str,
    title: str,
    genres: tuple[str, ...],
    ids: Mapping[int, tuple[str | None, int | None]],
) -> FilmRow:
    number = parse_id(movielens_id)
    main, others, year = movielens_titles(parse_title(title))
    imdb_id, tmdb_id = ids.get(number, (None, None))
    return FilmRow(
        line=line,
        title=main,
        year=year,
        other_titles=others,
        genres=genres,
        movielens_id=number,
        imdb_id=imdb_id,
        tmdb_id=tmdb_id,
    )


def _user_name(text: str) -> str:
    return str(parse_id(text))


def _imdb_id(text: str) -> str | None:
    if not text:
        return None
    found = _IMDB_ID.fullmatch(text)
    if found and int(found[1]):
        return f"tt{int(found[1]):07d}"
    raise Refused(N_("“{value}” is not an IMDb id; correct it or take the line out"), value=shown(text))
