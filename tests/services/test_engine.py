"""The engine as served: when it is fitted anew, where it is kept, and what it is fitted on."""

from __future__ import annotations

import os
import resource
import shutil
import time
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pytest
from sqlalchemy import delete

from camflix.bootstrap import CamFlix
from camflix.errors import InvalidInputError
from camflix.models import CodePurpose, EngineArray, EngineChoice, EngineModel, Rating
from camflix.services.community import evidence_floor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camflix.services.engine import Served
    from tests.conftest import Clock
    from tests.services.world import World


def served(camflix: CamFlix) -> Served:
    camflix.refresh_engine()
    with camflix.transaction(writes=False) as services:
        found = services.engine.served()
        assert found is not None
        return found


def cache_folders(world: World) -> list[Path]:
    return sorted((world.camflix.settings.paths.cache / "engine").glob("*/*"))


def go_private(world: World, user_id: int) -> None:
    world.tick()
    with world.camflix.transaction(writes=True) as services:
        services.settings.change(user_id, privacy="private")


def delete_account(world: World, user_id: int) -> None:
    world.tick()
    with world.camflix.transaction(writes=True) as services:
        code, _until = services.account_codes.create(user_id, CodePurpose.DELETE)
        services.accounts.delete(user_id, code)


def cached(world: World) -> Path:
    """Fit a model, open it as a process begun later does, and return the folder it is kept in."""
    served(world.camflix)
    world.camflix._models = None
    served(world.camflix)
    world.camflix._models = None
    (folder,) = cache_folders(world)
    return folder


def test_the_ratings_of_a_model_are_those_of_the_database(world: World) -> None:
    users, films = world.community()
    found = served(world.camflix)
    assert found.snapshot.user_ids.tolist() == users
    assert found.snapshot.movie_ids.tolist() == films
    rows = world.table(Rating)
    ratings = found.model.ratings
    triples = zip(
        found.snapshot.user_ids[ratings.row_users()],
        found.snapshot.movie_ids[ratings.items],
        ratings.scores.tolist(),
        strict=True,
    )
    assert sorted((int(u), int(m), s) for u, m, s in triples) == sorted(
        (row["user_id"], row["movie_id"], row["score"]) for row in rows
    )


def test_nothing_is_fitted_again_while_nothing_changes(world: World) -> None:
    world.community()
    assert served(world.camflix).header == served(world.camflix).header


def test_a_model_is_fitted_again_when_others_changed_one_rating_in_a_hundred(world: World) -> None:
    users, films = world.community()
    before = served(world.camflix)
    n_due = int(before.header.n_ratings * 0.01)
    for number in range(n_due):
        world.rate(users[0], films[number], 1 + number)
        assert served(world.camflix).header == before.header
    world.rate(users[1], films[1], 77)
    assert served(world.camflix).header != before.header


def test_ones_own_private_ratings_never_make_a_refit_due(world: World) -> None:
    _users, films = world.community()
    before = served(world.camflix)
    user_id = world.user("private", privacy="private")
    world.rate_all(user_id, {film: 5 * position for position, film in enumerate(films)})
    assert served(world.camflix).header == before.header


def test_a_bulk_change_makes_a_refit_due(world: World) -> None:
    users, films = world.community()
    before = served(world.camflix)
    world.bulk([(users[0], films[0], 55)])
    assert served(world.camflix).header.epoch == before.header.epoch + 1


def test_who_deletes_their_account_is_heard_no_more(world: World) -> None:
    users, _films = world.community()
    served(world.camflix)
    delete_account(world, users[0])
    assert served(world.camflix).snapshot.user_ids.tolist() == users[1:]


def test_who_was_not_heard_makes_no_refit_due_by_leaving(world: World) -> None:
    _users, films = world.community()
    private, silent = world.user("private", privacy="private"), world.user("silent")
    world.rate(private, films[0], 50)
    before = served(world.camflix)
    delete_account(world, private)
    delete_account(world, silent)
    assert served(world.camflix).header == before.header


@pytest.mark.long
def test_the_last_two_models_are_kept(world: World) -> None:
    world.community()
    for _ in range(4):
        with world.camflix.transaction(writes=True) as services:
            services.epochs.advance()
        served(world.camflix)
        world.tick()
    models = [row["id"] for row in world.table(EngineModel)]
    assert len(models) == 2
    assert {row["model_id"] for row in world.table(EngineArray)} == set(models)
    world.camflix._models = None
    served(world.camflix)
    assert len(cache_folders(world)) <= 2


