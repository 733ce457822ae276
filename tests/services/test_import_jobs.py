"""Files sent to be imported: looked at while others write, accepted one at a time, kept as long as somebody asks."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, cast

import pytest

from camflix import operations
from camflix.client.local import LocalClient
from camflix.db.locks import lock_imports
from camflix.errors import ConflictError, InvalidFileError, NotAllowedError
from camflix.importers.letterboxd import LetterboxdExport
from camflix.models import User
from camflix.operations import inputs
from tests.client.import_conformance import HEADER, ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.pool import QueuePool

    from camflix.client import Client
    from camflix.results import ImportJob
    from tests.services.world import World

CSV = (HEADER + "".join(ROWS)).encode()
SENT = inputs.StartImport(source="letterboxd", content=CSV, name="ratings.csv")
_WAIT_SECONDS = 20


@pytest.fixture
def ann(world: World) -> Client:
    """Return what speaks for Ann, the first user, whose file names a film that is there."""
    world.film("Alien", 1979)
    assert world.user("ann") == 1
    return LocalClient(world.camflix, "ann", "local")


def own_folder(world: World) -> Path:
    return world.camflix.settings.paths.state / "imports" / "1"


def ended(client: Client, job: ImportJob) -> ImportJob:
    """Return an import when it has ended."""
    until = time.monotonic() + _WAIT_SECONDS
    while job.state in {"waiting", "running"}:
        assert time.monotonic() < until, job
        time.sleep(0.02)
        job = client.call(operations.get_import, inputs.ImportRef(job.id))
    return job


def test_others_write_while_a_file_is_looked_at(world: World, ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = LetterboxdExport.count_ratings

    def count(export: LetterboxdExport) -> int:
        world.user("bob")
        return counted(export)

    monkeypatch.setattr(LetterboxdExport, "count_ratings", count)
    job = ann.call(operations.start_import, SENT)
    assert job.n_rows == 3
    assert [row["username"] for row in world.table(User)] == ["ann", "bob"]
    assert ended(ann, job).state == "done"


def test_a_second_file_is_refused_until_the_first_has_ended(world: World, ann: Client) -> None:
    with world.camflix.transaction(writes=False) as services:
        jobs = services.import_jobs
        looked = jobs.look_at(1, "letterboxd", "ratings.csv", CSV, is_admin=False)
        first = jobs.accept(1, looked, is_admin=False, is_trial=False)
        # Accepted, and begun only when this transaction ends: another process may be asked in between.
        with pytest.raises(ConflictError) as refused:
            ann.call(operations.start_import, SENT)
        assert "Wait" in refused.value.hint
    done = ended(ann, first)
    assert (done.state, done.report is not None and done.report.created) == ("done", 1)
    second = ended(ann, ann.call(operations.start_import, SENT))
    assert (second.state, second.report is not None and second.report.unchanged) == ("done", 1)
    # How the first ended is told to whoever has not asked yet.
    assert ann.call(operations.get_import, inputs.ImportRef(first.id)) == done


def test_a_file_that_waits_since_its_server_was_killed_keeps_no_other_one_away(world: World, ann: Client) -> None:
    job = ended(ann, ann.call(operations.start_import, SENT))
    status = own_folder(world) / job.id / "status.json"
    status.write_text(status.read_text().replace('"done"', '"waiting"'))
    with pytest.raises(ConflictError):
        ann.call(operations.start_import, SENT)
    os.utime(status, (time.time() - 31,) * 2)
    assert ended(ann, ann.call(operations.start_import, SENT)).state == "done"


def test_a_file_that_nobody_accepts_goes_and_takes_no_other_one_along(world: World, ann: Client) -> None:
    with world.camflix.transaction(writes=False) as services:
        jobs = services.import_jobs
        looked = jobs.look_at(1, "letterboxd", "ratings.csv", CSV, is_admin=False)
        other = jobs.look_at(1, "letterboxd", "ratings.csv", CSV, is_admin=False)
        assert [folder.name[:5] for folder in own_folder(world).iterdir()] == ["look-"] * 2
        del other
        job = jobs.accept(1, looked, is_admin=False, is_trial=True)
    assert ended(ann, job).state == "done"
    assert sorted(path.name for path in own_folder(world).iterdir()) == sorted([job.id, "lock"])


def test_nothing_is_left_of_a_file_that_is_refused(world: World, ann: Client) -> None:
    with pytest.raises(InvalidFileError):
        ann.call(operations.start_import, inputs.StartImport(source="letterboxd", content=b"Title;Mark\n1;2\n"))
    assert list(own_folder(world).iterdir()) == []
    with world.camflix.transaction(writes=False) as services:
        looked = services.import_jobs.look_at(1, "letterboxd", "ratings.csv", CSV, is_admin=False)
        looked.source = "movielens"
        with pytest.raises(NotAllowedError):
            services.import_jobs.accept(1, looked, is_admin=False, is_trial=False)


def test_imports_of_several_people_come_one_after_another_and_those_that_wait_hold_no_connection(
    world: World, ann: Client
) -> None:
    names = ["ann", "bob", "eve"]
    ids = [1, *(world.user(name) for name in names[1:])]
    clients = [ann, *(LocalClient(world.camflix, name, "local") for name in names[1:])]
    pool = cast("QueuePool", world.camflix._engine.pool)
    with world.camflix.transaction(writes=True) as held:
        lock_imports(held.users._session.connection())
        with world.camflix.transaction(writes=False) as services:
            jobs = services.import_jobs
            begun = [
                jobs.accept(
                    user_id,
                    jobs.look_at(user_id, "letterboxd", "ratings.csv", CSV, is_admin=False),
                    is_admin=False,
                    is_trial=False,
                )
                for user_id in ids
            ]
        until = time.monotonic() + _WAIT_SECONDS
        states = ["waiting"]
        while "running" not in states:
            assert time.monotonic() < until
            states = seen_states(clients, begun)
        time.sleep(0.2)
        # However long one waits, it is not taken for interrupted.
        for user_id, job in zip(ids, begun, strict=True):
            os.utime(own_folder(world).parent / str(user_id) / job.id / "status.json", (0, 0))
        assert sorted(seen_states(clients, begun)) == ["running", "waiting", "waiting"]
        assert pool.checkedout() <= 2
    assert [ended(client, job).state for client, job in zip(clients, begun, strict=True)] == ["done"] * 3


def seen_states(clients: list[Client], begun: list[ImportJob]) -> list[str]:
    return [
        client.call(operations.get_import, inputs.ImportRef(job.id)).state
        for client, job in zip(clients, begun, strict=True)
    ]
