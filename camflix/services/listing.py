"""The catalogue as one user sees it: searched, filtered, in an order, each film with what they did with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, func, literal, null, select, union_all

from camflix.importers.text import fold_title, split_year
from camflix.models import Genre, HiddenMovie, Movie, MovieGenre, Rating, WatchlistEntry
from camflix.queries import parse_query
from camflix.results import GenreCount, GenreList, MovieMarks, MoviePage, MovieWindow
from camflix.scores import percentiles_of_counts, tier
from camflix.services.filters import FilterConditions
from camflix.services.movie_order import MovieOrder, PredictedOrder, order_of
from camflix.services.title_search import TitleSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from sqlalchemy import CompoundSelect
    from sqlalchemy.orm import Session

    from camflix.queries import MovieFilter
    from camflix.services.catalogue_memory import CatalogueMemory
    from camflix.services.movie_order import MovieSort
    from camflix.services.movies import MovieService
    from camflix.services.predictions import PredictionService
    from camflix.services.ratings import RatingService

_IDS = bindparam("ids", expanding=True, type_=Integer)
_WHOSE = bindparam("user_id", type_=Integer)
# All marks in one statement, made once: every list asks them.
_MARKS: CompoundSelect[Any] = union_all(
    select(literal("rated").label("kind"), Rating.movie_id, Rating.score).where(
        Rating.user_id == _WHOSE, Rating.movie_id.in_(_IDS)
    ),
    *(
        select(literal(kind), model.movie_id, null()).where(model.user_id == _WHOSE, model.movie_id.in_(_IDS))
        for kind, model in (("watched", WatchlistEntry), ("hidden", HiddenMovie))
    ),
)
_BLOCK = 500


class ListingService:
    """Lists of films for one user.

    Args:
        session: the transaction.
        movies: the catalogue.
        ratings: where scores and percentiles come from.
        predictions: gives the predicted scores when they are asked for; the engine is loaded only then.
        memory: what this process remembers of the catalogue.
    """

    def __init__(
        self,
        session: Session,
        movies: MovieService,
        ratings: RatingService,
        predictions: Callable[[], PredictionService],
        memory: CatalogueMemory,
    ) -> None:
        self._session = session
        self._movies = movies
        self._ratings = ratings
        self._predictions = predictions
        self._memory = memory

    def page(
        self,
        user_id: int,
        query: str,
        filter_: MovieFilter,
        sort: MovieSort,
        limit: int,
        cursor: str | None,
        *,
        reverse: bool = False,
        predictions: bool = False,
    ) -> MoviePage:
        """Return films in an order; those that answer best first when ``query`` holds words of a title.

        Raises:
            InvalidInputError: a cursor of another list, an unknown genre, a filter that cannot be read.
            NotFoundError: predictions are sorted or filtered by, and there is nothing to learn from.
        """
        words, filter_ = parse_query(query, filter_)
        conditions = FilterConditions(self._session, self._predictions, user_id).of(filter_)
        next_cursor: str | None = None
        if words:
            title, year = split_year(words)
            in_year = [*conditions, Movie.year == year] if year is not None else conditions
            ids = TitleSearch(self._session, self._memory).find(fold_title(title), limit, in_year)
        elif sort == "predicted":
            scores = self._predictions().all(user_id)
            ordered = PredictedOrder(self._session, scores, conditions, reverse=reverse)
            ids, next_cursor = ordered.page(limit, cursor)
        else:
            order = order_of(sort, reverse=reverse)
            ids, next_cursor = MovieOrder(self._session, order, user_id, conditions).page(limit, cursor)
        movies = self._movies.by_ids(ids)
        marks = self.marks(user_id, ids, predictions=predictions or sort == "predicted")
        return MoviePage(tuple(movies[movie_id] for movie_id in ids), next_cursor, marks)

    def window(
        self,
        user_id: int,
        sort: MovieSort,
        offset: int,
        limit: int,
        *,
        reverse: bool = False,
        predictions: bool = False,
    ) -> MovieWindow:
        """Return the films at the places from ``offset`` on of the whole catalogue in an order."""
        order = order_of(sort, reverse=reverse)
        ids, n_all = MovieOrder(self._session, order, user_id, (), self._memory).window(offset, limit)
        movies = self._movies.by_ids(ids)
        marks = self.marks(user_id, ids, predictions=predictions)
        return MovieWindow(tuple(movies[movie_id] for movie_id in ids), marks, offset, n_all)

    def marks(self, user_id: int, ids: Sequence[int], *, predictions: bool) -> tuple[MovieMarks, ...]:
        """Return what a user did with each of some films, in their order."""
        if not ids:
            return ()
        scores, watched, hidden = self._mine(user_id, ids)
        ranks = percentiles_of_counts(self._ratings.score_counts(user_id)) if scores else None
        predicted = self._predictions().of(user_id, ids) if predictions else {}
        marks = []
        for movie_id in ids:
            score = scores.get(movie_id)
            rank = ranks[score] if ranks and score is not None else None
            marks.append(
                MovieMarks(
                    movie_id=movie_id,
                    score=score,
                    percentile=rank,
                    tier=None if rank is None else tier(rank),
                    predicted_score=predicted.get(movie_id),
                    in_watchlist=movie_id in watched,
                    is_hidden=movie_id in hidden,
                )
            )
        return tuple(marks)

    def genres(self) -> GenreList:
        """Return the genres of the catalogue with how many films are of each."""
        query = select(Genre.slug, func.count(MovieGenre.movie_id)).outerjoin(MovieGenre).group_by(Genre.slug)
        rows = self._session.execute(query.order_by(Genre.slug))
        return GenreList(tuple(GenreCount(slug, n) for slug, n in rows))

    def _mine(self, user_id: int, ids: Sequence[int]) -> tuple[dict[int, int], set[int], set[int]]:
        """Return a user's scores of these films, and which of them they watch for and hid."""
        found: dict[str, dict[int, int]] = {"rated": {}, "watched": {}, "hidden": {}}
        for start in range(0, len(ids), _BLOCK):
            values = {"user_id": user_id, "ids": ids[start : start + _BLOCK]}
            for kind, movie_id, score in self._session.execute(_MARKS, values):
                found[kind][movie_id] = score
        return found["rated"], set(found["watched"]), set(found["hidden"])
