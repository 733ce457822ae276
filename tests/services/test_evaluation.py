"""Engines measured on ratings they have not seen, of the database or of files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from camflix.errors import InvalidFileError, InvalidInputError, NotFoundError
from camflix.services.evaluation import evaluate_files
from tests.services.world import taste

if TYPE_CHECKING:
    from pathlib import Path

    from camflix.results import EngineEvaluation
    from tests.services.world import World


def holdout(world: World, share: float, seed: int = 7) -> EngineEvaluation:
    with world.camflix.transaction(writes=False) as services:
        (found,) = services.evaluation.holdout(share, seed, ["classic"])
    return found


class TestHoldout:
    def test_a_share_of_the_ratings_is_predicted_from_the_rest(self, world: World) -> None:
        world.community()
        found = holdout(world, 0.2)
        assert (found.engine, found.scale, found.n_users, found.n_movies) == ("classic", 100, 24, 20)
        assert found.n_test == round(0.2 * (found.n_train + found.n_test))
        assert found.rmse == found.rmse_100
        # Two clear tastes with a spread of a few points: an engine that learns is near.
        assert found.mae < 15
        assert 0 <= found.within_5 <= found.within_10 <= 1
        assert found.fit_seconds > 0

    def test_the_same_seed_holds_out_the_same_ratings(self, world: World) -> None:
        world.community()
        first, again, other = holdout(world, 0.3), holdout(world, 0.3), holdout(world, 0.3, seed=8)
        assert (first.rmse, first.n_test) == (again.rmse, again.n_test)
        assert first.rmse != other.rmse

    def test_those_who_feed_nobody_are_not_measured_either(self, world: World) -> None:
        _users, films = world.community()
        before = holdout(world, 0.2)
        world.rate_all(world.user("private", privacy="private"), dict.fromkeys(films, 50))
        assert holdout(world, 0.2).n_test == before.n_test

    @pytest.mark.parametrize("share", [0, 1, -0.5, 2, math.nan])
    def test_what_is_no_share_is_refused(self, world: World, share: float) -> None:
        with pytest.raises(InvalidInputError) as refused:
            holdout(world, share)
        assert refused.value.field == "holdout"

    @pytest.mark.parametrize("share", [1e-9, 0.999999])
    def test_a_share_that_leaves_nothing_on_one_side_is_refused(self, world: World, share: float) -> None:
        world.community()
        with pytest.raises(InvalidInputError) as refused:
            holdout(world, share)
        assert refused.value.field == "holdout"

    def test_too_few_ratings_are_told(self, world: World) -> None:
        world.bulk([(world.user("ann"), film, 50) for film in world.films(1)])
        with pytest.raises(InvalidInputError, match="1 ratings: too few"):
            holdout(world, 0.2)

    def test_there_must_be_such_an_engine(self, world: World) -> None:
        world.community()
        with pytest.raises(InvalidInputError) as refused, world.camflix.transaction(writes=False) as services:
            services.evaluation.holdout(0.2, 7, ["oracle"])
        assert refused.value.field == "engine"


class TestFiles:
    @pytest.fixture
    def files(self, tmp_path: Path) -> tuple[Path, Path]:
        """Return a file to learn from and one to predict, in stars."""
        rows = [
            f"{user + 1}\t{film + 1}\t{round(taste(user % 2, film, user) / 10) / 2}\n"
            for user in range(24)
            for film in range(20)
            if (user * 5 + film) % 4
        ][::-1]
        train, test = tmp_path / "train", tmp_path / "test"
        train.write_text("".join(row for n, row in enumerate(rows) if n % 5))
        test.write_text("".join(row for n, row in enumerate(rows) if n % 5 == 0))
        return train, test

    def test_errors_are_told_on_the_files_own_scale(self, files: tuple[Path, Path]) -> None:
        (found,) = evaluate_files(*files, None, ["classic"], 7)
        assert (found.scale, found.n_users) == (5, 24)
        assert found.rmse == pytest.approx(found.rmse_100 / 20)
        assert found.n_train + found.n_test == 360
        assert found.mae_100 < 20

    def test_people_and_films_that_were_not_learnt_are_predicted_as_well_as_may_be(
        self, files: tuple[Path, Path]
    ) -> None:
        train, test = files
        test.write_text(test.read_text() + "999\t1\t4\n1\t999\t4\n")
        (found,) = evaluate_files(train, test, None, ["classic"], 7)
        assert found.n_test == 74
        assert found.coverage < 1

    def test_of_a_pair_rated_twice_the_last_counts(self, files: tuple[Path, Path]) -> None:
        train, test = files
        (expected,) = evaluate_files(train, test, None, ["classic"], 7)
        first = train.read_text().split("\n", 1)[0].rsplit("\t", 1)[0]
        train.write_text(f"{first}\t0.5\n" + train.read_text())
        (found,) = evaluate_files(train, test, None, ["classic"], 7)
        assert (found.rmse, found.n_train) == (expected.rmse, expected.n_train)

    def test_films_may_bring_their_genres_and_years(self, files: tuple[Path, Path], tmp_path: Path) -> None:
        films = tmp_path / "movies.csv"
        films.write_text(
            "movieId,title,genres\n" + "".join(f"{n + 1},Film {n} ({1950 + n}),Drama|Comedy\n" for n in range(9))
        )
        (found,) = evaluate_files(*files, films, ["classic"], 7)
        assert found.n_test == 72

    def test_a_file_that_is_not_there_or_cannot_be_read_is_named(
        self, files: tuple[Path, Path], tmp_path: Path
    ) -> None:
        with pytest.raises(NotFoundError, match="nowhere"):
            evaluate_files(tmp_path / "nowhere", files[1], None, ["classic"], 7)
        files[0].write_text("1\t1\tgood\n")
        with pytest.raises(InvalidFileError):
            evaluate_files(*files, None, ["classic"], 7)
