"""Settings in, a working CamFlix out; the one place that opens and commits transactions."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from camflix.db.engine import open_engine, write_options
from camflix.db.failures import storage_errors
from camflix.db.locks import WritersTurn
from camflix.db.schema import ensure_schema
from camflix.db.upkeep import vacuum_after_much
from camflix.errors import StorageError
from camflix.models import Base
from camflix.services.catalogue_memory import CatalogueMemory
from camflix.services.container import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from camflix.mail import Mailer
    from camflix.services.engine import ModelCache
    from camflix.services.fitting import Fit
    from camflix.services.import_worker import ImportWorker
    from camflix.services.passwords import Passwords
    from camflix.services.postman import Postman
    from camflix.settings import Settings

_SEARCHED = ("movie", "movie_title", "title_word", "word_form")


def utc_now() -> datetime:
    """Return the moment, aware, in UTC."""
    return datetime.now(UTC)


class CamFlix:
    """CamFlix over one database.

    Args:
        settings: which database, which folders.
        language: of titles and messages: ``fr`` or ``en``.
        now: the clock.
        mailer: who sends mail; by default whom the settings name.
        passwords: hashes of another cost.
    """

    def __init__(
        self,
        settings: Settings,
        language: str,
        now: Callable[[], datetime] = utc_now,
        *,
        mailer: Mailer | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self._mailer = mailer
        # What is made when first asked for is made once, however many threads ask.
        self._making = threading.Lock()
        self._passwords = passwords
        self._postman: Postman | None = None
        self._import_worker: ImportWorker | None = None
        self.settings = settings
        self.language = language
        self._now = now
        self._engine = open_engine(settings.resolved_database_url())
        self._writers_turn = WritersTurn(self._engine)
        self._models: ModelCache | None = None
        self._schema_is_known = False
        self._memory = CatalogueMemory()

    @property
    def database_kind(self) -> str:
        """Return which database it is, by the name that people know: SQLite or PostgreSQL."""
        return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(
            self._engine.dialect.name, self._engine.dialect.name
        )

    def close(self) -> None:
        """Send what is to be sent, end imports that go on, give connections back."""
        # Closed while nothing is locked: what they end with may ask for the other.
        with self._making:
            import_worker, self._import_worker = self._import_worker, None
        if import_worker is not None:
            import_worker.close()
        with self._making:
            postman, self._postman = self._postman, None
        if postman is not None:
            postman.close()
        self._engine.dispose()

    @contextmanager
    def transaction(self, *, writes: bool, language: str | None = None) -> Iterator[Services]:
        """Open the services over one transaction: committed at the end, rolled back on any error.

        ``language`` is another reader's than that of this CamFlix. Letters are sent, and imports begun, after the
        commit.

        Raises:
            StorageError: the database cannot be read or written now.
            SchemaError: it is of another version.
        """
        with storage_errors(self._engine):
            self._know_schema()
            options = write_options(self._engine) if writes else {}
            with (
                self._writers_turn() if writes else nullcontext(),
                self._engine.connect().execution_options(**options) as connection,
                connection.begin(),
                Session(connection, expire_on_commit=False, autoflush=False) as session,
            ):
                services = Services(
                    session,
                    language=language or self.language,
                    cache_folder=self.settings.paths.cache,
                    uploads_folder=self.settings.paths.state / "imports",
                    models=self._model_cache,
                    now=self._now,
                    time_zone=self.settings.time_zone,
                    sends_mail=self._sends_mail,
                    memory=self._memory,
                )
                yield services
                session.flush()
        for letter in services.outbox:
            self.postman.post(letter)
        for request in services.import_requests:
            self.import_worker.start(request)

    @property
    def passwords(self) -> Passwords:
        """Hash and verify passwords, so many at a time."""
        with self._making:
            if self._passwords is None:
                from camflix.services.passwords import Passwords  # noqa: PLC0415 - argon2 is for accounts only

                self._passwords = Passwords()
            return self._passwords

    @property
    def postman(self) -> Postman:
        """Whoever writes and sends letters, in a thread of its own."""
        with self._making:
            if self._postman is None:
                from camflix.mail import mailer_for  # noqa: PLC0415 - smtplib is for accounts only
                from camflix.services.postman import Postman  # noqa: PLC0415 - the same

                self._postman = Postman(self, self._mailer or mailer_for(self.settings))
            return self._postman

    @property
    def import_worker(self) -> ImportWorker:
        """Whoever does imports, in threads of its own."""
        with self._making:
            if self._import_worker is None:
                from camflix.services.import_worker import ImportWorker  # noqa: PLC0415 - for servers only

                self._import_worker = ImportWorker(self)
            return self._import_worker

    def clean_up(self) -> int:
        """Delete sessions, tokens and codes that are good no more, and answers of old writes; return how many.

        What is kept of imports that were sent goes after a day.
        """
        with self.transaction(writes=True) as services:
            return (
                services.sessions.drop_expired()
                + services.tokens.drop_expired()
                + services.account_codes.drop_expired()
                + services.answered_writes.drop_old()
                + services.accounts.drop_unconfirmed()
                + services.import_jobs.drop_old()
            )

    @property
    def _sends_mail(self) -> bool:
        return self._mailer is not None or bool(self.settings.email_host) or self.settings.debug

    def ensure_engine(self) -> None:
        """Fit the engine if it never was."""
        with self.transaction(writes=False) as services:
            has_model = services.engine.header() is not None
        if not has_model:
            self.refresh_engine()

    def refresh_engine(self, *, wait: bool = False) -> None:
        """Fit the engine anew if its model is old; where nothing can be stored the old one goes on serving.

        Args:
            wait: also where the fit takes long and an older model may answer meanwhile. For threads in which nobody
                waits, and for whoever asked for it; for others the older one does so for a day.
        """
        with self.transaction(writes=False) as services:
            if not services.engine.is_stale():
                return
            has_model = services.engine.header() is not None
            if services.engine.may_serve_stale() and not wait:
                return
        try:
            self._refit(wait=wait or not has_model, only_if_stale=True)
        except StorageError:
            if not has_model:
                raise
        else:
            self._vacuum()

    def refit_engine(self) -> None:
        """Fit the engine anew from nothing, its settings tuned, whether its model is old or not."""
        self._refit(wait=True, only_if_stale=False)

    def _refit(self, *, wait: bool, only_if_stale: bool) -> None:
        """Fit while others write, then store at once; one thread and process at a time."""
        with self.transaction(writes=False) as services, services.engine.in_turn(wait=wait) as may_fit:
            # Another may have done it while this one waited.
            if may_fit and not (only_if_stale and not services.engine.is_stale()):
                self._store(services.fitting.fit(thorough=not only_if_stale))

    def _store(self, fit: Fit) -> None:
        with self.transaction(writes=True) as services:
            services.fitting.store(fit)
        services.model_store.clear_cache()

    def _vacuum(self) -> None:
        """Have what searches read looked through after a large import; where that cannot be, they are slower."""
        with suppress(SQLAlchemyError):
            vacuum_after_much(self._engine, _SEARCHED)

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
        with self._making:
            if self._models is None:
                from camflix.services.engine import ModelCache  # noqa: PLC0415 - numpy is not needed by every command

                self._models = ModelCache()
            return self._models
