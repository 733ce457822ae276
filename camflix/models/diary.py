"""What a user wrote of films, when they saw them, and which they do not want to be asked for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from camflix.models.base import Base


class MovieNote(Base):
    """A user's private text on a film; ``version`` grows with each change."""

    __tablename__ = "movie_note"
    __table_args__ = (Index("ix_movie_note_user_id_updated_at", "user_id", "updated_at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True)
    text: Mapped[str] = mapped_column(String(500))
    has_spoiler: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    updated_at: Mapped[datetime]


class Viewing(Base):
    """A film seen once by a user; ``seen_on`` is their own calendar's day, null when nobody remembers."""

    __tablename__ = "viewing"
    __table_args__ = (
        Index("ix_viewing_user_id_seen_on_id", "user_id", "seen_on", "id"),
        Index("ix_viewing_user_id_movie_id", "user_id", "movie_id"),
        {"sqlite_autoincrement": True},  # no number is given twice, as with lists
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), index=True)
    seen_on: Mapped[date | None]
    is_rewatch: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]


class FeedAnswer(Base):
    """A film that quick rating asked for and that a user had not seen, or did not want to rate."""

    __tablename__ = "feed_answer"
    __table_args__ = (CheckConstraint("answer IN ('not_seen', 'skip')", name="answer"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True)
    answer: Mapped[str] = mapped_column(String(8))
    answered_at: Mapped[datetime]
