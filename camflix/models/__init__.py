"""Tables, one file per aggregate; no queries, no rules."""

from camflix.models.account import AccountCode, AnsweredWrite, ApiToken, CodePurpose, UserSession
from camflix.models.base import Base
from camflix.models.diary import FeedAnswer, MovieNote, Viewing
from camflix.models.engine import DataVersion, EngineArray, EngineChoice, EngineModel, Neighbour
from camflix.models.journal import WriteRecord
from camflix.models.lists import HiddenMovie, MovieList, MovieListEntry, WatchlistEntry
from camflix.models.movie import Credit, CreditRole, Genre, Movie, MovieGenre, MovieTitle, Person, TitleKind
from camflix.models.rating import ImportBatch, Rating, RatingChange
from camflix.models.user import Privacy, User, UserSource
from camflix.models.words import TitleWord, WordForm

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
    "FeedAnswer",
    "Genre",
    "HiddenMovie",
    "ImportBatch",
    "Movie",
    "MovieGenre",
    "MovieList",
    "MovieListEntry",
    "MovieNote",
    "MovieTitle",
    "Neighbour",
    "Person",
    "Privacy",
    "Rating",
    "RatingChange",
    "TitleKind",
    "TitleWord",
    "User",
    "UserSession",
    "UserSource",
    "Viewing",
    "WatchlistEntry",
    "WordForm",
    "WriteRecord",
]
