"""Films for several people at once, each member's prediction shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from camflix.errors import InvalidInputError
from camflix.models import HiddenMovie, Viewing
from camflix.recommender.group import GroupRule, pick_for_group
from camflix.results import GroupPick, GroupPicks
from camflix.services.community import evidence_floor
from camflix.services.recommendations import described

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from camflix.recommender.arrays import Int32s
    from camflix.results import GroupRuleName, Prediction
    from camflix.services.engine import EngineService, Served
    from camflix.services.movies import MovieService
    from camflix.services.privacy import PrivacyService
    from camflix.services.recommendations import RecommendationService


class GroupService:
    """Picks films for the reader and others who let the reader see them."""

    def __init__(
        self,
        session: Session,
        engine: EngineService,
        recommendations: RecommendationService,
        movies: MovieService,
        privacy: PrivacyService,
    ) -> None:
        self._session = session
        self._engine = engine
        self._recommendations = recommendations
        self._movies = movies
        self._privacy = privacy

    def pick(
        self,
        user_id: int,
        username: str,
        others: Sequence[str],
        n: int,
        rule: GroupRuleName,
        *,
        rewatch: bool,
        is_admin: bool = False,
    ) -> GroupPicks:
        """Return the ``n`` films that suit a group best, never one that a member hid.

        Args:
            user_id: who asks; the first member.
            username: their name.
            others: the names of the other members, in the order in which their predictions are shown.
            n: how many films at the most.
            rule: by the member who likes a film least, or by the mean.
            rewatch: whether films may be picked that a member rated or saw.
            is_admin: whether who asks administers CamFlix.

        Raises:
            NotFoundError: nobody has such a name, or the reader may not see them; that is how members consent.
            InvalidInputError: a member named twice.
        """
        names = (username, *others)
        ids = [user_id, *(self._privacy.visible_id(name, user_id, is_admin=is_admin) for name in others)]
        _refuse_twice(ids, names)
        served = self._recommendations.require_model()
        tastes = [self._engine.taste(served, member) for member in ids]
        n_raters = np.diff(served.snapshot.ratings.item_ptr)
        open_ = n_raters >= evidence_floor(served.snapshot.ratings.n_users)
        open_[served.item_indices(self._unwanted(ids, rewatch=rewatch))] = False
        for taste in () if rewatch else tastes:
            open_[taste.items] = False
        candidates = np.flatnonzero(open_).astype(np.int32)
        each = [self._engine.predict(served, taste, candidates) for taste in tastes]
        found = pick_for_group(
            candidates,
            np.array([predictions.estimates for predictions in each], dtype=np.float64),
            np.array([predictions.reasons for predictions in each], dtype=np.uint8),
            n,
            rule=GroupRule(rule),
        )
        places = np.searchsorted(candidates, found.items)
        shown = [[described(served, predictions, int(place)) for predictions in each] for place in places]
        picks = self._picks(served, found.items, found.group_scores.tolist(), shown)
        return GroupPicks(names, rule, served.model.name, picks)

    def _unwanted(self, user_ids: Sequence[int], *, rewatch: bool) -> Iterable[int]:
        """Return what members hid and, unless seeing again is wanted, what they saw."""
        yield from self._session.scalars(select(HiddenMovie.movie_id).where(HiddenMovie.user_id.in_(user_ids)))
        if not rewatch:
            yield from self._session.scalars(select(Viewing.movie_id).where(Viewing.user_id.in_(user_ids)))

    def _picks(
        self, served: Served, items: Int32s, scores: Sequence[float], shown: Sequence[Sequence[Prediction]]
    ) -> tuple[GroupPick, ...]:
        movies = self._movies.by_ids(map(served.movie_id, items))
        return tuple(
            GroupPick(
                movie=movies[served.movie_id(item)],
                group_score=None if np.isnan(score) else round(score, 3),
                predictions=tuple(predictions),
            )
            for item, score, predictions in zip(items, scores, shown, strict=True)
        )


def _refuse_twice(ids: Sequence[int], names: Sequence[str]) -> None:
    for place, member in enumerate(ids):
        if member in ids[:place]:
            raise InvalidInputError("members: {name} is in the group already.", field="members", name=names[place])
