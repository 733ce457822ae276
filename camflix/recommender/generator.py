"""Made-up ratings with the shape of real ones, of any size, the same for the same seed.

For benchmarks and tests of growth; accuracy on them says nothing about people. What is imitated, and how:

- popularity: the film of rank r is drawn in proportion to (r + q)^-s (Zipf, Mandelbrot), and at most once by each
  user, so that the most popular films are rated by half of everybody;
- activity: about 20 ratings and a log-normal number more, up to 0.4 of the catalogue;
- tastes: each user draws half of their films from a few favourite groups of films (genres);
- scores: mean + film + user + p(u)·q(i) + noise, with tastes p and q of low rank, rounded to the steps of a scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from camflix.recommender.arrays import MAX_SCORE, Ratings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from camflix.recommender.arrays import Float32s, Float64s, Int32s, Int64s, UInt8s

_MIN_ACTIVITY = 20
_ACTIVITY_SIGMA = 1.25
_MOST_OF_CATALOGUE = 0.4

_ZIPF_SHIFT = 60.0
_ZIPF_EXPONENT = 1.32

_N_GROUPS = 18
_N_FAVOURITES = 4
_FROM_FAVOURITES = 0.5

_RANK = 8
_MEAN, _ITEM_SD, _USER_SD, _TASTE_SD, _NOISE_SD = 70.0, 9.0, 8.0, 9.0, 15.0

_CHUNK_DRAWS = 1 << 20
"""Memory beside the result is some 80 bytes times this."""


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """What is drawn once: how much each user rates, and the films.

    Attributes:
        n_draws: int64 ``[n_users]``, films drawn by each user, a film twice counted twice.
        popularity: float64 ``[n_items]``, cumulative shares.
        grouped: int32 ``[n_items]``, the films, group after group.
        group_popularity: float64 ``[n_items]``, cumulative shares beside ``grouped``.
        group_ends: float64 ``[n_groups + 1]``, the cumulative share at which each group begins and the last one ends.
        item_effects: float32 ``[n_items]``, points.
        item_tastes: float32 ``[n_items, rank]``.
    """

    n_draws: Int64s
    popularity: Float64s
    grouped: Int32s
    group_popularity: Float64s
    group_ends: Float64s
    item_effects: Float32s
    item_tastes: Float32s


def generate(n_users: int, n_items: int, n_ratings: int, *, seed: int = 0, step: int = 10) -> Ratings:
    """Return about ``n_ratings`` made-up ratings (within some percent), 25 million in less than a minute.

    Args:
        n_users: rows.
        n_items: films; their indices say nothing of their popularity.
        n_ratings: 20 for each user at the least, and at most a fifth of all pairs.
        seed: the same arguments give the same ratings.
        step: scores are multiples of it: 10 for half stars (from 10), 20 for stars (from 20), 1 for 0 to 100.

    Raises:
        ValueError: too few or too many ratings for so many users and films.
    """
    if not _MIN_ACTIVITY * n_users <= n_ratings <= 0.2 * n_users * n_items:
        msg = f"{n_ratings} ratings are too few or too many for {n_users} users and {n_items} items"
        raise ValueError(msg)
    rng = np.random.default_rng(seed)
    world = _draw_world(n_users, n_items, n_ratings, rng)
    counts, items, scores = [], [], []
    for first, last in _chunks(world.n_draws):
        users, films = _draw_films(world, world.n_draws[first:last], rng)
        counts.append(np.bincount(users, minlength=last - first))
        items.append(films)
        scores.append(_draw_scores(world, last - first, users, films, step, rng))
    user_ptr = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.concatenate(counts))))
    return Ratings.from_rows(n_items, user_ptr, np.concatenate(items), np.concatenate(scores))


def _chunks(n_draws: Int64s) -> Iterator[tuple[int, int]]:
    """Yield ranges of users with about ``_CHUNK_DRAWS`` draws each, one user at the least."""
    ends = np.cumsum(n_draws)
    first, done = 0, 0
    while first < len(n_draws):
        last = max(int(np.searchsorted(ends, done + _CHUNK_DRAWS, side="right")), first + 1)
        yield first, last
        first, done = last, int(ends[last - 1])


def _draw_world(n_users: int, n_items: int, n_ratings: int, rng: np.random.Generator) -> _World:
    weights = rng.permutation((np.arange(1, n_items + 1) + _ZIPF_SHIFT) ** -_ZIPF_EXPONENT)
    weights /= weights.sum()
    groups = rng.integers(_N_GROUPS, size=n_items)
    grouped = np.argsort(groups, kind="stable")
    shares = np.concatenate((np.zeros(1), np.cumsum(weights[grouped])))
    group_tastes = rng.standard_normal((_N_GROUPS, _RANK), dtype=np.float32)
    return _World(
        n_draws=_draws_for(_draw_activity(n_users, n_items, n_ratings, rng), weights),
        popularity=np.cumsum(weights),
        grouped=grouped.astype(np.int32),
        group_popularity=shares[1:],
        group_ends=shares[np.searchsorted(groups[grouped], np.arange(_N_GROUPS + 1))],
        item_effects=np.float32(_ITEM_SD) * rng.standard_normal(n_items, dtype=np.float32),
        item_tastes=_unit_scale(group_tastes[groups] + rng.standard_normal((n_items, _RANK), dtype=np.float32)),
    )


def _unit_scale(tastes: Float32s) -> Float32s:
    """Return ``tastes`` so that the product of two such rows has standard deviation 1."""
    scaled: Float32s = tastes / (tastes.std() * np.float32(_RANK**0.25))
    return scaled


def _draw_activity(n_users: int, n_items: int, n_ratings: int, rng: np.random.Generator) -> Float64s:
    """Return how many films each user is to rate, float64 ``[n_users]``, ``n_ratings`` in all."""
    wanted = n_ratings - _MIN_ACTIVITY * n_users
    most = max(_MOST_OF_CATALOGUE * n_items - _MIN_ACTIVITY, 0.0)
    more = rng.lognormal(0.0, _ACTIVITY_SIGMA, n_users)
    for _ in range(20):  # what is cut off at the top goes to the others
        more = np.minimum(more * (wanted / max(float(more.sum()), 1.0)), most)
    return _MIN_ACTIVITY + more


def _draws_for(activity: Float64s, weights: Float64s) -> Int64s:
    """Return how many draws find ``activity`` different films on average; int64 ``[n_users]``.

    A film of share p is found by d draws with probability 1 - exp(-d p); p is greater for a user's favourite groups
    and less for the others.
    """
    favourite_share = _N_FAVOURITES / _N_GROUPS
    elsewhere = 1.0 - _FROM_FAVOURITES
    grid = np.geomspace(1.0, 100.0 * len(weights), 200)
    found = np.array(
        [
            len(weights)
            - favourite_share * np.exp(-draws * weights * (elsewhere + _FROM_FAVOURITES / favourite_share)).sum()
            - (1.0 - favourite_share) * np.exp(-draws * weights * elsewhere).sum()
            for draws in grid
        ]
    )
    return np.ceil(np.interp(activity, found, grid)).astype(np.int64)


def _draw_films(world: _World, n_draws: Int64s, rng: np.random.Generator) -> tuple[Int64s, Int32s]:
    """Return the users (0 to len(n_draws) - 1) and films of a chunk, sorted by both, each pair once."""
    n_items = len(world.popularity)
    favourites = rng.integers(_N_GROUPS, size=(len(n_draws), _N_FAVOURITES))
    users = np.repeat(np.arange(len(n_draws)), n_draws)
    groups = favourites[users, rng.integers(_N_FAVOURITES, size=len(users))]
    pairs = np.sort(users * n_items + _draw_one_each(world, groups, rng))
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    users = pairs // n_items
    return users, (pairs - users * n_items).astype(np.int32)


def _draw_one_each(world: _World, groups: Int64s, rng: np.random.Generator) -> Int64s:
    """Return one film for each of ``groups``: from that group, or as often from the whole catalogue."""
    last = len(world.popularity) - 1
    place = rng.random(len(groups))
    low, high = world.group_ends[groups], world.group_ends[groups + 1]
    from_group = (rng.random(len(groups)) < _FROM_FAVOURITES) & (low < high)
    films = np.empty(len(groups), dtype=np.int64)
    films[~from_group] = np.minimum(np.searchsorted(world.popularity, place[~from_group]), last)
    within = (low + place * (high - low))[from_group]
    films[from_group] = world.grouped[np.minimum(np.searchsorted(world.group_popularity, within), last)]
    return films


def _draw_scores(
    world: _World, n_users: int, users: Int64s, films: Int32s, step: int, rng: np.random.Generator
) -> UInt8s:
    effects = np.float32(_USER_SD) * rng.standard_normal(n_users, dtype=np.float32)
    tastes = _unit_scale(rng.standard_normal((n_users, _RANK), dtype=np.float32))
    points = np.einsum("nk,nk->n", tastes[users], world.item_tastes[films])
    points *= np.float32(_TASTE_SD)
    points += np.float32(_MEAN) + world.item_effects[films] + effects[users]
    points += np.float32(_NOISE_SD) * rng.standard_normal(len(users), dtype=np.float32)
    least = 0 if step == 1 else 1
    scores: UInt8s = (np.clip(np.rint(points / step), least, MAX_SCORE // step) * step).astype(np.uint8)
    return scores
