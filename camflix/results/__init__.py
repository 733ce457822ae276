"""What CamFlix answers: frozen structs, the one vocabulary of services, API, clients and screens.

Scores are points of 0-100; predicted scores and their parts have three decimals, so that a receipt adds up to the
digit. Moments are aware UTC. A null predicted score comes with a ``reason`` code.

A file is loaded when something of it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from msgspec import Struct

    from camflix.results.accounts import (
        Accepted,
        Account,
        DeletedAccount,
        DeletionOffer,
        NewToken,
        Revoked,
        Scope,
        SessionList,
        SessionSummary,
        TokenList,
        TokenSummary,
    )
    from camflix.results.advice import (
        EngineEvaluation,
        EngineStatus,
        GroupPick,
        GroupPicks,
        GroupRuleName,
        ListOrder,
        OrderReceipt,
        Pick,
        Receipt,
        ReceiptLine,
        Recommendation,
        Recommendations,
        SimilarMovie,
        SimilarMovies,
        Twin,
        TwinList,
    )
    from camflix.results.diary import (
        Diary,
        FeedAnswer,
        FeedFilm,
        RatingFeed,
        Viewing,
    )
    from camflix.results.films import (
        Community,
        GenreCount,
        GenreList,
        MovieDetails,
        MovieMarks,
        MoviePage,
        MovieSummary,
        MovieWindow,
        Prediction,
        ReasonCode,
    )
    from camflix.results.imports import (
        ImportJob,
        ImportReport,
        ImportSource,
        ImportState,
        RowProblem,
        ScaleChoice,
    )
    from camflix.results.lists import (
        HiddenList,
        HiddenState,
        ListChange,
        ListedFilm,
        MovieList,
        MovieListPage,
        MovieListSummary,
        Note,
        NoteList,
        WatchedFilm,
        Watchlist,
        WatchlistState,
    )
    from camflix.results.people import (
        Comparison,
        ExportDocument,
        PublicProfile,
        ScoreDisplay,
        SharedFilm,
        UnseenFavourite,
        UserSettings,
    )
    from camflix.results.ratings import (
        Accuracy,
        Profile,
        RatedMovie,
        RatingEvent,
        RatingHistory,
        RatingPage,
        RemovedRating,
        Rescaled,
        SavedRating,
        Undone,
    )
    from camflix.results.stats import (
        AccuracyPoint,
        PeriodCount,
        RankedGroup,
        ScoreCount,
        Stats,
        YearInReview,
    )
    from camflix.results.users import UserList, UserSummary

_FILES = {
    "users": ("UserList", "UserSummary"),
    "accounts": (
        "Accepted",
        "Account",
        "DeletedAccount",
        "DeletionOffer",
        "NewToken",
        "Revoked",
        "Scope",
        "SessionList",
        "SessionSummary",
        "TokenList",
        "TokenSummary",
    ),
    "advice": (
        "EngineEvaluation",
        "EngineStatus",
        "GroupPick",
        "GroupPicks",
        "GroupRuleName",
        "ListOrder",
        "OrderReceipt",
        "Pick",
        "Receipt",
        "ReceiptLine",
        "Recommendation",
        "Recommendations",
        "SimilarMovie",
        "SimilarMovies",
        "Twin",
        "TwinList",
    ),
    "diary": (
        "Diary",
        "FeedAnswer",
        "FeedFilm",
        "RatingFeed",
        "Viewing",
    ),
    "films": (
        "Community",
        "GenreCount",
        "GenreList",
        "MovieDetails",
        "MovieMarks",
        "MoviePage",
        "MovieSummary",
        "MovieWindow",
        "Prediction",
        "ReasonCode",
    ),
    "imports": (
        "ImportJob",
        "ImportReport",
        "ImportSource",
        "ImportState",
        "RowProblem",
        "ScaleChoice",
    ),
    "lists": (
        "HiddenList",
        "HiddenState",
        "ListChange",
        "ListedFilm",
        "MovieList",
        "MovieListPage",
        "MovieListSummary",
        "Note",
        "NoteList",
        "WatchedFilm",
        "Watchlist",
        "WatchlistState",
    ),
    "people": (
        "Comparison",
        "ExportDocument",
        "PublicProfile",
        "ScoreDisplay",
        "SharedFilm",
        "UnseenFavourite",
        "UserSettings",
    ),
    "ratings": (
        "Accuracy",
        "Profile",
        "RatedMovie",
        "RatingEvent",
        "RatingHistory",
        "RatingPage",
        "RemovedRating",
        "Rescaled",
        "SavedRating",
        "Undone",
    ),
    "stats": (
        "AccuracyPoint",
        "PeriodCount",
        "RankedGroup",
        "ScoreCount",
        "Stats",
        "YearInReview",
    ),
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names}

__all__ = [
    "Accepted",
    "Account",
    "Accuracy",
    "AccuracyPoint",
    "Community",
    "Comparison",
    "DeletedAccount",
    "DeletionOffer",
    "Diary",
    "EngineEvaluation",
    "EngineStatus",
    "ExportDocument",
    "FeedAnswer",
    "FeedFilm",
    "GenreCount",
    "GenreList",
    "GroupPick",
    "GroupPicks",
    "GroupRuleName",
    "HiddenList",
    "HiddenState",
    "ImportJob",
    "ImportReport",
    "ImportSource",
    "ImportState",
    "ListChange",
    "ListOrder",
    "ListedFilm",
    "MovieDetails",
    "MovieList",
    "MovieListPage",
    "MovieListSummary",
    "MovieMarks",
    "MoviePage",
    "MovieSummary",
    "MovieWindow",
    "NewToken",
    "Note",
    "NoteList",
    "OrderReceipt",
    "PeriodCount",
    "Pick",
    "Prediction",
    "Profile",
    "PublicProfile",
    "RankedGroup",
    "RatedMovie",
    "RatingEvent",
    "RatingFeed",
    "RatingHistory",
    "RatingPage",
    "ReasonCode",
    "Receipt",
    "ReceiptLine",
    "Recommendation",
    "Recommendations",
    "RemovedRating",
    "Rescaled",
    "Revoked",
    "RowProblem",
    "SavedRating",
    "ScaleChoice",
    "Scope",
    "ScoreCount",
    "ScoreDisplay",
    "SessionList",
    "SessionSummary",
    "SharedFilm",
    "SimilarMovie",
    "SimilarMovies",
    "Stats",
    "TokenList",
    "TokenSummary",
    "Twin",
    "TwinList",
    "Undone",
    "UnseenFavourite",
    "UserList",
    "UserSettings",
    "UserSummary",
    "Viewing",
    "WatchedFilm",
    "Watchlist",
    "WatchlistState",
    "YearInReview",
]
"""What other rooms take from the files of this one."""


_Result = TypeVar("_Result", bound="Struct")


def changed(result: _Result, **values: object) -> _Result:
    """Return the same result but for these values."""
    from msgspec.structs import replace  # noqa: PLC0415 - not for the terminal app's first picture

    return replace(result, **values)


def __getattr__(name: str) -> Any:
    """Return what one of the files defines; it is loaded now."""
    if name not in _FILE_OF:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    found = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
    globals()[name] = found
    return found
