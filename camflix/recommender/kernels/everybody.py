"""One person against everybody, while they wait: similarities, the nearest, what they say of each film, distances.

``Everybody`` holds ratings that were checked once. Its methods may be called from several threads at a time; each
thread has scratch memory of its own, made at its first call and used again.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from camflix.recommender.kernels import AVAILABLE, ffi, lib, twin_neighbours
from camflix.recommender.kernels.border import (
    check_array,
    check_heard,
    check_indices,
    check_ratings,
    check_residuals,
    check_scores,
    pointer,
)
from camflix.recommender.kernels.halves import in_halves
from camflix.recommender.kernels.person_arrays import Nearest, Ranking, Residuals, Scratch, VoteSums, Wanted
from camflix.recommender.percentiles import taste_distances as plain_taste_distances

if TYPE_CHECKING:
    from typing import TypeAlias

    from camflix.recommender.arrays import Float64s, Int16s, Int32s, Int64s, Ratings, UInt8s
    from camflix.recommender.kernels.person_arrays import VoteScale

    _Listed: TypeAlias = tuple[int, tuple[Int32s, Float64s, Int32s]]

CHUNK = 4095
RESIDUAL_CHUNK = 1023
"""So many ratings of one person are summed in packed fields; for longer rows wide sums are needed."""


MOST_VOTES = 32767

MOST_PACKED_ITEMS: int = lib.MOST_PACKED_ITEMS if AVAILABLE else 0
"""Of more items, votes are counted film by film: it takes longer."""

LONG_ROW = 300_000
"""A row that takes more additions than this is made by two threads: half a millisecond of one."""

LONG_COUNT = 300_000
"""The same of votes."""


class Everybody:
    """The ratings of everybody, checked, and ready for one person after another.

    Attributes:
        ratings: these.
        wide: whether kernels take wide vectors where they have them (1 or 0), as the processor says.
    """

    def __init__(self, ratings: Ratings) -> None:
        """Check ``ratings``, in one pass over them.

        Raises:
            ValueError: an array has another type, length or order than ``Ratings`` says, or an index out of bounds.
        """
        check_ratings(ratings)
        self.ratings = ratings
        self._scratch = Scratch(ratings.n_users, ratings.n_items)
        self.wide = int(lib.person_wide()) if AVAILABLE else 0
        if AVAILABLE:
            # Bare addresses: the arrays live as long as ``ratings``.
            self._rows = (pointer(ratings.user_ptr), pointer(ratings.items))
            self._item_ptr, self._users = pointer(ratings.item_ptr), pointer(ratings.users)
            self._columns = self._columns_with(ffi.NULL)

    def _columns_with(self, residuals: Any) -> Any:
        scores = pointer(self.ratings.item_scores)
        return ffi.new("Columns *", [self._item_ptr, self._users, scores, residuals])

    def nearest(self, items: Int32s, scores: UInt8s, wanted: Wanted, *, without: int = -1) -> Nearest:
        """Return the users most similar to a person, by the damped Pearson correlation of their scores.

        The taste distance of each stands beside it. Without variance on the films in common there is no similarity.

        Args:
            items: int32 ``[m]``, what the person rated, ascending and unique.
            scores: uint8 ``[m]``, how.
            wanted: how many at the most, and how they are damped.
            without: a user who is left out (the person's own row); -1 for none.
        """
        check_indices("items", items, self.ratings.n_items, ascending=True)
        check_scores("scores", scores, len(items))
        k = self._at_most(wanted.most)
        if not AVAILABLE:
            given = (self.ratings, items, scores)
            rows = twin_neighbours.pearson_row(*given, damping=wanted.damping, min_common=wanted.min_common)
            users = twin_neighbours.nearest(rows[0], k, without=without)
            return Nearest(users, rows[0][users], plain_taste_distances(*given, users), rows[1][users])
        person = (len(items), pointer(items), pointer(scores))
        limits = _limits(wanted, without)
        sums = (pointer(self._scratch.sums), self._scratch.wide_for(len(items), CHUNK))
        found: dict[int, _Listed] = {}

        def find(begin: int, end: int) -> None:
            share, room = self._share(begin, end), _room_for(k)
            results = [pointer(array) for array in room]
            found[begin] = (_known(lib.person_nearest(share, self._columns, *person, limits, *sums, k, *results)), room)

        in_halves(find, self.ratings.n_users, worth_it=self._is_long(*person[:2]))
        return self._nearest_of(found, k, person)

    def _nearest_of(self, shares: dict[int, _Listed], k: int, person: tuple[Any, ...]) -> Nearest:
        """Return the ``k`` nearest of one share or two, with their distances."""
        n, (users, similarity, n_common) = shares[0]
        if len(shares) == 1:
            users, similarity, n_common = users[:n], similarity[:n], n_common[:n]
        else:
            parts = [[array[:n] for array in arrays] for n, arrays in shares.values()]
            users, similarity, n_common = (np.concatenate(part) for part in zip(*parts, strict=True))
            best = np.lexsort((users, -similarity))[:k]
            users, similarity, n_common = users[best], similarity[best], n_common[best]
        return Nearest(users, similarity, self._distances(person, users), n_common)

    def _distances(self, person: tuple[Any, ...], users: Int32s) -> Float64s:
        distances = np.empty(len(users), dtype=np.float64)
        others = (len(users), pointer(users), pointer(self._scratch.row), pointer(distances))
        lib.person_distances(*self._rows, self._percentiles, *person, *others)
        return distances

    @cached_property
    def _percentiles(self) -> Any:
        """Everybody's percentiles beside their ratings, made when the first distance is asked for."""
        ratings = self.ratings
        percentiles = pointer(np.empty(ratings.n_ratings, np.uint8))
        lib.percentile_rows(ratings.n_users, self._rows[0], pointer(ratings.scores), percentiles)
        return percentiles

    def _at_most(self, n: int) -> int:
        return max(min(n, self.ratings.n_users), 0)

    def _share(self, begin: int, end: int) -> Any:
        return ffi.new("Share *", [begin, end, self.ratings.n_users])

    def _is_long(self, n_items: int, items: Any) -> bool:
        return int(lib.rows_length(n_items, items, self._item_ptr)) > LONG_ROW

    def residuals(self, by_user: Int16s) -> Residuals:
        """Return residuals both ways round.

        Args:
            by_user: int16 ``[n]`` beside ``ratings.items``, -2,047 to 2,047.
        """
        ratings = self.ratings
        check_residuals("by_user", by_user, ratings.n_ratings)
        if not AVAILABLE:
            return Residuals(ratings, by_user[np.argsort(ratings.items, kind="stable")], None, None)
        by_item = np.empty_like(by_user)
        rows = (*self._rows, pointer(by_user), self._item_ptr)
        work = (pointer(np.empty(ratings.n_items, dtype=np.int64)), pointer(by_item))
        lib.ratings_transpose_values(ratings.n_users, ratings.n_items, *rows, *work)
        packed = None
        if ratings.n_items <= MOST_PACKED_ITEMS:
            packed = pointer(np.empty(ratings.n_ratings, np.uint32))
            lib.packed_rows(ratings.n_ratings, self._rows[1], pointer(by_user), packed)
        return Residuals(ratings, by_item, packed, self._columns_with(pointer(by_item)))

    def heard(
        self, residuals: Residuals, person: tuple[Int32s, Int16s], wanted: Wanted, *, without: int = -1
    ) -> Ranking:
        """Return who is heard by a person: the users whose residuals go with theirs, or against them, most.

            weight = sum x y / sqrt(sum x² · sum y²) · n / (n + damping), over the n items both rated

        Args:
            residuals: everybody's.
            person: int32 ``[m]``, the items they rated, ascending and unique; int16 ``[m]``, their residuals, -2,047
                to 2,047.
            wanted: how many users at the most, those whose weight is greatest in magnitude, equal ones by index; and
                how they are damped.
            without: a user who is left out (the person's own row); -1 for none.
        """
        items, own = person
        check_indices("items", items, self.ratings.n_items, ascending=True)
        check_residuals("own", own, len(items))
        self._check_residuals(residuals)
        most = self._at_most(wanted.most)
        if not AVAILABLE:
            given = (self.ratings, residuals.by_item, items, own)
            rows = twin_neighbours.residual_weights(*given, damping=wanted.damping, min_common=wanted.min_common)
            return twin_neighbours.heard(*rows, most, without=without)
        one = (len(items), pointer(items), pointer(own), _limits(wanted, without))
        sums = (pointer(self._scratch.sums), self._scratch.wide_for(len(items), RESIDUAL_CHUNK))
        found: dict[int, Int32s] = {}

        def find(begin: int, end: int) -> None:
            share, heard = self._share(begin, end), np.empty((most, 3), np.int32)
            n = _known(lib.person_heard(share, residuals.columns, *one, *sums, self.wide, most, _heard(heard)))
            found[begin] = heard[:n]

        in_halves(find, self.ratings.n_users, worth_it=self._is_long(*one[:2]))
        return _heard_of(found, most)

    def _check_residuals(self, residuals: Residuals) -> None:
        if residuals.ratings is not self.ratings:
            msg = "residuals must be of these ratings, are of others"
            raise ValueError(msg)

    def nearest_and_heard(
        self,
        residuals: Residuals,
        person: tuple[Int32s, UInt8s, Int16s],
        nearest: Wanted,
        heard: Wanted,
        *,
        without: int = -1,
    ) -> tuple[Nearest, Ranking]:
        """Return what ``nearest`` and ``heard`` do, in two thirds of their time: everybody's ratings are read once.

        Args:
            residuals: everybody's.
            person: int32 ``[m]``, the items they rated; uint8 ``[m]``, their scores; int16 ``[m]``, their residuals.
            nearest: how many of the most similar, and their damping.
            heard: the same of those who are heard.
            without: a user who is left out; -1 for none.
        """
        items, scores, own = person
        if not AVAILABLE or len(items) > RESIDUAL_CHUNK:
            ranking = self.heard(residuals, (items, own), heard, without=without)
            return self.nearest(items, scores, nearest, without=without), ranking
        check_indices("items", items, self.ratings.n_items, ascending=True)
        check_scores("scores", scores, len(items))
        check_residuals("own", own, len(items))
        self._check_residuals(residuals)
        k, most = self._at_most(nearest.most), self._at_most(heard.most)
        limits = (_limits(nearest, without), _limits(heard, without))
        row = (len(items), pointer(items), pointer(scores))
        one = (*row, pointer(own), *limits, pointer(self._scratch.sums), self.wide, k)
        listed: dict[int, _Listed] = {}
        hearing: dict[int, Int32s] = {}

        def find(begin: int, end: int) -> None:
            share, room = self._share(begin, end), _room_for(k)
            hears, n_heard = np.empty((most, 3), np.int32), ffi.new("int32_t *")
            results = [pointer(array) for array in room]
            given = (share, residuals.columns, *one, *results, most, _heard(hears), n_heard)
            listed[begin] = (_known(lib.person_nearest_and_heard(*given)), room)
            hearing[begin] = hears[: n_heard[0]]

        in_halves(find, self.ratings.n_users, worth_it=self._is_long(*row[:2]))
        return self._nearest_of(listed, k, row), _heard_of(hearing, most)

    def votes(self, ranking: Ranking, residuals: Residuals, *, k: int, items: Int32s | None = None) -> VoteSums:
        """Return what a person's neighbours say of films: of each film, the ``k`` nearest who rated it.

        Args:
            ranking: the neighbours, nobody twice.
            residuals: everybody's.
            k: votes on one film at the most, 1 to 32,767.
            items: int32 ``[n]``, the films, in any order; each takes time by how many rated it. The whole catalogue,
                and faster than that, unless told; these sums lie in memory of the thread's, and its next call for a
                catalogue overwrites them.
        """
        ratings = self.ratings
        check_heard("ranking.heard", ranking.heard, ratings.n_users)
        self._check_residuals(residuals)
        if not 1 <= k <= MOST_VOTES:
            msg = f"k must lie in 1 to {MOST_VOTES}; it is {k}"
            raise ValueError(msg)
        if items is not None:
            check_indices("items", items, ratings.n_items)
        if not AVAILABLE:
            films = np.arange(ratings.n_items, dtype=np.int32) if items is None else items
            return VoteSums(twin_neighbours.votes_on(ratings, residuals.by_item, ranking, films, k=k))
        return self._compiled_votes(ranking, residuals, k, items)

    def _compiled_votes(self, ranking: Ranking, residuals: Residuals, k: int, items: Int32s | None) -> VoteSums:
        ratings, scratch = self.ratings, self._scratch
        n = ratings.n_items if items is None else len(items)
        votes = scratch.votes if items is None else np.empty((n, 2), dtype=np.int64)
        ranks = (len(ranking.heard), _heard(ranking.heard), pointer(scratch.rank))
        # What is kept here lives as long as the struct, which holds bare addresses.
        values = (residuals.rows or ffi.NULL, self._users, pointer(residuals.by_item), *ranks[1:])
        of = ffi.new("Neighbourhood *", [self._rows[0], self._item_ptr, *values, ranks[0], k, self.wide])
        results, still_open = ffi.cast("Votes *", pointer(votes)), pointer(scratch.open)
        keys = (pointer(scratch.keys[0]), pointer(scratch.keys[1]))

        def count(begin: int, end: int) -> None:
            lib.person_votes(of, ffi.new("Share *", [begin, end, n]), keys[begin > 0], still_open, results)

        lib.person_set_ranks(*ranks)
        try:
            if items is None:
                in_halves(count, n, worth_it=k * n > LONG_COUNT)
            else:
                lib.person_votes_on(of, n, pointer(items), keys[0], results)
        finally:
            lib.person_clear_ranks(*ranks)
        return VoteSums(votes)

    def best(
        self,
        ranking: Ranking,
        residuals: Residuals,
        effects: Int64s,
        scale: VoteScale,
        n: int,
        *,
        k: int,
        exclude: Int32s,
        min_votes: int,
    ) -> tuple[Int32s, Int64s, Int32s]:
        """Return the ``n`` films of the catalogue of which the neighbours say the best, best first, ties by index.

        Args:
            ranking: as for ``votes``.
            residuals: as for ``votes``.
            effects: int64 ``[n_items]``, what each film's prediction begins with, up to 2^51.
            scale: how the votes change it.
            n: how many at the most.
            k: as for ``votes``.
            exclude: int32, films that are left out.
            min_votes: films with fewer are left out, too.

        Returns:
            items: int32 ``[m]``.
            predictions: int64 ``[m]``, effect and change.
            n_votes: int32 ``[m]``.
        """
        n_items = self.ratings.n_items
        check_array("effects", effects, np.int64, (n_items,))
        check_indices("exclude", exclude, n_items)
        n = min(max(n, 0), n_items)
        if not AVAILABLE:
            votes = self.votes(ranking, residuals, k=k)
            return twin_neighbours.best(votes, effects, scale, n, exclude=exclude, min_votes=min_votes)
        # All is laid ready before the votes are counted: whatever runs after, has been driven out of the caches.
        best, predictions, n_votes = np.empty(n, np.int32), np.empty(n, np.int64), np.empty(n, np.int32)
        given = (ffi.cast("Votes *", pointer(self._scratch.votes)), pointer(effects))
        numbers = ffi.new("VoteScale *", [scale.scale, scale.unit, scale.damping])
        closed = (len(exclude), pointer(exclude), pointer(self._scratch.open))
        results = (pointer(best), pointer(predictions), pointer(n_votes))
        self.votes(ranking, residuals, k=k)
        found = int(lib.person_best(n_items, *given, numbers, min_votes, *closed, n, *results))
        if found < 0:
            raise MemoryError
        return best[:found], predictions[:found], n_votes[:found]

    def taste_distances(self, items: Int32s, scores: UInt8s, users: Int32s) -> Float64s:
        """Return the taste distance of one person to some users: mean |P(u, i) - P(v, i)| over films in common.

        Args:
            items: int32 ``[m]``, what the person rated, ascending and unique.
            scores: uint8 ``[m]``, how.
            users: int32 ``[k]``.

        Returns:
            float64 ``[k]``, as ``percentiles.taste_distances``: 0 (the same taste) to 100; NaN where too little is
            known.
        """
        ratings = self.ratings
        check_indices("items", items, ratings.n_items, ascending=True)
        check_scores("scores", scores, len(items))
        check_indices("users", users, ratings.n_users)
        if not AVAILABLE:
            return plain_taste_distances(ratings, items, scores, users)
        return self._distances((len(items), pointer(items), pointer(scores)), users)


def _limits(wanted: Wanted, without: int) -> Any:
    return ffi.new("Limits *", [wanted.damping, wanted.min_common, without])


def _room_for(k: int) -> tuple[Int32s, Float64s, Int32s]:
    return np.empty(k, np.int32), np.empty(k, np.float64), np.empty(k, np.int32)


def _known(n: int) -> int:
    """Return how many a kernel listed.

    Raises:
        MemoryError: it had no memory.
    """
    if n < 0:
        raise MemoryError
    return n


def _heard(heard: Int32s) -> Any:
    return ffi.cast("Heard *", pointer(heard))


def _heard_of(shares: dict[int, Int32s], most: int) -> Ranking:
    """Return the ``most`` heard of one share or two."""
    if len(shares) == 1:
        return Ranking(shares[0])
    first, second = (shares[begin] for begin in sorted(shares))
    heard = np.empty((min(len(first) + len(second), most), 3), np.int32)
    lib.person_merge_heard(len(first), _heard(first), len(second), _heard(second), len(heard), _heard(heard))
    return Ranking(heard)
