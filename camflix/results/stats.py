"""A user's ratings in numbers; everything ranked by the user's own percentiles."""

from __future__ import annotations

from msgspec import Struct

from camflix.results.films import MovieSummary


class ScoreCount(Struct, frozen=True):
    """How often a score was given; percentile and tier are null under five different scores."""

    score: int
    n: int
    percentile: int | None
    tier: int | None


class RankedGroup(Struct, frozen=True):
    """Films of one genre, person or decade: how many rated, their mean score and mean percentile (null under five)."""

    name: str
    n: int
    mean_score: float
    mean_percentile: float | None


class PeriodCount(Struct, frozen=True):
    """How many ratings and viewings a month (``2026-11``) holds, by the user's own calendar."""

    period: str
    n_ratings: int
    n_viewings: int


class AccuracyPoint(Struct, frozen=True):
    """How near the predictions of one month came: mean absolute error over ``n`` first ratings."""

    period: str
    n: int
    mean_absolute_error: float


class Stats(Struct, frozen=True):
    """A user's ratings in numbers. Groups of fewer than ``min_films`` films are left out."""

    username: str
    n_ratings: int
    n_different_missing: int
    min_films: int
    scores: tuple[ScoreCount, ...]
    tiers: tuple[int, ...]
    genres: tuple[RankedGroup, ...]
    directors: tuple[RankedGroup, ...]
    actors: tuple[RankedGroup, ...]
    decades: tuple[RankedGroup, ...]
    months: tuple[PeriodCount, ...]
    accuracy: tuple[AccuracyPoint, ...]


class YearInReview(Struct, frozen=True):
    """A year: what was rated and seen in it, best films first."""

    username: str
    year: int
    n_ratings: int
    n_viewings: int
    n_rewatches: int
    minutes_seen: int
    mean_score: float | None
    best: tuple[MovieSummary, ...]
    best_scores: tuple[int, ...]
    genres: tuple[RankedGroup, ...]
    directors: tuple[RankedGroup, ...]
    months: tuple[PeriodCount, ...]
    busiest_month: str | None
