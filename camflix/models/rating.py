"""Ratings, and the history of each change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from camflix.models.base import Base

# SQLite gives rowids to INTEGER keys only; PostgreSQL's changes can outgrow 32 bits.
_BigKey = BigInteger().with_variant(Integer, "sqlite")


class Rating(Base):
    """What a user thinks of a film now.

    ``created_at`` and ``updated_at`` tell when the *person* rated and last changed it (an import keeps the file's
    dates). The primary key begins with the user, so that a person's ratings lie together; on SQLite the table is
    the key's own tree.
    """

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        Index("ix_rating_movie_id_score", "movie_id", "score"),
        {"sqlite_with_rowid": False},
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="RESTRICT"), primary_key=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16))


class RatingChange(Base):
    """One change of one rating: what it was, what it became, what had been predicted then.

    Null scores mean "no rating". The old row's dates and source are kept too, so that undo puts back exactly what
    was there. ``reverts_change_id`` marks a change that undid another (of the same user and film, which finds it).
    """

    __tablename__ = "rating_change"
    __table_args__ = (
        CheckConstraint("old_score IS NOT NULL OR new_score IS NOT NULL", name="something_changed"),
        Index("ix_rating_change_user_id_movie_id_id", "user_id", "movie_id", "id"),
    )

    id: Mapped[int] = mapped_column(_BigKey, primary_key=True)
    # No foreign keys: on PostgreSQL each is a query a row, a third of what a bulk import takes. Whoever goes takes the
    # history along (services/leaving.py); a film that has ratings cannot go; an import that has gone is nothing.
    user_id: Mapped[int]
    movie_id: Mapped[int]
    old_score: Mapped[int | None] = mapped_column(SmallInteger)
    old_created_at: Mapped[datetime | None]
    old_updated_at: Mapped[datetime | None]
    old_source: Mapped[str | None] = mapped_column(String(16))
    new_score: Mapped[int | None] = mapped_column(SmallInteger)
    changed_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16))
    predicted_score: Mapped[float | None]
    predicted_by: Mapped[str | None] = mapped_column(String(16))
    import_batch_id: Mapped[int | None]
    # No foreign key: it would need an index of its own, or deleting a user would search the table for each change.
    reverts_change_id: Mapped[int | None] = mapped_column(_BigKey)


class ImportBatch(Base):
    """One import: what was read, what became of it. Its changes can be undone together.

    They lie between ``first_change_id`` and ``last_change_id``, among those of others; the range finds them by the
    primary key.
    """

    __tablename__ = "import_batch"
    # No id is given twice: changes of an import that has gone stay.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    first_change_id: Mapped[int | None] = mapped_column(_BigKey)
    last_change_id: Mapped[int | None] = mapped_column(_BigKey)
    n_rows: Mapped[int] = mapped_column(default=0)
    n_created: Mapped[int] = mapped_column(default=0)
    n_updated: Mapped[int] = mapped_column(default=0)
    n_unchanged: Mapped[int] = mapped_column(default=0)
    n_ambiguous: Mapped[int] = mapped_column(default=0)
    n_not_found: Mapped[int] = mapped_column(default=0)
    n_invalid: Mapped[int] = mapped_column(default=0)
    n_skipped_not_film: Mapped[int] = mapped_column(default=0)
