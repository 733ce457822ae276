"""Films as CamFlix answers with them: in a list, a window of a long list, one with all that is known of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

ReasonCode = Literal["too_few_ratings", "no_neighbours", "film_unrated"]


class MovieSummary(Struct, frozen=True):
    """A film in a list. ``title`` is in the reader's language, ``n_ratings`` those of this community."""

    id: int
    title: str
    year: int | None
    title_en: str
    title_fr: str | None
    title_original: str | None
    tmdb_id: int | None
    imdb_id: str | None
    movielens_id: int | None
    n_ratings: int = 0


class Prediction(Struct, frozen=True):
    """How much a user will like a film: a score with the range that holds 80 % of scores, or the reason for none.

    ``n_evidence`` counts the ratings of others that stand behind it.
    """

    predicted_score: float | None
    low: float | None
    high: float | None
    reason: ReasonCode | None
    n_evidence: int
    engine: str


class MovieMarks(Struct, frozen=True):
    """What a user did with a film, and what is predicted of it where that was asked for; all empty for a stranger."""

    movie_id: int
    score: int | None = None
    percentile: int | None = None
    tier: int | None = None
    predicted_score: float | None = None
    in_watchlist: bool = False
    is_hidden: bool = False


class MoviePage(Struct, frozen=True):
    """A page of films, with marks in the same order; ``next_cursor`` asks for the next page, null at the end."""

    movies: tuple[MovieSummary, ...]
    next_cursor: str | None
    marks: tuple[MovieMarks, ...] = ()


class MovieWindow(Struct, frozen=True):
    """The films in the places ``offset``, ``offset + 1`` … of an order of ``n_total`` films, first place 0."""

    movies: tuple[MovieSummary, ...]
    marks: tuple[MovieMarks, ...]
    offset: int
    n_total: int


class Community(Struct, frozen=True):
    """What those who contribute think of a film; everything but ``n`` is null or empty under three besides the reader.

    ``histogram`` has ten counts: of scores 0-9, 10-19, … 90-100.
    """

    n: int
    mean: float | None
    median: float | None
    histogram: tuple[int, ...]


class MovieDetails(Struct, frozen=True):
    """A film with all that is known of it, and what the reader did with it.

    ``prediction`` is null when no model was ever fitted, or in blind mode for a film not yet rated; ``community`` is
    empty in blind mode. ``version`` of the note goes with the next change of it.
    """

    movie: MovieSummary
    overview: str | None
    language: str | None
    release_date: date | None
    runtime_minutes: int | None
    poster_path: str | None
    genres: tuple[str, ...]
    directors: tuple[str, ...]
    actors: tuple[str, ...]
    writers: tuple[str, ...]
    popularity: float
    community: Community
    prediction: Prediction | None
    marks: MovieMarks
    rated_at: datetime | None
    note: str | None
    note_has_spoiler: bool
    note_version: int | None
    seen_on: tuple[date | None, ...]


class GenreCount(Struct, frozen=True):
    """A genre and how many films of the catalogue are of it."""

    genre: str
    n_movies: int


class GenreList(Struct, frozen=True):
    """The genres of the catalogue, by name."""

    genres: tuple[GenreCount, ...]
