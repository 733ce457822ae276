"""Tables, one file per aggregate; no queries, no rules."""

from camflix.models.base import Base
from camflix.models.engine import DataVersion, EngineArray, EngineChoice, EngineModel, Neighbour
from camflix.models.lists import HiddenMovie, WatchlistEntry
from camflix.models.movie import Credit, CreditRole, Genre, Movie, MovieGenre, MovieTitle, Person, TitleKind
from camflix.models.rating import ImportBatch, Rating, RatingChange
from camflix.models.user import Privacy, User, UserSource

__all__ = [
    "Base",
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
    "Neighbour",
    "Person",
    "Privacy",
    "Rating",
    "RatingChange",
    "TitleKind",
    "User",
    "UserSource",
    "WatchlistEntry",
]
