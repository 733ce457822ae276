"""CamFlix's public verbs: each declared once, called by every front end through a client."""

from camflix.operations.declare import OPERATIONS, Context, Operation
from camflix.operations.verbs import (
    get_movie,
    list_movies,
    list_ratings,
    profile,
    rate,
    recommend,
    resolve_movie,
    twins,
    undo,
    unrate,
    why,
)

__all__ = [
    "OPERATIONS",
    "Context",
    "Operation",
    "get_movie",
    "list_movies",
    "list_ratings",
    "profile",
    "rate",
    "recommend",
    "resolve_movie",
    "twins",
    "undo",
    "unrate",
    "why",
]
