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
#include "heard.h"
#include "nearest.h"
#include "packed.h"
#include "pearson.h"
#include "share.h"
#include "wide.h"

/* ---------------------------------------------------------------------------------------------------------------------
 * Pearson correlation of scores
 */

/* Add films of the person (at most CHUNK) to the sums with all who rated them. */
static void add_films(const Share *share, LooseSums *restrict sums, const Columns *columns, int32_t n,
                      const int32_t *items, const uint8_t *scores) {
    const int32_t *users = columns->users;
    const uint8_t *item_scores = columns->scores;
    for (int32_t q = 0; q < n; q++) {
        const Sums *increments = INCREMENTS[scores[q]];
        const Span span = raters_in_share(share, columns, items[q]);
        if (q + 1 < n) {
            const Span next = beginning_of(columns, items[q + 1]);
            FETCH(users + next.begin, users + next.end);
            FETCH(item_scores + next.begin, item_scores + next.end);
        }
        for (int64_t p = span.begin; p < span.end; p++) {
            sums[users[p]] += increments[item_scores[p]];
        }
    }
}

/* The sums with everybody of a share in `packed`, or, of a person with more films than CHUNK, in `totals`. */
static void add_all_films(const Share *share, LooseSums *packed, WideSums *totals, const Columns *columns, int32_t n,
                          const int32_t *items, const uint8_t *scores) {
    for (int32_t q = 0; q < n; q += CHUNK) {
        add_films(share, packed, columns, smaller(n - q, CHUNK), items + q, scores + q);
        for (int32_t v = share->begin; n > CHUNK && v < share->end; v++) {
            add_wide(&totals[v], packed[v]);
            packed[v] = (LooseSums){0, 0};
        }
    }
}

/* Put users from `begin` on, at most PIECE of them, on the list. sums: theirs and everybody's, `stride` of them to a
 * user. Damping alone keeps those with few films in common under the list's floor, since |r| <= 1: most users are
 * passed over before there is anything to divide. `least`, so many are needed, rises with the floor. */
static void list_some(int32_t begin, int32_t length, const LooseSums *sums, int32_t stride, const Limits *limits,
                      int32_t *least, Shortlist *list) {
    LooseSums kept[PIECE];
    int32_t user[PIECE], n_common[PIECE], n = 0;
    double similarity[PIECE];
    kept[0] = (LooseSums){0, 0}; /* for a compiler that thinks of no users */
    for (; (double)*least / ((double)*least + limits->damping) < list->floor; ++*least) {
    }
    for (int32_t v = begin; v < begin + length; v++) {
        const LooseSums *theirs = sums + (int64_t)stride * v;
        kept[n] = *theirs;
        user[n] = v;
        n += packed_n((const Word *)theirs) >= *least; /* not of what was just stored, which would be waited for */
    }
    finish_pearson(n, kept, limits->damping, limits->min_common, similarity, n_common);
    for (int32_t j = 0; j < n; j++) {
        if (similarity[j] >= list->floor && user[j] != limits->without) { /* false for NaN */
            add_to_shortlist(list, (Candidate){similarity[j], user[j], n_common[j]});
        }
    }
}

/* Put the users of a share on the list, and empty their sums. */
static void list_packed(const Share *share, LooseSums *sums, const Limits *limits, Shortlist *list) {
    int32_t least = limits->min_common;
    for (int32_t begin = share->begin; begin < share->end; begin += PIECE) {
        const int32_t length = smaller(share->end - begin, PIECE);
        list_some(begin, length, sums, 1, limits, &least, list);
        memset(sums + begin, 0, sizeof *sums * (size_t)length);
    }
}

static void list_wide(const Share *share, WideSums *totals, const Limits *limits, Shortlist *list) {
    for (int32_t v = share->begin; v < share->end; v++) {
        const double similarity = damped_pearson(totals[v], limits->damping, limits->min_common);
        if (similarity >= list->floor && v != limits->without) { /* false for NaN */
            add_to_shortlist(list, (Candidate){similarity, v, (int32_t)totals[v].n});
        }
        totals[v] = (WideSums){0};
    }
}

/* Write the k nearest, nearest first; returns how many there are. */
static int32_t write_nearest(Shortlist *list, int32_t *nearest, double *similarity, int32_t *n_common) {
    const int32_t n = sorted_shortlist(list);
    for (int32_t j = 0; j < n; j++) {
        nearest[j] = list->candidates[j].user;
        similarity[j] = list->candidates[j].similarity;
        n_common[j] = list->candidates[j].n_common;
    }
    return n;
}

