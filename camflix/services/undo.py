"""Undo: the last write of a user goes back to what it was, a whole import included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text

from camflix.db.bulk import refresh_statistics
from camflix.db.locks import lock_imports, lock_users
from camflix.db.types import UtcDateTime
from camflix.errors import ConflictError, NotFoundError
from camflix.models import ImportBatch, RatingChange
from camflix.results import Undone
from camflix.services.counting import recount
from camflix.services.rescaling import RESCALE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.services.epoch import EpochService
    from camflix.services.journal import JournalService
    from camflix.services.lists import ListService
    from camflix.services.movies import MovieService

# The first change of a pair says what was there before; the last must be the newest that still holds (neither an undo
# nor undone), or a later write of the person's would be lost.
_STAGE = """
CREATE TEMPORARY TABLE undo_stage AS
SELECT first.user_id, first.movie_id, first.old_score, first.old_created_at, first.old_updated_at, first.old_source,
       last.new_score, last.id AS last_id, last.source AS new_source
FROM (SELECT user_id, movie_id, min(id) AS first_id, max(id) AS last_id
      FROM rating_change WHERE {condition} GROUP BY user_id, movie_id) pair
JOIN rating_change first ON first.id = pair.first_id
JOIN rating_change last ON last.id = pair.last_id
"""
_INDEX_STAGE = "CREATE UNIQUE INDEX undo_stage_pair ON undo_stage (user_id, movie_id)"
# A later change of the same pair that still holds.
_OVERTAKEN = """EXISTS (
    SELECT 1 FROM rating_change later
    WHERE later.user_id = {pair}.user_id AND later.movie_id = {pair}.movie_id AND later.id > {id}
      AND later.reverts_change_id IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM rating_change reverting
          WHERE reverting.user_id = later.user_id AND reverting.movie_id = later.movie_id AND reverting.id > later.id
            AND reverting.reverts_change_id = later.id)
      AND NOT EXISTS (SELECT 1 FROM import_batch WHERE id = later.import_batch_id AND undone_at IS NOT NULL)
)"""
_DROP_OVERTAKEN = f"DELETE FROM undo_stage WHERE {_OVERTAKEN.format(pair='undo_stage', id='undo_stage.last_id')}"  # noqa: S608
# The same score said once more by hand since leaves no change; only the rating's source tells.
_DROP_SAID_AGAIN = """
DELETE FROM undo_stage WHERE EXISTS (
    SELECT 1 FROM rating r
    WHERE r.user_id = undo_stage.user_id AND r.movie_id = undo_stage.movie_id
      AND r.score = undo_stage.new_score AND r.source <> undo_stage.new_source)
"""
# One that somebody else's import has overtaken is past: what was done before it comes next.
_LAST_CHANGE = text(f"""
SELECT mine.id FROM rating_change mine
WHERE mine.user_id = :user_id AND mine.import_batch_id IS NULL AND mine.reverts_change_id IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM rating_change reverting
      WHERE reverting.user_id = mine.user_id AND reverting.movie_id = mine.movie_id AND reverting.id > mine.id
        AND reverting.reverts_change_id = mine.id)
  AND NOT {_OVERTAKEN.format(pair="mine", id="mine.id")}
ORDER BY mine.id DESC LIMIT 1
""")  # noqa: S608 - our own query
_RECORD = text("""
INSERT INTO rating_change (user_id, movie_id, old_score, old_created_at, old_updated_at, old_source, new_score,
                           changed_at, source, reverts_change_id)
