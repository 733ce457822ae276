/* One person against everybody, while they wait: similarity to each user, the nearest, what these say of each film, and
 * taste distance. Nothing here needs more than one thread.
 *
 * The person is given by the ratings they have now; all arrays are as in arrays.Ratings. Scratch memory is the caller's
 * and used again: clearing what was touched is cheaper than allocating what may be touched.
 */
#include <stdint.h>

#include "person.cdef"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clones.h"
#include "nearest.h"
#include "packed.h"

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

typedef uint64_t LooseSums __attribute__((vector_size(16), aligned(8))); /* Sums in memory of the caller's */

enum { PIECE = 256 }; /* so many ratings of a row or column are looked through at once */

/* Part of a row or column: the places from begin to end - 1. */
typedef struct {
    int64_t begin, end;
} Span;

/* The first place from `begin` to `end` where `index` or a later one stands; they ascend. */
static inline int64_t first_from(const int32_t *indices, int64_t begin, int64_t end, int32_t index) {
    while (begin < end) {
        const int64_t middle = begin + (end - begin) / 2;
        if (indices[middle] < index) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

static inline Span raters_in_share(const Share *share, const int64_t *item_ptr, const int32_t *users,
                                   int32_t item) {
    Span span = {item_ptr[item], item_ptr[item + 1]};
    if (share->begin > 0) {
        span.begin = first_from(users, span.begin, span.end, share->begin);
    }
    if (share->end < share->n) {
        span.end = first_from(users, span.begin, span.end, share->end);
    }
    return span;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Pearson correlation of scores
 */

/* Add films of the person (at most CHUNK) to the sums with all who rated them. */
static void add_films(const Share *share, LooseSums *restrict sums, const int64_t *item_ptr, const int32_t *users,
                      const uint8_t *item_scores, int32_t n, const int32_t *items, const uint8_t *scores) {
    for (int32_t q = 0; q < n; q++) {
        const Sums *increments = INCREMENTS[scores[q]];
        const Span span = raters_in_share(share, item_ptr, users, items[q]);
        for (int64_t p = span.begin; p < span.end; p++) {
            sums[users[p]] += increments[item_scores[p]];
        }
    }
}

/* similarity and n_common of n packed sums; the steps of damped_pearson, several users at a time. */
CLONES static void finish_pearson(int32_t n_users, const LooseSums *restrict sums, double damping, double min_common,
                                  double *restrict similarity, int32_t *restrict n_common) {
    const Word *words = (const Word *)sums;
    for (int32_t v = 0; v < n_users; v++) {
        const double xy = packed_xy(words + 2 * v), x = packed_x(words + 2 * v), y = packed_y(words + 2 * v);
        const double xx = packed_xx(words + 2 * v), yy = packed_yy(words + 2 * v), n = packed_n(words + 2 * v);
        const double variances = (n * xx - x * x) * (n * yy - y * y);
        double r = (n * xy - x * y) / sqrt(variances);
        r = r < -1.0 ? -1.0 : r;
        r = r > 1.0 ? 1.0 : r;
        const int known = (n >= min_common) & (variances > 0.0);
        similarity[v] = known ? r * (n / (n + damping)) : (double)NAN;
        n_common[v] = packed_n(words + 2 * v);
    }
}

/* The sums with everybody of a share in `packed`, or, of a person with more films than CHUNK, in `totals`. */
static void add_all_films(const Share *share, LooseSums *packed, WideSums *totals, const int64_t *item_ptr,
                          const int32_t *users, const uint8_t *item_scores, int32_t n, const int32_t *items,
                          const uint8_t *scores) {
    for (int32_t q = 0; q < n; q += CHUNK) {
        add_films(share, packed, item_ptr, users, item_scores, smaller(n - q, CHUNK), items + q, scores + q);
        for (int32_t v = share->begin; n > CHUNK && v < share->end; v++) {
            add_wide(&totals[v], packed[v]);
            packed[v] = (LooseSums){0, 0};
        }
    }
}

void person_pearson(const Share *share, const int64_t *item_ptr, const int32_t *users, const uint8_t *item_scores,
                    int32_t n, const int32_t *items, const uint8_t *scores, double damping, int32_t min_common,
                    uint64_t *sums, int64_t *wide, double *similarity, int32_t *n_common) {
    LooseSums *packed = (LooseSums *)sums;
    WideSums *totals = (WideSums *)wide;
    add_all_films(share, packed, totals, item_ptr, users, item_scores, n, items, scores);
    if (n <= CHUNK) {
        finish_pearson(share->end - share->begin, packed + share->begin, damping, min_common,
                       similarity + share->begin, n_common + share->begin);
        memset(packed + share->begin, 0, sizeof *packed * (size_t)(share->end - share->begin));
        return;
    }
    for (int32_t v = share->begin; v < share->end; v++) {
        similarity[v] = damped_pearson(totals[v], damping, min_common);
        n_common[v] = (int32_t)totals[v].n;
        totals[v] = (WideSums){0};
    }
}

/* Put the users of a share on the list, and empty their sums. Damping alone keeps those with few films in common under
 * the list's floor, since |r| <= 1: most users are passed over before there is anything to divide. */
static void list_packed(const Share *share, LooseSums *restrict sums, double damping, int32_t min_common,
                        int32_t without, Shortlist *list) {
    int32_t least = min_common; /* fewer films in common don't reach the floor */
    for (int32_t begin = share->begin; begin < share->end; begin += PIECE) {
        const int32_t length = smaller(share->end - begin, PIECE);
        LooseSums kept[PIECE];
        int32_t user[PIECE], n_common[PIECE], n = 0;
        double similarity[PIECE];
        for (; (double)least / ((double)least + damping) < list->floor; least++) {
        }
        for (int32_t v = begin; v < begin + length; v++) {
            kept[n] = sums[v];
            user[n] = v;
            n += packed_n((const Word *)&kept[n]) >= least;
            sums[v] = (LooseSums){0, 0};
        }
        finish_pearson(n, kept, damping, min_common, similarity, n_common);
        for (int32_t j = 0; j < n; j++) {
            if (similarity[j] >= list->floor && user[j] != without) { /* false for NaN */
                add_to_shortlist(list, (Candidate){similarity[j], user[j], n_common[j]});
            }
        }
    }
}

static void list_wide(const Share *share, WideSums *totals, double damping, int32_t min_common, int32_t without,
                      Shortlist *list) {
    for (int32_t v = share->begin; v < share->end; v++) {
        const double similarity = damped_pearson(totals[v], damping, min_common);
        if (similarity >= list->floor && v != without) { /* false for NaN */
            add_to_shortlist(list, (Candidate){similarity, v, (int32_t)totals[v].n});
        }
        totals[v] = (WideSums){0};
    }
}

int32_t person_nearest_by_scores(const Share *share, const int64_t *item_ptr, const int32_t *users,
                                 const uint8_t *item_scores, int32_t n, const int32_t *items, const uint8_t *scores,
                                 double damping, int32_t min_common, uint64_t *sums, int64_t *wide, int32_t k,
                                 int32_t without, int32_t *nearest, double *similarity, int32_t *n_common) {
    Shortlist list = {.k = k, .capacity = 2 * k + 64, .floor = -INFINITY};
    list.candidates = malloc(sizeof(Candidate) * (size_t)list.capacity);
    if (list.candidates == NULL) {
        return -1;
    }
    add_all_films(share, (LooseSums *)sums, (WideSums *)wide, item_ptr, users, item_scores, n, items, scores);
    if (n <= CHUNK) {
        list_packed(share, (LooseSums *)sums, damping, min_common, without, &list);
    } else {
        list_wide(share, (WideSums *)wide, damping, min_common, without, &list);
    }
    const int32_t n_listed = sorted_shortlist(&list);
    for (int32_t j = 0; j < n_listed; j++) {
        nearest[j] = list.candidates[j].user;
        similarity[j] = list.candidates[j].similarity;
        n_common[j] = list.candidates[j].n_common;
    }
    free(list.candidates);
    return n_listed;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Correlation of residuals
 *
 * The sums of a pair, of residuals x and y from -2,047 to 2,047, in two words again:
 *
 *     word 0    4,096 * sum x y + n          (signed)
 *     word 1    sum x^2 32 bits | sum y^2 32 bits
 *
 * for at most RESIDUAL_CHUNK films: 1,023 * 2,047^2 < 2^32.
 */

enum { RESIDUAL_CHUNK = 1023 };

typedef struct {
    int64_t xy, xx, yy, n;
} WideResidualSums;

static inline int64_t packed_residual_n(LooseSums sums) { return (int64_t)(sums[0] & 4095); }
static inline int64_t packed_residual_xy(LooseSums sums) { return (int64_t)(sums[0] - (sums[0] & 4095)) / 4096; }

/* Add films of the person (at most RESIDUAL_CHUNK) to the sums with all who rated them. What one film adds is computed
 * for PIECE raters at a time, as vectors, and then strewn: computed rater by rater, it takes a quarter more time. */
CLONES static void add_residuals(const Share *share, LooseSums *restrict sums, const int64_t *item_ptr,
                                 const int32_t *users, const int16_t *item_residuals, int32_t n, const int32_t *items,
                                 const int16_t *residuals) {
    for (int32_t q = 0; q < n; q++) {
        const int32_t x = residuals[q];
        const uint64_t xx = (uint64_t)(x * x) << 32;
        const Span span = raters_in_share(share, item_ptr, users, items[q]);
        for (int64_t begin = span.begin; begin < span.end; begin += PIECE) {
            const int16_t *y = item_residuals + begin;
            const int32_t length = (int32_t)(span.end - begin < PIECE ? span.end - begin : PIECE);
            uint64_t increments[PIECE][2];
            for (int32_t j = 0; j < length; j++) {
                increments[j][0] = (uint64_t)((int64_t)(x * y[j]) * 4096 + 1);
                increments[j][1] = xx + (uint64_t)(y[j] * y[j]);
            }
            for (int32_t j = 0; j < length; j++) {
                sums[users[begin + j]] += *(const LooseSums *)increments[j];
            }
        }
    }
}

/* The same steps as damped_correlation, in `unit`ths and rounded. */
static inline int32_t residual_weight(double xy, double xx, double yy, double n, double damping, double min_common,
                                      double unit) {
    double r = xy / sqrt(xx * yy);
    r = r < -1.0 ? -1.0 : r;
    r = r > 1.0 ? 1.0 : r;
    const int known = (n >= min_common) & (xx * yy > 0.0);
    return (int32_t)rint((known ? r * (n / (n + damping)) : 0.0) * unit);
}

CLONES static void finish_residuals(int32_t n_users, const LooseSums *restrict sums, double damping,
                                    double min_common, double unit, int32_t *restrict weights,
                                    int32_t *restrict n_common) {
    for (int32_t v = 0; v < n_users; v++) {
        const int64_t n = packed_residual_n(sums[v]);
        const double xy = (double)packed_residual_xy(sums[v]);
        const double xx = (double)(int64_t)(sums[v][1] >> 32), yy = (double)(int64_t)(sums[v][1] & UINT32_MAX);
        weights[v] = residual_weight(xy, xx, yy, (double)n, damping, min_common, unit);
        n_common[v] = (int32_t)n;
    }
}

/* As add_all_films. */
static void add_all_residuals(const Share *share, LooseSums *packed, WideResidualSums *totals, const int64_t *item_ptr,
                              const int32_t *users, const int16_t *item_residuals, int32_t n, const int32_t *items,
                              const int16_t *residuals) {
    for (int32_t q = 0; q < n; q += RESIDUAL_CHUNK) {
        const int32_t length = smaller(n - q, RESIDUAL_CHUNK);
        add_residuals(share, packed, item_ptr, users, item_residuals, length, items + q, residuals + q);
        for (int32_t v = share->begin; n > RESIDUAL_CHUNK && v < share->end; v++) {
            totals[v].xy += packed_residual_xy(packed[v]);
            totals[v].xx += (int64_t)(packed[v][1] >> 32);
            totals[v].yy += (int64_t)(packed[v][1] & UINT32_MAX);
            totals[v].n += packed_residual_n(packed[v]);
            packed[v] = (LooseSums){0, 0};
        }
    }
}

void person_residual_weights(const Share *share, const int64_t *item_ptr, const int32_t *users,
                             const int16_t *item_residuals, int32_t n, const int32_t *items, const int16_t *residuals,
                             double damping, int32_t min_common, double unit, uint64_t *sums, int64_t *wide,
                             int32_t *weights, int32_t *n_common) {
    LooseSums *packed = (LooseSums *)sums;
    WideResidualSums *totals = (WideResidualSums *)wide;
    add_all_residuals(share, packed, totals, item_ptr, users, item_residuals, n, items, residuals);
    if (n <= RESIDUAL_CHUNK) {
        finish_residuals(share->end - share->begin, packed + share->begin, damping, min_common, unit,
                         weights + share->begin, n_common + share->begin);
        memset(packed + share->begin, 0, sizeof *packed * (size_t)(share->end - share->begin));
        return;
    }
    for (int32_t v = share->begin; v < share->end; v++) {
        const WideResidualSums s = totals[v];
        weights[v] = residual_weight((double)s.xy, (double)s.xx, (double)s.yy, (double)s.n, damping, min_common, unit);
        n_common[v] = (int32_t)s.n;
        totals[v] = (WideResidualSums){0};
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The nearest, and the order of all
 */

int32_t person_nearest(int32_t n_users, const double *similarity, int32_t k, int32_t without, int32_t *nearest) {
    Shortlist list = {.k = k, .capacity = 2 * k + 64, .floor = -INFINITY};
    list.candidates = malloc(sizeof(Candidate) * (size_t)list.capacity);
    if (list.candidates == NULL) {
        return -1;
    }
    for (int32_t v = 0; v < n_users; v++) {
        if (similarity[v] >= list.floor && v != without) { /* false for NaN */
            add_to_shortlist(&list, (Candidate){similarity[v], v, 0});
        }
    }
    const int32_t n = sorted_shortlist(&list);
    for (int32_t j = 0; j < n; j++) {
        nearest[j] = list.candidates[j].user;
    }
    free(list.candidates);
    return n;
}

/* Counting sort, stable in the index, of those who are among the `most`. */
int32_t person_order(int32_t n_users, const int32_t *weights, int32_t most_weight, int32_t most, uint32_t *counts,
                     int32_t *order, int32_t *rank) {
    memset(counts, 0, sizeof(uint32_t) * ((size_t)most_weight + 1));
    for (int32_t v = 0; v < n_users; v++) {
        counts[abs(weights[v])]++;
    }
    uint32_t before = 0;
    int32_t least = most_weight + 1; /* the least weight of which anybody is among them */
    for (int32_t weight = most_weight; weight > 0 && before < (uint32_t)most; weight--) {
        const uint32_t n = counts[weight];
        counts[weight] = before;
        before += n;
        least = weight;
    }
    const int32_t n_order = smaller(most, (int32_t)before);
    for (int32_t v = 0; v < n_users; v++) {
        const int32_t weight = abs(weights[v]);
        rank[v] = n_order;
        if (weight >= least && counts[weight] < (uint32_t)n_order) {
            rank[v] = (int32_t)counts[weight]++;
            order[rank[v]] = v;
        }
    }
    return n_order;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Votes: for each film, the k nearest of its raters
 *
 * Two ways lead to the same sums, which are sums of integers. Walking the neighbours' rows, nearest first, a film takes
 * the first k votes that come and is then closed; what the rows say of closed films is skipped at little cost. Going
 * through the raters of a film and choosing those of least rank costs more for each of them, but is done at once for
 * the films few people know, which the walk would close late or never. So: walk until a step closes films with too few
 * raters to be worth it, then finish the open ones film by film.
 */

enum {
    STEP = 64,              /* neighbours walked between two looks at what is left */
    ROWS_AHEAD = 2,         /* so many rows ahead, they are fetched */
    LINE = 64,              /* bytes of a cache line */
    WALKED_FOR_ONE = 3,     /* so many ratings are walked in the time that finish_film takes for one */
};

static int64_t n_raters(const Neighbourhood *of, int32_t item) { return of->item_ptr[item + 1] - of->item_ptr[item]; }

static inline void add_vote(Votes *votes, int64_t weight, int64_t residual) {
    votes->numerator += weight * residual;
    votes->total += weight < 0 ? -weight : weight;
    votes->n++;
}

/* Begin to fetch a row: neighbours lie all over the memory, and waiting for it is most of a walk. */
static void fetch_row(const Neighbourhood *of, int32_t v) {
    const int64_t end = of->user_ptr[v + 1];
    for (int64_t p = of->user_ptr[v]; p < end; p += LINE / sizeof *of->items) {
        __builtin_prefetch(of->items + p);
    }
    for (int64_t p = of->user_ptr[v]; p < end; p += LINE / sizeof *of->residuals) {
        __builtin_prefetch(of->residuals + p);
    }
}

/* The ratings that user v has given to films of a share. */
static inline Span row_in_share(const Neighbourhood *of, const Share *films, int32_t v) {
    Span span = {of->user_ptr[v], of->user_ptr[v + 1]};
    if (films->begin > 0) {
        span.begin = first_from(of->items, span.begin, span.end, films->begin);
    }
    if (films->end < films->n) {
        span.end = first_from(of->items, span.begin, span.end, films->end);
    }
    return span;
}

/* Let neighbour v speak; returns how many raters the films have that are closed by it. */
static int64_t walk_row(const Neighbourhood *of, Span row, int32_t v, Votes *restrict votes, uint8_t *restrict open) {
    const int64_t weight = of->weights[v], end = row.end;
    int64_t closed = 0;
    for (int64_t begin = row.begin; begin < end; begin += PIECE) {
        const int32_t *items = of->items + begin;
        const int32_t length = (int32_t)(end - begin < PIECE ? end - begin : PIECE);
        uint16_t spoken[PIECE];
        int32_t n = 0;
        for (int32_t j = 0; j < length; j++) {
            spoken[n] = (uint16_t)j;
            n += open[items[j]];
        }
        for (int32_t j = 0; j < n; j++) {
            const int32_t item = items[spoken[j]];
            add_vote(&votes[item], weight, of->residuals[begin + spoken[j]]);
            if (votes[item].n == of->k) {
                open[item] = 0;
                closed += n_raters(of, item);
            }
        }
    }
    return closed;
}

static inline void swap_keys(uint64_t *a, uint64_t *b) {
    const uint64_t kept = *a;
    *a = *b;
    *b = kept;
}

/* Move the k least of n different keys to the front (as select_nearest). */
static void select_least(uint64_t *keys, int64_t n, int64_t k) {
    int64_t first = 0, last = n - 1;
    while (k < n && first < last) {
        swap_keys(&keys[first + (last - first) / 2], &keys[last]);
        const uint64_t pivot = keys[last];
        int64_t less = first;
        for (int64_t j = first; j < last; j++) {
            const uint64_t key = keys[j];
            keys[j] = keys[less];
            keys[less] = key;
            less += key < pivot;
        }
        swap_keys(&keys[less], &keys[last]);
        if (less == k || less == k - 1) {
            return;
        }
        if (less < k) {
            first = less + 1;
        } else {
            last = less - 1;
        }
    }
}

/* The raters of a film whose rank is `walked` to walked + n_ranks - 1, as keys: rank in the upper half, place among the
 * raters in the lower, so that the nearest has the least key. Returns how many. */
static int64_t raters_by_rank(const Neighbourhood *of, int32_t item, int32_t walked, uint32_t n_ranks, uint64_t *keys) {
    const int32_t *users = of->users + of->item_ptr[item];
    const int64_t length = n_raters(of, item);
    int64_t n = 0;
    for (int64_t j = 0; j < length; j++) {
        const uint32_t rank = (uint32_t)(of->rank[users[j]] - walked); /* wraps for those who have spoken */
        keys[n] = (uint64_t)rank << 32 | (uint64_t)j;
        n += rank < n_ranks;
    }
    return n;
}

/* Add to a film the votes of its raters from rank `walked` on, up to k in all. */
static void finish_film(const Neighbourhood *of, int32_t item, int32_t walked, uint64_t *keys, Votes *votes) {
    const int64_t wanted = of->k - votes->n, length = n_raters(of, item);
    const uint32_t n_ranks = (uint32_t)(smaller(of->n_order, of->n_nearest) - walked);
    /* If its raters were spread evenly over the ranks, so many ranks would hold half as many again as are wanted. */
    const int64_t guess = (wanted + wanted / 2 + 8) * (int64_t)n_ranks / (length + 1);
    const uint32_t n_first = guess < (int64_t)n_ranks ? (uint32_t)guess : n_ranks;
    int64_t n = raters_by_rank(of, item, walked, n_first, keys);
    if (n < wanted && n_first < n_ranks) {
        n = raters_by_rank(of, item, walked, n_ranks, keys);
    }
    select_least(keys, n, wanted);
    n = n < wanted ? n : wanted;
    for (int64_t j = 0; j < n; j++) {
        const int64_t p = of->item_ptr[item] + (int64_t)(keys[j] & UINT32_MAX);
        add_vote(votes, of->weights[of->users[p]], of->item_residuals[p]);
    }
}

void person_votes(const Neighbourhood *of, const Share *films, uint64_t *keys, uint8_t *open, Votes *votes) {
    const int32_t n_speaking = smaller(of->n_order, of->n_nearest);
    memset(votes + films->begin, 0, sizeof *votes * (size_t)(films->end - films->begin));
    memset(open + films->begin, 1, (size_t)(films->end - films->begin));
    const int32_t at_least = smaller(8 * of->k, n_speaking); /* before, few films can be closed */
    int32_t walked = 0;
    for (int64_t cost = 0, closed = 0; walked < n_speaking && (walked < at_least || closed * WALKED_FOR_ONE >= cost);) {
        cost = closed = 0;
        for (const int32_t end = smaller(walked + STEP, n_speaking); walked < end; walked++) {
            const int32_t v = of->order[walked];
            if (walked + ROWS_AHEAD < n_speaking) {
                fetch_row(of, of->order[walked + ROWS_AHEAD]);
            }
            const Span row = row_in_share(of, films, v);
            closed += walk_row(of, row, v, votes, open);
            cost += row.end - row.begin;
        }
    }
    for (int32_t i = films->begin; walked < n_speaking && i < films->end; i++) {
        if (open[i]) {
            finish_film(of, i, walked, keys, &votes[i]);
        }
    }
}

void person_votes_on(const Neighbourhood *of, int32_t n, const int32_t *items, uint64_t *keys, Votes *votes) {
    memset(votes, 0, sizeof *votes * (size_t)n);
    for (int32_t j = 0; j < n; j++) {
        finish_film(of, items[j], 0, keys, &votes[j]);
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Taste distance
 */

enum { NO_PERCENTILE = 255, N_SCORES = 101, LEAST_DISTINCT = 5 };

/* As scores.n_common_needed: max(3, min(20, ceil(0.05 min(n, m)))). */
static int64_t n_common_needed(int64_t n, int64_t m) {
    const int64_t share = ((n < m ? n : m) + 19) / 20;
    return share < 3 ? 3 : share > 20 ? 20 : share;
}

/* As percentiles.percentile_rows: (100 L + 50 E) / N of each score, null with fewer than five different ones. */
static void fill_percentiles(int64_t n, const uint8_t *scores, uint8_t *percentiles) {
    int32_t equal[N_SCORES] = {0};
    int32_t n_distinct = 0;
    int64_t lower = 0;
    for (int64_t p = 0; p < n; p++) {
        equal[scores[p]]++;
    }
    for (int32_t score = 0; score < N_SCORES; score++) {
        n_distinct += equal[score] > 0;
        percentiles[score] = n ? (uint8_t)((100 * lower + 50 * equal[score]) / n) : 0;
        lower += equal[score];
    }
    if (n_distinct < LEAST_DISTINCT) {
        memset(percentiles, NO_PERCENTILE, N_SCORES);
    }
}

void person_distances(const int64_t *user_ptr, const int32_t *items, const uint8_t *scores, int32_t n,
                      const int32_t *own_items, const uint8_t *own_scores, int32_t k, const int32_t *users,
                      uint8_t *row, double *distances) {
    uint8_t percentiles[N_SCORES];
    fill_percentiles(n, own_scores, percentiles);
    for (int32_t q = 0; q < n; q++) {
        row[own_items[q]] = percentiles[own_scores[q]];
    }
    for (int32_t j = 0; j < k; j++) {
        const int64_t begin = user_ptr[users[j]], end = user_ptr[users[j] + 1];
        int64_t total = 0, n_common = 0;
        fill_percentiles(end - begin, scores + begin, percentiles);
        for (int64_t p = begin; p < end; p++) {
            const int32_t mine = row[items[p]], theirs = percentiles[scores[p]];
            const int known = (mine != NO_PERCENTILE) & (theirs != NO_PERCENTILE);
            total += known ? abs(mine - theirs) : 0;
            n_common += known;
        }
        const int enough = n_common >= n_common_needed(n, end - begin);
        distances[j] = enough ? (double)total / (double)n_common : NAN;
    }
    for (int32_t q = 0; q < n; q++) {
        row[own_items[q]] = NO_PERCENTILE;
    }
}
