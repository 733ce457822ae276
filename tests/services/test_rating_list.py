"""One's own ratings as a list: in its orders, page by page, found by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camflix.queries import MovieFilter
from camflix.services import title_search

if TYPE_CHECKING:
    import pytest

    from camflix.services.rating_list import RatingSort
    from tests.services.world import World


def listed(world: World, query: str = "", sort: RatingSort = "score", *, reverse: bool = False) -> list[int]:
    """Return the films of ann's list, read two a page."""
    ids: list[int] = []
    cursor: str | None = None
    while True:
        with world.camflix.transaction(writes=False) as services:
            user_id = services.users.id_of("ann")
            page = services.rating_list.page(user_id, "ann", query, MovieFilter(), sort, 2, cursor, reverse=reverse)
        ids += [rated.movie.id for rated in page.ratings]
        cursor = page.next_cursor
        if cursor is None:
            return ids


def test_words_find_all_of_ones_ratings_however_many_films_have_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(title_search, "_RARE", 20)
    monkeypatch.setattr(title_search, "_MANY", 30)
    monkeypatch.setattr(title_search, "_BEST_KNOWN", 10)
    films, crowd = world.films(120), world.user("crowd")
    world.bulk([(crowd, film, 50) for film in films[:40]])
    mine = [films[place] for place in (5, 50, 77, 101, 119)]  # named Film 6, 51, 78, 102, 120
    world.rate_all(world.user("ann", privacy="private"), dict.fromkeys(mine, 50))
    assert sorted(listed(world, "film")) == sorted(listed(world, "fi")) == mine
    assert listed(world, "film 102") == [films[101]]
    assert sorted(listed(world, "fulm")) == mine
    assert listed(world, "fulm 78") == [films[77]]
    assert listed(world, "film (2000)") == [films[50]]
    assert listed(world, "fi lm 78") == [films[77]]
    assert listed(world, "film year:1951..1955") == [films[5]]
    assert listed(world, "film 77") == listed(world, "nothing like it") == listed(world, "!!") == []


def test_ones_films_without_a_year_come_at_the_end_in_both_directions(world: World) -> None:
    years = (1995, None, 1980, None, 2001)
    newer, undated, older, also_undated, newest = (world.film(f"Film {i}", year) for i, year in enumerate(years))
    world.rate_all(world.user("ann"), dict.fromkeys([newer, undated, older, also_undated, newest], 50))
    assert listed(world, sort="year") == [newest, newer, older, also_undated, undated]
    assert listed(world, sort="year", reverse=True) == [older, newer, newest, undated, also_undated]
    with world.camflix.transaction(writes=False) as services:
        for reverse in (False, True):
            page = services.listing.page(0, "", MovieFilter(), "year", 20, None, reverse=reverse)
            assert [movie.id for movie in page.movies] == listed(world, sort="year", reverse=reverse)


def test_filters_of_scores_and_of_what_one_has_seen_hold_for_ones_own_ratings(world: World) -> None:
    """Also those without an end, and those that leave nothing."""
    films = world.films(3)
    world.rate_all(world.user("ann"), {films[0]: 30, films[1]: 60, films[2]: 90})
    for query, found in {
        "score:>50": [films[2], films[1]],
        "score:>=90": [films[2]],
        "score:60..": [films[2], films[1]],
        "score:<31": [films[0]],
        "score:>100": [],
        "+seen": [films[2], films[1], films[0]],
        "-seen": [],
        "-rated": [],
    }.items():
        assert listed(world, query) == found, query
