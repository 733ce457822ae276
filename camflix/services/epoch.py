"""The number that tells fitted models that the ratings changed in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from camflix.db.bulk import insert_if_absent
from camflix.models import DataVersion, RatingChange
from camflix.models.base import table_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_ROW = 1
_CURRENT = select(DataVersion.epoch).where(DataVersion.id == _ROW)
_LAST_CHANGE = select(func.max(RatingChange.id))


class EpochService:
    """Reads and advances the data version."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def current(self) -> int:
        """Return the epoch; 0 before the first bulk change."""
        return self._session.scalar(_CURRENT) or 0

    def advance(self) -> None:
        """Begin a new epoch: every model fitted before is old."""
        if self._add_one():
            return
        connection, row = self._session.connection(), {"id": _ROW, "epoch": 1}
        if not insert_if_absent(connection, table_of(DataVersion), row):
            # Another began the first one meanwhile.
            self._add_one()

    def last_change_id(self) -> int:
        """Return the id of the newest rating change; 0 when there is none."""
        return self._session.scalar(_LAST_CHANGE) or 0

    def _add_one(self) -> bool:
        """Count on from the epoch that is stored; return whether there is one."""
        done: Any = self._session.execute(
            update(DataVersion).where(DataVersion.id == _ROW).values(epoch=DataVersion.epoch + 1)
        )
        return bool(done.rowcount)
