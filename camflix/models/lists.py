"""What a user wants to see, and what they never want to be shown."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from camflix.models.base import Base


class WatchlistEntry(Base):
    """A film that a user wants to see."""

    __tablename__ = "watchlist_entry"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True)
    added_at: Mapped[datetime]


class HiddenMovie(Base):
    """A film that a user does not want to be recommended."""

    __tablename__ = "hidden_movie"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True)
    hidden_at: Mapped[datetime]