int32_t person_nearest(const Share *share, const Columns *columns, int32_t n, const int32_t *items,
                       const uint8_t *scores, const Limits *limits, uint64_t *sums, int64_t *totals, int32_t k,
                       int32_t *nearest, double *similarity, int32_t *n_common) {
    Shortlist list = new_shortlist(k);
    if (list.candidates == NULL) {
        return -1;
    }
    add_all_films(share, (LooseSums *)sums, (WideSums *)totals, columns, n, items, scores);
    if (n <= CHUNK) {
        list_packed(share, (LooseSums *)sums, limits, &list);
    } else {
        list_wide(share, (WideSums *)totals, limits, &list);
    }
    const int32_t n_listed = write_nearest(&list, nearest, similarity, n_common);
    free(list.candidates);
    return n_listed;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Both at once
 *
 * Whoever asks for the nearest and for those who are heard would go through the same columns twice, and wait for the
 * memory twice. Here the sums of a user lie side by side, two words of scores and two of residuals, and columns are
 * read once, so many users at a time that their sums stay in the cache.
 */

enum { USERS_AT_ONCE = 16384 };

#ifdef WIDE /* a compiler that has __builtin_shufflevector */
typedef uint64_t BothSums __attribute__((vector_size(32), aligned(8)));
#else
typedef struct {
    LooseSums by_score, by_residual;
} BothSums;
#endif

static inline void add_to_both(BothSums *sums, LooseSums by_score, LooseSums by_residual) {
#ifdef WIDE
    *sums += __builtin_shufflevector(by_score, by_residual, 0, 1, 2, 3); /* one addition of 256 bits */
#else
    sums->by_score += by_score;
    sums->by_residual += by_residual;
#endif
}

/* What is read beside each other of columns. */
static inline void fetch_columns(const Columns *columns, int64_t begin, int64_t end) {
    end = end - begin < PIECE ? end : begin + PIECE;
    FETCH(columns->users + begin, columns->users + end);
    FETCH(columns->scores + begin, columns->scores + end);
    FETCH(columns->residuals + begin, columns->residuals + end);
}

/* Add the ratings from begin to end - 1 of a film that the person rated. */
CLONES static void add_both(const Columns *columns, int64_t begin, int64_t end, uint8_t score, int16_t residual,
                            int32_t wide, BothSums *restrict sums) {
    const Sums *by_score = INCREMENTS[score];
    for (; begin < end; begin += PIECE) {
        const int32_t length = (int32_t)(end - begin < PIECE ? end - begin : PIECE);
        const int32_t *users = columns->users + begin;
        const uint8_t *scores = columns->scores + begin;
        uint64_t by_residual[PIECE][2];
        fetch_columns(columns, begin + length, end);
        increments_of(length, residual, columns->residuals + begin, by_residual, wide);
        for (int32_t j = 0; j < length; j++) {
            add_to_both(&sums[users[j]], by_score[scores[j]], *(const LooseSums *)by_residual[j]);
        }
    }
}

/* Add the ratings of the users of a share, which stand from `places` on, of each film; that moves on to their end. */
static void add_both_of(const Share *share, const Columns *columns, int32_t n, const int32_t *items,
                        const uint8_t *scores, const int16_t *residuals, int32_t wide, int64_t *places,
                        BothSums *sums) {
    for (int32_t q = 0; q < n; q++) {
        const int64_t last = columns->item_ptr[items[q] + 1];
        const int64_t until = first_about(columns->users, places[q], last, share->end, share->begin, share->n);
        if (q + 1 < n) {
            fetch_columns(columns, places[q + 1], columns->item_ptr[items[q + 1] + 1]);
        }
        add_both(columns, places[q], until, scores[q], residuals[q], wide, sums);
        places[q] = until;
    }
}

int32_t person_nearest_and_heard(const Share *share, const Columns *columns, int32_t n, const int32_t *items,
                                 const uint8_t *scores, const int16_t *residuals, const Limits *of_scores,
                                 const Limits *of_residuals, uint64_t *sums, int32_t wide, int32_t k, int32_t *nearest,
                                 double *similarity, int32_t *n_common, int32_t most, Heard *heard, int32_t *n_heard) {
    Shortlist list = new_shortlist(k);
    HeardList hearing = new_heard_list(most);
    if (list.candidates == NULL || hearing.heard == NULL) {
        free(list.candidates);
        free(hearing.heard);
        return -1;
    }
    LooseSums *all = (LooseSums *)sums;
    int64_t places[RESIDUAL_CHUNK];
    int32_t least_of_scores = of_scores->min_common, least_of_residuals = of_residuals->min_common;
    for (int32_t q = 0; q < n; q++) {
        const int64_t first = columns->item_ptr[items[q]], last = columns->item_ptr[items[q] + 1];
        places[q] = first_about(columns->users, first, last, share->begin, 0, share->n);
    }
    for (int32_t begin = share->begin; begin < share->end; begin += PIECE) {
        const int32_t length = smaller(share->end - begin, PIECE);
        if ((begin - share->begin) % USERS_AT_ONCE == 0) {
            const Share part = {begin, smaller(share->end - begin, USERS_AT_ONCE) + begin, share->n};
            add_both_of(&part, columns, n, items, scores, residuals, wide, places, (BothSums *)sums);
        }
        list_some(begin, length, all, 2, of_scores, &least_of_scores, &list);
        hear_some(begin, length, all + 1, 2, of_residuals, &least_of_residuals, &hearing);
        memset(all + 2 * (int64_t)begin, 0, 2 * sizeof *all * (size_t)length);
    }
    const int32_t n_listed = write_nearest(&list, nearest, similarity, n_common);
    *n_heard = write_heard(&hearing, heard);
    free(list.candidates);
    return n_listed;
}
