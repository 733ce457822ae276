"""The client of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from camflix import operations
from camflix.cli.importing import LocalImporter
from camflix.client.local import LocalClient
from camflix.errors import NotFoundError
from camflix.mail import RecordingMailer
from camflix.operations import inputs
from camflix.services import engine
from tests.client.conformance import ClientConformance
from tests.client.import_conformance import HEADER, ROWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camflix.bootstrap import CamFlix
    from camflix.client import Client
    from camflix.mail import Message
    from tests.services.world import World


class TestLocalClient(ClientConformance):
    """It does what every client does."""

    @pytest.fixture
    def make_client(self, camflix: CamFlix) -> Callable[[str], Client]:
        """Return a function that makes a client for a user."""
        return lambda username: LocalClient(camflix, username, "local")

    @pytest.fixture
    def mailbox(self, camflix: CamFlix) -> Callable[[str], list[Message]]:
        """Return a function that shows what came by mail to an address."""

        def letters(address: str) -> list[Message]:
            camflix.postman.wait()
            assert isinstance(camflix._mailer, RecordingMailer)
            return [message for message in camflix._mailer.sent if message.to == address]

        return letters


def test_every_operation_has_a_test_in_the_conformance_suite() -> None:
    missing = {name for name in operations.OPERATIONS if not hasattr(ClientConformance, f"test_{name}")}
    assert not missing


def test_the_local_profile_is_made_at_its_first_use_and_is_private(camflix: CamFlix) -> None:
    client = LocalClient(camflix, None, "someone")
    assert client.call(operations.profile, inputs.AskProfile()).privacy == "private"
    with camflix.transaction(writes=False) as services:
        assert [(user.username, user.source) for user in services.users.all()] == [("someone", "local")]


def test_an_unknown_user_is_named_with_the_nearest(world: World, camflix: CamFlix) -> None:
    world.user("zoe")
    with pytest.raises(NotFoundError) as raised:
        LocalClient(camflix, "zoé", "local").call(operations.profile, inputs.AskProfile())
    assert raised.value.values["near"] == "zoe"


def test_a_disabled_user_cannot_act(world: World, camflix: CamFlix) -> None:
    world.user("zoe", is_active=False)
    with pytest.raises(NotFoundError):
        LocalClient(camflix, "zoe", "local").call(operations.profile, inputs.AskProfile())


def test_asking_for_advice_without_any_ratings_says_where_to_get_some(camflix: CamFlix) -> None:
    with pytest.raises(NotFoundError, match="no ratings to learn from"):
        LocalClient(camflix, None, "someone").call(operations.recommend, inputs.AskRecommendations())


class TestLearningFromManyRatings:
    """Of so many that a fit takes long, the older model answers; but not for ever."""

    @pytest.fixture(autouse=True)
    def _many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine, "_MOST_WAITED_FOR", -1)

    def heard(self, camflix: CamFlix) -> list[int]:
        """Return who is heard in what the client answers."""
        LocalClient(camflix, None, "someone").call(operations.recommend, inputs.AskRecommendations())
        with camflix.transaction(writes=False) as services:
            served = services.engine.served()
        assert served is not None
        user_ids: list[int] = served.snapshot.user_ids.tolist()
        return user_ids

    def test_who_went_private_is_heard_for_a_day_at_most(self, world: World, camflix: CamFlix) -> None:
        users, _films = world.community(8, 10)
        assert self.heard(camflix) == users
        with camflix.transaction(writes=True) as services:
            services.settings.change(users[0], privacy="private")
        world.tick(hours=23)
        assert self.heard(camflix) == users
        world.tick(hours=1)
        assert self.heard(camflix) == users[1:]

    def test_nobody_waits_again_while_nothing_changes(self, world: World, camflix: CamFlix) -> None:
        world.community(8, 10)
        self.heard(camflix)
        world.tick(days=9)
        with camflix._model_cache().fitting:
            self.heard(camflix)

    def test_an_import_in_the_terminal_app_is_learnt_at_once(
        self, world: World, camflix: CamFlix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.user("ann")
        world.film("Alien", 1979)
        camflix.refresh_engine()
        file = tmp_path / "ratings.csv"
        file.write_text(HEADER + "".join(ROWS))
        monkeypatch.setenv("DATABASE_URL", camflix.settings.database_url)
        importer = LocalImporter("ann")
        report = importer.bring_in(importer.look(file), lambda _n_rows: None)
        assert report.created
        with camflix.transaction(writes=False) as services:
            assert not services.engine.is_stale()
