"""What CamFlix tells someone: films to see, people of like taste, and why."""

from __future__ import annotations

from camflix.operations.declare import Context, operation
from camflix.operations.inputs import AskRecommendations, AskTwins, MovieRef
from camflix.results import Receipt, Recommendations, TwinList


@operation("GET", "/api/recommendations/", uses_engine=True)
def recommend(context: Context, body: AskRecommendations) -> Recommendations:
    """See the films one will like best, with predicted score and range. Errors: NotFoundError."""
    return context.services.recommendations.recommend(context.user_id, context.username, body.n)


@operation("GET", "/api/twins/", uses_engine=True)
def twins(context: Context, body: AskTwins) -> TwinList:
    """See the users of like taste. Errors: NotFoundError."""
    return context.services.recommendations.twins(context.user_id, context.username, body.n)


@operation("GET", "/api/movies/{movie_id}/why/", uses_engine=True)
def why(context: Context, body: MovieRef) -> Receipt:
    """See a prediction as the sum it is. Errors: NotFoundError."""
    return context.services.recommendations.why(context.user_id, context.username, body.movie_id)
