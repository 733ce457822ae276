"""Users by name: added, listed, disabled; the local profile."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from camflix import i18n
from camflix.bootstrap import CamFlix
from camflix.errors import CamFlixError, ConflictError, InvalidInputError, NotFoundError
from camflix.models import Privacy, Rating, User, UserSource

if TYPE_CHECKING:
    from pathlib import Path

    from camflix.results import UserSummary
    from camflix.settings import Settings
    from tests.conftest import Clock
    from tests.services.world import World


@pytest.fixture
def people(world: World) -> World:
    """Return a world with three people, one of whom has rated."""
    for name in ("ann", "anna", "bob"):
        world.user(name)
    world.rate_all(1, dict.fromkeys(world.films(2), 50))
    return world


def add(world: World, name: str, email: str | None = None) -> UserSummary:
    with world.camflix.transaction(writes=True) as services:
        return services.users.add(name, email=email)


def said(refused: pytest.ExceptionInfo[CamFlixError]) -> str:
    i18n.use_language("en")
    return i18n.say(refused.value)


class TestAdd:
    def test_a_new_user_is_private_active_and_local(self, people: World) -> None:
        added = add(people, "zoe", "zoe@example.org")
        assert (added.username, added.email, added.source) == ("zoe", "zoe@example.org", "local")
        assert (added.privacy, added.is_active, added.n_ratings) == ("private", True, 0)
        row = next(row for row in people.table(User) if row["username"] == "zoe")
        assert (row["language"], row["time_zone"], row["password_hash"]) == ("fr", "Europe/Paris", None)
        assert (row["bio"], row["avatar"], row["contributes_anonymously"]) == ("", "", False)
        assert row["created_at"] == people.clock()

    def test_who_has_chosen_no_time_zone_yet_lives_in_that_of_the_settings(
        self, settings: Settings, clock: Clock, empty_sqlite: Path
    ) -> None:
        if settings.database_url.startswith("sqlite"):
            shutil.copy(empty_sqlite, settings.database_url.removeprefix("sqlite:///"))
        far = CamFlix(replace(settings, time_zone="America/New_York"), "fr", clock)
        with far.transaction(writes=True) as services:
            services.users.add("zoe")
            services.users.local_profile("ann")
            zones = [services.settings.of(services.users.id_of(name)).time_zone for name in ("zoe", "ann")]
        far.close()
        assert zones == ["America/New_York"] * 2

    @pytest.mark.parametrize("name", ["zoé", "a", "x" * 64, "first.last@example.org", "_", "影", "2"])
    def test_letters_of_any_script_digits_and_a_few_signs_make_a_name(self, people: World, name: str) -> None:
        assert add(people, name).username == name

    @pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "x" * 65, "a\n", "a\0", "\udcff", "<b>", ".", "..", "-"])
    def test_anything_else_is_refused(self, people: World, name: str) -> None:
        with pytest.raises(InvalidInputError) as refused:
            add(people, name)
        assert refused.value.field == "username"
        assert "1 to 64" in said(refused)

    @pytest.mark.parametrize(
        "email", ["zoe", "zoe@example", "a b@example.org", "@example.org", "", "z@e.org\udcff", "z\0@e.org"]
    )
    def test_what_is_no_address_is_refused(self, people: World, email: str) -> None:
        with pytest.raises(InvalidInputError) as refused:
            add(people, "zoe", email)
        assert refused.value.field == "email"

    def test_an_address_longer_than_its_column_is_refused(self, people: World) -> None:
        with pytest.raises(InvalidInputError) as refused:
            add(people, "zoe", "z" * 250 + "@example.org")
        assert refused.value.field == "email"

    def test_a_name_or_an_address_that_is_taken_is_refused(self, people: World) -> None:
        add(people, "zoe", "zoe@example.org")
        with pytest.raises(ConflictError) as refused:
            add(people, "zoe")
        assert refused.value.field == "username"
        with pytest.raises(ConflictError) as refused:
            add(people, "zoe2", "zoe@example.org")
        assert refused.value.field == "email"


class TestLookUp:
    def test_an_active_user_is_found_by_name(self, people: World) -> None:
        with people.camflix.transaction(writes=False) as services:
            assert services.users.username_of(services.users.id_of("bob")) == "bob"
            assert services.users.find_id("bob") == services.users.id_of("bob")
            assert services.users.find_id("nobody") is None

    def test_a_name_that_nobody_has_brings_the_nearest(self, people: World) -> None:
        with people.camflix.transaction(writes=False) as services, pytest.raises(NotFoundError) as refused:
            services.users.id_of("anaa")
        assert refused.value.field == "user"
        assert said(refused) == "There is no user “anaa”. Did you mean “anna”?"

    def test_without_a_near_one_the_list_is_offered(self, people: World) -> None:
        with people.camflix.transaction(writes=False) as services, pytest.raises(NotFoundError) as refused:
            services.users.id_of("zzz")
        assert "camflix users list" in said(refused)

    def test_a_disabled_user_is_not_acted_for(self, people: World) -> None:
        with people.camflix.transaction(writes=True) as services:
            disabled = services.users.disable("ann")
        assert (disabled.is_active, disabled.n_ratings) == (False, 2)
        with people.camflix.transaction(writes=False) as services, pytest.raises(NotFoundError, match="disabled"):
            services.users.id_of("ann")
        with people.camflix.transaction(writes=False) as services:
            assert services.users.find_id("ann") == 1

    def test_nobody_can_be_disabled_who_is_not_there(self, people: World) -> None:
        with people.camflix.transaction(writes=True) as services, pytest.raises(NotFoundError, match="no user"):
            services.users.disable("nobody")

    @pytest.mark.long
    @hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(name=st.text(st.characters(), max_size=70) | st.sampled_from(["%", "_", "a%", "ANN", "ann "]))
    def test_whatever_is_typed_as_a_name_is_found_or_not(self, people: World, name: str) -> None:
        with people.camflix.transaction(writes=False) as services:
            if name in {"ann", "anna", "bob"}:
                assert services.users.id_of(name)
                return
            with pytest.raises(NotFoundError) as refused:
                services.users.id_of(name)
            assert said(refused)


class TestList:
    def test_users_come_by_name_with_what_they_rated(self, people: World) -> None:
        with people.camflix.transaction(writes=False) as services:
            found = services.users.all()
        assert [(user.username, user.n_ratings) for user in found] == [("ann", 2), ("anna", 0), ("bob", 0)]

    def test_those_of_one_source_or_the_first_few_can_be_asked_for(self, people: World) -> None:
        with people.camflix.transaction(writes=True) as services:
            services.users.add_many(["ml-2", "ml-1"], source=UserSource.MOVIELENS, privacy=Privacy.PUBLIC)
        with people.camflix.transaction(writes=False) as services:
            assert [user.username for user in services.users.all(source="movielens")] == ["ml-1", "ml-2"]
            assert [user.username for user in services.users.all(limit=2)] == ["ann", "anna"]
            assert services.users.all(source="elsewhere") == []


class TestMany:
    def test_those_that_exist_stay_as_they_are(self, people: World) -> None:
        with people.camflix.transaction(writes=True) as services:
            ids = services.users.add_many(["ann", "new"], source=UserSource.MOVIELENS, privacy=Privacy.PUBLIC)
            assert ids == {"ann": 1, "new": services.users.find_id("new")}
        rows = {row["username"]: row for row in people.table(User)}
        assert (rows["ann"]["source"], rows["new"]["source"]) == ("local", "movielens")
        assert (rows["new"]["privacy"], rows["new"]["is_active"]) == ("public", True)

    def test_none_is_none(self, people: World) -> None:
        with people.camflix.transaction(writes=True) as services:
            assert services.users.add_many([], source=UserSource.MOVIELENS, privacy=Privacy.PUBLIC) == {}
            assert services.users.ids_of([]) == {}

    def test_more_than_one_statement_takes(self, people: World) -> None:
        names = [f"ml-{number}" for number in range(1203)]
        with people.camflix.transaction(writes=True) as services:
            ids = services.users.add_many(names, source=UserSource.MOVIELENS, privacy=Privacy.PUBLIC)
            assert len(set(ids.values())) == 1203
            assert services.users.ids_of([*names, "nobody"]) == ids


class TestLocalProfile:
    def test_it_is_made_at_first_use_and_found_afterwards(self, people: World) -> None:
        ids = set()
        for _ in range(2):
            with people.camflix.transaction(writes=True) as services:
                ids.add(services.users.local_profile("marie"))
        assert len(ids) == 1
        row = next(row for row in people.table(User) if row["username"] == "marie")
        assert (row["source"], row["privacy"], row["email"]) == ("local", "private", None)

    def test_a_disabled_one_stays_disabled(self, people: World) -> None:
        with people.camflix.transaction(writes=True) as services:
            services.users.disable("ann")
        with people.camflix.transaction(writes=True) as services, pytest.raises(NotFoundError, match="disabled"):
            services.users.local_profile("ann")


@pytest.mark.parametrize("name", ["demo", "Demo", "ml-7", "sample-001", "profile"])
def test_names_of_users_whom_camflix_makes_and_of_addresses_beside_theirs_are_reserved(world: World, name: str) -> None:
    with pytest.raises(ConflictError), world.camflix.transaction(writes=True) as services:
        services.users.add(name)
    with world.camflix.transaction(writes=False) as services:
        assert services.users.local_name(name) == f"{name}_"
        assert services.users.local_name("zoe") == "zoe"


def test_the_demonstration_leaves_a_person_of_its_name_alone(world: World) -> None:
    zoe = world.user("demo", source="local")
    with pytest.raises(ConflictError), world.camflix.transaction(writes=True) as services:
        services.demo.load()
    assert world.table(Rating) == []
    with world.camflix.transaction(writes=False) as services:
        assert services.users.id_of("demo") == zoe


def test_disabling_a_user_makes_models_old_and_takes_their_ratings_out_of_the_counts(world: World) -> None:
    ann, film = world.user("ann"), world.film("Heat")
    world.rate(ann, film, 50)
    with world.camflix.transaction(writes=True) as services:
        before = services.epochs.current()
        services.users.disable("ann")
        assert services.epochs.current() == before + 1
        services.users.disable("ann")
        assert services.epochs.current() == before + 1
    with world.camflix.transaction(writes=False) as services:
        assert services.movies.get(film).n_ratings == 0


def test_going_private_and_public_again_changes_the_counts_and_makes_models_old(world: World) -> None:
    ann, film = world.user("ann"), world.film("Heat")
    world.rate(ann, film, 50)
    seen = []
    for change in ({"privacy": "private"}, {"contributes_anonymously": True}, {"privacy": "members"}, {"bio": "Rain."}):
        with world.camflix.transaction(writes=True) as services:
            before = services.epochs.current()
            services.settings.change(ann, **change)
            seen.append((services.epochs.current() - before, services.movies.get(film).n_ratings))
    assert seen == [(1, 0), (1, 1), (0, 1), (0, 1)]
