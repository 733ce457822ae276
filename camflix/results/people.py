"""Users as they set themselves up, as others see them, and all of their own data in one document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from camflix.results.films import MovieSummary
from camflix.results.lists import MovieListSummary

ScoreDisplay: TypeAlias = Literal["100", "10", "stars"]


class UserSettings(Struct, frozen=True):
    """What a user decides about themselves. ``score_display``: 100 points, 10 points, or 5 stars."""

    username: str
    email: str | None
    bio: str
    avatar: str
    language: str
    time_zone: str
    privacy: Literal["public", "members", "private"]
    contributes_anonymously: bool
    score_display: ScoreDisplay
    blind: bool


class PublicProfile(Struct, frozen=True):
    """A user as others see them: no address, no single score; the best films without theirs."""

    username: str
    bio: str
    avatar: str
    created_at: datetime
    n_ratings: int
    mean_score: float | None
    tiers: tuple[int, ...]
    top: tuple[MovieSummary, ...]
    lists: tuple[MovieListSummary, ...]


class SharedFilm(Struct, frozen=True):
    """A film that the reader and another user both rated: the reader's score, and the tier it has for each."""

    movie: MovieSummary
    own_score: int
    own_tier: int
    their_tier: int


class UnseenFavourite(Struct, frozen=True):
    """A film of another user's upper tiers that the reader has neither rated, seen nor hidden."""

    movie: MovieSummary
    their_tier: int
    predicted_score: float | None


class Comparison(Struct, frozen=True):
    """The reader beside another user: best agreements, widest disagreements, favourites not seen; no score of theirs.

    ``taste_distance`` is null with too few films in common or too few different scores of either.
    """

    username: str
    n_common: int
    taste_distance: float | None
    agreements: tuple[SharedFilm, ...]
    disagreements: tuple[SharedFilm, ...]
    favourites: tuple[UnseenFavourite, ...]


class ExportDocument(Struct, frozen=True):
    """All of a user's own data as one text. ``content`` is JSON, or CSV of the ratings; UTF-8 when written."""

    file_name: str
    media_type: str
    content: str
    n_ratings: int
