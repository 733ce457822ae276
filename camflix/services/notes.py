"""What a user wrote of films, for nobody else."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, delete, func, or_, select

from camflix.db.locks import lock_users
from camflix.errors import ConflictError, InvalidInputError, NotFoundError
from camflix.models import MovieNote
from camflix.results import Note, NoteList
from camflix.services.cursors import decode_cursor, encode_cursor, moment_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from camflix.results import MovieSummary
    from camflix.services.journal import JournalService
    from camflix.services.movies import MovieService

_CHANGED = "notes"
_FIRST_VERSIONS = 1 << 30
_OF_FILM = select(MovieNote).where(
    MovieNote.user_id == bindparam("user_id"), MovieNote.movie_id == bindparam("movie_id")
)


class NoteService:
    """One user's notes at a time, one a film."""

    def __init__(
        self, session: Session, movies: MovieService, journal: JournalService, now: Callable[[], datetime]
    ) -> None:
        self._session = session
        self._movies = movies
        self._journal = journal
        self._now = now

    def save(self, user_id: int, movie_id: int, text: str, version: int | None, *, has_spoiler: bool) -> Note:
        """Write the note of a film, or change it.

        Args:
            user_id: whose note.
            movie_id: on which film.
            text: 1 to 500 characters, not only spaces.
            version: that of the note which was read before; None when there was none, or to overwrite any.
            has_spoiler: whether it tells too much.

        Raises:
            NotFoundError: there is no such film.
            InvalidInputError: the text is only spaces, or no text.
            ConflictError: the note was changed since it was read; both are kept: this one in the hands of who wrote it.
        """
        _check_text(text)
        movie = self._movies.get(movie_id)
        # Two processes that write one note come one after another.
        lock_users(self._session.connection(), "SELECT CAST(:user_id AS INTEGER)", user_id=user_id)
        note = self._session.get(MovieNote, (user_id, movie_id), populate_existing=True)
        if version is not None and (note is None or note.version != version):
            raise ConflictError(
                "The note on “{title}” was changed elsewhere meanwhile.",
                hint="Read it again, then save yours.",
                field="version",
                title=movie.title,
            )
        self._journal.record(user_id, "note", None if note is None else _row(note), movie_id=movie_id)
        if note is None:
            # Anywhere, so that a version read of a note that was removed since is not that of the next one.
            note = MovieNote(user_id=user_id, movie_id=movie_id, version=secrets.randbelow(_FIRST_VERSIONS))
            self._session.add(note)
        note.text, note.has_spoiler, note.version, note.updated_at = text, has_spoiler, note.version + 1, self._now()
        self._session.flush()
        return _described(note, movie)

    def remove(self, user_id: int, movie_id: int) -> Note:
        """Remove the note of a film; return what it said.

        Raises:
            NotFoundError: there is no such film, or no note on it.
        """
        movie = self._movies.get(movie_id)
        lock_users(self._session.connection(), "SELECT CAST(:user_id AS INTEGER)", user_id=user_id)
        note = self._session.get(MovieNote, (user_id, movie_id), populate_existing=True)
        if note is None:
            raise NotFoundError("You have no note on “{title}”.", field="movie_id", title=movie.title)
        removed = _described(note, movie)
        self._journal.record(user_id, "note", _row(note), movie_id=movie_id)
        mine = and_(MovieNote.user_id == user_id, MovieNote.movie_id == movie_id)
        self._session.execute(delete(MovieNote).where(mine))
        self._session.expunge(note)
        return removed

    def refuse_overtaken(self, user_id: int, movie_id: int, made_at: datetime | None) -> None:
        """Refuse a write that was made before the note as it is, and came late; ``made_at`` is None for others.

        Raises:
            ConflictError: saying so.
        """
        changed_at = select(MovieNote.updated_at).where(MovieNote.user_id == user_id, MovieNote.movie_id == movie_id)
        if made_at is not None and (self._session.scalar(changed_at) or made_at) > made_at:
            title = self._movies.get(movie_id).title
            raise ConflictError("The note on “{title}” was changed later elsewhere.", title=title)

    def of(self, user_id: int, movie_id: int) -> Note | None:
        """Return the note of a film, None when there is none."""
        note = self._session.scalar(_OF_FILM, {"user_id": user_id, "movie_id": movie_id})
        return None if note is None else _described(note, self._movies.get(movie_id))

    def page(self, user_id: int, limit: int, cursor: str | None) -> NoteList:
        """Return a page of the notes, last changed first.

        Raises:
            InvalidInputError: no such list gave the cursor.
        """
        query = select(MovieNote).where(MovieNote.user_id == user_id)
        at, movie_id = MovieNote.updated_at, MovieNote.movie_id
        if cursor is not None:
            value, last = decode_cursor(cursor, _CHANGED, str, int)
            moment = moment_of(value)
            query = query.where(or_(at < moment, and_(at == moment, movie_id < last)))
        rows = self._session.scalars(query.order_by(at.desc(), movie_id.desc()).limit(limit + 1)).all()
        shown, more = rows[:limit], len(rows) > limit
        movies = self._movies.by_ids(note.movie_id for note in shown)
        return NoteList(
            notes=tuple(_described(note, movies[note.movie_id]) for note in shown),
            n_notes=self._session.scalar(select(func.count()).where(MovieNote.user_id == user_id)) or 0,
            next_cursor=encode_cursor(_CHANGED, shown[-1].updated_at.isoformat(), shown[-1].movie_id) if more else None,
        )


def _check_text(text: str) -> None:
    if not text.strip() or "\0" in text:
        raise InvalidInputError("text: this must not be empty.", field="text")


def _row(note: MovieNote) -> dict[str, object]:
    return {
        "text": note.text,
        "has_spoiler": note.has_spoiler,
        "version": note.version,
        "updated_at": note.updated_at,
    }


def _described(note: MovieNote, movie: MovieSummary) -> Note:
    return Note(movie, note.text, note.has_spoiler, note.version, note.updated_at)