def test_a_model_from_the_database_from_the_cache_and_just_fitted_are_one(world: World) -> None:
    _users, films = world.community()
    fitted = served(world.camflix)
    reader = world.user("reader", privacy="private")
    world.rate_all(reader, {film: 95 - 11 * position for position, film in enumerate(films[:7])})
    found = []
    for without_cache in (False, False, False, True):
        if without_cache:
            shutil.rmtree(world.camflix.settings.paths.cache)
        with world.camflix.transaction(writes=False) as services:
            again = services.engine.served()
            assert again is not None
            person = services.engine.person(again, reader)
            found.append(again.model.predict(person, np.arange(len(films), dtype=np.int32)).estimates.tolist())
            assert again.header == fitted.header
        world.camflix._models = None
    assert found[0] == found[1] == found[2] == found[3]


def test_a_cache_that_cannot_be_written_is_done_without(world: World) -> None:
    world.community()
    served(world.camflix)
    world.camflix._models = None
    cache = world.camflix.settings.paths.cache
    shutil.rmtree(cache, ignore_errors=True)
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text("in the way")
    assert served(world.camflix).model.ratings.n_ratings
    assert cache.is_file()


def test_a_cache_on_a_full_disk_is_done_without(world: World) -> None:
    world.community()
    served(world.camflix)
    world.camflix._models = None
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with world.camflix.transaction(writes=False) as services:
            found = services.engine.served()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found is not None
    assert found.model.ratings.n_ratings
    assert cache_folders(world) == []


def test_a_damaged_cache_is_read_again_from_the_database(world: World) -> None:
    world.community()
    expected = served(world.camflix)
    world.camflix._models = None
    served(world.camflix)
    for file in cache_folders(world)[0].glob("*.npy"):
        file.write_bytes(b"")
    world.camflix._models = None
    assert served(world.camflix).model.ratings.scores.tolist() == expected.model.ratings.scores.tolist()


@pytest.mark.parametrize("what", ["user_ids*", "model_*", "order_*", "*"])
def test_a_cache_of_which_something_is_missing_is_read_again_from_the_database(world: World, what: str) -> None:
    users, films = world.community()
    folder = cached(world)
    n_files = len(list(folder.iterdir()))
    for file in folder.glob(what):
        file.unlink()
    world.rate(users[0], films[0], 55)
    assert served(world.camflix).snapshot.user_ids.tolist() == users
    assert len(list(folder.iterdir())) == n_files


def test_whoever_reads_while_a_model_is_dropped_gets_one_that_is_whole(world: World, clock: Clock) -> None:
    users, films = world.community()
    served(world.camflix)
    other = CamFlix(world.camflix.settings, "fr", clock)
    with other.transaction(writes=False) as services:
        before = services.engine.header()
        go_private(world, users[0])
        now = served(world.camflix)
        found = services.engine.served()
        assert before is not None
        assert found is not None
        # On PostgreSQL a reader sees what others save meanwhile.
        sees = before if other.database_kind == "SQLite" else now.header
        assert found.header == sees == services.engine.header()
        assert services.recommendations.predict(users[1], films[0]) is not None
    assert served(other).header == now.header
    assert users[0] not in served(other).snapshot.user_ids
    other.close()


def test_a_model_without_arrays_is_none(world: World) -> None:
    users, films = world.community()
    before = served(world.camflix).header
    with world.session() as session:
        session.execute(delete(EngineArray))
    world.camflix._models = None
    assert world.rate(users[0], films[0], 55).predicted_score is None
    assert served(world.camflix).header.fitted_at > before.fitted_at
    assert len(world.table(EngineModel)) == 1


def interrupt_after(n: int, work: Callable[..., None]) -> Callable[..., None]:
    """Return the same work, which Ctrl-C ends after ``n`` times, as a kill would."""
    n_done = 0

    def interrupted(*arguments: object, **named: object) -> None:
        nonlocal n_done
        n_done += 1
        if n_done > n:
            raise KeyboardInterrupt
        work(*arguments, **named)

    return interrupted


