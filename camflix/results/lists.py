"""What a user keeps of films: the watchlist, what they hid, notes, lists."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from camflix.results.films import MovieSummary


class WatchedFilm(Struct, frozen=True):
    """A film on the watchlist; ``predicted_score`` where a model knows one."""

    movie: MovieSummary
    added_at: datetime
    predicted_score: float | None = None


class Watchlist(Struct, frozen=True):
    """The films that a user wants to see; ``n_movies`` counts them all."""

    movies: tuple[WatchedFilm, ...]
    n_movies: int
    next_cursor: str | None


class WatchlistState(Struct, frozen=True):
    """Whether a film is on the watchlist now, and whether that is new."""

    movie: MovieSummary
    in_watchlist: bool
    changed: bool


class HiddenState(Struct, frozen=True):
    """Whether a film is hidden now, and whether that is new."""

    movie: MovieSummary
    is_hidden: bool
    changed: bool


class HiddenList(Struct, frozen=True):
    """The films that a user never wants to be shown in lists, last hidden first."""

    movies: tuple[MovieSummary, ...]
    hidden_at: tuple[datetime, ...]
    n_movies: int
    next_cursor: str | None


class Note(Struct, frozen=True):
    """A user's private text on a film. ``version`` grows with each change."""

    movie: MovieSummary
    text: str
    has_spoiler: bool
    version: int
    updated_at: datetime


class NoteList(Struct, frozen=True):
    """A user's notes, last changed first."""

    notes: tuple[Note, ...]
    n_notes: int
    next_cursor: str | None


class MovieListSummary(Struct, frozen=True):
    """A list of films by its owner; ``n_rated`` of its films are rated by whoever asks. ``version`` grows with changes.

    ``share_token`` is told to its owner only.
    """

    id: int
    name: str
    description: str
    username: str
    is_public: bool
    is_own: bool
    n_movies: int
    n_rated: int
    version: int
    created_at: datetime
    updated_at: datetime
    share_token: str | None = None


class MovieListPage(Struct, frozen=True):
    """The lists of one user that the reader may see, by name."""

    username: str
    lists: tuple[MovieListSummary, ...]


class ListedFilm(Struct, frozen=True):
    """A film in its place of a list, first place 0."""

    position: int
    movie: MovieSummary
    added_at: datetime
    score: int | None = None


class MovieList(Struct, frozen=True):
    """A list with its films in order."""

    list: MovieListSummary
    movies: tuple[ListedFilm, ...]


class ListChange(Struct, frozen=True):
    """A list after a change, and whether anything changed."""

    list: MovieListSummary
    changed: bool
