"""What operations take: frozen structs with bounds in the types; unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from camflix.operations.account_inputs import (
    ChangeEmail,
    ChangePassword,
    CreateToken,
    ForgottenPassword,
    GiveCode,
    ListUsers,
    LogIn,
    ProvePassword,
    ResetPassword,
    SessionRef,
    SignIn,
    SignUp,
    TokenRef,
    UserRef,
)

__all__ = [
    "AskProfile",
    "AskRecommendations",
    "AskTwins",
    "ChangeEmail",
    "ChangePassword",
    "CreateToken",
    "ForgottenPassword",
    "GiveCode",
    "ListMovies",
    "ListRatings",
    "ListUsers",
    "LogIn",
    "MovieRef",
    "Nothing",
    "ProvePassword",
    "RateMovie",
    "ResetPassword",
    "ResolveMovie",
    "SessionRef",
    "SignIn",
    "SignUp",
    "TokenRef",
    "UserRef",
]

Score = Annotated[int, Meta(ge=0, le=100, description="0 to 100, a whole number")]
_MOST = 2**31 - 1  # what an integer column holds
MovieId = Annotated[int, Meta(ge=1, le=_MOST)]
Limit = Annotated[int, Meta(ge=1, le=200)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """No input."""


class RateMovie(Struct, frozen=True, forbid_unknown_fields=True):
    """A film and its score."""

    movie_id: MovieId
    score: Score


class MovieRef(Struct, frozen=True, forbid_unknown_fields=True):
    """A film by its id here."""

    movie_id: MovieId


class ResolveMovie(Struct, frozen=True, forbid_unknown_fields=True):
    """A film as someone typed it: "Heat (1995)", tt0113277, tmdb:949, ml:6, id:12."""

    film: Text


class ListMovies(Struct, frozen=True, forbid_unknown_fields=True):
    """A search, or a page of the whole catalogue."""

    query: Annotated[str, Meta(max_length=500)] = ""
    sort: Literal["ratings", "title", "year"] = "ratings"
    limit: Limit = 20
    cursor: Annotated[str, Meta(max_length=1000)] | None = None


class ListRatings(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of one's ratings to see; all when not said."""

    limit: Annotated[int, Meta(ge=1, le=_MOST)] | None = None


class AskRecommendations(Struct, frozen=True, forbid_unknown_fields=True):
    """How many films to recommend."""

    n: Limit = 10


class AskTwins(Struct, frozen=True, forbid_unknown_fields=True):
    """How many like-minded users to show."""

    n: Limit = 10


class AskProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the best and worst films to show."""

    n_extremes: Annotated[int, Meta(ge=0, le=50)] = 5
