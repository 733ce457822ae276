/* One person against everybody, while they wait: similarity to each user, and who is nearest. Nothing here needs more
 * than one thread.
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
#include "fetch.h"
#include "nearest.h"
#include "packed.h"
#include "share.h"
#include "wide.h"

typedef uint64_t LooseSums __attribute__((vector_size(16), aligned(8))); /* Sums in memory of the caller's */

/* ---------------------------------------------------------------------------------------------------------------------
 * Pearson correlation of scores
 */

/* Add films of the person (at most CHUNK) to the sums with all who rated them. */
static void add_films(const Share *share, LooseSums *restrict sums, const int64_t *item_ptr, const int32_t *users,
                      const uint8_t *item_scores, int32_t n, const int32_t *items, const uint8_t *scores) {
    for (int32_t q = 0; q < n; q++) {
        const Sums *increments = INCREMENTS[scores[q]];
        const Span span = in_share(share, item_ptr, users, items[q]);
        if (q + 1 < n) {
            const int64_t *next = item_ptr + items[q + 1];
            const int64_t end = next[1] - next[0] < PIECE ? next[1] : next[0] + PIECE;
            FETCH(users + next[0], users + end);
            FETCH(item_scores + next[0], item_scores + end);
        }
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
            n += packed_n((const Word *)&sums[v]) >= least; /* not of what was just stored, which would be waited for */
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

enum { RESIDUAL_CHUNK = 1023, MOST_WEIGHT = 65536, DIGIT_BITS = 9, N_DIGITS = 1 << DIGIT_BITS };

typedef struct {
    int64_t xy, xx, yy, n;
} WideResidualSums;

static inline int64_t packed_residual_n(LooseSums sums) { return (int64_t)(sums[0] & 4095); }
static inline int64_t packed_residual_xy(LooseSums sums) { return (int64_t)(sums[0] - (sums[0] & 4095)) / 4096; }

int32_t person_wide(void) {
#ifdef WIDE
    return WIDE_HERE();
#else
    return 0;
#endif
}

/* Add films of the person (at most RESIDUAL_CHUNK) to the sums with all who rated them. What one film adds is computed
 * for PIECE raters at a time, as vectors, and then strewn: computed rater by rater, it takes a quarter more time. */
CLONES static void add_residuals(const Share *share, LooseSums *restrict sums, const int64_t *item_ptr,
                                 const int32_t *users, const int16_t *item_residuals, int32_t n, const int32_t *items,
                                 const int16_t *residuals, int32_t wide) {
    for (int32_t q = 0; q < n; q++) {
        const int32_t x = residuals[q];
        const Span span = in_share(share, item_ptr, users, items[q]);
        if (q + 1 < n) {
            const int64_t *next = item_ptr + items[q + 1];
            const int64_t end = next[1] - next[0] < PIECE ? next[1] : next[0] + PIECE;
            FETCH(users + next[0], users + end);
            FETCH(item_residuals + next[0], item_residuals + end);
        }
        for (int64_t begin = span.begin; begin < span.end; begin += PIECE) {
            const int16_t *y = item_residuals + begin;
            const int32_t length = (int32_t)(span.end - begin < PIECE ? span.end - begin : PIECE);
            uint64_t increments[PIECE][2];
#ifdef WIDE
            if (wide) {
                residual_increments_wide(length, x, y, increments);
            } else
#endif
            {
                residual_increments(0, length, x, y, increments);
            }
            for (int32_t j = 0; j < length; j++) {
                sums[users[begin + j]] += *(const LooseSums *)increments[j];
            }
        }
    }
}

/* The same steps as damped_correlation, in 65,536ths and rounded. */
static inline int32_t residual_weight(double xy, double xx, double yy, double n, double damping, double min_common) {
    double r = xy / sqrt(xx * yy);
    r = r < -1.0 ? -1.0 : r;
    r = r > 1.0 ? 1.0 : r;
    const int known = (n >= min_common) & (xx * yy > 0.0);
    return (int32_t)rint((known ? r * (n / (n + damping)) : 0.0) * MOST_WEIGHT);
}

CLONES static void finish_residuals(int32_t n_users, const LooseSums *restrict sums, double damping, double min_common,
                                    int32_t *restrict weights) {
    for (int32_t v = 0; v < n_users; v++) {
        const double n = (double)packed_residual_n(sums[v]), xy = (double)packed_residual_xy(sums[v]);
        const double xx = (double)(int64_t)(sums[v][1] >> 32), yy = (double)(int64_t)(sums[v][1] & UINT32_MAX);
        weights[v] = residual_weight(xy, xx, yy, n, damping, min_common);
    }
}

/* As add_all_films. */
static void add_all_residuals(const Share *share, LooseSums *packed, WideResidualSums *totals, const int64_t *item_ptr,
                              const int32_t *users, const int16_t *item_residuals, int32_t n, const int32_t *items,
                              const int16_t *residuals, int32_t wide) {
    for (int32_t q = 0; q < n; q += RESIDUAL_CHUNK) {
        const int32_t length = smaller(n - q, RESIDUAL_CHUNK);
        add_residuals(share, packed, item_ptr, users, item_residuals, length, items + q, residuals + q, wide);
        for (int32_t v = share->begin; n > RESIDUAL_CHUNK && v < share->end; v++) {
            totals[v].xy += packed_residual_xy(packed[v]);
            totals[v].xx += (int64_t)(packed[v][1] >> 32);
            totals[v].yy += (int64_t)(packed[v][1] & UINT32_MAX);
            totals[v].n += packed_residual_n(packed[v]);
            packed[v] = (LooseSums){0, 0};
        }
    }
}

/* Those of greatest weight so far, and some room. Later users must exceed `floor`, for of equal ones the first stay. */
typedef struct {
    Heard *heard, *sorted; /* [2 * most + PIECE] */
    int32_t n, most, floor;
} HeardList;

/* Sort by one digit of what weights lack of the greatest, stable (Knuth, "Sorting and Searching", section 5.2.5). */
static void sort_by_digit(int32_t n, const Heard *heard, int32_t shift, Heard *sorted) {
    int32_t places[N_DIGITS] = {0};
    for (int32_t j = 0; j < n; j++) {
        places[(MOST_WEIGHT - abs(heard[j].weight)) >> shift & (N_DIGITS - 1)]++;
    }
    for (int32_t digit = 0, before = 0; digit < N_DIGITS; digit++) {
        const int32_t here = places[digit];
        places[digit] = before;
        before += here;
    }
    for (int32_t j = 0; j < n; j++) {
        sorted[places[(MOST_WEIGHT - abs(heard[j].weight)) >> shift & (N_DIGITS - 1)]++] = heard[j];
    }
}

/* Sort, and let go who is not among the most. Users came in order, and equal ones stay in it. */
static void keep_most(HeardList *list) {
    sort_by_digit(list->n, list->heard, 0, list->sorted);
    sort_by_digit(list->n, list->sorted, DIGIT_BITS, list->heard);
    if (list->n >= list->most) {
        list->n = list->most;
        list->floor = list->most > 0 ? abs(list->heard[list->most - 1].weight) : MOST_WEIGHT;
    }
}

/* Make room: let go whole classes of weights that can't be among the most; where that is not enough, sort. */
static void make_room(HeardList *list) {
    int32_t counts[MOST_WEIGHT / N_DIGITS + 1] = {0};
    for (int32_t j = 0; j < list->n; j++) {
        counts[abs(list->heard[j].weight) / N_DIGITS]++;
    }
    int32_t class = MOST_WEIGHT / N_DIGITS, n = 0;
    for (int32_t above = counts[class]; above < list->most; above += counts[class]) {
        class--;
    }
    for (int32_t j = 0; j < list->n; j++) {
        list->heard[n] = list->heard[j];
        n += abs(list->heard[j].weight) >= class * N_DIGITS;
    }
    list->n = n;
    list->floor = class * N_DIGITS - 1 > list->floor ? class * N_DIGITS - 1 : list->floor;
    if (2 * n >= 3 * list->most) {
        keep_most(list);
    }
}

/* Put the users of a share on the list, and empty their sums; as list_packed. */
static void hear_packed(const Share *share, LooseSums *restrict sums, double damping, int32_t min_common,
                        int32_t without, HeardList *list) {
    int32_t least = min_common; /* fewer films in common don't reach the floor */
    for (int32_t begin = share->begin; begin < share->end; begin += PIECE) {
        const int32_t length = smaller(share->end - begin, PIECE);
        LooseSums kept[PIECE];
        int32_t user[PIECE], weights[PIECE], n = 0;
        if (list->n >= 2 * list->most) {
            make_room(list);
        }
        while (least <= RESIDUAL_CHUNK && (double)least / ((double)least + damping) * MOST_WEIGHT < list->floor) {
            least++; /* up to where nobody reaches it: nobody is wanted, say */
        }
        for (int32_t v = begin; v < begin + length; v++) {
            kept[n] = sums[v];
            user[n] = v;
            n += packed_residual_n(sums[v]) >= least;
            sums[v] = (LooseSums){0, 0};
        }
        finish_residuals(n, kept, damping, min_common, weights);
        const int32_t floor = list->floor;
        int32_t n_heard = list->n;
        for (int32_t j = 0; j < n; j++) {
            list->heard[n_heard] = (Heard){user[j], weights[j], (int32_t)packed_residual_n(kept[j])};
            n_heard += (abs(weights[j]) > floor) & (user[j] != without);
        }
        list->n = n_heard;
    }
}

static void hear_wide(const Share *share, WideResidualSums *totals, double damping, int32_t min_common,
                      int32_t without, HeardList *list) {
    for (int32_t v = share->begin; v < share->end; v++) {
        const WideResidualSums s = totals[v];
        const int32_t weight =
            residual_weight((double)s.xy, (double)s.xx, (double)s.yy, (double)s.n, damping, min_common);
        if (abs(weight) > list->floor && v != without) {
            list->heard[list->n++] = (Heard){v, weight, (int32_t)s.n};
        }
        if (list->n == 2 * list->most + PIECE) {
            keep_most(list);
        }
        totals[v] = (WideResidualSums){0};
    }
}

int32_t person_heard(const Share *share, const int64_t *item_ptr, const int32_t *users, const int16_t *item_residuals,
                     int32_t n, const int32_t *items, const int16_t *residuals, double damping, int32_t min_common,
                     uint64_t *sums, int64_t *totals, int32_t most, int32_t without, int32_t wide, Heard *heard) {
    const size_t room = 2 * (size_t)most + PIECE;
    HeardList list = {.heard = malloc(sizeof(Heard) * room * 2), .most = most};
    if (list.heard == NULL) {
        return -1;
    }
    list.sorted = list.heard + room;
    add_all_residuals(share, (LooseSums *)sums, (WideResidualSums *)totals, item_ptr, users, item_residuals, n, items,
                      residuals, wide);
    if (n <= RESIDUAL_CHUNK) {
        hear_packed(share, (LooseSums *)sums, damping, min_common, without, &list);
    } else {
        hear_wide(share, (WideResidualSums *)totals, damping, min_common, without, &list);
    }
    keep_most(&list);
    memcpy(heard, list.heard, sizeof(Heard) * (size_t)list.n);
    free(list.heard);
    return list.n;
}

int32_t person_merge_heard(int32_t n_first, const Heard *first, int32_t n_second, const Heard *second, int32_t most,
                           int32_t *order, int32_t *weights, int32_t *n_common) {
    const int32_t n = smaller(n_first + n_second, most);
    for (int32_t j = 0, a = 0, b = 0; j < n; j++) {
        /* Who is in the second share has a greater index. */
        const int from_first = b == n_second || (a < n_first && abs(first[a].weight) >= abs(second[b].weight));
        const Heard next = from_first ? first[a++] : second[b++];
        order[j] = next.user;
        weights[j] = next.weight;
        n_common[j] = next.n_common;
    }
    return n;
}
