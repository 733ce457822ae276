"""All services over one session, made when first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from camflix.services.catalogue_memory import CatalogueMemory
from camflix.services.epoch import EpochService
from camflix.services.movies import MovieService
from camflix.services.users import UserService

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta
    from pathlib import Path

    from sqlalchemy.orm import Session

    from camflix.services.account_codes import AccountCodeService
    from camflix.services.accounts import AccountService
    from camflix.services.answered_writes import AnsweredWriteService
    from camflix.services.comparison import ComparisonService
    from camflix.services.demo import DemoService
    from camflix.services.details import DetailsService
    from camflix.services.diary import DiaryService
    from camflix.services.engine import EngineService, ModelCache
    from camflix.services.evaluation import EvaluationService
    from camflix.services.export import ExportService
    from camflix.services.feed import FeedService
    from camflix.services.fitting import FittingService
    from camflix.services.groups import GroupService
    from camflix.services.hidden import HiddenService
    from camflix.services.import_jobs import ImportJobService, ImportRequest
    from camflix.services.imports import ImportService
    from camflix.services.journal import JournalService
    from camflix.services.letters import LetterRequest, LetterService
    from camflix.services.listing import ListingService
    from camflix.services.lists import ListService
    from camflix.services.model_store import ModelStore
    from camflix.services.neighbours import NeighbourService
    from camflix.services.notes import NoteService
    from camflix.services.picks import PickService
    from camflix.services.predictions import PredictionService
    from camflix.services.privacy import PrivacyService
    from camflix.services.profiles import ProfileService
    from camflix.services.rating_list import RatingListService
    from camflix.services.ratings import RatingService
    from camflix.services.recommendations import RecommendationService
    from camflix.services.rescaling import RescalingService
    from camflix.services.sessions import SessionService
    from camflix.services.settings import UserSettingsService
    from camflix.services.stats import StatsService
    from camflix.services.tokens import TokenService
    from camflix.services.undo import UndoService
    from camflix.services.wanted import WantedFilms
    from camflix.services.watchlist import WatchlistService


class Services:
    """The services of one transaction. Those that need the engine (numpy) or a format load it only then."""

    def __init__(  # noqa: PLR0913 - all that the parts need of outside, named
        self,
        session: Session,
        *,
        language: str,
        cache_folder: Path,
        uploads_folder: Path,
        models: Callable[[], ModelCache],
        now: Callable[[], datetime],
        time_zone: str = "Europe/Paris",
        sends_mail: bool = False,
        memory: CatalogueMemory | None = None,
    ) -> None:
        self.outbox: list[LetterRequest] = []
        self.import_requests: list[ImportRequest] = []
        self._uploads_folder = uploads_folder
        self._sends_mail = sends_mail
        self._session = session
        self._memory = CatalogueMemory() if memory is None else memory
        self._language = language
        self._cache_folder = cache_folder
        self._models = models
        self._now = now
        self._time_zone = time_zone

    def speak(self, language: str) -> None:
        """Give titles in this language, once it is known who reads; before any are asked for."""
        self._language = language

    def date_back(self, age: timedelta) -> datetime:
        """Let what is written from now on bear the moment when it was made, on a machine that kept it; return that."""
        moment = self._now() - age
        self._now = lambda: moment
        return moment

    @cached_property
    def users(self) -> UserService:
        """Users by name."""
        return UserService(self._session, self.epochs, self._now, self._time_zone)

    @cached_property
    def movies(self) -> MovieService:
        """The catalogue."""
        return MovieService(self._session, self._language, self._memory)

    @cached_property
    def listing(self) -> ListingService:
        """The catalogue as a user sees it."""
        from camflix.services.listing import ListingService  # noqa: PLC0415

        return ListingService(self._session, self.movies, self.ratings, lambda: self.predictions, self._memory)

    @cached_property
    def predictions(self) -> PredictionService:
        """Predicted scores of many films."""
        from camflix.services.predictions import PredictionService  # noqa: PLC0415

        return PredictionService(self.engine)

    @cached_property
    def rating_list(self) -> RatingListService:
        """One's own ratings, filtered."""
        from camflix.services.rating_list import RatingListService  # noqa: PLC0415

        return RatingListService(self._session, self.ratings, lambda: self.predictions, self._memory)

    @cached_property
    def watchlist(self) -> WatchlistService:
        """Films to see."""
        from camflix.services.watchlist import WatchlistService  # noqa: PLC0415

        return WatchlistService(self._session, self.movies, self.journal, lambda: self.predictions, self._now)

    @cached_property
    def hidden(self) -> HiddenService:
        """Films never to be shown."""
        from camflix.services.hidden import HiddenService  # noqa: PLC0415

        return HiddenService(self._session, self.movies, self.journal, self._now)

    @cached_property
    def notes(self) -> NoteService:
        """What a user wrote of films."""
        from camflix.services.notes import NoteService  # noqa: PLC0415

        return NoteService(self._session, self.movies, self.journal, self._now)

    @cached_property
    def privacy(self) -> PrivacyService:
        """Who may see whom."""
        from camflix.services.privacy import PrivacyService  # noqa: PLC0415

        return PrivacyService(self._session)

    @cached_property
    def lists(self) -> ListService:
        """Lists of films."""
        from camflix.services.lists import ListService  # noqa: PLC0415

        return ListService(self._session, self.movies, self.privacy, self.journal, self._now)

    @cached_property
    def diary(self) -> DiaryService:
        """Viewings."""
        from camflix.services.diary import DiaryService  # noqa: PLC0415

        return DiaryService(self._session, self.movies, self.settings, self.journal, self._now)

    @cached_property
    def settings(self) -> UserSettingsService:
        """What a user decides about themselves."""
        from camflix.services.settings import UserSettingsService  # noqa: PLC0415

        return UserSettingsService(self._session, self.epochs, self._now)

    @cached_property
    def details(self) -> DetailsService:
        """One film with all that is known of it."""
        from camflix.services.details import DetailsService  # noqa: PLC0415

        return DetailsService(
            self._session,
            self.movies,
            self.listing,
            self.notes,
            lambda user_id, movie_id: self.recommendations.predict(user_id, movie_id),  # noqa: PLW0108 - made when asked
            self._language,
        )

    @cached_property
    def feed(self) -> FeedService:
        """Which films to rate next."""
        from camflix.services.feed import FeedService  # noqa: PLC0415

        return FeedService(self._session, self.movies, self.ratings, self.engine, self.journal, self._now)

    @cached_property
    def rescaling(self) -> RescalingService:
        """Scores brought from another scale."""
        from camflix.services.rescaling import RescalingService  # noqa: PLC0415

        return RescalingService(self._session, self.epochs, self._now)

    @cached_property
    def stats(self) -> StatsService:
        """A user's ratings in numbers."""
        from camflix.services.stats import StatsService  # noqa: PLC0415

        return StatsService(self._session, self.movies, self.ratings, self.settings)

    @cached_property
    def export(self) -> ExportService:
        """All of a user's own data."""
        from camflix.services.export import ExportService  # noqa: PLC0415

        return ExportService(self._session)

    @cached_property
    def ratings(self) -> RatingService:
        """Rate, change, remove, list."""
        from camflix.services.ratings import RatingService  # noqa: PLC0415

        return RatingService(self._session, self.movies, self._now)

    @cached_property
    def journal(self) -> JournalService:
        """Writes that can be undone."""
        from camflix.services.journal import JournalService  # noqa: PLC0415

        return JournalService(self._session, self._now)

    @cached_property
    def undo(self) -> UndoService:
        """Take back the last write."""
        from camflix.services.undo import UndoService  # noqa: PLC0415

        return UndoService(self._session, self.movies, self.epochs, self.journal, lambda: self.lists, self._now)

    @cached_property
    def epochs(self) -> EpochService:
        """The data version."""
        return EpochService(self._session)

    @cached_property
    def engine(self) -> EngineService:
        """The model to serve."""
        from camflix.services.engine import EngineService  # noqa: PLC0415

        return EngineService(self._session, self.model_store, self._models(), self.epochs, self._now)

    @cached_property
    def model_store(self) -> ModelStore:
        """Fitted models."""
        from camflix.services.model_store import ModelStore  # noqa: PLC0415

        return ModelStore(self._session, self._cache_folder)

    @cached_property
    def fitting(self) -> FittingService:
        """Fits models."""
        from camflix.services.fitting import FittingService  # noqa: PLC0415

        return FittingService(self._session, self.engine, self.model_store, self.neighbours, self.epochs, self._now)

    @cached_property
    def neighbours(self) -> NeighbourService:
        """Everybody's neighbours."""
        from camflix.services.neighbours import NeighbourService  # noqa: PLC0415

        return NeighbourService(self._session)

    @cached_property
    def recommendations(self) -> RecommendationService:
        """Predictions, lists, twins, receipts."""
        from camflix.services.recommendations import RecommendationService  # noqa: PLC0415

        return RecommendationService(
            *(self._session, self.engine, self.movies, self.ratings, self.neighbours, self.wanted)
        )

    @cached_property
    def wanted(self) -> WantedFilms:
        """What filters ask for."""
        from camflix.services.wanted import WantedFilms  # noqa: PLC0415

        return WantedFilms(self._session, lambda: self.predictions)

    @cached_property
    def picks(self) -> PickService:
        """A good film drawn by chance."""
        from camflix.services.picks import PickService  # noqa: PLC0415

        return PickService(self.engine, self.recommendations, self.movies, self.wanted)

    @cached_property
    def groups(self) -> GroupService:
        """Films for several people."""
        from camflix.services.groups import GroupService  # noqa: PLC0415

        return GroupService(self._session, self.engine, self.recommendations, self.movies, self.privacy)

    @cached_property
    def comparison(self) -> ComparisonService:
        """One user beside another."""
        from camflix.services.comparison import ComparisonService  # noqa: PLC0415

        return ComparisonService(self._session, self.movies, self.privacy, lambda: self.predictions)

    @cached_property
    def profiles(self) -> ProfileService:
        """Profiles."""
        from camflix.services.profiles import ProfileService  # noqa: PLC0415

        return ProfileService(self._session, self.ratings, self.lists)

    @cached_property
    def imports(self) -> ImportService:
        """Data sets and people's own histories, in bulk."""
        from camflix.services.imports import ImportService  # noqa: PLC0415

        return ImportService(self._session, self.users, self.movies, self.epochs, self.settings, self._now)

    @cached_property
    def import_jobs(self) -> ImportJobService:
        """Files sent to be imported."""
        from camflix.services.import_jobs import ImportJobService  # noqa: PLC0415

        return ImportJobService(self._uploads_folder, self.import_requests, self._language)

    @cached_property
    def demo(self) -> DemoService:
        """The sample community."""
        from camflix.services.demo import DemoService  # noqa: PLC0415

        return DemoService(self._session, self.users, self.imports, self.ratings, self.epochs, self._now)

    @cached_property
    def evaluation(self) -> EvaluationService:
        """Engines measured on held-out ratings of this database."""
        from camflix.services.evaluation import EvaluationService  # noqa: PLC0415

        return EvaluationService(self._session, self.engine)

    @cached_property
    def accounts(self) -> AccountService:
        """From signing up to leaving."""
        from camflix.services.accounts import AccountService  # noqa: PLC0415

        return AccountService(
            self._session,
            self.account_codes,
            self.outbox,
            self._now,
            sends_mail=self._sends_mail,
            time_zone=self._time_zone,
        )

    @cached_property
    def account_codes(self) -> AccountCodeService:
        """Codes that allow one step."""
        from camflix.services.account_codes import AccountCodeService  # noqa: PLC0415

        return AccountCodeService(self._session, self._now)

    @cached_property
    def letters(self) -> LetterService:
        """What accounts are told by mail."""
        from camflix.services.letters import LetterService  # noqa: PLC0415

        return LetterService(self._session, self.account_codes)

    @cached_property
    def sessions(self) -> SessionService:
        """Browsers that are signed in."""
        from camflix.services.sessions import SessionService  # noqa: PLC0415

        return SessionService(self._session, self._now)

    @cached_property
    def tokens(self) -> TokenService:
        """API tokens."""
        from camflix.services.tokens import TokenService  # noqa: PLC0415

        return TokenService(self._session, self._now)

    @cached_property
    def answered_writes(self) -> AnsweredWriteService:
        """Answers of writes that may come twice."""
        from camflix.services.answered_writes import AnsweredWriteService  # noqa: PLC0415

        return AnsweredWriteService(self._session, self._now)
