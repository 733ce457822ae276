"""Which films a filter asks for, as conditions on the catalogue; the words of filters are in queries.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import ColumnElement, exists, func, or_, select

from camflix.db.ids import among
from camflix.errors import InvalidInputError
from camflix.genres import genre_words, slugs_of_words
from camflix.models import Genre, HiddenMovie, Movie, MovieGenre, Rating, Viewing, WatchlistEntry
from camflix.queries import PREDICTED_UNIT
from camflix.scores import MAX_SCORE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from camflix.queries import MovieFilter
    from camflix.services.predictions import PredictionService

_OfUser: TypeAlias = Rating | Viewing | WatchlistEntry | HiddenMovie
_FEW = 20_000


def _in_words(slug: str) -> str:
    """Return a genre as it is named to the reader and understood of them: a word without spaces."""
    return genre_words(slug).lower().replace(" ", "-")


class FilterConditions:
    """Turns filters into conditions on films, for one user."""

    def __init__(self, session: Session, predictions: Callable[[], PredictionService], user_id: int) -> None:
        self._session = session
        self._predictions = predictions
        self._user_id = user_id

    def of(self, filter_: MovieFilter) -> list[ColumnElement[bool]]:
        """Return the conditions; the same for every order.

        Raises:
            InvalidInputError: there is no such genre.
            NotFoundError: predictions are asked for and there is nothing to learn from.
        """
        conditions = [self._of_genre(genre) for genre in filter_.genres]
        if filter_.language:
            conditions.append(Movie.language == filter_.language)
        columns = (
            (Movie.year, filter_.year),
            (Movie.runtime_minutes, filter_.runtime),
            (Movie.n_ratings, filter_.ratings),
        )
        conditions += [column.between(bounds.low, bounds.high) for column, bounds in columns if bounds]
        return conditions + self._of_user(filter_)

    def _of_genre(self, slug: str) -> ColumnElement[bool]:
        genre_ids = self._genres([slug.lower()]) or self._genres(slugs_of_words(slug))
        if not genre_ids:
            raise InvalidInputError(
                "genre: there is no genre “{value}”.",
                hint="Genres: {genres}.",
                field="genre",
                value=slug,
                genres=", ".join(
                    sorted(map(_in_words, self._session.scalars(select(Genre.slug).order_by(Genre.slug).limit(40))))
                ),
            )
        mine = select(MovieGenre.movie_id).where(MovieGenre.genre_id.in_(genre_ids))
        some = select(func.count()).select_from(mine.limit(_FEW + 1).subquery())
        if (self._session.scalar(some) or 0) <= _FEW:
            return Movie.id.in_(mine)
        # So many films are of it that the order soon meets some.
        return exists().where(MovieGenre.genre_id.in_(genre_ids), MovieGenre.movie_id == Movie.id)

    def _genres(self, slugs: list[str]) -> Sequence[int]:
        return self._session.scalars(select(Genre.id).where(func.lower(Genre.slug).in_(slugs))).all()

    def _of_user(self, filter_: MovieFilter) -> list[ColumnElement[bool]]:
        models = (Rating, Viewing, WatchlistEntry, HiddenMovie)
        # Few: to be read first where they are wanted, not looked for; looked for where they are not.
        mine = {model: Movie.id.in_(select(model.movie_id).where(model.user_id == self._user_id)) for model in models}
        # Of films alone: what is looked through may be ratings itself.
        found = {
            model: exists().where(model.user_id == self._user_id, model.movie_id == Movie.id).correlate(Movie)
            for model in models
        }
        watchlist = {"any": None, "only": True, "exclude": False}[filter_.watchlist]
        wanted: tuple[tuple[tuple[type[_OfUser], ...], bool | None], ...] = (
            ((Rating, Viewing), filter_.seen),
            ((Rating,), filter_.rated),
            ((HiddenMovie,), filter_.hidden),
            ((WatchlistEntry,), watchlist),
        )
        conditions = [
            or_(*(mine[model] for model in of_film)) if yes else ~or_(*(found[model] for model in of_film))
            for of_film, yes in wanted
            if yes is not None
        ]
        if filter_.score:
            rated = select(Rating.movie_id).where(Rating.user_id == self._user_id)
            # PostgreSQL takes no number here that is too large for the column.
            low, high = (min(bound, MAX_SCORE + 1) for bound in (filter_.score.low, filter_.score.high))
            conditions.append(Movie.id.in_(rated.where(Rating.score.between(low, high))))
        if filter_.predicted:
            low, high = filter_.predicted.low, filter_.predicted.high
            scores = self._predictions().all(self._user_id)
            ids = [movie_id for movie_id, score in scores if low <= round(score * PREDICTED_UNIT) <= high]
            conditions.append(among(self._session, Movie.id, ids))
        return conditions
