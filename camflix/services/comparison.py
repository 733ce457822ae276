"""One user beside another: where tastes agree, where they part, and what the other loves that one has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from camflix import scores
from camflix.models import HiddenMovie, Rating, Viewing
from camflix.results import Comparison, SharedFilm, UnseenFavourite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from camflix.services.movies import MovieService
    from camflix.services.predictions import PredictionService
    from camflix.services.privacy import PrivacyService

_FAVOURITE_TIER = 8
_APART = 20


class ComparisonService:
    """Compares the reader with somebody who lets the reader see them; of the other only tiers are told, no score."""

    def __init__(
        self,
        session: Session,
        movies: MovieService,
        privacy: PrivacyService,
        predictions: Callable[[], PredictionService],
    ) -> None:
        self._session = session
        self._movies = movies
        self._privacy = privacy
        self._predictions = predictions

    def of(self, reader_id: int, username: str, n: int, *, is_admin: bool) -> Comparison:
        """Return at most ``n`` films of each kind; none of a kind that needs percentiles somebody does not have yet.

        Args:
            reader_id: who asks.
            username: with whom to compare.
            n: how many films of each kind.
            is_admin: whether the reader administers CamFlix.

        Raises:
            NotFoundError: there is no such user, or not for this reader.
        """
        other_id = self._privacy.visible_id(username, reader_id, is_admin=is_admin)
        own, other = self._scores(reader_id), self._scores(other_id)
        common = own.keys() & other.keys()
        distance = scores.taste_distance(own, other)
        own_ranks, other_ranks = scores.percentiles(list(own.values())), scores.percentiles(list(other.values()))
        if other_ranks is None:
            return Comparison(username, len(common), distance, (), (), ())
        theirs = {film: other_ranks[score] for film, score in other.items()}
        mine = {} if own_ranks is None else {film: own_ranks[score] for film, score in own.items()}
        agreed, parted = _near_and_far(mine, theirs, n)
        return Comparison(
            username,
            len(common),
            distance,
            agreements=self._shared(agreed, own, mine, theirs),
            disagreements=self._shared(parted, own, mine, theirs),
            favourites=self._favourites(reader_id, own, theirs, n),
        )

    def _scores(self, user_id: int) -> dict[int, int]:
        query = select(Rating.movie_id, Rating.score).where(Rating.user_id == user_id)
        return {row.movie_id: row.score for row in self._session.execute(query)}

    def _shared(
        self, ids: list[int], own: Mapping[int, int], mine: Mapping[int, int], theirs: Mapping[int, int]
    ) -> tuple[SharedFilm, ...]:
        movies = self._movies.by_ids(ids)
        return tuple(
            SharedFilm(movies[film], own[film], scores.tier(mine[film]), scores.tier(theirs[film])) for film in ids
        )

    def _favourites(
        self, reader_id: int, own: Mapping[int, int], theirs: Mapping[int, int], n: int
    ) -> tuple[UnseenFavourite, ...]:
        seen = set(self._session.scalars(select(Viewing.movie_id).where(Viewing.user_id == reader_id)))
        hidden = set(self._session.scalars(select(HiddenMovie.movie_id).where(HiddenMovie.user_id == reader_id)))
        unwanted = own.keys() | seen | hidden
        loved = [film for film, rank in theirs.items() if scores.tier(rank) >= _FAVOURITE_TIER and film not in unwanted]
        ids = sorted(loved, key=lambda film: (-theirs[film], film))[:n]
        movies, predicted = self._movies.by_ids(ids), self._predictions().of(reader_id, ids)
        return tuple(UnseenFavourite(movies[film], scores.tier(theirs[film]), predicted.get(film)) for film in ids)


def _near_and_far(mine: Mapping[int, int], theirs: Mapping[int, int], n: int) -> tuple[list[int], list[int]]:
    """Return the films both rated on which percentiles lie nearest (loved ones first), and those farthest apart."""
    apart = {film: abs(mine[film] - theirs[film]) for film in mine.keys() & theirs.keys()}
    near = [film for film, distance in apart.items() if distance < _APART]
    far = [film for film, distance in apart.items() if distance >= _APART]
    near.sort(key=lambda film: (-min(mine[film], theirs[film]), apart[film], film))
    far.sort(key=lambda film: (-apart[film], film))
    return near[:n], far[:n]
