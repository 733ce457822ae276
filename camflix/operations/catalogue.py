"""Looking at films: search, lists, one film."""

from __future__ import annotations

from camflix.operations.declare import Context, operation
from camflix.operations.inputs import ListMovies, MovieRef, MovieWindowQuery, Nothing, ResolveMovie
from camflix.queries import Bounds, MovieFilter
from camflix.results import GenreList, MovieDetails, MoviePage, MovieSummary, MovieWindow


@operation("GET", "/api/movies/", audience="anyone")
def list_movies(context: Context, body: ListMovies) -> MoviePage:
    """Search the catalogue, or see it page by page, filtered and in an order. Errors: InvalidInputError."""
    return context.services.listing.page(
        context.user_id,
        body.query,
        _filter(body),
        body.sort,
        body.limit,
        body.cursor,
        reverse=body.reverse,
        predictions=body.predictions,
    )


@operation("GET", "/api/movies/window/", audience="anyone")
def movie_window(context: Context, body: MovieWindowQuery) -> MovieWindow:
    """See the films at some places of a long list."""
    return context.services.listing.window(
        context.user_id, body.sort, body.offset, body.limit, reverse=body.reverse, predictions=body.predictions
    )


@operation("GET", "/api/movies/{movie_id}/", audience="anyone")
def get_movie(context: Context, body: MovieRef) -> MovieDetails:
    """See one film, with all that is known of it. Errors: NotFoundError."""
    return context.services.details.of(body.movie_id, context.user_id)


@operation("GET", "/api/movies/resolve/", audience="anyone")
def resolve_movie(context: Context, body: ResolveMovie) -> MovieSummary:
    """Find the one film that someone means. Errors: NotFoundError, AmbiguousError."""
    return context.services.movies.resolve(body.film)


@operation("GET", "/api/genres/", audience="anyone")
def list_genres(context: Context, body: Nothing) -> GenreList:
    """See the genres of the catalogue, with how many films are of each."""
    del body
    return context.services.listing.genres()


def _filter(body: ListMovies) -> MovieFilter:
    return MovieFilter(
        genres=(body.genre,) if body.genre else (),
        language=body.language or None,
        year=year_bounds(body.year_from, body.year_to),
        ratings=None if body.min_ratings is None else Bounds(low=body.min_ratings),
        seen=False if body.unseen else None,
        watchlist=body.watchlist,
    )


def year_bounds(first: int | None, last: int | None) -> Bounds | None:
    """Return a range of years, open where one end is null; None when both are."""
    return None if first is None and last is None else Bounds(first or 0, last or 9999)
