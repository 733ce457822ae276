"""A film with all that is known of it, and what the reader did with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, func, or_, select

from camflix.models import Credit, CreditRole, Genre, Movie, MovieGenre, Person, Privacy, Rating, User, Viewing
from camflix.results import Community, MovieDetails
from camflix.scores import median_of_counts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from camflix.results import Prediction
    from camflix.services.listing import ListingService
    from camflix.services.movies import MovieService
    from camflix.services.notes import NoteService

FEWEST_SHOWN = 3
"""Under so many ratings of others nothing but their number is told: it would tell what one person thinks."""
_N_BINS = 10
_MAX_ACTORS = 12
# Made once: putting a statement together takes longer than running it, and a page of a film asks all of these.
_ROW = select(Movie).where(Movie.id == bindparam("movie_id"))
_COMMUNITY = (
    select(Rating.score, func.count(), func.count().filter(Rating.user_id != bindparam("reader_id", type_=Integer)))
    .join(User, User.id == Rating.user_id)
    .where(Rating.movie_id == bindparam("movie_id"), User.is_active)
    .where(or_(User.privacy != Privacy.PRIVATE, User.contributes_anonymously))
    .group_by(Rating.score)
)
_BLIND = select(User.blind).where(User.id == bindparam("user_id"))
_GENRES = select(Genre.slug).join(MovieGenre).where(MovieGenre.movie_id == bindparam("movie_id")).order_by(Genre.slug)
_PEOPLE = (
    select(Credit.role, Person.name)
    .join(Person)
    .where(Credit.movie_id == bindparam("movie_id"))
    .order_by(Credit.position, Person.id)
)
_RATED_AT = select(Rating.updated_at).where(
    Rating.user_id == bindparam("user_id"), Rating.movie_id == bindparam("movie_id")
)
_SEEN_ON = (
    select(Viewing.seen_on)
    .where(Viewing.user_id == bindparam("user_id"), Viewing.movie_id == bindparam("movie_id"))
    .order_by(Viewing.id)
)


class DetailsService:
    """One film at a time, for one reader.

    Args:
        session: the transaction.
        movies: the catalogue.
        listing: what the reader did with a film.
        notes: what the reader wrote of it.
        predict: says how much a user will like a film, None when no model was ever fitted.
        language: of the overview.
    """

    def __init__(
        self,
        session: Session,
        movies: MovieService,
        listing: ListingService,
        notes: NoteService,
        predict: Callable[[int, int], Prediction | None],
        language: str,
    ) -> None:
        self._session = session
        self._movies = movies
        self._listing = listing
        self._notes = notes
        self._predict = predict
        self._language = language

    def of(self, movie_id: int, user_id: int) -> MovieDetails:
        """Return a film; what others think of it is left out for a reader who rates blind and has not rated it.

        Args:
            movie_id: which film.
            user_id: who reads; 0 for a stranger.

        Raises:
            NotFoundError: there is no such film.
        """
        movie = self._movies.get(movie_id)
        row = self._session.execute(_ROW, {"movie_id": movie_id}).scalar_one()
        (marks,) = self._listing.marks(user_id, [movie_id], predictions=False)
        note = self._notes.of(user_id, movie_id)
        is_blind = marks.score is None and self._is_blind(user_id)
        people = self._people(movie_id)
        overview = (row.overview_fr if self._language == "fr" else row.overview_en) or row.overview_en
        return MovieDetails(
            movie=movie,
            overview=overview or row.overview_fr,
            language=row.language,
            release_date=row.release_date,
            runtime_minutes=row.runtime_minutes,
            poster_path=row.poster_path,
            genres=self._genres(movie_id),
            directors=people[CreditRole.DIRECTOR],
            actors=people[CreditRole.ACTOR][:_MAX_ACTORS],
            writers=people[CreditRole.WRITER],
            popularity=row.popularity,
            community=Community(0, None, None, ()) if is_blind else self.community(movie_id, user_id),
            prediction=None if is_blind or not user_id else self._predict(user_id, movie_id),
            marks=marks,
            rated_at=None if marks.score is None else self._rated_at(user_id, movie_id),
            note=note.text if note else None,
            note_has_spoiler=note is not None and note.has_spoiler,
            note_version=note.version if note else None,
            seen_on=self._seen_on(user_id, movie_id),
        )

    def community(self, movie_id: int, reader_id: int) -> Community:
        """Return what those who contribute think of a film.

        The reader is among them, but is none of the three that there must be: of two others and oneself the histogram
        would tell what the two gave.
        """
        rows = self._session.execute(_COMMUNITY, {"movie_id": movie_id, "reader_id": reader_id}).all()
        counts: dict[int, int] = {score: n_equal for score, n_equal, _n_others in rows}
        n = sum(counts.values())
        if sum(n_others for _score, _n_equal, n_others in rows) < FEWEST_SHOWN:
            return Community(n, None, None, ())
        bins = [0] * _N_BINS
        for score, n_equal in counts.items():
            bins[min(score // 10, _N_BINS - 1)] += n_equal
        mean = round(sum(score * n_equal for score, n_equal in counts.items()) / n, 3)
        return Community(n, mean, median_of_counts(counts), tuple(bins))

    def _is_blind(self, user_id: int) -> bool:
        return bool(self._session.scalar(_BLIND, {"user_id": user_id}))

    def _genres(self, movie_id: int) -> tuple[str, ...]:
        return tuple(self._session.scalars(_GENRES, {"movie_id": movie_id}))

    def _people(self, movie_id: int) -> dict[CreditRole, tuple[str, ...]]:
        rows = self._session.execute(_PEOPLE, {"movie_id": movie_id}).all()
        return {role: tuple(row.name for row in rows if row.role == role) for role in CreditRole}

    def _rated_at(self, user_id: int, movie_id: int) -> datetime | None:
        return self._session.scalar(_RATED_AT, {"user_id": user_id, "movie_id": movie_id})

    def _seen_on(self, user_id: int, movie_id: int) -> tuple[date | None, ...]:
        return tuple(self._session.scalars(_SEEN_ON, {"user_id": user_id, "movie_id": movie_id}))
