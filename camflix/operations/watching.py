"""Films to see, and films never to be shown."""

from __future__ import annotations

from camflix.operations.declare import Context, operation
from camflix.operations.inputs import ListWatchlist, MovieRef, Paged
from camflix.results import HiddenList, HiddenState, Watchlist, WatchlistState


@operation("GET", "/api/watchlist/")
def list_watchlist(context: Context, body: ListWatchlist) -> Watchlist:
    """See the films one wants to see. Errors: InvalidInputError."""
    return context.services.watchlist.page(context.user_id, body.sort, body.limit, body.cursor)


@operation("POST", "/api/watchlist/", status=201)
def watch(context: Context, body: MovieRef) -> WatchlistState:
    """Put a film on the watchlist. Errors: NotFoundError."""
    return context.services.watchlist.add(context.user_id, body.movie_id)


@operation("DELETE", "/api/watchlist/{movie_id}/")
def unwatch(context: Context, body: MovieRef) -> WatchlistState:
    """Take a film off the watchlist. Errors: NotFoundError."""
    return context.services.watchlist.remove(context.user_id, body.movie_id)


@operation("GET", "/api/hidden/")
def list_hidden(context: Context, body: Paged) -> HiddenList:
    """See the films one never wants to be shown. Errors: InvalidInputError."""
    return context.services.hidden.page(context.user_id, body.limit, body.cursor)


@operation("POST", "/api/hidden/", status=201)
def hide(context: Context, body: MovieRef) -> HiddenState:
    """Hide a film from every list. Errors: NotFoundError."""
    return context.services.hidden.hide(context.user_id, body.movie_id)


@operation("DELETE", "/api/hidden/{movie_id}/")
def unhide(context: Context, body: MovieRef) -> HiddenState:
    """Let a film be shown again. Errors: NotFoundError."""
    return context.services.hidden.restore(context.user_id, body.movie_id)