def test_a_process_that_ends_while_it_removes_a_model_leaves_none_that_is_half(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, films = world.community()
    folder = cached(world)
    n_files = len(list(folder.iterdir()))
    go_private(world, users[0])
    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", interrupt_after(5, os.unlink))
        with pytest.raises(KeyboardInterrupt):
            world.camflix.refresh_engine()
    world.camflix._models = None
    world.rate(users[1], films[0], 55)
    assert users[0] not in served(world.camflix).snapshot.user_ids
    assert {len(list(each.iterdir())) for each in cache_folders(world) if each.name[0] != "."} == {n_files}


def refit_and_fail(world: World) -> NoReturn:
    with world.camflix.transaction(writes=True) as services:
        services.fitting.refit()
        raise KeyError


def test_a_model_is_removed_from_the_cache_when_it_is_dropped_and_not_before(world: World) -> None:
    users, _films = world.community()
    folder = cached(world)
    go_private(world, users[0])
    with pytest.raises(KeyError):
        refit_and_fail(world)
    assert folder.is_dir()
    world.camflix.refresh_engine()
    assert cache_folders(world) == []


def test_what_killed_processes_left_in_the_cache_goes_after_an_hour(world: World) -> None:
    world.community()
    folder = cached(world)
    keys = folder.parent
    shutil.rmtree(folder)
    for name, age in ((".building-old", 3700), (".gone-old", 3700), (".building-new", 3500), (".gone-new", 3500)):
        left = keys / name
        left.mkdir()
        (left / "user_ids.npy").touch()
        os.utime(left, (time.time() - age, time.time() - age))
    served(world.camflix)
    assert {folder.name for folder in cache_folders(world) if folder.name[0] == "."} == {".building-new", ".gone-new"}


def test_a_new_database_at_the_place_of_an_old_one_does_not_get_its_models(
    world: World, clock: Clock, tmp_path: Path
) -> None:
    if world.camflix._engine.dialect.name != "sqlite":
        pytest.skip("a place can be taken by another file only where databases are files")
    world.community(n_users=24)
    for _ in range(3):
        with world.camflix.transaction(writes=True) as services:
            services.epochs.advance()
        served(world.camflix)
        world.camflix._models = None
        served(world.camflix)
        world.tick()
    world.camflix.close()
    for file in tmp_path.glob("camflix.db*"):
        file.unlink()
    world.tick()
    world.camflix = CamFlix(world.camflix.settings, "fr", clock)
    world.community(n_users=12)
    assert served(world.camflix).model.ratings.n_users == 12
    world.camflix._models = None
    assert served(world.camflix).model.ratings.n_users == 12
    newest = served(world.camflix).header
    assert any(
        folder.name.startswith(f"factors-{newest.id}-{newest.fitted_at:%Y%m%d}") for folder in cache_folders(world)
    )
    assert len(cache_folders(world)) == 2


def test_a_community_without_ratings_has_an_empty_model(world: World) -> None:
    assert served(world.camflix).model.ratings.n_ratings == 0


def test_an_engine_is_chosen_by_hand_or_by_what_it_measured_and_hands_go_first(world: World, clock: Clock) -> None:
    with world.camflix.transaction(writes=True) as services:
        status = services.engine.status()
        assert (status.engine, status.chosen_by, status.chosen_at, status.is_stale) == (
            "factors",
            "default",
            None,
            True,
        )
        services.engine.choose("classic", "holdout")
        assert services.engine.status().chosen_by == "holdout"
        services.engine.choose("classic", "hand")
        services.engine.choose("classic", "holdout")
        status = services.engine.status()
        assert (status.chosen_by, status.chosen_at) == ("hand", clock())
        with pytest.raises(InvalidInputError):
            services.engine.choose("oracle", "hand")


def test_an_engine_that_a_newer_camflix_chose_does_not_stop_this_one(world: World, clock: Clock) -> None:
    world.community(8, 10)
    with world.session() as session:
        session.add(EngineChoice(id=1, engine="oracle", chosen_by="holdout", chosen_at=clock()))
    assert served(world.camflix).header.engine == "factors"


def test_its_status_tells_what_it_learnt_from_and_whether_it_is_old(world: World) -> None:
    users, films = world.community(8, 10)
    header = served(world.camflix).header
    with world.camflix.transaction(writes=False) as services:
        status = services.engine.status()
    assert (status.n_ratings, status.fitted_at, status.is_stale) == (header.n_ratings, header.fitted_at, False)
    world.bulk([(users[0], films[0], 3)])
    with world.camflix.transaction(writes=False) as services:
        assert services.engine.status().is_stale


@pytest.mark.parametrize(("n_users", "floor"), [(1, 1), (5, 1), (60, 2), (400, 14), (610, 20), (100_000, 20)])
def test_the_evidence_floor_grows_with_the_community_up_to_twenty(n_users: int, floor: int) -> None:
    assert abs(evidence_floor(n_users) - floor) <= 1
    assert 1 <= evidence_floor(n_users) <= 20
