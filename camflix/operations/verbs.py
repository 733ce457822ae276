"""CamFlix's public verbs, each declared once."""

from __future__ import annotations

from camflix.operations.declare import Context, operation
from camflix.operations.inputs import (
    AskProfile,
    AskRecommendations,
    AskTwins,
    ListMovies,
    ListRatings,
    MovieRef,
    Nothing,
    RateMovie,
    ResolveMovie,
)
from camflix.results import (
    MoviePage,
    MovieSummary,
    Profile,
    RatingPage,
    Receipt,
    Recommendations,
    RemovedRating,
    SavedRating,
    TwinList,
    Undone,
)


@operation("POST", "/api/ratings/", status=201)
def rate(context: Context, body: RateMovie) -> SavedRating:
    """Rate a film, or change its score. Errors: NotFoundError, InvalidInputError."""
    prediction = context.services.recommendations.predict(context.user_id, body.movie_id)
    return context.services.ratings.rate(context.user_id, body.movie_id, body.score, prediction)


@operation("DELETE", "/api/ratings/{movie_id}/")
def unrate(context: Context, body: MovieRef) -> RemovedRating:
    """Remove a rating. Errors: NotFoundError."""
    return context.services.ratings.remove(context.user_id, body.movie_id)


@operation("GET", "/api/ratings/")
def list_ratings(context: Context, body: ListRatings) -> RatingPage:
    """See one's ratings, best first, each with percentile and tier."""
    return context.services.ratings.page(context.user_id, context.username, body.limit)


@operation("POST", "/api/undo/")
def undo(context: Context, body: Nothing) -> Undone:
    """Take back the last rating, removal or import. Errors: NotFoundError."""
    del body
    return context.services.undo.undo(context.user_id)


@operation("GET", "/api/movies/")
def list_movies(context: Context, body: ListMovies) -> MoviePage:
    """Search the catalogue, or see it page by page. Errors: InvalidInputError."""
    if body.query:
        return context.services.movies.search(body.query, body.limit)
    return context.services.movies.page(body.sort, body.limit, body.cursor)


@operation("GET", "/api/movies/{movie_id}/")
def get_movie(context: Context, body: MovieRef) -> MovieSummary:
    """See one film. Errors: NotFoundError."""
    return context.services.movies.get(body.movie_id)


@operation("GET", "/api/movies/resolve/")
def resolve_movie(context: Context, body: ResolveMovie) -> MovieSummary:
    """Find the one film that someone means. Errors: NotFoundError, AmbiguousError."""
    return context.services.movies.resolve(body.film)


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


@operation("GET", "/api/users/profile/")
def profile(context: Context, body: AskProfile) -> Profile:
    """See one's own profile."""
    return context.services.profiles.of(context.user_id, body.n_extremes)
