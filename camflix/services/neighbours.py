"""Everybody's neighbours, stored: all of them with each model, one's own again whenever one rates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import bindparam, delete, select

from camflix.db.bulk import insert_rows
from camflix.models import Neighbour, Privacy, RatingChange, User
from camflix.recommender.model import Person
from camflix.recommender.neighbours import all_nearest
from camflix.results import Twin
from camflix.services.community import contributing
from camflix.services.leaving import forget_neighbours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from camflix.recommender.model import Neighbours
    from camflix.services.engine import Served, Taste

N_NEIGHBOURS = 50
_CHUNK = 50_000
_COLUMNS = ("user_id", "rank", "model_id", "neighbour_id", "similarity", "taste_distance", "n_common")
Row: TypeAlias = "tuple[int, float, float | None, int]"
"""User id, similarity, taste distance, films in common."""
_TABLE: Table = Neighbour.__table__  # type: ignore[assignment]
_FORGET = delete(_TABLE).where(_TABLE.c.user_id == bindparam("whose"), _TABLE.c.model_id == bindparam("model"))
_OF_WHO_RATED = delete(_TABLE).where(
    _TABLE.c.model_id == bindparam("model"),
    _TABLE.c.user_id.in_(select(RatingChange.user_id).where(RatingChange.id > bindparam("last_change"))),
)


class NeighbourService:
    """The neighbours of each user: those most like them by damped Pearson correlation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rebuild(self, served: Served, before: int | None) -> None:
        """Add everybody's neighbours as a new model's snapshot gives them, and drop those of models long past.

        Whoever rated since the snapshot has none: they are worked out when asked for, from the ratings as they are.

        Args:
            served: the new model, which nobody else knows yet.
            before: the id of the model that serves until then, if there is one. Its rows stay until the next is stored:
                whoever rates meanwhile writes there, waits for nobody, and is in nobody's way.
        """
        self._session.execute(delete(_TABLE).where(_TABLE.c.model_id != before) if before else delete(_TABLE))
        rows: list[Sequence[object]] = []
        found = all_nearest(served.snapshot.ratings, N_NEIGHBOURS)
        for user_id, neighbours in zip(served.snapshot.user_ids.tolist(), found, strict=True):
            rows += _rows(served, user_id, neighbours)
            if len(rows) > _CHUNK:
                insert_rows(self._session.connection(), _TABLE, _COLUMNS, rows)
                rows.clear()
        insert_rows(self._session.connection(), _TABLE, _COLUMNS, rows)
        self._drop_what_changed(served)

    def _drop_what_changed(self, served: Served) -> None:
        """Drop what the snapshot tells of those who rated or left since, on PostgreSQL while rows were written."""
        header = served.header
        self._session.connection().execute(_OF_WHO_RATED, {"model": header.id, "last_change": header.last_change_id})
        gone = set(served.snapshot.user_ids.tolist()).difference(self._session.scalars(select(User.id)))
        if gone:
            forget_neighbours(self._session, sorted(gone))

    def refresh(self, served: Served, user_id: int, taste: Taste) -> None:
        """Replace one user's neighbours by those that their ratings of now give."""
        self._session.connection().execute(_FORGET, {"whose": user_id, "model": served.header.id})
        found = served.model.neighbours(Person(taste.items, taste.scores, taste.user), N_NEIGHBOURS)
        insert_rows(self._session.connection(), _TABLE, _COLUMNS, list(_rows(served, user_id, found)))

    def of(self, user_id: int, model_id: int, n: int) -> tuple[Twin, ...] | None:
        """Return a user's ``n`` twins as stored with a model; None when nothing is."""
        columns = (Neighbour.neighbour_id, Neighbour.similarity, Neighbour.taste_distance, Neighbour.n_common)
        query = select(*columns).where(Neighbour.user_id == user_id, Neighbour.model_id == model_id)
        found = self._session.execute(query.order_by(Neighbour.rank))
        rows: list[Row] = [(row[0], row[1], row[2], row[3]) for row in found]
        return self._twins(rows, n) if rows else None

    def worked_out(self, served: Served, taste: Taste, n: int) -> tuple[Twin, ...]:
        """Return the ``n`` twins of whoever has this taste."""
        found = served.model.neighbours(Person(taste.items, taste.scores, taste.user), N_NEIGHBOURS)
        return self._twins([row[3:] for row in _rows(served, 0, found)], n)

    def _twins(self, rows: Sequence[Row], n: int) -> tuple[Twin, ...]:
        """Return the first ``n`` who contribute now, anonymously without their name; who left since is none of them.

        Where few are alike the nearest may be opposites; they are no twins.
        """
        query = select(User.id, User.username, User.privacy).where(
            User.id.in_([row[0] for row in rows]), contributing()
        )
        accounts = {row.id: row for row in self._session.execute(query)}
        shown = [row for row in rows if row[0] in accounts and row[1] > 0][:n]
        return tuple(
            Twin(
                rank=place,
                username=None if accounts[user_id].privacy == Privacy.PRIVATE else accounts[user_id].username,
                similarity=round(similarity, 6),
                taste_distance=None if distance is None else round(distance, 3),
                n_common=n_common,
            )
            for place, (user_id, similarity, distance, n_common) in enumerate(shown, 1)
        )


def _rows(served: Served, user_id: int, found: Neighbours) -> Iterator[tuple[int, int, int, *Row]]:
    """Yield the rows of one user's neighbours, values in the order of ``_COLUMNS``."""
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
