"""What the engine tells: lists, twins, similar films, films for a group, receipts, and itself."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from camflix.results.films import MovieSummary, Prediction, ReasonCode

ListOrder = Literal["likely", "predicted"]
GroupRuleName = Literal["least_misery", "average"]


class Recommendation(Struct, frozen=True):
    """A film to see, with its prediction."""

    movie: MovieSummary
    prediction: Prediction


class Recommendations(Struct, frozen=True):
    """A list for one user, in the order of what they are likely to turn to and like, or of the predicted score.

    ``personal`` is false while too little is known: then popular films, without predictions.
    """

    username: str
    engine: str
    order: ListOrder
    personal: bool
    reason: ReasonCode | None
    n_ratings: int
    fitted_at: datetime
    recommendations: tuple[Recommendation, ...]


class Twin(Struct, frozen=True):
    """A user of like taste. ``username`` is null for one who contributes anonymously."""

    rank: int
    username: str | None
    similarity: float
    taste_distance: float | None
    n_common: int


class TwinList(Struct, frozen=True):
    """The users most like one user, best first."""

    username: str
    n_ratings: int
    twins: tuple[Twin, ...]


class ReceiptLine(Struct, frozen=True):
    """One summand of a prediction, in points with three decimals.

    ``part``: mean, film, person, choice, neighbour, own_rating, own_presence, clip. ``username`` and ``score`` tell of
    a neighbour (both null of an anonymous one), ``movie`` and ``score`` of an own rating. ``correlation`` makes the
    weight: it is that of scores less what was expected of them, damped; a twin's similarity is that of the scores
    themselves.
    """

    part: str
    amount: float
    username: str | None = None
    movie: MovieSummary | None = None
    score: int | None = None
    weight: float | None = None
    deviation: float | None = None
    correlation: float | None = None
    n_common: int | None = None


class Receipt(Struct, frozen=True):
    """A prediction as the sum of its lines, to the digit. ``own_score`` is there when the film is already rated."""

    username: str
    movie: MovieSummary
    prediction: Prediction
    total: float
    lines: tuple[ReceiptLine, ...]
    own_score: int | None


class OrderReceipt(Struct, frozen=True):
    """Why a film stands where it does on the list: its order score, the sum of what each own film gives to it.

    An order score is 0 for a film like those one never turns to, about 100 for films like those one gives 80; it is no
    predicted score.
    """

    username: str
    movie: MovieSummary
    order_score: float
    lines: tuple[ReceiptLine, ...]


class SimilarMovie(Struct, frozen=True):
    """A film like another; similarity 0 to 1. ``own_score`` is there when one has rated it."""

    movie: MovieSummary
    similarity: float
    own_score: int | None
    prediction: Prediction


class SimilarMovies(Struct, frozen=True):
    """The films most like one, best first."""

    movie: MovieSummary
    similar: tuple[SimilarMovie, ...]


class GroupPick(Struct, frozen=True):
    """A film for a group: the group's score by its rule, and what is predicted for each member in their order."""

    movie: MovieSummary
    group_score: float | None
    predictions: tuple[Prediction, ...]


class GroupPicks(Struct, frozen=True):
    """Films for several people at once, best first."""

    members: tuple[str, ...]
    rule: GroupRuleName
    engine: str
    picks: tuple[GroupPick, ...]

    @property
    def unpredicted(self) -> tuple[str, ...]:
        """Return the members for whom nothing is predicted in any pick: they have rated too little to be known."""
        return tuple(
            name
            for place, name in enumerate(self.members)
            if self.picks and all(pick.predictions[place].predicted_score is None for pick in self.picks)
        )


class Pick(Struct, frozen=True):
    """A good film drawn by chance: by which seed, from how many films, and what is predicted of it."""

    username: str
    seed: int
    n_films: int
    movie: MovieSummary
    prediction: Prediction


class EngineStatus(Struct, frozen=True):
    """Which engine serves, who chose it (``default``, ``hand``, ``holdout``), and its fitted model if there is one."""

    engine: str
    chosen_by: Literal["default", "hand", "holdout"]
    chosen_at: datetime | None
    engines: tuple[str, ...]
    fitted_at: datetime | None
    preset: Literal["fast", "full"] | None
    n_ratings: int | None
    is_stale: bool


class EngineEvaluation(Struct, frozen=True):
    """An engine measured on held-out ratings. ``rmse`` and ``mae`` are on the file's own scale, ending at ``scale``.

    ``n_repeated`` counts rows of files that gave way to a newer one of the same user and film; ``n_learnt`` those to
    predict that were learnt from too, which makes figures look better than they are; ``n_described`` the
    films whose genres and year a file of films knew, null without one.
    """

    engine: str
    scale: int
    n_train: int
    n_test: int
    n_users: int
    n_movies: int
    rmse: float
    mae: float
    rmse_100: float
    mae_100: float
    within_5: float
    within_10: float
    coverage: float
    interval_80: float
    precision_10: float
    recall_10: float
    ndcg_10: float
    n_ranked_users: int
    fit_seconds: float
    predict_seconds: float
    peak_mb: float
    n_repeated: int = 0
    n_learnt: int = 0
    n_described: int | None = None
