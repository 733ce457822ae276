"""What every client must do with files that are imported."""

from __future__ import annotations

import functools
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from camflix import operations
from camflix.client.imports import import_file
from camflix.errors import InvalidFileError, InvalidInputError, NotAllowedError, NotFoundError
from camflix.operations import inputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camflix.client import Client
    from tests.services.world import World

    MakeClient = Callable[[str], Client]

HEADER = "Date,Name,Year,Letterboxd URI,Rating\n"
ROWS = (
    "2026-01-02,Alien,1979,https://boxd.it/1,4.5\n",
    "2026-01-03,Nothing At All,1999,,3\n",
    "2026-01-03,Heat,1995,,x\n",
)


def unseen(n_rows: int, n_all: int | None = None) -> None:
    """Show no progress."""
    del n_rows, n_all


class ImportConformance:
    """Files sent to be imported."""

    @pytest.fixture
    def file(self, world: World, tmp_path: Path) -> Path:
        """Return a file of one film that is known, one that is not, and one score that is none; Ann has an account."""
        world.user("ann")
        world.film("Alien", 1979)
        world.film("Heat", 1995)
        path = tmp_path / "ratings.csv"
        path.write_text(HEADER + "".join(ROWS))
        return path

    def test_start_import(self, make_client: MakeClient, file: Path) -> None:
        client = make_client("ann")
        report = import_file(client, "letterboxd", file, unseen)
        assert (report.rows, report.created, report.not_found, report.invalid) == (3, 1, 1, 1)
        assert [(problem.file, problem.line) for problem in report.problems] == [("ratings.csv", 3), ("ratings.csv", 4)]
        mine = client.call(operations.list_ratings, inputs.ListRatings())
        assert [(rated.movie.title_en, rated.score) for rated in mine.ratings] == [("Alien", 90)]
        again = import_file(client, "letterboxd", file, unseen)
        assert (again.created, again.unchanged) == (0, 1)
        assert client.call(operations.undo, inputs.Nothing()).kind == "import"
        assert client.call(operations.list_ratings, inputs.ListRatings()).ratings == ()

    def test_start_import_by_a_mapping(self, make_client: MakeClient, file: Path) -> None:
        client = make_client("ann")
        mapped = functools.partial(
            import_file, client, "letterboxd", file, unseen, scale="10", score_map=("3=55", "4.5=75")
        )
        assert mapped().created == 1
        mine = client.call(operations.list_ratings, inputs.ListRatings())
        assert [rated.score for rated in mine.ratings] == [75]
        again = mapped()
        assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
        assert import_file(client, "letterboxd", file, unseen, scale="10").updated == 1
        mine = client.call(operations.list_ratings, inputs.ListRatings())
        assert [rated.score for rated in mine.ratings] == [45]

    @pytest.mark.parametrize("pair", ["2=40", "4.5", "4.5=101", "4.5=x", "x=5"])
    def test_start_import_refuses_a_mapping_that_means_nothing(
        self, make_client: MakeClient, file: Path, pair: str
    ) -> None:
        client = make_client("ann")
        with pytest.raises(InvalidInputError) as raised:
            import_file(client, "letterboxd", file, unseen, score_map=(pair,))
        assert raised.value.field == "map"
        assert client.call(operations.list_ratings, inputs.ListRatings()).ratings == ()

    def test_start_import_on_trial_saves_nothing(self, make_client: MakeClient, file: Path) -> None:
        client = make_client("ann")
        report = import_file(client, "letterboxd", file, unseen, is_trial=True)
        assert (report.rows, report.created) == (3, 1)
        assert client.call(operations.list_ratings, inputs.ListRatings()).ratings == ()
        assert import_file(client, "letterboxd", file, unseen).created == 1

    def test_start_import_refuses_what_is_no_such_file(self, make_client: MakeClient, file: Path) -> None:
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("ratings.csv", b"a" * (60 << 20))
        for content in (
            b"\x89PNG\r\n\x1a\n\0\0",
            b"PK\x03\x04 no more than that",
            b"Title;Mark\n1;2\n",
            bomb.getvalue(),
        ):
            file.write_bytes(content)
            with pytest.raises(InvalidFileError) as raised:
                import_file(make_client("ann"), "letterboxd", file, unseen)
            places = [value for value in raised.value.values.values() if isinstance(value, str)]
            assert not any("imports" in place for place in places)

    def test_start_import_refuses_data_sets_to_all_but_administrators(
        self, make_client: MakeClient, file: Path
    ) -> None:
        with pytest.raises(NotAllowedError):
            import_file(make_client("ann"), "movielens", file, unseen)

    def test_get_import(self, make_client: MakeClient, file: Path, world: World) -> None:
        world.user("bob")
        body = inputs.StartImport(source="letterboxd", content=file.read_bytes(), name="../../mine/ratings.csv")
        begun = make_client("ann").call(operations.start_import, body)
        assert (begun.state, begun.file_name, begun.n_rows, begun.report) == ("waiting", "ratings.csv", 3, None)
        for name, import_id in (("bob", begun.id), ("ann", "0123456789abcdef"), ("ann", "no number")):
            with pytest.raises(NotFoundError):
                make_client(name).call(operations.get_import, inputs.ImportRef(import_id))
        job = begun
        while job.state in {"waiting", "running"}:
            job = make_client("ann").call(operations.get_import, inputs.ImportRef(begun.id))
        assert job.report is not None
        assert (job.state, job.report.rows) == ("done", 3)
