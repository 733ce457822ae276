"""Films into the catalogue: known ones completed, new ones added, a block at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from camflix.db.bulk import allocate_ids, insert_rows, refresh_outgrown_statistics
from camflix.db.row_checks import row_checks_left_out
from camflix.importers.text import fold_title
from camflix.models import Base, Credit, CreditRole, Genre, Movie, MovieGenre, MovieTitle, Person, TitleKind
from camflix.services.chunk_writer import ChunkWriter
from camflix.services.title_index import TitleIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from camflix.importers.rows import FilmRow

_ID_COLUMNS = ("movielens_id", "tmdb_id", "imdb_id")
_FACTS = ("title_fr", "title_original", "language", "year", "release_date", "runtime_minutes")
_BLOCK = 2_000
_TITLES_AT_ONCE = 20_000
_MAX_GENRE_CHARACTERS = 32
_MAX_FOLDED_CHARACTERS = 500


@dataclass
class _Known:
    """Which film has which id; grows with the catalogue, not with the ratings."""

    by_id: dict[str, dict[object, int]] = field(default_factory=lambda: {name: {} for name in _ID_COLUMNS})
    movielens_ids: dict[int, object] = field(default_factory=dict)

    def find(self, film: FilmRow) -> int | None:
        """Return the film's number here. A source's own number is stronger than its links to others.

        MovieLens has a few films twice, with the same link: both stay, each with its ratings.
        """
        own = film.movielens_id
        if own is not None and own in self.by_id["movielens_id"]:
            return self.by_id["movielens_id"][own]
        for name in _ID_COLUMNS[1:]:
            movie_id = self.by_id[name].get(getattr(film, name))
            if movie_id is not None and (own is None or movie_id not in self.movielens_ids):
                return movie_id
        return None

    def free_ids(self, film: FilmRow) -> dict[str, object]:
        """Return the film's ids that no film has yet."""
        ids = {name: getattr(film, name) for name in _ID_COLUMNS}
        return {name: value for name, value in ids.items() if value is not None and value not in self.by_id[name]}

    def add(self, movie_id: int, ids: dict[str, object]) -> None:
        for name, value in ids.items():
            self.by_id[name][value] = movie_id
        if "movielens_id" in ids:
            self.movielens_ids[movie_id] = ids["movielens_id"]


