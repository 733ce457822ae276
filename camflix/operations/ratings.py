"""Rating films, and seeing one's ratings."""

from __future__ import annotations

from camflix.operations.catalogue import year_bounds
from camflix.operations.declare import Context, operation
from camflix.operations.inputs import ListRatings, MovieRef, Nothing, RateMovie, Rescale
from camflix.queries import Bounds, MovieFilter
from camflix.results import RatingHistory, RatingPage, RemovedRating, Rescaled, SavedRating, Undone
from camflix.scores import MAX_SCORE


@operation("POST", "/api/ratings/", status=201)
def rate(context: Context, body: RateMovie) -> SavedRating:
    """Rate a film, or change its score. Errors: NotFoundError, ConflictError (kept offline, and rated since)."""
    context.services.ratings.refuse_overtaken(context.user_id, body.movie_id, context.caller.made_at, body.score)
    prediction = context.services.recommendations.predict(context.user_id, body.movie_id)
    saved = context.services.ratings.rate(context.user_id, body.movie_id, body.score, prediction)
    context.services.recommendations.learn(context.user_id)
    return saved


@operation("DELETE", "/api/ratings/{movie_id}/")
def unrate(context: Context, body: MovieRef) -> RemovedRating:
    """Remove a rating. Errors: NotFoundError, ConflictError (kept offline, and rated since)."""
    context.services.ratings.refuse_overtaken(context.user_id, body.movie_id, context.caller.made_at, None)
    removed = context.services.ratings.remove(context.user_id, body.movie_id)
    context.services.recommendations.learn(context.user_id)
    return removed


@operation("GET", "/api/ratings/")
def list_ratings(context: Context, body: ListRatings) -> RatingPage:
    """See one's ratings, best first, each with percentile and tier. Errors: InvalidInputError, NotFoundError."""
    scored = body.min_score is not None or body.max_score is not None
    high = MAX_SCORE if body.max_score is None else body.max_score
    filter_ = MovieFilter(
        genres=(body.genre,) if body.genre else (),
        year=year_bounds(body.year_from, body.year_to),
        score=Bounds(body.min_score or 0, high) if scored else None,
    )
    return context.services.rating_list.page(
        context.user_id,
        context.username,
        body.query,
        filter_,
        body.sort,
        body.limit,
        body.cursor,
        reverse=body.reverse,
    )


@operation("GET", "/api/ratings/{movie_id}/history/")
def rating_history(context: Context, body: MovieRef) -> RatingHistory:
    """See how one's rating of a film came to be. Errors: NotFoundError."""
    return context.services.ratings.history(context.user_id, body.movie_id)


@operation("POST", "/api/undo/")
def undo(context: Context, body: Nothing) -> Undone:
    """Take back what one wrote last, a whole import included. Errors: NotFoundError, ConflictError."""
    del body
    undone = context.services.undo.undo(context.user_id, context.caller.made_at)
    if undone.is_there is None:  # ratings; of nothing else a taste is learnt, nor the engine loaded for it
        context.services.recommendations.learn(context.user_id)
    return undone


@operation("POST", "/api/ratings/rescale/")
def rescale(context: Context, body: Rescale) -> Rescaled:
    """Bring all of one's scores from a narrower scale to 0-100. Errors: InvalidInputError."""
    rescaled = context.services.rescaling.rescale(context.user_id, body.from_max, dry_run=body.dry_run)
    if not body.dry_run:
        context.services.recommendations.learn(context.user_id)
    return rescaled
