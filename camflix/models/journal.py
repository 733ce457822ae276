"""What users did last besides rating, so that it can be undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from camflix.models.base import Base

_BigKey = BigInteger().with_variant(Integer, "sqlite")


class WriteRecord(Base):
    """One write of a user's: what was there before.

    ``kind`` tells the table (services/journal.py); ``row_id`` the viewing or the list, where the film alone does not
    tell the row. ``before`` is the row as JSON, null when there was none.
    """

    __tablename__ = "write_record"
    __table_args__ = (
        Index("ix_write_record_user_id_id", "user_id", "id"),
        # No id is given twice, so that their order is that of the writes.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_BigKey, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    movie_id: Mapped[int | None] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    row_id: Mapped[int | None]
    before: Mapped[str | None] = mapped_column(Text)
    written_at: Mapped[datetime]