SELECT s.user_id, s.movie_id, r.score, r.created_at, r.updated_at, r.source, s.old_score, :now, 'undo', s.last_id
FROM undo_stage s LEFT JOIN rating r ON r.user_id = s.user_id AND r.movie_id = s.movie_id
WHERE s.old_score IS NOT NULL OR r.score IS NOT NULL
ORDER BY s.user_id, s.movie_id
""").bindparams(bindparam("now", type_=UtcDateTime()))
_REMOVE = """
DELETE FROM rating WHERE EXISTS (
    SELECT 1 FROM undo_stage s
    WHERE s.user_id = rating.user_id AND s.movie_id = rating.movie_id
)
"""
_RESTORE = """
INSERT INTO rating (user_id, movie_id, score, created_at, updated_at, source)
SELECT user_id, movie_id, old_score, old_created_at, old_updated_at, old_source
FROM undo_stage WHERE old_score IS NOT NULL
"""


class UndoService:
    """Takes back what a user did last. An undo is not undone by the next; of ratings it is itself recorded."""

    def __init__(
        self,
        session: Session,
        movies: MovieService,
        epochs: EpochService,
        journal: JournalService,
        lists: Callable[[], ListService],
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._movies = movies
        self._epochs = epochs
        self._journal = journal
        self._lists = lists
        self._now = now

    def undo(self, user_id: int, made_at: datetime | None = None) -> Undone:
        """Take back the user's last write that has not been taken back.

        Args:
            user_id: whose.
            made_at: when this was asked, where it comes late: what was written since is not taken back.

        Raises:
            NotFoundError: there is nothing to undo.
            ConflictError: a list cannot have its name back, another has it; or the last write is newer than this.
        """
        # Imports first, as an import takes them: they lock users too.
        lock_imports(self._session.connection())
        lock_users(self._session.connection(), "SELECT CAST(:user_id AS INTEGER)", user_id=user_id)
        change = self._last_change(user_id)
        batch = self._last_batch(user_id)
        if batch is not None and (change is None or (batch.last_change_id or 0) > change.id):
            change = None
        else:
            batch = None
        rated_at = batch.finished_at if batch is not None else None if change is None else change.changed_at
        self._refuse_overtaken(user_id, rated_at, made_at)
        undone = self._undo_record(user_id, since=rated_at)
        if undone is not None:
            return undone
        if batch is not None:
            return self._undo_batch(batch)
        if change is None:
            raise NotFoundError("There is nothing to undo.")
        return self._undo_change(change)

    def _refuse_overtaken(self, user_id: int, rated_at: datetime | None, made_at: datetime | None) -> None:
        if made_at is None:
            return
        record = self._journal.last(user_id)
        moments = (rated_at, None if record is None else record.written_at)
        if any(moment is not None and moment > made_at for moment in moments):
            raise ConflictError("What you wrote last stays: it was written later elsewhere.")

    def _undo_record(self, user_id: int, since: datetime | None) -> Undone | None:
        """Undo the last write that is no rating, unless the last rating came after it; None when there is none."""
        while (record := self._journal.last(user_id)) is not None and (since is None or record.written_at >= since):
            kind = record.kind
            movie = None if record.movie_id is None else self._movies.get(record.movie_id)
            is_list = kind in ("list", "list_film")
            done = self._lists().put_back(record) if is_list else ("", self._journal.put_back(record))
            self._journal.forget(record)
            # A list that has gone with somebody's help is past: what was done before comes next.
            if done is not None:
                name, is_there = done
                return Undone(kind, movie, 0, 0, None, is_there=is_there, list_name=name if is_list else None)
        return None

    def _last_change(self, user_id: int) -> RatingChange | None:
        change_id = self._session.scalar(_LAST_CHANGE, {"user_id": user_id})
        return None if change_id is None else self._session.get_one(RatingChange, change_id)

    def _last_batch(self, user_id: int) -> ImportBatch | None:
        return self._session.scalar(
            select(ImportBatch)
            .where(ImportBatch.user_id == user_id, ImportBatch.undone_at.is_(None))
            .where(ImportBatch.n_created + ImportBatch.n_updated > 0)
            .order_by(ImportBatch.id.desc())
            .limit(1)
        )

    def _undo_change(self, change: RatingChange) -> Undone:
        n_restored, n_kept = self._revert(f"id = {change.id}")
        return Undone(
            "rating", self._movies.get(change.movie_id), n_restored, n_kept, change.source, score=change.old_score
        )

    def _undo_batch(self, batch: ImportBatch) -> Undone:
        n_restored, n_kept = self._revert(
            f"id BETWEEN {batch.first_change_id} AND {batch.last_change_id} AND import_batch_id = {batch.id}",
            is_bulk=True,
        )
        batch.undone_at = self._now()
        self._session.flush()
        self._epochs.advance()
        return Undone("rescale" if batch.source == RESCALE else "import", None, n_restored, n_kept, batch.source)

    def _revert(self, condition: str, *, is_bulk: bool = False) -> tuple[int, int]:
        """Put back every rating that the chosen changes touched and that nothing touched since.

        Returns:
            How many ratings were put back, and how many were kept as they are.
        """
        connection = self._session.connection()
        # Right after an import the server does not know yet how much came, and would compare each row with each.
        if is_bulk:
            refresh_statistics(connection, "rating_change", "rating")
        # Our own number, written out: PostgreSQL takes no parameters in CREATE TABLE AS.
        self._session.execute(text(_STAGE.format(condition=condition)))
        self._session.execute(text(_INDEX_STAGE))
        if is_bulk:
            refresh_statistics(connection, "undo_stage")
        lock_users(connection, "SELECT user_id FROM undo_stage")
        n_touched = self._count_stage()
        self._session.execute(text(_DROP_OVERTAKEN))
        if is_bulk:
            self._session.execute(text(_DROP_SAID_AGAIN))
        self._session.execute(_RECORD, {"now": self._now()})
        self._session.execute(text(_REMOVE))
        self._session.execute(text(_RESTORE))
        recount(self._session, "SELECT movie_id FROM undo_stage")
        n_restored = self._count_stage()
        self._session.execute(text("DROP TABLE undo_stage"))
        # The identity map may hold ratings that were changed behind its back.
        self._session.expire_all()
        return n_restored, n_touched - n_restored

    def _count_stage(self) -> int:
        return int(self._session.execute(text("SELECT count(*) FROM undo_stage")).scalar_one())
