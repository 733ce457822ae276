"""What a user wants to see, what they never want to be shown, and lists of their own making."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
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


class MovieList(Base):
    """A list of films with a name of its owner's choice.

    ``version`` grows with every change of the list or of its films: whoever changes a list has locked this row.
    ``share_token`` is the secret part of its link, null when it has none.
    """

    __tablename__ = "movie_list"
    # No number is given twice: a write kept from when the server was away must not change another list.
    __table_args__ = (UniqueConstraint("user_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    is_public: Mapped[bool] = mapped_column(default=False, server_default=false())
    share_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MovieListEntry(Base):
    """A film in its place of a list; places are 0, 1, 2 … without gaps."""

    __tablename__ = "movie_list_entry"
    __table_args__ = (Index("ix_movie_list_entry_list_id_position", "list_id", "position"),)

    list_id: Mapped[int] = mapped_column(ForeignKey("movie_list.id", ondelete="CASCADE"), primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int]
    added_at: Mapped[datetime]
