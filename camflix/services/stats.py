"""A user's ratings in numbers: distribution, genres, people, decades, months, accuracy; a year in review."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Float, case, cast, func, select

from camflix import scores
from camflix.models import Credit, CreditRole, Genre, Movie, MovieGenre, Person, Rating, RatingChange, Viewing
from camflix.results import AccuracyPoint, PeriodCount, RankedGroup, ScoreCount, Stats, YearInReview
from camflix.services.ratings import first_scores

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from camflix.services.movies import MovieService
    from camflix.services.ratings import RatingService
    from camflix.services.settings import UserSettingsService

_N_BEST = 10
_DECADE = 10


class StatsService:
    """One user's numbers. Months are those of their own calendar, in their time zone."""

    def __init__(
        self, session: Session, movies: MovieService, ratings: RatingService, settings: UserSettingsService
    ) -> None:
        self._session = session
        self._movies = movies
        self._ratings = ratings
        self._settings = settings

    def of(self, user_id: int, username: str, n: int, min_films: int) -> Stats:
        """Return a user's numbers.

        Args:
            user_id: whose.
            username: their name.
            n: how many groups of each kind, those of the highest mean percentile.
            min_films: how many rated films make a group.
        """
        counts = self._ratings.score_counts(user_id)
        ranks = scores.percentiles_of_counts(counts)
        tiers = [0] * 10
        for score, n_equal in counts.items() if ranks else ():
            assert ranks is not None
            tiers[scores.tier(ranks[score]) - 1] += n_equal
        ranked = _Ranking(self._session, user_id, ranks, n, min_films)
        return Stats(
            username=username,
            n_ratings=sum(counts.values()),
            n_different_missing=max(0, scores.MIN_DISTINCT_SCORES - len(counts)),
            min_films=min_films,
            scores=tuple(
                ScoreCount(s, counts[s], ranks[s] if ranks else None, scores.tier(ranks[s]) if ranks else None)
                for s in sorted(counts)
            ),
            tiers=tuple(tiers) if ranks else (),
            genres=ranked.genres(),
            directors=ranked.people(CreditRole.DIRECTOR),
            actors=ranked.people(CreditRole.ACTOR),
            decades=ranked.decades(),
            months=self._months(self._rated_at(user_id), self._seen_on(user_id), user_id),
            accuracy=self._accuracy(user_id),
        )

    def year(self, user_id: int, username: str, year: int) -> YearInReview:
        """Return what a user rated and saw in a year, best films first."""
        first, last = self._limits(user_id, year)
        in_year = (Rating.created_at >= first, Rating.created_at < last)
        rated = self._session.execute(
            select(Rating.movie_id, Rating.score, Rating.created_at)
            .where(Rating.user_id == user_id, *in_year)
            .order_by(Rating.score.desc(), Rating.created_at, Rating.movie_id)
        ).all()
        seen = self._session.execute(
            select(Viewing.seen_on, Viewing.is_rewatch, Movie.runtime_minutes)
            .join(Movie, Movie.id == Viewing.movie_id)
            .where(Viewing.user_id == user_id, Viewing.seen_on.between(date(year, 1, 1), date(year, 12, 31)))
        ).all()
        ranks = self._ratings.percentiles(user_id)
        ranked = _Ranking(self._session, user_id, ranks, _N_BEST, 1, in_year)
        best = self._movies.by_ids(row.movie_id for row in rated[:_N_BEST])
        months = self._months((row.created_at for row in rated), (row.seen_on for row in seen), user_id)
        busiest = max(months, key=lambda month: (month.n_viewings, month.n_ratings, month.period), default=None)
        return YearInReview(
            username=username,
            year=year,
            n_ratings=len(rated),
            n_viewings=len(seen),
            n_rewatches=sum(row.is_rewatch for row in seen),
            minutes_seen=sum(row.runtime_minutes or 0 for row in seen),
            mean_score=round(sum(row.score for row in rated) / len(rated), 3) if rated else None,
            best=tuple(best[row.movie_id] for row in rated[:_N_BEST]),
            best_scores=tuple(row.score for row in rated[:_N_BEST]),
            genres=ranked.genres(),
            directors=ranked.people(CreditRole.DIRECTOR),
            months=months,
            busiest_month=busiest.period if busiest else None,
        )

    def _limits(self, user_id: int, year: int) -> tuple[datetime, datetime]:
        """Return when a year begins and when the next does, where the user lives."""
        zone = self._settings.time_zone(user_id)
        return _beginning(year, zone), _beginning(year + 1, zone)

    def _rated_at(self, user_id: int) -> Iterable[datetime]:
        return self._session.scalars(select(Rating.created_at).where(Rating.user_id == user_id))

    def _seen_on(self, user_id: int) -> Iterable[date | None]:
        return self._session.scalars(select(Viewing.seen_on).where(Viewing.user_id == user_id))

    def _months(self, rated: Iterable[datetime], seen: Iterable[date | None], user_id: int) -> tuple[PeriodCount, ...]:
        zone = self._settings.time_zone(user_id)
        n_rated = Counter(_month(_local(moment, zone)) for moment in rated)
        n_seen = Counter(_month(day) for day in seen if day is not None)
        return tuple(PeriodCount(month, n_rated[month], n_seen[month]) for month in sorted(n_rated.keys() | n_seen))

    def _accuracy(self, user_id: int) -> tuple[AccuracyPoint, ...]:
        zone = self._settings.time_zone(user_id)
        query = (
            select(RatingChange.changed_at, RatingChange.predicted_score, RatingChange.new_score)
            .where(RatingChange.user_id == user_id, RatingChange.predicted_score.is_not(None))
            .where(*first_scores())
        )
        gaps: dict[str, list[float]] = {}
        for at, predicted, score in self._session.execute(query):
            gaps.setdefault(_month(_local(at, zone)), []).append(abs(float(predicted or 0) - (score or 0)))
        return tuple(
            AccuracyPoint(month, len(found), round(sum(found) / len(found), 3)) for month, found in sorted(gaps.items())
        )


