from __future__ import annotations

import csv
import hashlib
import re
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from camflix.importers.sample import demo_ratings, films, ratings
from camflix.importers.sample.archetypes import ARCHETYPES
from camflix.importers.sample.chance import Chance, standardised
from camflix.importers.sample.community import N_USERS, people

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from camflix.importers.sample import SampleRating

GENRES = frozenset(
    [
        *("action", "adventure", "animation", "comedy", "crime", "documentary", "drama", "family", "fantasy"),
        *("history", "horror", "music", "musical", "mystery", "romance", "science-fiction", "thriller", "war"),
        "western",
    ]
)
RATINGS_SHA256 = "ee4c790ebd0a082b54e3fdea0017171f4d2d8d84f36b5f1e36bf707d4fa4d019"
LIKE_MINDED_OVERLAP = 8
MOVIELENS = Path(__file__).parents[2].parent / "shared" / "data" / "ml-latest-small"

Scores = dict[int, int]


def rendered(rows: Iterable[SampleRating]) -> str:
    return "".join(f"{row.username},{row.tmdb_id},{row.score},{row.rated_at.isoformat()}\n" for row in rows)


@cache
def scores_by_user() -> dict[str, Scores]:
    scores: defaultdict[str, Scores] = defaultdict(dict)
    for row in ratings():
        scores[row.username][row.tmdb_id] = row.score
    return dict(scores)


def correlation(one: Mapping[int, int], other: Mapping[int, int]) -> float | None:
    common = [tmdb_id for tmdb_id in one if tmdb_id in other]
    ones, others = [one[tmdb_id] for tmdb_id in common], [other[tmdb_id] for tmdb_id in common]
    if len(common) < LIKE_MINDED_OVERLAP or len(set(ones)) == 1 or len(set(others)) == 1:
        return None
    return statistics.correlation(ones, others)


def movielens(name: str) -> list[dict[str, str]]:
    path = MOVIELENS / name
    if not path.exists():
        pytest.skip(f"MovieLens's {name} is not here: it is expected at {path} to check the sample's ids against.")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# The films


def test_the_sample_has_at_least_three_hundred_films_and_a_fair_share_of_french_ones() -> None:
    catalogue = films()
    assert len(catalogue) >= 300
    assert sum(film.language == "fr" for film in catalogue) >= 45


