"""Lists of films: named, in an order of their owner's, for themselves or for all."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select

from camflix.errors import ConflictError, InvalidInputError, NotFoundError
from camflix.models import MovieList as ListRow
from camflix.models import MovieListEntry, Rating, User
from camflix.models.base import table_of
from camflix.results import ListChange, ListedFilm, MovieList, MovieListPage, MovieListSummary
from camflix.services.journal import values_of
from camflix.services.list_places import ListPlaces

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from camflix.services.journal import JournalService, RecordedWrite
    from camflix.services.movies import MovieService
    from camflix.services.privacy import PrivacyService

MAX_FILMS = 10_000
_TOKEN_BYTES = 24


class ListService:
    """The lists that one reader may see, and change where they are theirs.

    Every change locks the list's row and raises its version: changes come one after another. Adding and removing merge
    with what others did; names and places are refused when a newer version is there than the one that was read.

    Args:
        session: the transaction.
        movies: the catalogue.
        privacy: whom the reader may see.
        journal: where writes are recorded, to be undone.
        now: the clock.
    """

    def __init__(
        self,
        session: Session,
        movies: MovieService,
        privacy: PrivacyService,
        journal: JournalService,
        now: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._movies = movies
        self._privacy = privacy
        self._journal = journal
        self._places = ListPlaces(session)
        self._now = now

    def create(self, user_id: int, name: str, description: str, *, is_public: bool) -> MovieListSummary:
        """Make an empty list.

        Raises:
            InvalidInputError: the name is only spaces.
            ConflictError: one's other list has this name.
        """
        name = _checked_name(name)
        _check_text("description", description)
        # One user's lists are made one after another, so that two of one name cannot be.
        self._session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
        self._refuse_taken(user_id, name, except_id=0)
        now = self._now()
        row = ListRow(
            user_id=user_id, name=name, description=description, is_public=is_public, created_at=now, updated_at=now
        )
        row.version = 1
        self._session.add(row)
        self._session.flush()
        self._journal.record(user_id, "list", None, row_id=row.id)
        return self._summary(row.id, user_id)

    def edit(
        self,
        user_id: int,
        list_id: int,
        version: int | None,
        name: str | None,
        description: str | None,
        is_public: bool | None,  # noqa: FBT001 - null keeps what is there
    ) -> ListChange:
        """Change what is not null.

        Raises:
            NotFoundError: one has no such list.
            ConflictError: the name is taken, or the list was changed since it was read.
        """
        if name is not None:
            # Before the list, as making one does: nobody waits in a circle.
            self._session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
        row = self._own(user_id, list_id, version)
        changes: dict[str, Any] = {"description": description, "is_public": is_public}
        if name is not None:
            changes["name"] = _checked_name(name)
            self._refuse_taken(user_id, changes["name"], except_id=list_id)
        if description is not None:
            _check_text("description", description)
        new = {key: value for key, value in changes.items() if value is not None and value != getattr(row, key)}
        if new:
            self._journal.record(user_id, "list", _columns(row), row_id=list_id)
        for key, value in new.items():
            setattr(row, key, value)
        return self._changed(row, user_id, changed=bool(new))

    def remove(self, user_id: int, list_id: int) -> MovieListSummary:
        """Remove a list; return what it was.

        Raises:
            NotFoundError: one has no such list.
        """
        row = self._own(user_id, list_id, None)
        summary = self._summary(list_id, user_id)
        before = {**_columns(row), "entries": self._places.all(list_id)}
        self._journal.record(user_id, "list", before, row_id=list_id)
        self._session.execute(delete(ListRow).where(ListRow.id == list_id))
        self._session.expire_all()
        return summary

    def add(self, user_id: int, list_id: int, movie_id: int, position: int | None) -> ListChange:
        """Put a film into a list, at a place or at the end; one that is there already stays where it is.

        Raises:
            NotFoundError: there is no such film, or one has no such list.
            InvalidInputError: the list is full.
        """
        self._movies.get(movie_id)
        row = self._own(user_id, list_id, None)
        if self._places.place_of(list_id, movie_id) is not None:
            return self._changed(row, user_id, changed=False)
        n = self._places.count(list_id)
        if n >= MAX_FILMS:
            raise InvalidInputError("list_id: a list holds {most} films at most.", field="list_id", most=MAX_FILMS)
        place = n if position is None else min(position, n)
        self._journal.record(user_id, "list_film", None, movie_id=movie_id, row_id=list_id)
        self._places.insert(list_id, movie_id, place, self._now())
        return self._changed(row, user_id, changed=True)

    def take_out(self, user_id: int, list_id: int, movie_id: int) -> ListChange:
        """Take a film out of a list; one that is not in it is no error.

        Raises:
            NotFoundError: one has no such list.
        """
        row = self._own(user_id, list_id, None)
        before = self._places.delete(list_id, movie_id)
        if before is not None:
            place, added_at = before
            row_before = {"position": place, "added_at": added_at}
            self._journal.record(user_id, "list_film", row_before, movie_id=movie_id, row_id=list_id)
        return self._changed(row, user_id, changed=before is not None)

    def move(self, user_id: int, list_id: int, movie_id: int, position: int, version: int | None) -> ListChange:
        """Put a film of a list in another place; past the end is the end.

        Raises:
            NotFoundError: one has no such list, or the film is not in it.
            ConflictError: the list was changed since it was read.
        """
        row = self._own(user_id, list_id, version)
        old = self._places.place_of(list_id, movie_id)
        if old is None:
            raise NotFoundError("This film is not in the list “{name}”.", field="movie_id", name=row.name)
        new = min(position, self._places.count(list_id) - 1)
        if new != old:
            self._journal.record(user_id, "list_film", {"position": old}, movie_id=movie_id, row_id=list_id)
            self._places.move(list_id, movie_id, old, new)
        return self._changed(row, user_id, changed=new != old)

    def share(self, user_id: int, list_id: int, *, shared: bool) -> ListChange:
        """Give a list a secret link, a new one each time, or take it away: who has the old one sees nothing more.

        Raises:
            NotFoundError: one has no such list.
        """
        row = self._own(user_id, list_id, None)
        changed = shared or row.share_token is not None
        row.share_token = secrets.token_urlsafe(_TOKEN_BYTES) if shared else None
        return self._changed(row, user_id, changed=changed)

    def get(self, reader_id: int, list_id: int, *, is_admin: bool) -> MovieList:
        """Return a list that the reader may see.

        Raises:
            NotFoundError: there is none, or it is not for them.
        """
        visible = self._visible_to(reader_id, is_admin=is_admin)
        query = select(ListRow.id).join(User, User.id == ListRow.user_id).where(ListRow.id == list_id, visible)
        return self._whole(self._session.scalar(query), reader_id, "list_id", list_id)

    def shared(self, reader_id: int, token: str) -> MovieList:
        """Return the list that a secret link leads to.

        Raises:
            NotFoundError: the link leads nowhere, or no more.
        """
        query = select(ListRow.id).join(User, User.id == ListRow.user_id)
        found = self._session.scalar(query.where(ListRow.share_token == token.replace("\0", "?"), User.is_active))
        return self._whole(found, reader_id, "token", token)

    def page(self, username: str, reader_id: int, *, is_admin: bool) -> MovieListPage:
        """Return the lists of a user that the reader may see, by name.

        Raises:
            NotFoundError: there is no such user, or not for this reader.
        """
        owner_id = self._privacy.visible_id(username, reader_id, is_admin=is_admin)
        visible = self._visible_to(reader_id, is_admin=is_admin)
        return MovieListPage(username, self._summaries(and_(ListRow.user_id == owner_id, visible), reader_id))

    def put_back(self, record: RecordedWrite) -> tuple[str, bool] | None:
        """Make a list, or a film's place in it, what it was before a write.

        Returns:
            The list's name, and whether the list, or the film in it, is there now; None when the list has gone.

        Raises:
            ConflictError: another list has its name by now.
        """
        if record.row_id is None:
            return None
        before = record.before
        row = self._session.scalar(self._of_owner(record.user_id, record.row_id))
        if row is None:
            return None if record.kind == "list_film" or before is None else (self._bring_back(record, before), True)
        if record.kind == "list_film":
            is_there = self._put_film_back(record, before)
        elif before is None:
            self._session.execute(delete(ListRow).where(ListRow.id == row.id))
            self._session.expire_all()
            return row.name, False
        else:
            is_there = True
            self._refuse_taken(record.user_id, before["name"], except_id=row.id)
            row.name, row.description, row.is_public = before["name"], before["description"], before["is_public"]
        self._changed(row, record.user_id, changed=True)
        return row.name, is_there

    def _put_film_back(self, record: RecordedWrite, before: dict[str, Any] | None) -> bool:
        list_id, movie_id = record.row_id or 0, record.movie_id or 0
        place = self._places.place_of(list_id, movie_id)
        if before is None:
            self._places.delete(list_id, movie_id)
        elif place is not None:
            new = min(before["position"], self._places.count(list_id) - 1)
            self._places.move(list_id, movie_id, place, new)
        elif "added_at" in before:
            new = min(before["position"], self._places.count(list_id))
            self._places.insert(list_id, movie_id, new, datetime.fromisoformat(before["added_at"]))
        return before is not None

    def _bring_back(self, record: RecordedWrite, before: dict[str, Any]) -> str:
        """Make a list anew that was removed, with its films."""
        entries, name = before.get("entries", ()), str(before["name"])
        self._refuse_taken(record.user_id, name, except_id=0)
        list_id, table = record.row_id, table_of(ListRow)
        row = {key: value for key, value in before.items() if key != "entries"}
        row |= {"id": list_id, "user_id": record.user_id, "version": before["version"] + 1}
        self._session.execute(insert(table).values(**values_of(table, row)))
        films = [
            {"list_id": list_id, "movie_id": movie_id, "position": place, "added_at": datetime.fromisoformat(added_at)}
            for movie_id, place, added_at in entries
        ]
        if films:
            self._session.execute(insert(MovieListEntry), films)
        return name

    def _visible_to(self, reader_id: int, *, is_admin: bool) -> ColumnElement[bool]:
        """Return the condition on lists: one's own, and the public ones of those whom one may see."""
        if is_admin:
            return ListRow.id > 0
        seen = and_(ListRow.is_public, self._privacy.visible_to(reader_id, is_admin=False))
        return or_(ListRow.user_id == reader_id, seen)

    def _own(self, user_id: int, list_id: int, version: int | None) -> ListRow:
        row = self._session.scalar(self._of_owner(user_id, list_id))
        if row is None:
            raise _no_list("list_id", list_id)
        if version is not None and row.version != version:
            raise ConflictError(
                "The list “{name}” was changed elsewhere meanwhile.",
                hint="Read it again, then make your change.",
                field="version",
                name=row.name,
            )
        return row

    @staticmethod
    def _of_owner(user_id: int, list_id: int) -> Select[ListRow]:
        """Return the query of one's own list, which locks it."""
        query = select(ListRow).where(ListRow.id == list_id, ListRow.user_id == user_id).with_for_update()
        return query.execution_options(populate_existing=True)

    def _refuse_taken(self, user_id: int, name: str, *, except_id: int) -> None:
        query = select(ListRow.id).where(ListRow.user_id == user_id, ListRow.name == name, ListRow.id != except_id)
        if self._session.scalar(query) is not None:
            raise ConflictError("You have a list “{name}” already.", field="name", name=name)

    def _changed(self, row: ListRow, user_id: int, *, changed: bool) -> ListChange:
        if changed:
            row.version += 1
            row.updated_at = self._now()
        self._session.flush()
        return ListChange(self._summary(row.id, user_id), changed)

    def _whole(self, list_id: int | None, reader_id: int, field: str, asked: object) -> MovieList:
        if list_id is None:
            raise _no_list(field, asked)
        entries = self._places.all(list_id)
        movies = self._movies.by_ids(movie_id for movie_id, _place, _added_at in entries)
        in_list = select(MovieListEntry.movie_id).where(MovieListEntry.list_id == list_id)
        rated = select(Rating.movie_id, Rating.score).where(Rating.user_id == reader_id, Rating.movie_id.in_(in_list))
        scores = dict(self._session.execute(rated).all())
        films = tuple(
            ListedFilm(place, movies[movie_id], added_at, scores.get(movie_id)) for movie_id, place, added_at in entries
        )
        return MovieList(self._summary(list_id, reader_id), films)

    def _summary(self, list_id: int, reader_id: int) -> MovieListSummary:
        return self._summaries(ListRow.id == list_id, reader_id)[0]

    def _summaries(self, which: ColumnElement[bool], reader_id: int) -> tuple[MovieListSummary, ...]:
        films = select(func.count()).where(MovieListEntry.list_id == ListRow.id).correlate(ListRow)
        rated = (
            select(func.count())
            .select_from(MovieListEntry)
            .join(Rating, and_(Rating.movie_id == MovieListEntry.movie_id, Rating.user_id == reader_id))
            .where(MovieListEntry.list_id == ListRow.id)
            .correlate(ListRow)
        )
        query = select(ListRow, User.username, films.scalar_subquery(), rated.scalar_subquery())
        query = query.join(User, User.id == ListRow.user_id).where(which).order_by(ListRow.name, ListRow.id)
        return tuple(
            MovieListSummary(
                id=row.id,
                name=row.name,
                description=row.description,
                username=username,
                is_public=row.is_public,
                is_own=row.user_id == reader_id,
                n_movies=n_movies or 0,
                n_rated=n_rated or 0,
                version=row.version,
                created_at=row.created_at,
                updated_at=row.updated_at,
                share_token=row.share_token if row.user_id == reader_id else None,
            )
            for row, username, n_movies, n_rated in self._session.execute(query)
        )


def _checked_name(name: str) -> str:
    _check_text("name", name)
    if not name.strip():
        raise InvalidInputError("name: this must not be empty.", field="name")
    return name.strip()


def _check_text(field: str, value: str) -> None:
    if "\0" in value:
        raise InvalidInputError("{name}: this is no text.", field=field, name=field)


def _columns(row: ListRow) -> dict[str, object]:
    """Return what a list is, to be undone; of its link only what an undone removal needs."""
    return {
        "name": row.name,
        "description": row.description,
        "is_public": row.is_public,
        "share_token": row.share_token,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _no_list(field: str, asked: object) -> NotFoundError:
    return NotFoundError("There is no list “{asked}”.", field=field, asked=asked)