class CatalogueWriter:
    """Adds films and completes known ones. Films are the same when they share an id, never by title alone."""

    def __init__(self, session: Session, now: Callable[[], datetime]) -> None:
        self._session = session
        self._now = now
        self._known = _Known()
        self._words = TitleIndex(session)
        self._unindexed: list[tuple[int, str]] = []
        self._genres: dict[str, int] | None = None
        self._people: dict[str, int] | None = None
        self.n_created = 0
        columns = [getattr(Movie, name) for name in _ID_COLUMNS]
        for movie_id, *ids in session.execute(select(Movie.id, *columns)):
            self._known.add(movie_id, {n: v for n, v in zip(_ID_COLUMNS, ids, strict=True) if v is not None})

    def movie_id(self, column: str, value: object) -> int | None:
        """Return the film that has this id in ``column`` (movielens_id, tmdb_id or imdb_id)."""
        return self._known.by_id[column].get(value)

    def write(self, films: Iterable[FilmRow], chunks: ChunkWriter | None = None) -> None:
        """Add or complete films, in blocks.

        Args:
            films: the films, in any order.
            chunks: writes the blocks; all films have their ids on return, but what searches need of them may still be
                on its way. Without one all is written on return.
        """
        chunks = chunks or ChunkWriter(None)
        block: list[FilmRow] = []
        for film in films:
            block.append(film)
            if len(block) == _BLOCK:
                chunks.write(partial(self._write_block, block))
                block = []
        chunks.write(partial(self._write_block, block))
        chunks.write(self._index_titles)

    def _write_block(self, films: Sequence[FilmRow]) -> None:
        new_ids = iter(allocate_ids(self._session.connection(), _table(Movie), len(films)))
        new: dict[int, tuple[FilmRow, dict[str, object]]] = {}
        known: dict[int, FilmRow] = {}
        for film in films:
            movie_id = self._known.find(film)
            if movie_id is None:
                movie_id, ids = next(new_ids), self._known.free_ids(film)
                new[movie_id] = (film, ids)
                self._known.add(movie_id, ids)
            elif movie_id not in new:
                known[movie_id] = film
        self._insert(new)
        self._complete(known)

    def _insert(self, films: dict[int, tuple[FilmRow, dict[str, object]]]) -> None:
        now = self._now()
        columns = ("id", "title_en", "title_folded", *_ID_COLUMNS, *_FACTS, "created_at", "updated_at")
        rows = [
            (
                movie_id,
                film.title,
                _folded(film.title),
                *(ids.get(name) for name in _ID_COLUMNS),
                *(getattr(film, name) for name in _FACTS),
                now,
                now,
            )
            for movie_id, (film, ids) in films.items()
        ]
        self._insert_rows(Movie, columns, rows)
        refresh_outgrown_statistics(self._session.connection(), len(rows), "movie")
        by_movie = {movie_id: film for movie_id, (film, _ids) in films.items()}
        titles = [(movie_id, *title) for movie_id, film in by_movie.items() for title in _titles(film)]
        # These films are this transaction's own; nobody deletes genres or people.
        with row_checks_left_out(self._session.connection(), len(titles)):
            self._insert_titles(titles)
            self._insert_genres(by_movie)
            self._insert_credits(by_movie)
        self.n_created += len(films)

    def _insert_titles(self, titles: Sequence[tuple[int, TitleKind, str, str]]) -> None:
        self._insert_rows(MovieTitle, ("movie_id", "kind", "title", "folded"), titles)
        # Many titles at once: each round to the server costs more than its rows.
        self._unindexed += [(movie_id, folded) for movie_id, _kind, _title, folded in titles]
        if len(self._unindexed) >= _TITLES_AT_ONCE:
            self._index_titles()

    def _index_titles(self) -> None:
        self._words.add(self._unindexed)
        self._unindexed.clear()

    def _complete(self, films: dict[int, FilmRow]) -> None:
        """Fill what the catalogue does not know of these films; what it knows stays."""
        if not films:
            return
        movies = {m.id: m for m in self._session.scalars(select(Movie).where(Movie.id.in_(films)))}
        for movie_id, film in films.items():
            self._complete_facts(movies[movie_id], film)
        self._session.flush()
        titles: dict[int, set[str]] = defaultdict(set)
        query = select(MovieTitle.movie_id, MovieTitle.folded).where(MovieTitle.movie_id.in_(films))
        for movie_id, folded in self._session.execute(query):
            titles[movie_id].add(folded)
        rows = [
            (movie_id, TitleKind.ALTERNATIVE if kind is TitleKind.MAIN else kind, title, folded)
            for movie_id, film in films.items()
            for kind, title, folded in _titles(film)
            if folded not in titles[movie_id]
        ]
        self._insert_titles(rows)
        with_genres = set(
            self._session.scalars(select(MovieGenre.movie_id).where(MovieGenre.movie_id.in_(films)).distinct())
        )
        self._insert_genres({movie_id: film for movie_id, film in films.items() if movie_id not in with_genres})

    def _complete_facts(self, movie: Movie, film: FilmRow) -> None:
        ids = {name: value for name, value in self._known.free_ids(film).items() if getattr(movie, name) is None}
        facts = {name: getattr(film, name) for name in _FACTS if getattr(movie, name) is None}
        changes = ids | {name: value for name, value in facts.items() if value is not None}
        if changes:
            self._session.execute(update(Movie).where(Movie.id == movie.id).values(updated_at=self._now(), **changes))
            self._known.add(movie.id, ids)

    def _insert_genres(self, films: dict[int, FilmRow]) -> None:
        rows = [
            (movie_id, self._genre(slug))
            for movie_id, film in films.items()
            for slug in dict.fromkeys(genre[:_MAX_GENRE_CHARACTERS] for genre in film.genres)
        ]
        self._insert_rows(MovieGenre, ("movie_id", "genre_id"), rows)

    def _insert_credits(self, films: dict[int, FilmRow]) -> None:
        rows = [
            (movie_id, self._person(name), CreditRole.DIRECTOR, position)
            for movie_id, film in films.items()
            for position, name in enumerate(dict.fromkeys(film.directors))
        ]
        self._insert_rows(Credit, ("movie_id", "person_id", "role", "position"), rows)

    def _insert_rows(self, model: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self._session.flush()
        insert_rows(self._session.connection(), _table(model), columns, rows)

    def _genre(self, slug: str) -> int:
        if self._genres is None:
            self._genres = dict(self._session.execute(select(Genre.slug, Genre.id)).all())
        if slug not in self._genres:
            genre = Genre(slug=slug)
            self._session.add(genre)
            self._session.flush()
            self._genres[slug] = genre.id
        return self._genres[slug]

    def _person(self, name: str) -> int:
        if self._people is None:
            # Only people without a TMDB id: with one, two of the same name can be told apart.
            query = select(Person.name, Person.id).where(Person.tmdb_id.is_(None))
            self._people = dict(self._session.execute(query).all())
        if name not in self._people:
            person = Person(name=name, name_folded=fold_title(name))
            self._session.add(person)
            self._session.flush()
            self._people[name] = person.id
        return self._people[name]


def _folded(title: str) -> str:
    # Some signs fold to whole words: a title that fits its column may not when it is folded.
    return fold_title(title)[:_MAX_FOLDED_CHARACTERS]


def _table(model: type[Base]) -> Table:
    return model.__table__  # type: ignore[return-value]


def _titles(film: FilmRow) -> list[tuple[TitleKind, str, str]]:
    """Return a film's titles to store (kind, title, folded), the strongest kind of each folded form."""
    kinds = [(TitleKind.MAIN, film.title), (TitleKind.FRENCH, film.title_fr), (TitleKind.ORIGINAL, film.title_original)]
    kinds += [(TitleKind.ALTERNATIVE, title) for title in film.other_titles]
    titles: dict[str, tuple[TitleKind, str, str]] = {}
    for kind, title in kinds:
        folded = _folded(title) if title else ""
        if title and folded and folded not in titles:
            titles[folded] = (kind, title, folded)
    return list(titles.values())
