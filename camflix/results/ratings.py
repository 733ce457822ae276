"""A user's own ratings, and what writing one answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from camflix.results.films import MovieSummary


class RatedMovie(Struct, frozen=True):
    """One of a user's ratings; percentile and tier are null under five different scores."""

    movie: MovieSummary
    score: int
    percentile: int | None
    tier: int | None
    created_at: datetime
    updated_at: datetime
    source: str


class RatingPage(Struct, frozen=True):
    """A user's ratings, best first unless asked otherwise.

    ``n_different_missing`` more different scores give percentiles; ``n_ratings`` counts all of the user's, whatever was
    asked for; ``next_cursor`` asks for the next page.
    """

    username: str
    ratings: tuple[RatedMovie, ...]
    n_ratings: int
    n_different_missing: int
    next_cursor: str | None = None


class RatingEvent(Struct, frozen=True):
    """One change of a rating: null ``old_score`` for a first one, null ``new_score`` for a removal."""

    changed_at: datetime
    old_score: int | None
    new_score: int | None
    source: str
    predicted_score: float | None


class RatingHistory(Struct, frozen=True):
    """How a user's rating of a film came to be, oldest change first."""

    movie: MovieSummary
    changes: tuple[RatingEvent, ...]


class Rescaled(Struct, frozen=True):
    """Scores brought from one scale to another: ``before`` and ``after`` pair up, each old score once.

    ``percentiles_kept`` tells that no two different scores became one.
    """

    n_ratings: int
    n_changed: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    percentiles_kept: bool
    dry_run: bool


class SavedRating(Struct, frozen=True):
    """A rating just saved, with what had been predicted before it."""

    movie: MovieSummary
    score: int
    previous_score: int | None
    percentile: int | None
    tier: int | None
    n_different_missing: int
    predicted_score: float | None
    gap: float | None


class RemovedRating(Struct, frozen=True):
    """A rating just removed."""

    movie: MovieSummary
    previous_score: int


UndoneKind: TypeAlias = Literal[
    "rating", "import", "rescale", "watchlist", "hidden", "feed", "note", "viewing", "list", "list_film"
]


class Undone(Struct, frozen=True):
    """What an undo put back: the ratings of one write or of a whole import, or something else that was written.

    ``score`` is what ``movie`` has now. Of what is no rating, ``is_there`` tells whether it is there now: the film on
    the watchlist or in the list ``list_name``, the note, the viewing, the list.
    """

    kind: UndoneKind
    movie: MovieSummary | None
    n_ratings: int
    n_kept: int
    source: str | None
    score: int | None = None
    is_there: bool | None = None
    list_name: str | None = None


class Accuracy(Struct, frozen=True):
    """How near predictions made *before* each rating came to it: mean absolute error, shares within 5 and 10 points."""

    n: int
    mean_absolute_error: float | None
    within_5: float | None
    within_10: float | None


class Profile(Struct, frozen=True):
    """A user as they see themselves."""

    username: str
    language: str
    privacy: str
    contributes_anonymously: bool
    created_at: datetime
    n_ratings: int
    n_different_scores: int
    mean_score: float | None
    median_score: float | None
    tiers: tuple[int, ...]
    top: tuple[RatedMovie, ...]
    bottom: tuple[RatedMovie, ...]
    accuracy_all: Accuracy
    accuracy_last_50: Accuracy
