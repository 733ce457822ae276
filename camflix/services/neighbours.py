"""Everybody's neighbours, stored: all of them with each model, one's own again whenever one rates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from camflix.db.bulk import insert_rows
from camflix.models import Neighbour, Privacy, User
from camflix.recommender.model import Person
from camflix.recommender.neighbours import all_nearest
from camflix.results import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from camflix.recommender.model import Neighbours
    from camflix.services.engine import Served, Taste

N_NEIGHBOURS = 50
_CHUNK = 50_000
_COLUMNS = ("user_id", "rank", "model_id", "neighbour_id", "similarity", "taste_distance", "n_common")
_TABLE: Table = Neighbour.__table__  # type: ignore[assignment]


class NeighbourService:
    """The neighbours of each user: those most like them by damped Pearson correlation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rebuild(self, served: Served) -> None:
        """Replace everybody's neighbours by those that a new model's snapshot gives."""
        self._session.execute(delete(Neighbour))
        rows: list[tuple[object, ...]] = []
        found = all_nearest(served.snapshot.ratings, N_NEIGHBOURS)
        for user_id, neighbours in zip(served.snapshot.user_ids.tolist(), found, strict=True):
            rows += _rows(served, user_id, neighbours)
            if len(rows) > _CHUNK:
                insert_rows(self._session.connection(), _TABLE, _COLUMNS, rows)
                rows.clear()
        insert_rows(self._session.connection(), _TABLE, _COLUMNS, rows)

    def refresh(self, served: Served, user_id: int, taste: Taste) -> None:
        """Replace one user's neighbours by those that their ratings of now give."""
        self._session.execute(delete(Neighbour).where(Neighbour.user_id == user_id))
        found = served.model.neighbours(Person(taste.items, taste.scores, taste.user), N_NEIGHBOURS)
        insert_rows(self._session.connection(), _TABLE, _COLUMNS, list(_rows(served, user_id, found)))

    def of(self, user_id: int, model_id: int, n: int) -> tuple[Twin, ...] | None:
        """Return a user's ``n`` nearest as stored with a model; None when nothing is.

        Nobody appears whose account was disabled since; those who contribute anonymously appear without their name.
        """
        query = (
            select(Neighbour, User.username, User.privacy, User.is_active)
            .join(User, User.id == Neighbour.neighbour_id)
            .where(Neighbour.user_id == user_id, Neighbour.model_id == model_id)
            .order_by(Neighbour.rank)
        )
        rows = self._session.execute(query).all()
        if not rows:
            return None
        # Where few are alike the nearest may be opposites; they are no twins.
        shown = [row for row in rows if row.is_active and row.Neighbour.similarity > 0][:n]
        return tuple(
            Twin(
                rank=place,
                username=None if row.privacy == Privacy.PRIVATE else row.username,
                similarity=round(row.Neighbour.similarity, 6),
                taste_distance=None
                if row.Neighbour.taste_distance is None
                else round(row.Neighbour.taste_distance, 3),
                n_common=row.Neighbour.n_common,
            )
            for place, row in enumerate(shown, 1)
        )


def _rows(served: Served, user_id: int, found: Neighbours) -> Iterator[tuple[object, ...]]:
    values = zip(
        served.snapshot.user_ids[found.users].tolist(),
        found.similarity.tolist(),
        found.taste_distance.tolist(),
        found.n_common.tolist(),
        strict=True,
    )
    for rank, (neighbour_id, similarity, distance, n_common) in enumerate(values, 1):
        known = None if math.isnan(distance) else distance
        yield (user_id, rank, served.header.id, neighbour_id, similarity, known, n_common)
