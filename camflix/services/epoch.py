"""The number that tells fitted models that the ratings changed in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from camflix.models import DataVersion, RatingChange

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
        done = self._session.execute(
            update(DataVersion).where(DataVersion.id == _ROW).values(epoch=DataVersion.epoch + 1)
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            self._session.add(DataVersion(id=_ROW, epoch=1))
            self._session.flush()

    def last_change_id(self) -> int:
        """Return the id of the newest rating change; 0 when there is none."""
        return self._session.scalar(_LAST_CHANGE) or 0
