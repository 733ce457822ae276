"""When films were seen, and which to rate next."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from camflix.results.films import MovieSummary


class Viewing(Struct, frozen=True):
    """A film seen once; ``seen_on`` is null when nobody remembers the day. ``score`` is the user's, if rated."""

    id: int
    movie: MovieSummary
    seen_on: date | None
    is_rewatch: bool
    created_at: datetime
    score: int | None


class Diary(Struct, frozen=True):
    """Viewings, newest first; ``n_viewings`` counts all that were asked for."""

    viewings: tuple[Viewing, ...]
    n_viewings: int
    next_cursor: str | None


class FeedFilm(Struct, frozen=True):
    """A film to rate next, and why it is asked: many know it, or much is learnt from the answer."""

    movie: MovieSummary
    why: Literal["popular", "informative", "seen"]


class RatingFeed(Struct, frozen=True):
    """Films to rate next, none that was rated, hidden, not seen or skipped."""

    films: tuple[FeedFilm, ...]
    n_ratings: int
    n_different_missing: int


class FeedAnswer(Struct, frozen=True):
    """What was answered to a film of the feed, and remembered."""

    movie: MovieSummary
    answer: Literal["not_seen", "skip"]
