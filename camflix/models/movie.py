"""The catalogue: films, all their titles, genres, people."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from camflix.models.base import Base

# Folded text is compared byte by byte on both databases, so that an index serves prefixes.
_Folded = String(500).with_variant(String(500, collation="C"), "postgresql")


class TitleKind(StrEnum):
    """Which of a film's titles one is, the strongest first."""

    MAIN = "main"
    FRENCH = "french"
    ORIGINAL = "original"
    ALTERNATIVE = "alternative"


class CreditRole(StrEnum):
    """What a person did in a film."""

    DIRECTOR = "director"
    ACTOR = "actor"
    WRITER = "writer"


class Movie(Base):
    """A film. ``year`` stands beside ``release_date`` because many sources know only the year.

    ``n_ratings`` counts the ratings in this database; every write keeps it true, so that lists sort by an index.
    ``popularity`` and ``n_votes`` are TMDB's.
    """

    __tablename__ = "movie"
    __table_args__ = (
        Index("ix_movie_title_folded_id", "title_folded", "id"),
        Index("ix_movie_n_ratings_id", "n_ratings", "id"),
        Index("ix_movie_popularity_id", "popularity", "id"),
        Index("ix_movie_year_id", "year", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tmdb_id: Mapped[int | None] = mapped_column(unique=True)
    imdb_id: Mapped[str | None] = mapped_column(String(16), unique=True)
    movielens_id: Mapped[int | None] = mapped_column(unique=True)
    title_en: Mapped[str] = mapped_column(String(500))
    title_fr: Mapped[str | None] = mapped_column(String(500))
    title_original: Mapped[str | None] = mapped_column(String(500))
    title_folded: Mapped[str] = mapped_column(_Folded)
    language: Mapped[str | None] = mapped_column(String(8))
    year: Mapped[int | None]
    release_date: Mapped[date | None]
    runtime_minutes: Mapped[int | None]
    overview_fr: Mapped[str | None] = mapped_column(Text)
    overview_en: Mapped[str | None] = mapped_column(Text)
    poster_path: Mapped[str | None] = mapped_column(String(255))
    popularity: Mapped[float] = mapped_column(default=0.0, server_default="0")
    vote_average: Mapped[float | None]
    n_votes: Mapped[int] = mapped_column(default=0, server_default="0")
    n_ratings: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    genres: Mapped[list[Genre]] = relationship(secondary="movie_genre", order_by="Genre.slug")
    titles: Mapped[list[MovieTitle]] = relationship(cascade="all, delete-orphan", order_by="MovieTitle.id")
    credits: Mapped[list[Credit]] = relationship(cascade="all, delete-orphan", order_by="Credit.position")


class MovieTitle(Base):
    """One title of a film, folded (lower case, no accents, no punctuation) for search and matching."""

    __tablename__ = "movie_title"
    __table_args__ = (
        Index("ix_movie_title_folded_movie_id", "folded", "movie_id"),
        # Holds the title as well: searches read those of thousands of films, in one reading each.
        Index("ix_movie_title_movie_id_folded", "movie_id", "folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(500))
    folded: Mapped[str] = mapped_column(_Folded)


class Genre(Base):
    """A genre; ``slug`` is its English name in lower case, translated when shown."""

    __tablename__ = "genre"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(32), unique=True)
    tmdb_id: Mapped[int | None] = mapped_column(unique=True)


class MovieGenre(Base):
    """A film is of a genre."""

    __tablename__ = "movie_genre"

    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True)
    genre_id: Mapped[int] = mapped_column(ForeignKey("genre.id", ondelete="CASCADE"), primary_key=True, index=True)


class Person(Base):
    """Someone who worked on films."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_name_folded", "name_folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tmdb_id: Mapped[int | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))


class Credit(Base):
    """What a person did in a film; ``position`` orders them as the film does."""

    __tablename__ = "credit"

    movie_id: Mapped[int] = mapped_column(ForeignKey("movie.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(12), primary_key=True)
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    person: Mapped[Person] = relationship()
