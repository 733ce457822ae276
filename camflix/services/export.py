"""All of a user's own data, to take away."""

from __future__ import annotations

import csv
import json
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from camflix.models import (
    FeedAnswer,
    HiddenMovie,
    Movie,
    MovieList,
    MovieListEntry,
    MovieNote,
    Rating,
    RatingChange,
    User,
    Viewing,
    WatchlistEntry,
)
from camflix.results import ExportDocument

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import InstrumentedAttribute, Session

_FORMAT = "camflix"
_VERSION = 1
_FILM = (Movie.title_en, Movie.year, Movie.tmdb_id, Movie.imdb_id, Movie.movielens_id)
_FILM_NAMES = ("title", "year", "tmdb_id", "imdb_id", "movielens_id")
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class ExportService:
    """One user's data as one document: the same data gives the same bytes.

    Films are named by title, year and the ids of other catalogues, so that the document means the same elsewhere.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def document(self, user_id: int, format_: Literal["json", "csv"]) -> ExportDocument:
        """Return all of a user's data as JSON, or their ratings as CSV."""
        user = self._session.get_one(User, user_id)
        ratings = self._rows(Rating, user_id, ("score", "created_at", "updated_at", "source"), Rating.created_at)
        if format_ == "csv":
            return ExportDocument(f"camflix-{user.username}.csv", "text/csv", _as_csv(ratings), len(ratings))
        content = json.dumps(self._everything(user, ratings), ensure_ascii=False, indent=1) + "\n"
        return ExportDocument(f"camflix-{user.username}.json", "application/json", content, len(ratings))

    def _everything(self, user: User, ratings: list[dict[str, Any]]) -> dict[str, Any]:
        facts = ("username", "email", "bio", "avatar", "language", "time_zone", "privacy", "contributes_anonymously")
        about = {name: getattr(user, name) for name in (*facts, "score_display", "blind", "source")}
        changes = ("old_score", "new_score", "changed_at", "source", "predicted_score", "predicted_by")
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "user": about | {"created_at": _plain(user.created_at)},
            "ratings": ratings,
            "history": self._rows(RatingChange, user.id, changes, RatingChange.id),
            "watchlist": self._rows(WatchlistEntry, user.id, ("added_at",), WatchlistEntry.added_at),
            "hidden": self._rows(HiddenMovie, user.id, ("hidden_at",), HiddenMovie.hidden_at),
            "notes": self._rows(MovieNote, user.id, ("text", "has_spoiler", "updated_at"), MovieNote.updated_at),
            "diary": self._rows(Viewing, user.id, ("seen_on", "is_rewatch", "created_at"), Viewing.id),
            "not_to_be_asked": self._rows(FeedAnswer, user.id, ("answer", "answered_at"), FeedAnswer.answered_at),
            "lists": [self._list(row) for row in self._lists(user.id)],
        }

    def _rows(
        self, model: Any, user_id: int, names: Iterable[str], order: InstrumentedAttribute[Any]
    ) -> list[dict[str, Any]]:
        columns = [getattr(model, name) for name in names]
        query = select(*_FILM, *columns).join(Movie, Movie.id == model.movie_id).where(model.user_id == user_id)
        keys = (*_FILM_NAMES, *names)
        rows = self._session.execute(query.order_by(order, model.movie_id))
        return [dict(zip(keys, map(_plain, row), strict=True)) for row in rows]

    def _lists(self, user_id: int) -> Iterable[MovieList]:
        return self._session.scalars(select(MovieList).where(MovieList.user_id == user_id).order_by(MovieList.name))

    def _list(self, row: MovieList) -> dict[str, Any]:
        query = select(*_FILM, MovieListEntry.added_at).join(Movie, Movie.id == MovieListEntry.movie_id)
        query = query.where(MovieListEntry.list_id == row.id).order_by(MovieListEntry.position)
        keys = (*_FILM_NAMES, "added_at")
        return {
            "name": row.name,
            "description": row.description,
            "is_public": row.is_public,
            "created_at": _plain(row.created_at),
            "movies": [dict(zip(keys, map(_plain, film), strict=True)) for film in self._session.execute(query)],
        }


def _plain(value: datetime | date | float | str | None) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _as_csv(ratings: list[dict[str, Any]]) -> str:
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([*_FILM_NAMES, "score", "created_at", "updated_at", "source"])
    for row in ratings:
        writer.writerow(["" if value is None else _harmless(value) for value in row.values()])
    return file.getvalue()


def _harmless(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RISKY) else value
