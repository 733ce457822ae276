"""Scores given on a narrower scale, brought to 0-100 in one stroke that undo takes back."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import select

from camflix.db.bulk import upsert_ratings
from camflix.db.locks import lock_imports, lock_users
from camflix.errors import InvalidInputError
from camflix.models import ImportBatch, Rating
from camflix.results import Rescaled
from camflix.scores import from_scale

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.services.epoch import EpochService

RESCALE = "rescale"


class RescalingService:
    """Rescales one user's ratings; percentiles stay, because no two different scores become one."""

    def __init__(self, session: Session, epochs: EpochService, now: Callable[[], datetime]) -> None:
        self._session = session
        self._epochs = epochs
        self._now = now

    def rescale(self, user_id: int, from_max: int, *, dry_run: bool) -> Rescaled:
        """Bring every score from 0 to ``from_max`` to 0-100, or only say what would become of each.

        Raises:
            InvalidInputError: a score lies above ``from_max``.
        """
        lock_imports(self._session.connection())
        lock_users(self._session.connection(), "SELECT CAST(:user_id AS INTEGER)", user_id=user_id)
        query = select(Rating.movie_id, Rating.score, Rating.updated_at).where(Rating.user_id == user_id)
        rows = self._session.execute(query).all()
        highest = max((row.score for row in rows), default=0)
        if highest > from_max:
            raise InvalidInputError(
                "from_max: you gave {score}, which lies above {from_max}.",
                hint="Give the upper end of the scale that you used.",
                field="from_max",
                score=highest,
                from_max=from_max,
            )
        new = {row.score: from_scale(Fraction(row.score), from_max) for row in rows}
        changed = [row for row in rows if new[row.score] != row.score]
        if changed and not dry_run:
            self._write(user_id, [(user_id, row.movie_id, new[row.score], row.updated_at) for row in changed])
        before = tuple(sorted(new))
        after = tuple(new[score] for score in before)
        kept = len(set(after)) == len(before)
        return Rescaled(len(rows), len(changed), before, after, kept, dry_run)

    def _write(self, user_id: int, rows: list[tuple[int, int, int, datetime]]) -> None:
        batch = ImportBatch(source=RESCALE, file_name="", user_id=user_id, started_at=self._now())
        batch.first_change_id = self._epochs.last_change_id() + 1
        self._session.add(batch)
        self._session.flush()
        connection = self._session.connection()
        done = upsert_ratings(connection, rows, source=RESCALE, batch_id=batch.id, now=batch.started_at)
        batch.last_change_id = self._epochs.last_change_id()
        batch.n_rows, batch.n_updated, batch.finished_at = len(rows), done.n_updated, self._now()
        self._session.flush()
        # Ratings were changed behind the identity map.
        self._session.expire_all()
        self._epochs.advance()
