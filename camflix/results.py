"""What CamFlix answers: frozen dataclasses, the one vocabulary of services, API, clients and screens.

Scores are points of 0-100; predicted scores and their parts have three decimals, so that a receipt adds up to the
digit. Moments are aware UTC. A null predicted score comes with a ``reason`` code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Scope = Literal["read", "rate", "admin"]
ReasonCode = Literal["too_few_ratings", "no_neighbours", "film_unrated"]


@dataclass(frozen=True, slots=True)
class MovieSummary:
    """A film in a list. ``title`` is in the reader's language, ``n_ratings`` those of this community."""

    id: int
    title: str
    year: int | None
    title_en: str
    title_fr: str | None
    title_original: str | None
    tmdb_id: int | None
    imdb_id: str | None
    movielens_id: int | None
    n_ratings: int = 0


@dataclass(frozen=True, slots=True)
class MoviePage:
    """A page of films; ``next_cursor`` asks for the next, null at the end."""

    movies: tuple[MovieSummary, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Prediction:
    """How much a user will like a film: a score with the range that holds 80 % of scores, or the reason for none.

    ``n_evidence`` counts the ratings of others that stand behind it.
    """

    predicted_score: float | None
    low: float | None
    high: float | None
    reason: ReasonCode | None
    n_evidence: int
    engine: str


@dataclass(frozen=True, slots=True)
class RatedMovie:
    """One of a user's ratings; percentile and tier are null under five different scores."""

    movie: MovieSummary
    score: int
    percentile: int | None
    tier: int | None
    created_at: datetime
    updated_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class RatingPage:
    """A user's ratings, best first; ``n_different_missing`` more different scores give percentiles."""

    username: str
    ratings: tuple[RatedMovie, ...]
    n_ratings: int
    n_different_missing: int


@dataclass(frozen=True, slots=True)
class SavedRating:
    """A rating just saved, with what had been predicted before it."""

    movie: MovieSummary
    score: int
    previous_score: int | None
    percentile: int | None
    tier: int | None
    n_different_missing: int
    predicted_score: float | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class RemovedRating:
    """A rating just removed."""

    movie: MovieSummary
    previous_score: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo put back: the ratings of one write or of a whole import."""

    kind: Literal["rating", "import"]
    movie: MovieSummary | None
    n_ratings: int
    n_kept: int
    source: str | None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A film to see, with its prediction."""

    movie: MovieSummary
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class Recommendations:
    """A list for one user. ``personal`` is false while too little is known: then popular films, without predictions."""

    username: str
    engine: str
    personal: bool
    reason: ReasonCode | None
    n_ratings: int
    fitted_at: datetime
    recommendations: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """A user of like taste. ``username`` is null for one who contributes anonymously."""

    rank: int
    username: str | None
    similarity: float
    taste_distance: float | None
    n_common: int


@dataclass(frozen=True, slots=True)
class TwinList:
    """The users most like one user, best first."""

    username: str
    n_ratings: int
    twins: tuple[Twin, ...]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One summand of a prediction, in points with three decimals.

    ``part``: mean, film, person, neighbour, own_rating, own_presence, clip. ``username`` and ``score`` tell of a
    neighbour (null for an anonymous one), ``movie`` and ``score`` of an own rating. ``correlation`` makes the weight:
    it is that of scores less what was expected of them, damped; a twin's similarity is that of the scores themselves.
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


@dataclass(frozen=True, slots=True)
class Receipt:
    """A prediction as the sum of its lines, to the digit. ``own_score`` is there when the film is already rated."""

    username: str
    movie: MovieSummary
    prediction: Prediction
    total: float
    lines: tuple[ReceiptLine, ...]
    own_score: int | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How near predictions made *before* each rating came to it: mean absolute error, shares within 5 and 10 points."""

    n: int
    mean_absolute_error: float | None
    within_5: float | None
    within_10: float | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A user as they see themselves."""

    username: str
    language: str
    privacy: str
    contributes_anonymously: bool
    created_at: datetime
    n_ratings: int
    n_different_scores: int
    mean_score: float | None
    median_score: float | None
    tiers: tuple[int, ...]
    top: tuple[RatedMovie, ...]
    bottom: tuple[RatedMovie, ...]
    accuracy_all: Accuracy
    accuracy_last_50: Accuracy


@dataclass(frozen=True, slots=True)
class UserSummary:
    """A user as an administrator sees them in a list."""

    id: int
    username: str
    email: str | None
    source: str
    privacy: str
    is_active: bool
    n_ratings: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was not taken: where, why in the reader's language, and films it may have meant."""

    file: str
    line: int
    outcome: Literal["ambiguous", "not_found", "invalid", "skipped_not_film"]
    message: str
    candidates: tuple[MovieSummary, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of each row: created + updated + … + skipped_not_film == rows.

    ``films_read`` and ``films_created`` tell of the catalogue; problems of films are no rows.
    """

    source: str
    batch_id: int
    rows: int
    created: int
    updated: int
    unchanged: int
    ambiguous: int
    not_found: int
    invalid: int
    skipped_not_film: int
    films_read: int
    films_created: int
    users_created: int
    seconds: float
    problems: tuple[RowProblem, ...]
    n_problems_left_out: int


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Which engine serves, who chose it (``default``, ``hand``, ``holdout``), and its fitted model if there is one."""

    engine: str
    chosen_by: Literal["default", "hand", "holdout"]
    chosen_at: datetime | None
    engines: tuple[str, ...]
    fitted_at: datetime | None
    n_ratings: int | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class EngineEvaluation:
    """An engine measured on held-out ratings. ``rmse`` and ``mae`` are on the file's own scale, ending at ``scale``."""

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


@dataclass(frozen=True, slots=True)
class Account:
    """Who one is here, and what the token or session at hand allows: ``read``, ``rate`` or ``admin`` (everything)."""

    username: str
    email: str | None
    language: str
    is_admin: bool
    scope: Scope
    version: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request was taken; whether a mail follows is told to nobody but its reader."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. ``secret`` is shown this once; only its hash is kept."""

    id: int
    name: str
    username: str
    scope: Scope
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenSummary:
    """A token as its owner sees it later."""

    id: int
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class TokenList:
    """One's tokens that are still good, newest first."""

    tokens: tuple[TokenSummary, ...]


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A browser that is signed in."""

    id: int
    user_agent: str
    address: str
    created_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SessionList:
    """One's sessions that are still good, newest first."""

    sessions: tuple[SessionSummary, ...]


@dataclass(frozen=True, slots=True)
class Revoked:
    """How many sessions and tokens are good no more."""

    n_sessions: int
    n_tokens: int


@dataclass(frozen=True, slots=True)
class DeletionOffer:
    """What leaving takes away, to be kept first: with ``code`` the account is deleted, until ``expires_at``."""

    code: str
    expires_at: datetime
    account: Account
    ratings: RatingPage


@dataclass(frozen=True, slots=True)
class DeletedAccount:
    """An account that is gone, with all its rows."""

    username: str
    n_ratings: int


@dataclass(frozen=True, slots=True)
class UserList:
    """Users as an administrator sees them; ``next_cursor`` asks for the next page, null at the end."""

    users: tuple[UserSummary, ...]
    next_cursor: str | None
