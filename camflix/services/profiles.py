"""A user as they see themselves: their scores, their best and worst, how near predictions came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from camflix import scores
from camflix.models import Rating, User
from camflix.results import Profile

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from camflix.services.ratings import RatingService

_N_LAST = 50


class ProfileService:
    """Profiles."""

    def __init__(self, session: Session, ratings: RatingService) -> None:
        self._session = session
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
            median_score=_median(counts) if n_ratings else None,
            tiers=tuple(tiers) if ranks else (),
            top=self._ratings.described(top, counts),
            bottom=self._ratings.described(bottom, counts),
            accuracy_all=self._ratings.accuracy(user_id),
            accuracy_last_50=self._ratings.accuracy(user_id, _N_LAST),
        )


def _median(counts: dict[int, int]) -> float:
    """Return the median of scores given how often each occurs."""
    n = sum(counts.values())
    middle: list[int] = []
    seen = 0
    for score in sorted(counts):
        middle += [score for position in ((n - 1) // 2, n // 2) if seen <= position < seen + counts[score]]
        seen += counts[score]
    return sum(middle) / 2
