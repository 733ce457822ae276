"""What an importer yields: rows that are values, or problems with a place. No database here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class FilmRow:
    """A film as a file describes it.

    Attributes:
        line: its line in the file, from 1.
        title: the main title, articles in front ("The Matrix").
        year: the release year, None when the file gives none.
        other_titles: alternative and original titles the file gives.
        genres: lower-case English genre names.
        movielens_id: and the other ids: None where the file gives none.
        imdb_id: ``tt`` and at least seven digits.
    """

    line: int
    title: str
    year: int | None = None
    other_titles: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    movielens_id: int | None = None
    imdb_id: str | None = None
    tmdb_id: int | None = None
    title_fr: str | None = None
    title_original: str | None = None
    language: str | None = None
    release_date: date | None = None
    runtime_minutes: int | None = None
    directors: tuple[str, ...] = ()


class RatingRow(NamedTuple):
    """One rating as a file gives it, on our scale.

    There are millions of these, and a tuple is made in a fraction of the time of a frozen dataclass.

    Attributes:
        line: its line in the file, from 1.
        user: the file's name for the rater; "" when the file is one person's.
        score: 0-100.
        rated_at: aware UTC; None when the file does not say.
        movielens_id: the film by id, or else by title and year.
        raw: the row as it stood, for the file of rejects.
    """

    line: int
    score: int
    user: str = ""
    rated_at: datetime | None = None
    movielens_id: int | None = None
    title: str = ""
    year: int | None = None
    raw: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be taken, with its place and the remedy.

    Attributes:
        file: the file's name inside the folder or archive.
        line: from 1; 0 when the whole file is meant.
        message: the sentence in English with ``{name}`` places, the key of its translation.
        values: what goes into the places.
        raw: the row as it stood.
    """

    file: str
    line: int
    message: str
    values: dict[str, object] = field(default_factory=dict)
    raw: tuple[str, ...] = ()
