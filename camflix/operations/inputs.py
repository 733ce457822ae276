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
)
from camflix.operations.import_inputs import ImportRef, StartImport
from camflix.operations.text_kinds import LINES

__all__ = [
    "AddViewing",
    "AnswerFeed",
    "AskExport",
    "AskFeed",
    "AskPick",
    "AskProfile",
    "AskRecommendations",
    "AskStats",
    "AskTwins",
    "AskYear",
    "ChangeEmail",
    "ChangePassword",
    "ChangeSettings",
    "CreateList",
    "CreateToken",
    "EditList",
    "EditViewing",
    "ForgottenPassword",
    "GiveCode",
    "ImportRef",
    "ListDiary",
    "ListEntry",
    "ListEntryRef",
    "ListLists",
    "ListMovies",
    "ListRatings",
    "ListRef",
    "ListUsers",
    "ListWatchlist",
    "LogIn",
    "MoveListEntry",
    "MovieRef",
    "MovieWindowQuery",
    "Nothing",
    "Paged",
    "ProvePassword",
    "RateMovie",
    "Rescale",
    "ResetPassword",
    "ResolveMovie",
    "SaveNote",
    "SessionRef",
    "SharedListRef",
    "SignIn",
    "SignUp",
    "StartImport",
    "TokenRef",
    "UserRef",
    "ViewingRef",
]

Score = Annotated[int, Meta(ge=0, le=100, description="0 to 100, a whole number")]
_MOST = 2**31 - 1  # what an integer column holds
MovieId = Annotated[int, Meta(ge=1, le=_MOST)]
Limit = Annotated[int, Meta(ge=1, le=200)]
MAX_NOTE_LENGTH = 500
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Cursor = Annotated[str, Meta(max_length=1000)]
Year = Annotated[int, Meta(ge=1, le=9999)]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="a day, 2026-11-23")]
Version = Annotated[int, Meta(ge=1, le=_MOST)]
Position = Annotated[int, Meta(ge=0, le=_MOST)]
Username = Annotated[str, Meta(min_length=1, max_length=64)]
ListName = Annotated[str, Meta(min_length=1, max_length=100)]
Description = Annotated[str, Meta(max_length=2000, extra=LINES)]
MovieSort = Literal["ratings", "title", "year", "popularity", "score", "predicted"]


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
    """A search, or a page of the catalogue, filtered and in an order.

    ``query`` holds words of a title, and filters: ``genre:drama year:1960..1979 runtime:<100 lang:fr psi:>75 -seen``.
    ``reverse`` turns the order round. ``predictions`` adds predicted scores to the marks of each film.
    """

    query: Annotated[str, Meta(max_length=500)] = ""
    sort: MovieSort = "ratings"
    limit: Limit = 20
    cursor: Cursor | None = None
    reverse: bool = False
    genre: Annotated[str, Meta(max_length=32)] | None = None
    year_from: Year | None = None
    year_to: Year | None = None
    language: Annotated[str, Meta(max_length=8)] | None = None
    min_ratings: Annotated[int, Meta(ge=0, le=_MOST)] | None = None
    unseen: bool = False
    watchlist: Literal["any", "only", "exclude"] = "any"
    predictions: bool = False


class MovieWindowQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Places ``offset`` to ``offset + limit - 1`` of the catalogue in an order, for lists drawn line by line."""

    offset: Annotated[int, Meta(ge=0, le=_MOST)] = 0
    limit: Limit = 50
    sort: Literal["ratings", "title", "year", "popularity"] = "ratings"
    reverse: bool = False
    predictions: bool = False


class ListRatings(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of one's ratings to see; all when nothing is said. ``query`` as for films."""

    limit: Annotated[int, Meta(ge=1, le=_MOST)] | None = None
    cursor: Cursor | None = None
    sort: Literal["score", "recent", "title", "year"] = "score"
    reverse: bool = False
    query: Annotated[str, Meta(max_length=500)] = ""
    min_score: Score | None = None
    max_score: Score | None = None
    genre: Annotated[str, Meta(max_length=32)] | None = None
    year_from: Year | None = None
    year_to: Year | None = None


class Rescale(Struct, frozen=True, forbid_unknown_fields=True):
    """Bring one's scores from a narrower scale to 0-100: ``from_max=10`` turns 7 into 70."""

    from_max: Annotated[int, Meta(ge=1, le=99)]
    dry_run: bool = False


class Paged(Struct, frozen=True, forbid_unknown_fields=True):
    """A page of a list of one's own."""

    limit: Limit = 50
    cursor: Cursor | None = None


class ListWatchlist(Struct, frozen=True, forbid_unknown_fields=True):
    """The watchlist: last added first, or by predicted score."""

    sort: Literal["added", "predicted", "title"] = "added"
    limit: Limit = 50
    cursor: Cursor | None = None


class SaveNote(Struct, frozen=True, forbid_unknown_fields=True):
    """A note on a film. ``version`` is that of the note one has read; another in the database is a conflict."""

    movie_id: MovieId
    text: Annotated[str, Meta(min_length=1, max_length=MAX_NOTE_LENGTH, extra=LINES)]
    has_spoiler: bool = False
    version: Version | None = None


