"""What CamFlix tells someone: films to see, people of like taste, and why."""

from __future__ import annotations

from camflix.operations.declare import Context, operation
from camflix.operations.inputs import AskPick, AskRecommendations, AskSimilar, AskTogether, AskTwins, MovieRef
from camflix.results import GroupPicks, OrderReceipt, Pick, Receipt, Recommendations, SimilarMovies, TwinList


@operation("GET", "/api/recommendations/", uses_engine=True)
def recommend(context: Context, body: AskRecommendations) -> Recommendations:
    """See the films one will like best, with predicted score and range. Errors: NotFoundError."""
    return context.services.recommendations.recommend(context.user_id, context.username, body.n, body.order, body.query)


@operation("GET", "/api/pick/", uses_engine=True)
def pick(context: Context, body: AskPick) -> Pick:
    """Have a good film drawn by chance. Errors: NotFoundError, InvalidInputError."""
    return context.services.picks.pick(context.user_id, context.username, body.seed, body.query)


@operation("GET", "/api/twins/", uses_engine=True)
def twins(context: Context, body: AskTwins) -> TwinList:
    """See the users of like taste. Errors: NotFoundError."""
    return context.services.recommendations.twins(context.user_id, context.username, body.n)


@operation("GET", "/api/movies/{movie_id}/why/", uses_engine=True)
def why(context: Context, body: MovieRef) -> Receipt:
    """See a prediction as the sum it is. Errors: NotFoundError."""
    return context.services.recommendations.why(context.user_id, context.username, body.movie_id)


@operation("GET", "/api/movies/{movie_id}/why-listed/", uses_engine=True)
def why_listed(context: Context, body: MovieRef) -> OrderReceipt:
    """See why a film stands where it does on the list. Errors: NotFoundError."""
    return context.services.recommendations.why_listed(context.user_id, context.username, body.movie_id)


@operation("GET", "/api/movies/{movie_id}/similar/", uses_engine=True)
def similar(context: Context, body: AskSimilar) -> SimilarMovies:
    """See the films most like one. Errors: NotFoundError."""
    return context.services.recommendations.similar(context.user_id, body.movie_id, body.n)


@operation("GET", "/api/together/", uses_engine=True)
def together(context: Context, body: AskTogether) -> GroupPicks:
    """Pick films for oneself and others. Errors: NotFoundError, InvalidInputError."""
    return context.services.groups.pick(
        context.user_id,
        context.username,
        body.members,
        body.n,
        body.rule,
        rewatch=body.rewatch,
        is_admin=context.is_admin,
    )
