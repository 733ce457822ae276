"""The films of the model that a filter asks for: lists are made from these alone, not filtered after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from camflix.db.ids import among
from camflix.errors import InvalidInputError
from camflix.models import Movie
from camflix.queries import MovieFilter, parse_query
from camflix.services.filters import FilterConditions
from camflix.services.movie_order import MovieOrder, order_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Int32s
    from camflix.services.engine import Served
    from camflix.services.predictions import PredictionService

_AT_ONCE = 200


class WantedFilms:
    """Which films someone asks for by a filter."""

    def __init__(self, session: Session, predictions: Callable[[], PredictionService]) -> None:
        self._session = session
        self._predictions = predictions

    def conditions(self, user_id: int, query: str) -> list[ColumnElement[bool]]:
        """Return what a query asks of a film; nothing for an empty one.

        Raises:
            InvalidInputError: it holds words that are no filter, a filter that cannot be read, or no genre there is.
        """
        words, filter_ = parse_query(query, MovieFilter())
        if words:
            raise InvalidInputError(
                "query: “{words}” is no filter.",
                hint="Write genre:drama, year:1960..1979, runtime:<100, lang:fr, psi:>75 or +watchlist.",
                field="query",
                words=words,
            )
        return FilterConditions(self._session, self._predictions, user_id).of(filter_)

    def kept(self, served: Served, items: Int32s, conditions: list[ColumnElement[bool]]) -> Int32s:
        """Return those of a model's items that fit, in their order; int32."""
        if not conditions:
            return items
        ids = served.snapshot.movie_ids[items]
        fitting = select(Movie.id).where(among(self._session, Movie.id, ids.tolist()), *conditions)
        return items[np.isin(ids, list(self._session.scalars(fitting)))]

    def unfit(self, served: Served, floor: int, conditions: list[ColumnElement[bool]]) -> Int32s:
        """Return those of a model's items with ``floor`` ratings or more that do not fit, ascending; int32."""
        if not conditions:
            return np.empty(0, dtype=np.int32)
        well_known = np.flatnonzero(np.diff(served.snapshot.ratings.item_ptr) >= floor).astype(np.int32)
        return np.setdiff1d(well_known, self.kept(served, well_known, conditions), assume_unique=True)

    def most_rated(self, n: int, unwanted: set[int], conditions: list[ColumnElement[bool]]) -> list[int]:
        """Return the films, by id, that most people rated, ``n`` at the most and none that is unwanted."""
        order = MovieOrder(self._session, order_of("ratings", reverse=False), 0, [*conditions, Movie.n_ratings > 0])
        chosen: list[int] = []
        cursor: str | None = None
        while len(chosen) < n:
            ids, cursor = order.page(_AT_ONCE, cursor)
            chosen += [movie_id for movie_id in ids if movie_id not in unwanted]
            if cursor is None:
                break
        return chosen[:n]