class ListLists(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose lists: one's own when not said."""

    username: Username | None = None


class CreateList(Struct, frozen=True, forbid_unknown_fields=True):
    """A new list."""

    name: ListName
    description: Description = ""
    is_public: bool = False


class ListRef(Struct, frozen=True, forbid_unknown_fields=True):
    """A list by its id."""

    list_id: MovieId


class SharedListRef(Struct, frozen=True, forbid_unknown_fields=True):
    """A list by the secret part of its link."""

    token: Annotated[str, Meta(min_length=16, max_length=64)]


class EditList(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a list; what is null stays. ``version`` as for notes."""

    list_id: MovieId
    name: ListName | None = None
    description: Description | None = None
    is_public: bool | None = None
    version: Version | None = None


class ListEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A film of a list; for adding, its place (first 0), the end when null."""

    list_id: MovieId
    movie_id: MovieId
    position: Position | None = None


class ListEntryRef(Struct, frozen=True, forbid_unknown_fields=True):
    """A film of a list."""

    list_id: MovieId
    movie_id: MovieId


class MoveListEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """Put a film of a list in another place, first 0; past the end is the end. ``version`` as for notes."""

    list_id: MovieId
    movie_id: MovieId
    position: Position
    version: Version | None = None


class AddViewing(Struct, frozen=True, forbid_unknown_fields=True):
    """A film seen: on a day, or who knows when. ``is_rewatch`` is found out when null."""

    movie_id: MovieId
    seen_on: Day | None = None
    is_rewatch: bool | None = None


class EditViewing(Struct, frozen=True, forbid_unknown_fields=True):
    """Correct a viewing; what is null stays."""

    viewing_id: MovieId
    seen_on: Day | None = None
    is_rewatch: bool | None = None


class ViewingRef(Struct, frozen=True, forbid_unknown_fields=True):
    """A viewing by its id."""

    viewing_id: MovieId


class ListDiary(Struct, frozen=True, forbid_unknown_fields=True):
    """Which viewings: of a year, a month of it, a film; all when nothing is said."""

    year: Year | None = None
    month: Annotated[int, Meta(ge=1, le=12)] | None = None
    movie_id: MovieId | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class AskFeed(Struct, frozen=True, forbid_unknown_fields=True):
    """How many films to rate next."""

    n: Limit = 10


class AnswerFeed(Struct, frozen=True, forbid_unknown_fields=True):
    """A film that is not to be asked again, and why."""

    movie_id: MovieId
    answer: Literal["not_seen", "skip"]


class AskStats(Struct, frozen=True, forbid_unknown_fields=True):
    """How many groups of each kind, and of how many films at least."""

    n: Limit = 10
    min_films: Annotated[int, Meta(ge=1, le=1000)] = 3


class AskYear(Struct, frozen=True, forbid_unknown_fields=True):
    """Which year to look back on."""

    year: Year


class ChangeSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of oneself; what is null stays."""

    bio: Annotated[str, Meta(max_length=2000, extra=LINES)] | None = None
    avatar: Annotated[str, Meta(max_length=500, pattern=r"^(https://\S+)?$")] | None = None
    language: Literal["fr", "en"] | None = None
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    privacy: Literal["public", "members", "private"] | None = None
    contributes_anonymously: bool | None = None
    score_display: Literal["100", "10", "stars"] | None = None
    blind: bool | None = None


class UserRef(Struct, frozen=True, forbid_unknown_fields=True):
    """A user by name."""

    username: Username


class AskComparison(Struct, frozen=True, forbid_unknown_fields=True):
    """With whom to compare oneself, and how many films of each kind to show."""

    username: Username
    n: Limit = 10


class AskExport(Struct, frozen=True, forbid_unknown_fields=True):
    """As what to take one's own data out: all as JSON, or the ratings as CSV."""

    format: Literal["json", "csv"] = "json"


class AskRecommendations(Struct, frozen=True, forbid_unknown_fields=True):
    """How many films to recommend, in which order: what one is likely to turn to and like, or by predicted score.

    ``query`` holds filters, as for films.
    """

    n: Limit = 10
    order: Literal["likely", "predicted"] = "likely"
    query: Annotated[str, Meta(max_length=500)] = ""


class AskPick(Struct, frozen=True, forbid_unknown_fields=True):
    """A good film drawn by chance. The same ``seed`` gives the same film; ``query`` holds filters, as for films."""

    seed: Annotated[int, Meta(ge=0, le=_MOST)] | None = None
    query: Annotated[str, Meta(max_length=500)] = ""


class AskSimilar(Struct, frozen=True, forbid_unknown_fields=True):
    """A film, and how many like it."""

    movie_id: MovieId
    n: Limit = 10


class AskTogether(Struct, frozen=True, forbid_unknown_fields=True):
    """Who watches together with oneself, by user name, and by which rule the group decides."""

    members: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=20)]
    n: Limit = 10
    rule: Literal["least_misery", "average"] = "least_misery"
    rewatch: bool = False


class AskTwins(Struct, frozen=True, forbid_unknown_fields=True):
    """How many like-minded users to show."""

    n: Limit = 10


class AskProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the best and worst films to show."""

    n_extremes: Annotated[int, Meta(ge=0, le=50)] = 5
