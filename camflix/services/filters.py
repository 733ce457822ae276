"""Which films someone wants to see: one language for the terminal, the command line, the API and the web.

``genre:drama year:1960..1979 runtime:<100 lang:fr psi:>75 -seen`` beside words of a title; the same string gives the
same films everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy import ColumnElement, exists, func, or_, select

from camflix.db.ids import among
from camflix.errors import InvalidInputError
from camflix.genres import genre_words, slugs_of_words
from camflix.models import Genre, HiddenMovie, Movie, MovieGenre, Rating, Viewing, WatchlistEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from camflix.services.predictions import PredictionService

_OfUser: TypeAlias = Rating | Viewing | WatchlistEntry | HiddenMovie
_FEW = 20_000
_MOST = 2**31 - 1
_THOUSANDTHS = 1000
_RANGE = re.compile(
    r"(?P<from>[0-9]{0,9})\.\.(?P<to>[0-9]{0,9})|(?P<sign>[<>]=?)(?P<bound>[0-9]{1,9})|(?P<one>[0-9]{1,9})"
)
_TOKEN = re.compile(r"(?P<key>genre|year|runtime|lang|psi|score|ratings):(?P<value>\S+)", re.IGNORECASE)
_FLAG = re.compile(r"(?P<sign>[+-])(?P<flag>seen|rated|watchlist|hidden)", re.IGNORECASE)
_BOUNDS = {"year": "year", "runtime": "runtime", "psi": "predicted", "score": "score", "ratings": "ratings"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range of whole numbers, both ends in it."""

    low: int = 0
    high: int = _MOST


@dataclass(frozen=True, slots=True)
class MovieFilter:
    """What must hold of a film; None where nothing must.

    ``predicted`` is in thousandths of a point: scores are predicted to the thousandth.
    """

    genres: tuple[str, ...] = ()
    language: str | None = None
    year: Bounds | None = None
    runtime: Bounds | None = None
    ratings: Bounds | None = None
    score: Bounds | None = None
    predicted: Bounds | None = None
    seen: bool | None = None
    rated: bool | None = None
    hidden: bool | None = None
    watchlist: Literal["any", "only", "exclude"] = "any"


def parse_query(query: str, filter_: MovieFilter) -> tuple[str, MovieFilter]:
    """Return the words of a title that a query holds, and the filter with what the query asks for besides.

    Raises:
        InvalidInputError: a filter that cannot be read.
    """
    words: list[str] = []
    for token in query.split():
        if found := _TOKEN.fullmatch(token):
            filter_ = _with_value(filter_, found["key"].lower(), found["value"])
        elif found := _FLAG.fullmatch(token):
            filter_ = _with_flag(filter_, found["flag"].lower(), wanted=found["sign"] == "+")
        else:
            words.append(token)
    return " ".join(words), filter_


def _in_words(slug: str) -> str:
    """Return a genre as it is named to the reader and understood of them: a word without spaces."""
    return genre_words(slug).lower().replace(" ", "-")


def _with_value(filter_: MovieFilter, key: str, value: str) -> MovieFilter:
    if key == "genre":
        return replace(filter_, genres=(*filter_.genres, value.lower()))
    if key == "lang":
        return replace(filter_, language=value.lower())
    return replace(filter_, **{_BOUNDS[key]: _bounds(key, value)})  # type: ignore[arg-type]


def _with_flag(filter_: MovieFilter, flag: str, *, wanted: bool) -> MovieFilter:
    if flag == "watchlist":
        return replace(filter_, watchlist="only" if wanted else "exclude")
    return replace(filter_, **{flag: wanted})  # type: ignore[arg-type]