class _Ranking:
    """Groups of a user's films by their mean percentile, highest first; by mean score where there is none."""

    def __init__(
        self,
        session: Session,
        user_id: int,
        ranks: dict[int, int] | None,
        n: int,
        min_films: int,
        conditions: tuple[ColumnElement[bool], ...] = (),
    ) -> None:
        self._session = session
        self._n = n
        self._min_films = min_films
        self._mine = (Rating.user_id == user_id, *conditions)
        percentile = case(ranks, value=Rating.score) if ranks else None
        self._percentile = func.avg(cast(percentile, Float)) if percentile is not None else None

    def genres(self) -> tuple[RankedGroup, ...]:
        query = self._grouped(Genre.slug).join(MovieGenre, MovieGenre.movie_id == Rating.movie_id)
        return self._groups(query.join(Genre, Genre.id == MovieGenre.genre_id), Genre.slug)

    def people(self, role: CreditRole) -> tuple[RankedGroup, ...]:
        query = self._grouped(Person.name).join(Credit, Credit.movie_id == Rating.movie_id)
        query = query.join(Person, Person.id == Credit.person_id).where(Credit.role == role)
        return self._groups(query, Person.id, Person.name)

    def decades(self) -> tuple[RankedGroup, ...]:
        decade = Movie.year - Movie.year % _DECADE
        query = self._grouped(decade).join(Movie, Movie.id == Rating.movie_id).where(Movie.year.is_not(None))
        return self._groups(query, decade)

    def _grouped(self, name: Any) -> Select[Any]:
        percentile = self._percentile if self._percentile is not None else func.min(None)
        return (
            select(name, func.count(), func.avg(cast(Rating.score, Float)), percentile)
            .select_from(Rating)
            .where(*self._mine)
        )

    def _groups(self, query: Select[Any], *keys: Any) -> tuple[RankedGroup, ...]:
        height = self._percentile if self._percentile is not None else func.avg(cast(Rating.score, Float))
        query = query.group_by(*keys).having(func.count() >= self._min_films)
        rows = self._session.execute(query.order_by(height.desc(), func.count().desc(), *keys).limit(self._n))
        return tuple(
            RankedGroup(
                name=str(name),
                n=n,
                mean_score=round(float(mean), 3),
                mean_percentile=None if percentile is None else round(float(percentile), 3),
            )
            for name, n, mean, percentile in rows
        )


def _beginning(year: int, zone: Any) -> datetime:
    """Return when a year begins in a zone, as near as moments go at the ends of the calendar."""
    if year <= 1:
        return datetime.min.replace(tzinfo=UTC)
    if year > 9998:  # noqa: PLR2004 - the last year whose end is a moment
        return datetime.max.replace(tzinfo=UTC)
    return datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)


def _local(moment: datetime, zone: Any) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # a day before the first year or after the last
        return moment


def _month(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"
