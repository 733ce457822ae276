"""A user as they see themselves: their scores, their best and worst, how near predictions came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from camflix import scores
from camflix.models import Rating, User
from camflix.results import Profile, PublicProfile

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from camflix.services.lists import ListService
    from camflix.services.ratings import RatingService

_N_LAST = 50
_N_BEST = 10


class ProfileService:
    """Profiles."""

    def __init__(self, session: Session, ratings: RatingService, lists: ListService) -> None:
        self._session = session
        self._lists = lists
        self._ratings = ratings

    def of(self, user_id: int, n_extremes: int) -> Profile:
        """Return a user's own profile with their ``n_extremes`` best and worst films."""
        user = self._session.get_one(User, user_id)
        counts = self._ratings.score_counts(user_id)
        n_ratings = sum(counts.values())
        ranks = scores.percentiles_of_counts(counts)
        tiers = [0] * 10
        for score, n in counts.items() if ranks else ():
            assert ranks is not None
            tiers[scores.tier(ranks[score]) - 1] += n
        best = select(Rating).where(Rating.user_id == user_id)
        top = self._session.scalars(best.order_by(Rating.score.desc(), Rating.movie_id).limit(n_extremes)).all()
        n_bottom = min(n_extremes, n_ratings - len(top))
        bottom = self._session.scalars(best.order_by(Rating.score, Rating.movie_id).limit(n_bottom))
        return Profile(
            username=user.username,
            language=user.language,
            privacy=user.privacy,
            contributes_anonymously=user.contributes_anonymously,
            created_at=user.created_at,
            n_ratings=n_ratings,
            n_different_scores=len(counts),
            mean_score=round(sum(s * n for s, n in counts.items()) / n_ratings, 3) if n_ratings else None,
            median_score=scores.median_of_counts(counts) if n_ratings else None,
            tiers=tuple(tiers) if ranks else (),
            top=self._ratings.described(top, counts),
            bottom=self._ratings.described(bottom, counts),
            accuracy_all=self._ratings.accuracy(user_id),
            accuracy_last_50=self._ratings.accuracy(user_id, _N_LAST),
        )

    def public(self, username: str, reader_id: int, *, is_admin: bool) -> PublicProfile:
        """Return a user as the reader may see them: no single score, their lists that are for all.

        Args:
            username: whom to see.
            reader_id: who wants to; 0 for a stranger.
            is_admin: whether the reader administers CamFlix.

        Raises:
            NotFoundError: there is no such user, or not for this reader.
        """
        lists = self._lists.page(username, reader_id, is_admin=is_admin).lists
        user = self._session.execute(select(User).where(User.username == username)).scalar_one()
        own = self.of(user.id, _N_BEST)
        return PublicProfile(
            username=username,
            bio=user.bio,
            avatar=user.avatar,
            created_at=user.created_at,
            n_ratings=own.n_ratings,
            mean_score=own.mean_score,
            tiers=own.tiers,
            top=tuple(rated.movie for rated in own.top),
            lists=lists,
        )
