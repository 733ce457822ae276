"""What a user never wants to be shown in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select

from camflix.db.bulk import insert_if_absent
from camflix.models import HiddenMovie
from camflix.models.base import table_of
from camflix.results import HiddenList, HiddenState
from camflix.services.cursors import decode_cursor, encode_cursor, moment_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.services.journal import JournalService
    from camflix.services.movies import MovieService

_HIDDEN = "hidden"


class HiddenService:
    """The films one user hid. Hiding and restoring twice is as good as once."""

    def __init__(
        self, session: Session, movies: MovieService, journal: JournalService, now: Callable[[], datetime]
    ) -> None:
        self._session = session
        self._movies = movies
        self._journal = journal
        self._now = now

    def hide(self, user_id: int, movie_id: int) -> HiddenState:
        """Hide a film.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        row = {"user_id": user_id, "movie_id": movie_id, "hidden_at": self._now()}
        changed = insert_if_absent(self._session.connection(), table_of(HiddenMovie), row)
        if changed:
            self._journal.record(user_id, "hidden", None, movie_id=movie_id)
        return HiddenState(movie, is_hidden=True, changed=changed)

    def restore(self, user_id: int, movie_id: int) -> HiddenState:
        """Let a film be shown again.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        mine = and_(HiddenMovie.user_id == user_id, HiddenMovie.movie_id == movie_id)
        before = self._session.execute(delete(HiddenMovie).where(mine).returning(HiddenMovie.hidden_at)).one_or_none()
        if before is not None:
            self._journal.record(user_id, "hidden", {"hidden_at": before.hidden_at}, movie_id=movie_id)
        return HiddenState(movie, is_hidden=False, changed=before is not None)

    def page(self, user_id: int, limit: int, cursor: str | None) -> HiddenList:
        """Return a page of the hidden films, last hidden first.

        Raises:
            InvalidInputError: no such list gave the cursor.
        """
        at, movie_id = HiddenMovie.hidden_at, HiddenMovie.movie_id
        query = select(movie_id, at).where(HiddenMovie.user_id == user_id)
        if cursor is not None:
            value, last = decode_cursor(cursor, _HIDDEN, str, int)
            moment = moment_of(value)
            query = query.where(or_(at < moment, and_(at == moment, movie_id < last)))
        rows = self._session.execute(query.order_by(at.desc(), movie_id.desc()).limit(limit + 1)).all()
        shown, more = rows[:limit], len(rows) > limit
        movies = self._movies.by_ids(row.movie_id for row in shown)
        return HiddenList(
            movies=tuple(movies[row.movie_id] for row in shown),
            hidden_at=tuple(row.hidden_at for row in shown),
            n_movies=self._session.scalar(select(func.count()).where(HiddenMovie.user_id == user_id)) or 0,
            next_cursor=encode_cursor(_HIDDEN, shown[-1].hidden_at.isoformat(), shown[-1].movie_id) if more else None,
        )