def _bounds(key: str, value: str) -> Bounds:
    """Return what a range asks for, of ``psi`` in thousandths.

    A sign compares with the predicted score itself; a number or a range with it rounded to whole points, halves up: so
    ``60..69`` and ``70..79`` leave no film out between them.
    """
    found = _RANGE.fullmatch(value)
    if not found or value == "..":
        raise InvalidInputError(
            "query: “{value}” is no range for {key}.",
            hint="Write {key}:1960..1979, {key}:<100 or {key}:75.",
            field="query",
            key=key,
            value=value,
        )
    unit = _THOUSANDTHS if key == "psi" else 1
    if found["sign"]:
        bound = int(found["bound"]) * unit
        bounds = {
            "<": Bounds(high=bound - 1),
            "<=": Bounds(high=bound),
            ">": Bounds(low=bound + 1),
            ">=": Bounds(low=bound),
        }[found["sign"]]
    else:
        low, high = int(found["one"] or found["from"] or 0), int(found["one"] or found["to"] or _MOST)
        bounds = Bounds(low * unit - unit // 2, (high + 1) * unit - unit // 2 - 1)
    return Bounds(max(-1, bounds.low), min(_MOST, bounds.high))


class FilterConditions:
    """Turns filters into conditions on films, for one user."""

    def __init__(self, session: Session, predictions: Callable[[], PredictionService], user_id: int) -> None:
        self._session = session
        self._predictions = predictions
        self._user_id = user_id

    def of(self, filter_: MovieFilter) -> list[ColumnElement[bool]]:
        """Return the conditions; the same for every order.

        Raises:
            InvalidInputError: there is no such genre.
            NotFoundError: predictions are asked for and there is nothing to learn from.
        """
        conditions = [self._of_genre(genre) for genre in filter_.genres]
        if filter_.language:
            conditions.append(Movie.language == filter_.language)
        columns = (
            (Movie.year, filter_.year),
            (Movie.runtime_minutes, filter_.runtime),
            (Movie.n_ratings, filter_.ratings),
        )
        conditions += [column.between(bounds.low, bounds.high) for column, bounds in columns if bounds]
        return conditions + self._of_user(filter_)

    def _of_genre(self, slug: str) -> ColumnElement[bool]:
        genre_ids = self._genres([slug.lower()]) or self._genres(slugs_of_words(slug))
        if not genre_ids:
            raise InvalidInputError(
                "genre: there is no genre “{value}”.",
                hint="Genres: {genres}.",
                field="genre",
                value=slug,
                genres=", ".join(
                    sorted(map(_in_words, self._session.scalars(select(Genre.slug).order_by(Genre.slug).limit(40))))
                ),
            )
        mine = select(MovieGenre.movie_id).where(MovieGenre.genre_id.in_(genre_ids))
        some = select(func.count()).select_from(mine.limit(_FEW + 1).subquery())
        if (self._session.scalar(some) or 0) <= _FEW:
            return Movie.id.in_(mine)
        # So many films are of it that the order soon meets some.
        return exists().where(MovieGenre.genre_id.in_(genre_ids), MovieGenre.movie_id == Movie.id)

    def _genres(self, slugs: list[str]) -> Sequence[int]:
        return self._session.scalars(select(Genre.id).where(func.lower(Genre.slug).in_(slugs))).all()

    def _of_user(self, filter_: MovieFilter) -> list[ColumnElement[bool]]:
        models = (Rating, Viewing, WatchlistEntry, HiddenMovie)
        # Few: to be read first where they are wanted, not looked for; looked for where they are not.
        mine = {model: Movie.id.in_(select(model.movie_id).where(model.user_id == self._user_id)) for model in models}
        found = {model: exists().where(model.user_id == self._user_id, model.movie_id == Movie.id) for model in models}
        watchlist = {"any": None, "only": True, "exclude": False}[filter_.watchlist]
        wanted: tuple[tuple[tuple[type[_OfUser], ...], bool | None], ...] = (
            ((Rating, Viewing), filter_.seen),
            ((Rating,), filter_.rated),
            ((HiddenMovie,), filter_.hidden),
            ((WatchlistEntry,), watchlist),
        )
        conditions = [
            or_(*(mine[model] for model in of_film)) if yes else ~or_(*(found[model] for model in of_film))
            for of_film, yes in wanted
            if yes is not None
        ]
        if filter_.score:
            rated = select(Rating.movie_id).where(Rating.user_id == self._user_id)
            conditions.append(Movie.id.in_(rated.where(Rating.score.between(filter_.score.low, filter_.score.high))))
        if filter_.predicted:
            low, high = filter_.predicted.low, filter_.predicted.high
            scores = self._predictions().all(self._user_id)
            ids = [movie_id for movie_id, score in scores if low <= round(score * _THOUSANDTHS) <= high]
            conditions.append(among(self._session, Movie.id, ids))
        return conditions