def test_the_films_come_from_ten_decades_and_a_dozen_languages() -> None:
    assert {film.year // 10 * 10 for film in films()} == set(range(1920, 2020, 10))
    assert len({film.language for film in films()}) >= 12


def test_every_id_is_unique_and_well_formed() -> None:
    catalogue = films()
    assert len({film.tmdb_id for film in catalogue}) == len(catalogue)
    assert len({film.imdb_id for film in catalogue}) == len(catalogue)
    assert len({film.movielens_id for film in catalogue}) == len(catalogue)
    assert [film.imdb_id for film in catalogue if not re.fullmatch(r"tt[0-9]{7}", film.imdb_id)] == []
    assert min(film.tmdb_id for film in catalogue) > 0
    assert min(film.movielens_id for film in catalogue) > 0


def test_every_film_is_complete_but_perhaps_for_its_release_date() -> None:
    for film in films():
        texts = (film.title, film.title_fr, film.title_original, *film.directors, *film.genres)
        assert all(text and text == text.strip() for text in texts), film
        assert re.fullmatch(r"[a-z]{2}", film.language), film
        assert 15 <= film.runtime <= 300, film
        assert 1920 <= film.year <= 2018, film
        assert film.release_date is None or film.release_date.year == film.year, film


def test_genres_come_from_the_list_and_none_is_named_twice() -> None:
    for film in films():
        assert GENRES.issuperset(film.genres), film
        assert len(set(film.genres)) == len(film.genres), film
    assert {genre for film in films() for genre in film.genres} == GENRES


def test_french_films_are_called_the_same_in_france_as_at_home() -> None:
    different = {film.title_fr for film in films() if film.language == "fr" and film.title_fr != film.title_original}
    # Two went by more than their posters' large print.
    assert different == {"Alphaville", "Un condamné à mort s'est échappé"}


def test_titles_keep_their_accents_and_their_scripts() -> None:
    by_id = {film.tmdb_id: film for film in films()}
    assert by_id[346].title_original == "七人の侍"
    assert by_id[578].title_fr == "Les Dents de la mer"
    assert by_id[278].title_fr == "Les Évadés"
    assert by_id[269].title_original == "À bout de souffle"


def test_the_ids_agree_with_movielens() -> None:
    links = {row["movieId"]: (row["imdbId"], row["tmdbId"]) for row in movielens("links.csv")}
    for film in films():
        assert links.get(str(film.movielens_id)) == (film.imdb_id.removeprefix("tt"), str(film.tmdb_id)), film


def test_the_years_agree_with_movielens_within_one() -> None:
    titles = {row["movieId"]: row["title"] for row in movielens("movies.csv")}
    for film in films():
        year = re.search(r"\((\d{4})\) *$", titles[str(film.movielens_id)])
        assert year is None or abs(int(year[1]) - film.year) <= 1, film


# The ratings


def test_the_generated_ratings_are_the_ones_of_this_release() -> None:
    # A new digest means another sample: screenshots, documentation and the demo's answers change with it.
    assert hashlib.sha256(rendered(ratings()).encode()).hexdigest() == RATINGS_SHA256


@pytest.mark.long
def test_the_ratings_do_not_depend_on_the_hash_seed() -> None:
    program = "from camflix.importers.sample import ratings; print(hash(tuple(r.score for r in ratings())))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_four_hundred_users_are_named_as_generated_and_rate_each_film_once() -> None:
    assert list(scores_by_user()) == [f"sample-{number:03d}" for number in range(1, N_USERS + 1)]
    assert sum(len(scores) for scores in scores_by_user().values()) == sum(1 for _ in ratings())


def test_a_few_users_rate_much_and_most_rate_little() -> None:
    activity = sorted(len(scores) for scores in scores_by_user().values())
    assert activity[0] >= 15
    assert activity[-1] <= 140
    assert 40 <= statistics.median(activity) <= 50
    assert statistics.mean(activity) > statistics.median(activity) + 5
    assert 20_000 <= sum(activity) <= 25_000


def test_every_rating_is_of_a_film_of_the_sample_and_every_film_is_rated() -> None:
    n_ratings = Counter(row.tmdb_id for row in ratings())
    assert set(n_ratings) == {film.tmdb_id for film in films()}
    assert min(n_ratings.values()) >= 5


def test_moments_are_utc_and_past_and_ascend_within_a_user() -> None:
    previous: dict[str, datetime] = {}
    for row in ratings():
        assert row.rated_at.tzinfo is UTC
        assert datetime(2022, 1, 1, tzinfo=UTC) <= row.rated_at < datetime(2026, 1, 1, tzinfo=UTC)
        assert row.username not in previous or previous[row.username] < row.rated_at
        previous[row.username] = row.rated_at


def test_scores_spread_over_the_scale_and_differ_from_user_to_user() -> None:
    everyone = [score for scores in scores_by_user().values() for score in scores.values()]
    assert (min(everyone), max(everyone)) == (0, 100)
    assert 15 <= statistics.pstdev(everyone) <= 25
    means = [statistics.fmean(scores.values()) for scores in scores_by_user().values()]
    spreads = [statistics.pstdev(scores.values()) for scores in scores_by_user().values()]
    assert min(means) < 50
    assert max(means) > 75
    assert min(spreads) < 11
    assert max(spreads) > 22


def test_some_users_keep_to_multiples_of_five_or_ten() -> None:
    steps = [
        next(step for step in (10, 5, 1) if all(score % step == 0 for score in scores.values()))
        for scores in scores_by_user().values()
    ]
    assert steps.count(10) >= 40
    assert steps.count(5) >= 80
    assert steps.count(1) >= 150


def test_users_of_the_same_main_archetype_correlate_more_than_others() -> None:
    main = {person.username: person.main for person in people()}
    alike: list[float] = []
    unlike: list[float] = []
    for one, other in combinations(list(scores_by_user())[:150], 2):
        similarity = correlation(scores_by_user()[one], scores_by_user()[other])
        if similarity is not None:
            (alike if main[one] == main[other] else unlike).append(similarity)
    assert statistics.fmean(alike) > 0.5
    assert statistics.fmean(unlike) < 0.2


def test_people_rate_more_of_what_they_like() -> None:
    horror = {film.tmdb_id for film in films() if "horror" in film.genres}
    share: defaultdict[str, list[float]] = defaultdict(list)
    for person in people():
        scores = scores_by_user()[person.username]
        share[ARCHETYPES[person.main].name].append(len(horror & scores.keys()) / len(scores))
    assert statistics.fmean(share["horror night"]) > 4 * statistics.fmean(share["romantic comedy"])


def test_the_two_tastes_of_a_person_differ_and_each_taste_leads_for_forty_people() -> None:
    assert all(person.main != person.second for person in people())
    assert set(Counter(person.main for person in people()).values()) == {N_USERS // len(ARCHETYPES)}


def test_archetypes_name_only_genres_and_directors_that_the_films_have() -> None:
    directors = {name for film in films() for name in film.directors}
    languages = {film.language for film in films()}
    for archetype in ARCHETYPES:
        assert GENRES.issuperset(archetype.genres), archetype.name
        assert directors.issuperset(archetype.directors), archetype.name
        assert languages.issuperset(archetype.languages), archetype.name


# The person of the demo


def test_the_demo_rates_about_thirty_films_of_the_sample_with_many_different_scores() -> None:
    scores = dict(demo_ratings())
    assert 28 <= len(scores) == len(demo_ratings()) <= 34
    assert scores.keys() <= {film.tmdb_id for film in films()}
    assert all(0 <= score <= 100 for score in scores.values())
    assert len(set(scores.values())) >= 12


def test_the_person_of_the_demo_agrees_with_lovers_of_french_auteurs_and_of_mind_bending_science_fiction() -> None:
    mine = dict(demo_ratings())
    agreement: defaultdict[str, list[float]] = defaultdict(list)
    for person in people():
        similarity = correlation(mine, scores_by_user()[person.username])
        if similarity is not None:
            agreement[ARCHETYPES[person.main].name].append(similarity)
    means = {name: statistics.fmean(similarities) for name, similarities in agreement.items()}
    assert min(means["french auteur"], means["mind-bending science-fiction"]) > 0.2
    assert max(means["blockbuster"], means["horror night"]) < -0.2


# Draws


def test_a_chance_repeats_its_draws_for_the_same_seed_only() -> None:
    def draws(seed: int) -> tuple[float, ...]:
        chance = Chance(seed)
        return (chance.unit(), chance.between(2, 3), chance.whole(1, 6), chance.bell(), chance.hill())

    assert draws(1) == draws(1)
    assert draws(1) != draws(2)


def test_bell_and_hill_have_mean_zero_and_deviation_one() -> None:
    chance = Chance(7)
    for draw in (chance.bell, chance.hill):
        values = [draw() for _ in range(20_000)]
        assert abs(statistics.fmean(values)) < 0.03
        assert abs(statistics.pstdev(values) - 1) < 0.03


def test_shuffling_keeps_all_values_and_leaves_the_input_alone() -> None:
    values = list(range(50))
    shuffled = Chance(3).shuffled(values)
    assert sorted(shuffled) == values == list(range(50))
    assert shuffled != values


def test_equal_values_standardise_to_zeros() -> None:
    assert standardised([4.0, 4.0]) == [0.0, 0.0]
    assert standardised([1.0, 3.0]) == [-1.0, 1.0]
