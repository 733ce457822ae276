"""One person's first day, through all the rooms: a community comes in, a history comes in, tastes are learnt, advice is
given and explained, and everything can be taken back.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from camflix import operations, scores
from camflix.bootstrap import CamFlix
from camflix.client.local import LocalClient
from camflix.errors import NotFoundError
from camflix.importers.letterboxd import LetterboxdExport
from camflix.importers.movielens import MovieLensDataset
from camflix.operations import inputs
from tests.services.world import World, assert_sound, taste

if TYPE_CHECKING:
    from pathlib import Path

    from camflix.results import ImportReport
    from tests.conftest import Clock

N_USERS, N_FILMS = 24, 20
LOVES_THE_FIRST = [5.0, 4.5, 4.5, 4.0, 3.5, 3.0, 2.0, 1.5]


@pytest.fixture
def world(camflix: CamFlix, clock: Clock) -> World:
    """Return an empty world."""
    return World(camflix, clock)


def community(folder: Path) -> MovieLensDataset:
    """Write a data set of people of two opposite tastes, as the files of MovieLens."""
    folder.mkdir()
    films = "".join(f'{n + 1},"Film {n + 1}, The ({1950 + n})",Drama\n' for n in range(N_FILMS))
    (folder / "movies.csv").write_text("movieId,title,genres\n" + films, encoding="utf-8")
    rows = [
        f"{user + 1},{film + 1},{round(taste(user % 2, film, user) / 10) / 2},{964982703 + user}\n"
        for user in range(N_USERS)
        for film in range(N_FILMS)
        if (user * 5 + film) % 4
    ]
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n" + "".join(rows), encoding="utf-8")
    return MovieLensDataset(folder)


def history(folder: Path) -> LetterboxdExport:
    """Write a Letterboxd export as it is downloaded."""
    rows = [
        f"2024-05-{n + 1:02},The Film {n + 1},{1950 + n},https://boxd.it/x,{s}\n" for n, s in enumerate(LOVES_THE_FIRST)
    ]
    rows.append("2024-06-01,A Film That Nobody Else Saw,2001,https://boxd.it/x,4\n")
    path = folder / "letterboxd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ratings.csv", "Date,Name,Year,Letterboxd URI,Rating\n" + "".join(rows))
        archive.writestr("watched.csv", "Date,Name,Year,Letterboxd URI\n")
        archive.writestr(
            "deleted/ratings.csv", "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,The Film 20,1969,,5\n"
        )
    return LetterboxdExport(path)


def import_history(world: World, folder: Path, client: LocalClient) -> ImportReport:
    client.call(operations.profile, inputs.AskProfile())
    with world.camflix.transaction(writes=True) as services:
        user_id = services.users.id_of("marie")
        return services.imports.letterboxd(history(folder), "letterboxd.zip", user_id, lambda _n: None)


def test_from_two_files_to_advice_that_explains_itself(world: World, tmp_path: Path) -> None:
    admin = world.user("admin")
    with world.camflix.transaction(writes=True) as services:
        brought = services.imports.movielens(community(tmp_path / "ml"), "ml", admin, lambda _n: None)
    assert (brought.users_created, brought.films_created) == (N_USERS, N_FILMS)

    marie = LocalClient(world.camflix, None, "marie")
    world.tick()
    report = import_history(world, tmp_path, marie)
    assert (report.rows, report.created, report.not_found) == (9, 8, 1)

    mine = marie.call(operations.list_ratings, inputs.ListRatings())
    given = [round(stars * 20) for stars in LOVES_THE_FIRST]
    ranks = scores.percentiles(given)
    assert ranks is not None
    assert [(rated.score, rated.percentile) for rated in mine.ratings] == [(s, ranks[s]) for s in sorted(given)[::-1]]

    found = marie.call(operations.recommend, inputs.AskRecommendations(5))
    assert found.personal
    best = found.recommendations[0]
    assert best.movie.title in {"The Film 9", "The Film 10", "The Film 11"}

    twins = marie.call(operations.twins, inputs.AskTwins(5))
    assert {int((twin.username or "ml-0").removeprefix("ml-")) % 2 for twin in twins.twins} == {1}

    receipt = marie.call(operations.why, inputs.MovieRef(best.movie.id))
    assert sum(round(line.amount * 1000) for line in receipt.lines) == round(receipt.total * 1000)
    assert receipt.total == best.prediction.predicted_score

    saved = marie.call(operations.rate, inputs.RateMovie(best.movie.id, 95))
    assert saved.predicted_score == receipt.total
    again = marie.call(operations.recommend, inputs.AskRecommendations(5))
    assert best.movie.id not in [each.movie.id for each in again.recommendations]
    profile = marie.call(operations.profile, inputs.AskProfile())
    assert (profile.n_ratings, profile.accuracy_all.n) == (9, 1)

    assert marie.call(operations.undo, inputs.Nothing()).kind == "rating"
    assert marie.call(operations.undo, inputs.Nothing()).n_ratings == 8
    with pytest.raises(NotFoundError):
        marie.call(operations.undo, inputs.Nothing())
    assert not marie.call(operations.recommend, inputs.AskRecommendations(5)).personal
    with world.session() as session:
        assert_sound(session)


def test_another_process_gives_the_same_advice(world: World, tmp_path: Path, clock: Clock) -> None:
    with world.camflix.transaction(writes=True) as services:
        admin = services.users.add("admin").id
        services.imports.movielens(community(tmp_path / "ml"), "ml", admin, lambda _n: None)
    marie = LocalClient(world.camflix, None, "marie")
    import_history(world, tmp_path, marie)
    here = marie.call(operations.recommend, inputs.AskRecommendations(10))
    other = CamFlix(world.camflix.settings, "fr", clock)
    there = LocalClient(other, "marie", "nobody").call(operations.recommend, inputs.AskRecommendations(10))
    other.close()
    assert there == here


def test_ones_own_ratings_never_reach_others_while_the_profile_is_private(world: World, tmp_path: Path) -> None:
    with world.camflix.transaction(writes=True) as services:
        admin = services.users.add("admin").id
        services.imports.movielens(community(tmp_path / "ml"), "ml", admin, lambda _n: None)
    somebody = LocalClient(world.camflix, "ml-1", "nobody")
    before = somebody.call(operations.recommend, inputs.AskRecommendations(20)).recommendations
    import_history(world, tmp_path, LocalClient(world.camflix, None, "marie"))
    after = somebody.call(operations.recommend, inputs.AskRecommendations(20)).recommendations
    # The import makes a refit due; what Marie brought in is not in it.
    assert [each.prediction for each in after] == [each.prediction for each in before]
    assert "marie" not in {twin.username for twin in somebody.call(operations.twins, inputs.AskTwins(50)).twins}


def test_the_sample_community_gives_its_person_a_list_to_their_taste(world: World) -> None:
    with world.camflix.transaction(writes=True) as services:
        services.demo.load()
    demo = LocalClient(world.camflix, "demo", "nobody")
    found = demo.call(operations.recommend, inputs.AskRecommendations(10))
    assert found.personal
    assert len(found.recommendations) == 10
    assert min(each.prediction.predicted_score or 0 for each in found.recommendations) > 70
    assert len(demo.call(operations.twins, inputs.AskTwins(10)).twins) == 10
    profile = demo.call(operations.profile, inputs.AskProfile())
    assert profile.n_ratings == 32
    assert sum(profile.tiers) == 32
