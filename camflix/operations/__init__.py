"""CamFlix's public verbs: each declared once, called by every front end through a client."""

from camflix.operations.advice import profile, recommend, twins, why
from camflix.operations.catalogue import get_movie, list_genres, list_movies, movie_window, resolve_movie
from camflix.operations.declare import OPERATIONS, STRANGER, Context, Operation
from camflix.operations.ratings import list_ratings, rate, rating_history, undo, unrate
from camflix.operations.watching import hide, list_hidden, list_watchlist, unhide, unwatch, watch

__all__ = [
    "OPERATIONS",
    "STRANGER",
    "Context",
    "Operation",
    "get_movie",
    "hide",
    "list_genres",
    "list_hidden",
    "list_movies",
    "list_ratings",
    "list_watchlist",
    "movie_window",
    "profile",
    "rate",
    "rating_history",
    "recommend",
    "resolve_movie",
    "twins",
    "undo",
    "unhide",
    "unrate",
    "unwatch",
    "watch",
    "why",
]
