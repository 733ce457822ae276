"""Tables, one file per aggregate; no queries, no rules."""

from camflix.models.account import AccountCode, AnsweredWrite, ApiToken, CodePurpose, UserSession
from camflix.models.base import Base
from camflix.models.engine import DataVersion, EngineArray, EngineChoice, EngineModel
from camflix.models.lists import HiddenMovie, WatchlistEntry
from camflix.models.movie import Credit, CreditRole, Genre, Movie, MovieGenre, MovieTitle, Person, TitleKind
from camflix.models.rating import ImportBatch, Rating, RatingChange
from camflix.models.user import Privacy, User, UserSource

__all__ = [
    "AccountCode",
    "AnsweredWrite",
    "ApiToken",
    "Base",
    "CodePurpose",
    "Credit",
    "CreditRole",
    "DataVersion",
    "EngineArray",
    "EngineChoice",
    "EngineModel",
    "Genre",
    "HiddenMovie",
    "ImportBatch",
    "Movie",
    "MovieGenre",
    "MovieTitle",
    "Person",
    "Privacy",
    "Rating",
    "RatingChange",
    "TitleKind",
    "User",
    "UserSession",
    "UserSource",
    "WatchlistEntry",
]
