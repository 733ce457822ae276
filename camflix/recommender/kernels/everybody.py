"""One person against everybody, while they wait: similarities, the nearest, what they say of each film, distances.

``Everybody`` holds ratings that were checked once. Its methods may be called from several threads at a time; each
thread has scratch memory of its own, made at its first call and used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from camflix.recommender.kernels import AVAILABLE, ffi, lib, twin_neighbours
from camflix.recommender.kernels.border import (
    check_array,
    check_indices,
    check_ratings,
    check_residuals,
    check_scores,
    pointer,
)
from camflix.recommender.kernels.halves import in_halves
from camflix.recommender.kernels.person_arrays import Ranking, Residuals, Scratch, VoteSums
from camflix.recommender.percentiles import taste_distances as plain_taste_distances

if TYPE_CHECKING:
    from camflix.recommender.arrays import Float64s, Int16s, Int32s, Int64s, Ratings, UInt8s
    from camflix.recommender.kernels.person_arrays import VoteScale

CHUNK = 4095
RESIDUAL_CHUNK = 1023
"""So many ratings of one person are summed in packed fields; for longer rows wide sums are needed."""


MOST_VOTES = 32767

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
            self._columns = (pointer(ratings.item_ptr), pointer(ratings.users))
            self._scores = pointer(ratings.item_scores)

    def pearson_row(self, items: Int32s, scores: UInt8s, *, damping: float, min_common: int) -> tuple[Float64s, Int32s]:
        """Return the damped Pearson correlation of one person with every user.

        Args:
            items: int32 ``[m]``, what the person rated, ascending and unique.
            scores: uint8 ``[m]``, how.
            damping: r is multiplied by n / (n + damping).
            min_common: with fewer items in common the similarity is null.

        Returns:
            similarity: float64 ``[n_users]``; NaN where null: too few items in common, or no variance on them.
            n_common: int32 ``[n_users]``.
        """
        check_indices("items", items, self.ratings.n_items, ascending=True)
        check_scores("scores", scores, len(items))
        if not AVAILABLE:
            return twin_neighbours.pearson_row(self.ratings, items, scores, damping=damping, min_common=min_common)
        n_users = self.ratings.n_users
        similarity, n_common = np.empty(n_users, dtype=np.float64), np.empty(n_users, dtype=np.int32)
        scratch = self._scratch
        person = (len(items), pointer(items), pointer(scores), damping, min_common)
        sums = (pointer(scratch.sums), scratch.wide_for(len(items), CHUNK))
        results = (pointer(similarity), pointer(n_common))

        def fill(begin: int, end: int) -> None:
            share = ffi.new("Share *", [begin, end, n_users])
            lib.person_pearson(share, *self._columns, self._scores, *person, *sums, *results)

        in_halves(fill, n_users, worth_it=self._is_long(items))
        return similarity, n_common

    def nearest(
        self, items: Int32s, scores: UInt8s, k: int, *, damping: float, min_common: int, without: int = -1
    ) -> tuple[Int32s, Float64s, Int32s]:
        """Return the ``k`` users most similar to a person: those of their ``pearson_row``, which is not written.

        Of most users it is plain from ``n_common`` that they are not among them.

        Returns:
            users: int32 ``[m]``, greatest similarity first, equal ones by index.
            similarity: float64 ``[m]``.
            n_common: int32 ``[m]``.
        """
        k = max(min(k, self.ratings.n_users), 0)
        if AVAILABLE:
            check_indices("items", items, self.ratings.n_items, ascending=True)
            check_scores("scores", scores, len(items))
            return self._compiled_nearest(items, scores, (damping, min_common), k, without)
        similarity, n_common = self.pearson_row(items, scores, damping=damping, min_common=min_common)
        users = twin_neighbours.nearest(similarity, k, without=without)
        return users, similarity[users], n_common[users]

    def _compiled_nearest(
        self, items: Int32s, scores: UInt8s, limits: tuple[float, int], k: int, without: int
    ) -> tuple[Int32s, Float64s, Int32s]:
        scratch = self._scratch
        person = (len(items), pointer(items), pointer(scores), *limits)
        sums = (pointer(scratch.sums), scratch.wide_for(len(items), CHUNK))
        n_users = self.ratings.n_users
        found: list[tuple[Int32s, Float64s, Int32s]] = []

        def find(begin: int, end: int) -> None:
            results = (np.empty(k, dtype=np.int32), np.empty(k, dtype=np.float64), np.empty(k, dtype=np.int32))
            given = (*self._columns, self._scores, *person, *sums, k, without)
            share = ffi.new("Share *", [begin, end, n_users])
            n = int(lib.person_nearest_by_scores(share, *given, *(pointer(array) for array in results)))
            if n < 0:
                raise MemoryError
            found.append((results[0][:n], results[1][:n], results[2][:n]))

        in_halves(find, n_users, worth_it=self._is_long(items))
        if len(found) == 1:
            return found[0]
        users, similarity, n_common = (np.concatenate(parts) for parts in zip(*found, strict=True))
        best = np.lexsort((users, -similarity))[:k]
        return users[best], similarity[best], n_common[best]

    def _is_long(self, items: Int32s) -> bool:
        pointers = self.ratings.item_ptr
        return int((pointers[items.astype(np.int64) + 1] - pointers[items]).sum()) > LONG_ROW

    def residuals(self, by_user: Int16s) -> Residuals:
        """Return residuals both ways round.

        Args:
            by_user: int16 ``[n]`` beside ``ratings.items``, -2,047 to 2,047.
        """
        ratings = self.ratings
        check_residuals("by_user", by_user, ratings.n_ratings)
        if not AVAILABLE:
            return Residuals(by_user, by_user[np.argsort(ratings.items, kind="stable")])
        by_item = np.empty_like(by_user)
        rows = (ratings.user_ptr, ratings.items, by_user, ratings.item_ptr)
        work = (np.empty(ratings.n_items, dtype=np.int64), by_item)
        lib.ratings_transpose_values(ratings.n_users, ratings.n_items, *(pointer(array) for array in (*rows, *work)))
        return Residuals(by_user, by_item)

    def heard(
        self,
        residuals: Residuals,
        person: tuple[Int32s, Int16s],
        most: int,
        *,
        damping: float,
        min_common: int,
        without: int = -1,
    ) -> Ranking:
        """Return who is heard by a person: the users whose residuals go with theirs, or against them, most.

            weight = sum x y / sqrt(sum x² · sum y²) · n / (n + damping), over the n items both rated

        Args:
            residuals: everybody's.
            person: int32 ``[m]``, the items they rated, ascending and unique; int16 ``[m]``, their residuals, -2,047
                to 2,047.
            most: so many users at the most, those whose weight is greatest in magnitude, equal ones by index.
            damping: see above.
            min_common: with fewer items in common there is no weight.
            without: a user who is left out (the person's own row); -1 for none.
        """
        items, own = person
        n_users = self.ratings.n_users
        check_array("residuals.by_item", residuals.by_item, np.int16, (self.ratings.n_ratings,))
        check_indices("items", items, self.ratings.n_items, ascending=True)
        check_residuals("own", own, len(items))
        most = min(max(most, 0), n_users)
        if not AVAILABLE:
            given = (self.ratings, residuals.by_item, items, own)
            rows = twin_neighbours.residual_weights(*given, damping=damping, min_common=min_common)
            return twin_neighbours.heard(*rows, most, without=without)
        columns = (*self._columns, pointer(residuals.by_item))
        one = (len(items), pointer(items), pointer(own), damping, min_common)
        sums = (pointer(self._scratch.sums), self._scratch.wide_for(len(items), RESIDUAL_CHUNK))
        shares: dict[int, tuple[int, Any]] = {}

        def find(begin: int, end: int) -> None:
            share, found = ffi.new("Share *", [begin, end, n_users]), np.empty((most, 3), dtype=np.int32)
            results = ffi.cast("Heard *", pointer(found))
            n = int(lib.person_heard(share, *columns, *one, *sums, most, without, self.wide, results))
            if n < 0:
                raise MemoryError
            shares[begin] = (n, found)

        in_halves(find, n_users, worth_it=self._is_long(items))
        return _merged([shares[begin] for begin in sorted(shares)], most)

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
        check_indices("ranking.order", ranking.order, ratings.n_users)
        check_array("ranking.weights", ranking.weights, np.int32, ranking.order.shape)
        check_array("residuals.by_user", residuals.by_user, np.int16, (ratings.n_ratings,))
        check_array("residuals.by_item", residuals.by_item, np.int16, (ratings.n_ratings,))
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
        rows = (ratings.user_ptr, ratings.item_ptr, ratings.items, ratings.users)
        values = (residuals.by_user, residuals.by_item, ranking.order, ranking.weights, scratch.rank)
        pointers = [pointer(array) for array in (*rows, *values)]  # kept alive here: the struct holds bare addresses
        of = ffi.new("Neighbourhood *", [*pointers, len(ranking.order), k, self.wide])
        results, still_open = ffi.cast("Votes *", pointer(votes)), pointer(scratch.open)
        keys = (pointer(scratch.keys[0]), pointer(scratch.keys[1]))
        ranks = (len(ranking.order), pointer(ranking.order), pointer(scratch.rank))

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
        distances = np.empty(len(users), dtype=np.float64)
        rows = (pointer(ratings.user_ptr), pointer(ratings.items), pointer(ratings.scores))
        person = (len(items), pointer(items), pointer(scores))
        others = (len(users), pointer(users), pointer(self._scratch.row), pointer(distances))
        lib.person_distances(*rows, *person, *others)
        return distances


def _merged(shares: list[tuple[int, Int32s]], most: int) -> Ranking:
    """Return the ``most`` of one share or two, each given as how many there are and ``Heard`` of C's."""
    n_first, first = shares[0]
    n_second, second = shares[-1] if len(shares) > 1 else (0, first)
    arrays = [np.empty(min(n_first + n_second, most), dtype=np.int32) for _ in range(3)]
    lists = (n_first, ffi.cast("Heard *", pointer(first)), n_second, ffi.cast("Heard *", pointer(second)))
    lib.person_merge_heard(*lists, most, *(pointer(array) for array in arrays))
    return Ranking(*arrays)
