"""The words of titles, so that a search finds films by some of them, begun or misspelt."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from camflix.models.base import Base

# Compared byte by byte on both databases, so that an index serves prefixes.
_Word = String(64).with_variant(String(64, collation="C"), "postgresql")


class TitleWord(Base):
    """A film has this word in one of its titles.

    No foreign key: it would need an index of its own, as large as the table. A search asks for the films themselves
    anyway, so a word whose film is gone finds nothing.
    """

    __tablename__ = "title_word"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(_Word, primary_key=True)
    movie_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class WordForm(Base):
    """A word of titles by its beginning, whole and with each one of its letters left out.

    Two words a slip apart share a form: a letter missing, surplus, wrong, or two swapped (Garbe's symmetric deletions,
    SymSpell).
    """

    __tablename__ = "word_form"
    __table_args__ = ({"sqlite_with_rowid": False},)

    form: Mapped[str] = mapped_column(_Word, primary_key=True)
    word: Mapped[str] = mapped_column(_Word, primary_key=True)
