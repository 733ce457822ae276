"""Settings in, a working CamFlix out; the one place that opens and commits transactions."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from camflix.db.engine import open_engine, write_options
from camflix.db.failures import storage_errors
from camflix.db.schema import ensure_schema
from camflix.errors import StorageError
from camflix.models import Base
from camflix.services.catalogue_memory import CatalogueMemory
from camflix.services.container import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from camflix.services.engine import ModelCache
    from camflix.settings import Settings


def utc_now() -> datetime:
    """Return the moment, aware, in UTC."""
    return datetime.now(UTC)


class CamFlix:
    """CamFlix over one database.

    Args:
        settings: which database, which folders.
        language: of titles and messages: ``fr`` or ``en``.
        now: the clock.
    """

    def __init__(self, settings: Settings, language: str, now: Callable[[], datetime] = utc_now) -> None:
        self.settings = settings
        self.language = language
        self._now = now
        self._engine = open_engine(settings.resolved_database_url())
        self._models: ModelCache | None = None
        self._schema_is_known = False
        self._memory = CatalogueMemory()

    def close(self) -> None:
        """Give connections back."""
        self._engine.dispose()

    @contextmanager
    def transaction(self, *, writes: bool) -> Iterator[Services]:
        """Open the services over one transaction: committed at the end, rolled back on any error.

        Raises:
            StorageError: the database cannot be read or written now.
            SchemaError: it is of another version.
        """
        with storage_errors(self._engine):
            self._know_schema()
            options = write_options(self._engine) if writes else {}
            with (
                self._engine.connect().execution_options(**options) as connection,
                connection.begin(),
                Session(connection, expire_on_commit=False, autoflush=False) as session,
            ):
                yield Services(
                    session,
                    language=self.language,
                    cache_folder=self.settings.paths.cache,
                    models=self._model_cache,
                    now=self._now,
                    memory=self._memory,
                )
                session.flush()

    def refresh_engine(self) -> None:
        """Fit the engine anew if its model is old; where nothing can be stored the old one goes on serving."""
        with self.transaction(writes=False) as services:
            stale = services.engine.is_stale()
            has_model = services.engine.served() is not None
        if not stale:
            return
        try:
            with self.transaction(writes=True) as services:
                services.engine.refit_if_stale()
        except StorageError:
            if not has_model:
                raise

    def upgrade_schema(self) -> tuple[str | None, str | None]:
        """Bring the database to the newest schema; return the revisions before and after."""
        from camflix.db.migrate import upgrade  # noqa: PLC0415 - half a second, for this command only

        with storage_errors(self._engine):
            return upgrade(self._engine, Base.metadata)

    def _know_schema(self) -> None:
        if not self._schema_is_known:
            ensure_schema(self._engine, Base.metadata)
            self._schema_is_known = True

    def _model_cache(self) -> ModelCache:
        if self._models is None:
            from camflix.services.engine import ModelCache  # noqa: PLC0415 - numpy is not needed by every command

            self._models = ModelCache()
        return self._models
